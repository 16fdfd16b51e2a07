//! Source partitions, source offsets, and consumer offsets.

use std::borrow::Cow;

use connect_data::{OffsetMap, OffsetValue};

use crate::sandbox::bindings::any::connect_wasm::plugin::types as wit;
use crate::sandbox::{PartitionOffset, TopicPartition};

/// A source partition or offset of a guest.
pub fn from_wit(map: wit::OffsetMap) -> OffsetMap<'static> {
    map.into_iter()
        .map(|(key, value)| {
            let value = match value {
                wit::OffsetValue::Null => OffsetValue::Null,
                wit::OffsetValue::Boolean(value) => OffsetValue::Boolean(value),
                wit::OffsetValue::Integer(value) => OffsetValue::Integer(value),
                wit::OffsetValue::Floating(value) => OffsetValue::Float(value),
                wit::OffsetValue::Text(value) => OffsetValue::Text(Cow::Owned(value)),
                wit::OffsetValue::Bytes(value) => OffsetValue::Bytes(Cow::Owned(value)),
            };
            (Cow::Owned(key), value)
        })
        .collect()
}

/// A source partition or offset for a guest.
pub fn to_wit(map: &OffsetMap<'_>) -> wit::OffsetMap {
    map.iter()
        .map(|(key, value)| {
            let value = match value {
                OffsetValue::Null => wit::OffsetValue::Null,
                OffsetValue::Boolean(value) => wit::OffsetValue::Boolean(*value),
                OffsetValue::Integer(value) => wit::OffsetValue::Integer(*value),
                OffsetValue::Float(value) => wit::OffsetValue::Floating(*value),
                OffsetValue::Text(value) => wit::OffsetValue::Text(value.to_string()),
                OffsetValue::Bytes(value) => wit::OffsetValue::Bytes(value.to_vec()),
            };
            (key.to_string(), value)
        })
        .collect()
}

/// Partitions of a guest.
pub fn partitions_from_wit(partitions: Vec<wit::TopicPartition>) -> Vec<TopicPartition> {
    partitions
        .into_iter()
        .map(|wit::TopicPartition { topic, partition }| TopicPartition { topic, partition })
        .collect()
}

/// Partitions for a guest.
pub fn partitions_to_wit(partitions: Vec<TopicPartition>) -> Vec<wit::TopicPartition> {
    partitions
        .into_iter()
        .map(|TopicPartition { topic, partition }| wit::TopicPartition { topic, partition })
        .collect()
}

/// Consumer offsets of a guest.
pub fn partition_offsets_from_wit(offsets: Vec<wit::PartitionOffset>) -> Vec<PartitionOffset> {
    offsets
        .into_iter()
        .map(
            |wit::PartitionOffset {
                 topic,
                 partition,
                 offset,
             }| PartitionOffset {
                topic,
                partition,
                offset,
            },
        )
        .collect()
}

/// Consumer offsets for a guest.
pub fn partition_offsets_to_wit(offsets: &[PartitionOffset]) -> Vec<wit::PartitionOffset> {
    offsets
        .iter()
        .map(|offset| wit::PartitionOffset {
            topic: offset.topic.clone(),
            partition: offset.partition,
            offset: offset.offset,
        })
        .collect()
}

#[cfg(test)]
mod tests;
