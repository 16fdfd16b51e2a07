//! What connectors are asked about exactly-once delivery and offsets.

use crate::sandbox::bindings::any::connect_wasm::plugin::types as wit;
use crate::sandbox::bindings::sink::exports::connect_wasm::plugin::sink_connector as wit_sink;
use crate::sandbox::bindings::source::exports::connect_wasm::plugin::source_connector as wit_source;
use crate::sandbox::{PartitionOffset, SourceOffsetChange, Support, TopicPartition};

/// A connector's answer about exactly-once delivery.
pub fn exactly_once_from_wit(answer: wit_source::ExactlyOnce) -> Support {
    match answer {
        wit_source::ExactlyOnce::Supported => Support::Supported,
        wit_source::ExactlyOnce::Unsupported => Support::Unsupported,
        wit_source::ExactlyOnce::Unknown => Support::Unknown,
    }
}

/// A connector's answer about transaction boundaries.
pub fn boundaries_from_wit(answer: wit_source::TransactionBoundaries) -> Support {
    match answer {
        wit_source::TransactionBoundaries::Supported => Support::Supported,
        wit_source::TransactionBoundaries::Unsupported => Support::Unsupported,
        wit_source::TransactionBoundaries::Unknown => Support::Unknown,
    }
}

/// Changes of source offsets for a guest.
pub fn source_changes_to_wit(
    changes: &[SourceOffsetChange],
) -> Vec<(Option<wit::OffsetMap>, Option<wit::OffsetMap>)> {
    changes
        .iter()
        .map(|(partition, offset)| {
            (
                partition.as_ref().map(super::offset::to_wit),
                offset.as_ref().map(super::offset::to_wit),
            )
        })
        .collect()
}

/// Changes of consumer offsets for a guest.
pub fn sink_changes_to_wit(
    set: &[PartitionOffset],
    reset: &[TopicPartition],
) -> Vec<wit_sink::AlteredOffset> {
    let changed = set.iter().map(|change| wit_sink::AlteredOffset {
        partition: wit::TopicPartition {
            topic: change.topic.clone(),
            partition: change.partition,
        },
        offset: Some(change.offset),
    });
    let removed = reset.iter().map(|partition| wit_sink::AlteredOffset {
        partition: wit::TopicPartition {
            topic: partition.topic.clone(),
            partition: partition.partition,
        },
        offset: None,
    });
    changed.chain(removed).collect()
}
