//! Which source offsets may be stored: those behind which every record is in Kafka.
//!
//! Owns the order of records handed to the producer, for each source partition. Pure: knows no
//! Kafka, no storage and no clock. Offsets stay encoded, as the batch brought them, until a commit
//! asks for them. Kafka's counterpart: `SubmittedRecords`.

use std::collections::VecDeque;
use std::sync::Arc;

#[cfg(test)]
mod tests;

/// A source offset inside the bytes of the batch that brought it; none is a null offset.
#[derive(Clone, Debug)]
pub struct OffsetInBatch {
    /// The whole batch.
    pub batch: Arc<Vec<u8>>,
    /// Where in the batch the encoded offset map starts and how long it is; `None` for a null map.
    pub range: Option<(u32, u32)>,
}

impl OffsetInBatch {
    /// The encoded offset map.
    pub fn bytes(&self) -> Option<&[u8]> {
        self.range
            .map(|(start, length)| &self.batch[start as usize..(start + length) as usize])
    }
}

/// The number of a source partition, given by the caller, counted from 0: equal partitions, equal
/// numbers.
pub type PartitionNumber = u32;

/// Records in the order of submission, and which of them are acknowledged.
///
/// Records are named by consecutive sequence numbers from 0. One entry in each of two queues a
/// record, and nothing else: no look-up by hash, no allocation.
#[derive(Default)]
pub struct SubmittedRecords {
    /// The sequence number of `index[0]`.
    first_sequence: u64,
    /// For each record not yet forgotten, its partition and its position there.
    index: VecDeque<(PartitionNumber, u64)>,
    /// By number.
    partitions: Vec<PartitionQueue>,
    /// The partitions whose `committable` is set.
    advanced: Vec<PartitionNumber>,
}

#[derive(Default)]
struct PartitionQueue {
    /// The position of `records[0]`, counted from the start of the task.
    first_position: u64,
    records: VecDeque<Submitted>,
    committable: Option<OffsetInBatch>,
}

struct Submitted {
    offset: OffsetInBatch,
    acknowledged: bool,
}

impl SubmittedRecords {
    /// Adds a record at the end; returns its sequence number.
    pub fn submit(&mut self, partition: PartitionNumber, offset: OffsetInBatch) -> u64 {
        let sequence = self.next_sequence();
        let number = partition as usize;
        if number >= self.partitions.len() {
            self.partitions.resize_with(number + 1, Default::default);
        }
        let queue = &mut self.partitions[number];
        let position = queue.first_position + queue.records.len() as u64;
        queue.records.push_back(Submitted {
            offset,
            acknowledged: false,
        });
        self.index.push_back((partition, position));
        sequence
    }

    /// The sequence number that the next record will get.
    pub fn next_sequence(&self) -> u64 {
        self.first_sequence + self.index.len() as u64
    }

    /// Marks a record as acknowledged. Unknown and repeated sequence numbers have no effect.
    pub fn acknowledge(&mut self, sequence: u64) {
        let Some(offset) = sequence.checked_sub(self.first_sequence) else {
            return;
        };
        let Some(&(partition, position)) = self.index.get(offset as usize) else {
            return;
        };
        let queue = &mut self.partitions[partition as usize];
        let Some(place) = position.checked_sub(queue.first_position) else {
            return;
        };
        let Some(record) = queue.records.get_mut(place as usize) else {
            return;
        };
        if record.acknowledged {
            return;
        }
        record.acknowledged = true;
        if place == 0 {
            if queue.committable.is_none() {
                self.advanced.push(partition);
            }
            queue.pop_acknowledged();
            self.forget_acknowledged();
        }
    }

    /// Drops the front of the index as far as the partitions have dropped theirs.
    fn forget_acknowledged(&mut self) {
        while let Some((partition, position)) = self.index.front() {
            if *position >= self.partitions[*partition as usize].first_position {
                break;
            }
            self.index.pop_front();
            self.first_sequence += 1;
        }
    }

    /// The offsets that may be stored now and were not taken before, one for each partition.
    pub fn take_committable(&mut self) -> Vec<(PartitionNumber, OffsetInBatch)> {
        let partitions = &mut self.partitions;
        self.advanced
            .drain(..)
            .filter_map(|number| Some((number, partitions[number as usize].committable.take()?)))
            .collect()
    }

    /// Records handed to the producer and not acknowledged.
    #[cfg(test)]
    fn unacknowledged(&self) -> usize {
        let queues = self.partitions.iter();
        let records = queues.flat_map(|queue| &queue.records);
        records.filter(|record| !record.acknowledged).count()
    }
}

impl PartitionQueue {
    fn pop_acknowledged(&mut self) {
        while let Some(record) = self.records.pop_front_if(|record| record.acknowledged) {
            self.first_position += 1;
            self.committable = Some(record.offset);
        }
    }
}
