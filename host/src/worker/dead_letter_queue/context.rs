//! What a dead letter's headers tell about its error.
//!
//! Pure. The names are a contract. Kafka's counterpart:
//! `DeadLetterQueueReporter.populateContextHeaders`; those about source partitions are ours.

use crate::errors::FailedOperation;
use crate::ids::ConnectorTaskId;

#[cfg(test)]
mod tests;

/// Where a record came from, as far as it is known.
#[derive(Clone, Debug, Default)]
pub(in crate::worker) struct Origin<'a> {
    /// The topic: that of a consumed record, or the one that a source record was for.
    pub topic: Option<&'a str>,
    /// The partition.
    pub partition: Option<i32>,
    /// The offset of a consumed record.
    pub offset: Option<i64>,
    /// The source partition, as text.
    pub source_partition: Option<String>,
    /// The source offset, as text.
    pub source_offset: Option<String>,
}

/// The headers that come behind a record's own.
pub(in crate::worker) fn context_headers(
    task: &ConnectorTaskId,
    operation: FailedOperation<'_>,
    origin: Origin<'_>,
) -> Vec<(String, Option<Vec<u8>>)> {
    let FailedOperation {
        stage,
        class,
        failure,
    } = operation;
    let mut headers = Vec::with_capacity(12);
    let mut add = |name: &str, value: String| {
        headers.push((format!("__connect.errors.{name}"), Some(value.into_bytes())));
    };
    if let Some(topic) = origin.topic {
        add("topic", topic.to_owned());
    }
    if let Some(partition) = origin.partition {
        add("partition", partition.to_string());
    }
    if let Some(offset) = origin.offset {
        add("offset", offset.to_string());
    }
    if let Some(partition) = origin.source_partition {
        add("source.partition", partition);
    }
    if let Some(offset) = origin.source_offset {
        add("source.offset", offset);
    }
    add("connector.name", task.connector.to_string());
    add("task.id", task.task.to_string());
    add("stage", stage.to_string());
    add("class.name", class.to_owned());
    add("exception.class.name", failure.class.clone());
    add("exception.message", failure.message.clone());
    add("exception.stacktrace", format!("{failure}\n"));
    if failure.message.is_empty()
        && let Some((_, value)) = headers
            .iter_mut()
            .find(|(name, _)| name.ends_with(".exception.message"))
    {
        // An exception without a message has null there.
        *value = None;
    }
    headers
}
