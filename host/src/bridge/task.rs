//! What source tasks are told about their records.

use crate::sandbox::bindings::source::exports::connect_wasm::plugin::source_task as wit;
use crate::sandbox::{CommittedRecord, TaskOptions};

/// What a task wants of the host.
pub fn options_from_wit(options: wit::TaskOptions) -> TaskOptions {
    TaskOptions {
        wants_commit_records: options.wants_commit_records,
    }
}

/// Records for a guest.
pub fn committed_to_wit(records: &[CommittedRecord]) -> Vec<wit::CommittedRecord> {
    records
        .iter()
        .map(|record| wit::CommittedRecord {
            batch: record.batch,
            index: record.index,
            metadata: record
                .metadata
                .as_ref()
                .map(|metadata| wit::RecordMetadata {
                    topic: metadata.topic.clone(),
                    partition: metadata.partition,
                    offset: metadata.offset,
                }),
        })
        .collect()
}
