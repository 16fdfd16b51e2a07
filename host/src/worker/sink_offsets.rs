//! Which consumer offsets of a sink task may be committed.
//!
//! Owns, for each assigned partition, the offset behind the delivered records and the offset last
//! committed. Pure: knows no consumer, guest or clock. Kafka's counterpart: the offset maps of
//! `WorkerSinkTask`. Deviation: offsets of revoked partitions are forgotten at once, where Kafka
//! keeps them and filters later.

use std::collections::BTreeMap;

use crate::kafka::TopicPartition;

#[cfg(test)]
mod tests;

/// Offsets by partition; each is the offset of the next record to read.
pub type PartitionOffsets = BTreeMap<TopicPartition, i64>;

/// The offsets of the partitions that are assigned.
#[derive(Default)]
pub struct SinkOffsets {
    /// Behind the records that `put` accepted.
    current: PartitionOffsets,
    /// Behind the records consumed and not delivered yet; only of partitions that have such.
    consumed: PartitionOffsets,
    last_committed: PartitionOffsets,
}

/// What to do with the offsets that a task gave back from `pre-commit`.
#[derive(Debug, PartialEq, Eq)]
pub struct CommitDecision {
    /// What to commit: for every assigned partition asked about, the accepted or the last
    /// committed offset. `None` when nothing changes.
    pub offsets: Option<PartitionOffsets>,
    /// Why some of the given offsets are ignored, one sentence each.
    pub ignored: Vec<String>,
}

impl SinkOffsets {
    /// Partitions were assigned, with the positions where reading starts.
    pub fn assign(&mut self, positions: &[(TopicPartition, i64)]) {
        for (partition, position) in positions {
            self.consumed.remove(partition);
            self.current.insert(partition.clone(), *position);
            self.last_committed.insert(partition.clone(), *position);
        }
    }

    /// Partitions are gone.
    pub fn forget(&mut self, partitions: &[TopicPartition]) {
        for partition in partitions {
            self.current.remove(partition);
            self.consumed.remove(partition);
            self.last_committed.remove(partition);
        }
    }

    /// Records were consumed up to before `next`. Unassigned partitions are ignored.
    pub fn consume(&mut self, partition: &TopicPartition, next: i64) {
        if self.current.contains_key(partition) {
            self.consumed.insert(partition.clone(), next);
        }
    }

    /// Everything consumed has been delivered.
    pub fn deliver(&mut self) {
        while let Some((partition, next)) = self.consumed.pop_first() {
            self.current.insert(partition, next);
        }
    }

    /// Reading goes on from these offsets: they count as delivered and committed.
    pub fn seek(&mut self, offsets: &[(TopicPartition, i64)]) {
        for (partition, offset) in offsets {
            self.consumed.remove(partition);
            for known in [&mut self.current, &mut self.last_committed] {
                if let Some(value) = known.get_mut(partition) {
                    *value = *offset;
                }
            }
        }
    }

    /// The delivered offsets, of all partitions or of the given ones.
    pub fn current(&self, partitions: Option<&[TopicPartition]>) -> PartitionOffsets {
        self.current
            .iter()
            .filter(|(partition, _)| partitions.is_none_or(|asked| asked.contains(partition)))
            .map(|(partition, offset)| (partition.clone(), *offset))
            .collect()
    }

    /// Goes back to the committed offsets after a failed `pre-commit`; returns where to seek.
    pub fn rewind(&mut self) -> Vec<(TopicPartition, i64)> {
        self.current.clone_from(&self.last_committed);
        self.consumed.clear();
        self.last_committed
            .iter()
            .map(|(partition, offset)| (partition.clone(), *offset))
            .collect()
    }

    /// A commit of these offsets succeeded.
    pub fn committed(&mut self, offsets: &PartitionOffsets) {
        for (partition, offset) in offsets {
            if let Some(known) = self.last_committed.get_mut(partition) {
                *known = *offset;
            }
        }
    }

    /// Judges the offsets that the task gave back for `asked`.
    pub fn decide(&self, asked: &PartitionOffsets, given: &PartitionOffsets) -> CommitDecision {
        let mut ignored = Vec::new();
        let mut offsets: PartitionOffsets = asked
            .keys()
            .filter_map(|partition| {
                let committed = self.last_committed.get(partition)?;
                Some((partition.clone(), *committed))
            })
            .collect();
        for (partition, offset) in given {
            match asked.get(partition) {
                Some(current) if offset <= current => {
                    offsets.insert(partition.clone(), *offset);
                }
                Some(current) => ignored.push(format!(
                    "Ignoring invalid task provided offset {partition}/{offset} -- not yet \
                     consumed, current offset is {current}"
                )),
                None if !self.current.contains_key(partition) => ignored.push(format!(
                    "Ignoring invalid task provided offset {partition}/{offset} -- partition not \
                     assigned"
                )),
                None => {}
            }
        }
        let unchanged = offsets
            .iter()
            .all(|(partition, offset)| self.last_committed.get(partition) == Some(offset));
        CommitDecision {
            offsets: (!unchanged).then_some(offsets),
            ignored,
        }
    }
}
