//! Partitions and offsets of Kafka as guests are given them.
//!
//! The two sides must not know each other; the worker is where they meet.

use crate::kafka::TopicPartition;
use crate::sandbox;

/// Partitions for a guest.
pub(super) fn guest_partitions(partitions: &[TopicPartition]) -> Vec<sandbox::TopicPartition> {
    partitions
        .iter()
        .map(|partition| sandbox::TopicPartition {
            topic: partition.topic.to_string(),
            partition: partition.partition,
        })
        .collect()
}

/// Partitions with their offsets for a guest.
pub(super) fn guest_offsets<'a>(
    offsets: impl IntoIterator<Item = (&'a TopicPartition, i64)>,
) -> Vec<sandbox::PartitionOffset> {
    offsets
        .into_iter()
        .map(|(partition, offset)| sandbox::PartitionOffset {
            topic: partition.topic.to_string(),
            partition: partition.partition,
            offset,
        })
        .collect()
}
