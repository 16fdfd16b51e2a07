//! Which source offsets may be stored: those behind which every record is in Kafka.
//!
//! Owns the order of records handed to the producer, for each source partition. Pure: knows no
//! Kafka, no storage and no clock. Offsets stay encoded, as the batch brought them, until a commit
//! asks for them. Kafka's counterpart: `SubmittedRecords`.

use std::collections::{HashMap, VecDeque};
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

/// The number of a source partition, given by the caller: equal partitions, equal numbers.
pub type PartitionNumber = u32;

/// Records in the order of submission, and which of them are acknowledged.
///
/// Records are named by consecutive sequence numbers from 0. One entry in each of two queues a
/// record, and nothing else.
#[derive(Default)]
pub struct SubmittedRecords {
    /// The sequence number of `index[0]`.
    first_sequence: u64,
    /// For each record not yet forgotten, its partition and its position there.
    index: VecDeque<(PartitionNumber, u64)>,
    partitions: HashMap<PartitionNumber, PartitionQueue>,
    unacknowledged: usize,
    committable: HashMap<PartitionNumber, OffsetInBatch>,
}

#[derive(Default)]
struct PartitionQueue {
    /// The position of `records[0]`, counted from the start of the task.
    first_position: u64,
    records: VecDeque<Submitted>,
}

struct Submitted {
    offset: OffsetInBatch,
    acknowledged: bool,
}

impl SubmittedRecords {
    /// Adds a record at the end; returns its sequence number.
    pub fn submit(&mut self, partition: PartitionNumber, offset: OffsetInBatch) -> u64 {
        let sequence = self.first_sequence + self.index.len() as u64;
        let queue = self.partitions.entry(partition).or_default();
        let position = queue.first_position + queue.records.len() as u64;
        queue.records.push_back(Submitted { offset, acknowledged: false });
        self.index.push_back((partition, position));
        self.unacknowledged += 1;
        sequence
    }

    /// The sequence number that the next record will get.
    pub fn next_sequence(&self) -> u64 {
        self.first_sequence + self.index.len() as u64
    }

    /// Marks a record as acknowledged. Unknown and repeated sequence numbers have no effect.
    pub fn acknowledge(&mut self, sequence: u64) {
        let Some(offset) = sequence.checked_sub(self.first_sequence) else { return };
        let Some(&(partition, position)) = self.index.get(offset as usize) else { return };
        let Some(queue) = self.partitions.get_mut(&partition) else { return };
        let Some(place) = position.checked_sub(queue.first_position) else { return };
        let Some(record) = queue.records.get_mut(place as usize) else { return };
        if record.acknowledged {
            return;
        }
        record.acknowledged = true;
        self.unacknowledged -= 1;
        if place == 0 {
            queue.pop_acknowledged(partition, &mut self.committable);
        }
        self.forget_acknowledged();
    }

    /// Drops the front of the index as far as the partitions have dropped theirs.
    fn forget_acknowledged(&mut self) {
        while let Some((partition, position)) = self.index.front() {
            let outstanding = self
                .partitions
                .get(partition)
                .is_some_and(|queue| *position >= queue.first_position);
            if outstanding {
                break;
            }
            self.index.pop_front();
            self.first_sequence += 1;
        }
    }

    /// The offsets that may be stored now and were not taken before, one for each partition.
    pub fn take_committable(&mut self) -> HashMap<PartitionNumber, OffsetInBatch> {
        std::mem::take(&mut self.committable)
    }

    /// Records handed to the producer and not acknowledged.
    pub fn unacknowledged(&self) -> usize {
        self.unacknowledged
    }
}

impl PartitionQueue {
    fn pop_acknowledged(
        &mut self,
        partition: PartitionNumber,
        committable: &mut HashMap<PartitionNumber, OffsetInBatch>,
    ) {
        let mut last = None;
        while let Some(record) = self.records.front() {
            if !record.acknowledged {
                break;
            }
            self.first_position += 1;
            last = self.records.pop_front().map(|record| record.offset);
        }
        if let Some(offset) = last {
            committable.insert(partition, offset);
        }
    }
}
