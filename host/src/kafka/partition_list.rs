//! librdkafka's lists of partitions, made of ours.
//!
//! Must not know what the lists are for.

use rdkafka::{Offset, TopicPartitionList};

use super::{KafkaError, TopicPartition};

/// Partitions that have no offset.
pub(super) fn without_offsets(partitions: &[TopicPartition]) -> TopicPartitionList {
    let mut list = TopicPartitionList::with_capacity(partitions.len());
    for partition in partitions {
        list.add_partition(&partition.topic, partition.partition);
    }
    list
}

/// Partitions, each with its offset. An error when an offset is negative.
pub(super) fn with_offsets(
    offsets: &[(TopicPartition, i64)],
) -> Result<TopicPartitionList, KafkaError> {
    let mut list = TopicPartitionList::with_capacity(offsets.len());
    for (partition, offset) in offsets {
        list.add_partition_offset(
            &partition.topic,
            partition.partition,
            Offset::Offset(*offset),
        )
        .map_err(|error| KafkaError::from_rdkafka("Naming partitions", &error))?;
    }
    Ok(list)
}
