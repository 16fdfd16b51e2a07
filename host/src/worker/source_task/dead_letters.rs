//! A source task's records in its dead letter queue. Kafka Connect has none for sources.
//!
//! Owns the form in which records are written there: the bytes that would have been sent where they
//! are known, and JSON otherwise. A record's offset moves on when the queue has acknowledged it.

use connect_data::batch::SourceRecordMark;
use connect_data::{ConnectHeaders, OffsetMap, SchemaRef, SourceRecord, Value};

use crate::config::ConfigMap;
use crate::converter::{
    Converter as _, ConverterError, ConverterType, HeaderConverter, JsonConverter, Serialized,
    create_header_converter,
};
use crate::errors::{FailedOperation, Failure};
use crate::ids::ConnectorTaskId;
use crate::kafka::producer::OwnedRecord;
use crate::metrics::TaskErrors;

use super::super::converters::converter_failure;
use super::super::dead_letter_queue::{
    DeadLetterQueue, DeadLetterQueueSpec, Origin, context_headers,
};
use super::SourceTask;

#[cfg(test)]
mod tests;

/// Writes the headers, as the default of `header.converter` does.
const HEADER_CONVERTER: &str = "org.apache.kafka.connect.storage.SimpleHeaderConverter";

/// The dead letter queue of a source task. Tickets are the sequence numbers of submitted records;
/// none for a record that fails the task, which is read again.
pub(super) struct DeadLetters {
    task: ConnectorTaskId,
    pub queue: DeadLetterQueue<Option<u64>>,
    form: LetterForm,
}

impl DeadLetters {
    /// Makes the dead letter queue.
    ///
    /// # Errors
    ///
    /// The failure of the task.
    pub(super) async fn set_up(
        task: ConnectorTaskId,
        spec: DeadLetterQueueSpec,
        counts: std::sync::Arc<TaskErrors>,
    ) -> Result<Self, Failure> {
        Ok(Self {
            task,
            queue: DeadLetterQueue::set_up(spec, counts).await?,
            form: LetterForm::new().map_err(|error| converter_failure(&error))?,
        })
    }

    /// Writes a polled record.
    pub(super) fn send_polled(
        &mut self,
        original: &SourceRecordMark<'_>,
        operation: FailedOperation<'_>,
        ticket: Option<u64>,
    ) -> Result<(), Failure> {
        let record = original.to_record().map_err(|error| {
            Failure::connect("The plugin's poll returned a record that cannot be read")
                .caused_by_error(&error)
        })?;
        let mut letter = self.form.letter(&record);
        if self.queue.context_headers {
            let text = |map: &Option<OffsetMap<'_>>| map.as_ref().map(ToString::to_string);
            let origin = Origin {
                topic: record.topic.as_deref(),
                partition: record.kafka_partition,
                offset: None,
                source_partition: text(&record.source_partition),
                source_offset: text(&record.source_offset),
            };
            letter
                .headers
                .extend(context_headers(&self.task, operation, origin));
        }
        self.queue.send(letter, ticket);
        Ok(())
    }

    /// Writes the bytes of a record that was not written to `topic`.
    pub(super) fn send_bytes(
        &mut self,
        record: OwnedRecord,
        topic: &str,
        operation: FailedOperation<'_>,
        ticket: u64,
    ) {
        let mut letter = record;
        if self.queue.context_headers {
            let origin = Origin {
                topic: Some(topic),
                ..Origin::default()
            };
            letter
                .headers
                .extend(context_headers(&self.task, operation, origin));
        }
        self.queue.send(letter, Some(ticket));
    }
}

impl SourceTask {
    /// Takes what the dead letter queue reports.
    ///
    /// # Errors
    ///
    /// The failure of the task when a record was not written: it would be lost.
    pub(super) fn take_dead_letters(&mut self) -> Result<(), Failure> {
        let Some(letters) = &mut self.dead_letters else {
            return Ok(());
        };
        letters.queue.pump();
        let topic = letters.queue.topic().to_owned();
        let mut outcome = Ok(());
        for (ticket, written) in letters.queue.take_settled() {
            match (ticket, written) {
                (Some(sequence), Ok(())) => self.settle(sequence, None),
                (None, Ok(())) => {}
                (_, Err(failure)) => {
                    let message = format!(
                        "A record that failed could not be written to the dead letter queue {topic}; its \
                         source offset is not stored, and it is read again"
                    );
                    outcome = outcome.and(Err(Failure::connect(message).caused_by(failure)));
                }
            }
        }
        outcome
    }

    /// Waits while the dead letter queue takes no more, unless the task is to end.
    pub(super) async fn wait_for_dead_letters(&mut self) -> Result<(), Failure> {
        while let Some(letters) = &self.dead_letters
            && letters.queue.has_backlog()
            && !self.context.stopping()
        {
            tokio::select! {
                () = letters.queue.wait_for_progress() => {}
                () = self.context.stop.cancelled() => {}
                () = tokio::time::sleep_until(self.next_commit) => {}
            }
            self.take_deliveries()?;
            self.commit_when_due().await?;
        }
        Ok(())
    }
}

/// How a record is written that has no bytes yet.
struct LetterForm {
    plain: JsonConverter,
    with_schema: JsonConverter,
    headers: Box<dyn HeaderConverter>,
}

impl LetterForm {
    fn new() -> Result<Self, ConverterError> {
        let json = |schemas: &str| {
            let settings = [("schemas.enable".to_owned(), schemas.to_owned())];
            JsonConverter::new(&ConfigMap::from_iter(settings), ConverterType::Value)
        };
        Ok(Self {
            plain: json("false")?,
            with_schema: json("true")?,
            headers: create_header_converter(HEADER_CONVERTER, &ConfigMap::default())?,
        })
    }

    fn letter(&mut self, record: &SourceRecord<'_>) -> OwnedRecord {
        let topic = record.topic.as_deref().unwrap_or_default();
        OwnedRecord {
            // What Kafka cannot hold is left to the producer.
            timestamp: record.timestamp.filter(|timestamp| *timestamp >= 0),
            key: self.json(topic, record.key_schema.as_ref(), &record.key),
            value: self.json(topic, record.value_schema.as_ref(), &record.value),
            headers: self.headers(topic, &record.headers),
        }
    }

    /// Without a schema plain JSON, else an envelope; the text of what cannot be JSON.
    fn json(
        &mut self,
        topic: &str,
        schema: Option<&SchemaRef>,
        value: &Value<'_>,
    ) -> Option<Vec<u8>> {
        let converter = match schema {
            Some(_) => &mut self.with_schema,
            None => &mut self.plain,
        };
        let mut bytes = Vec::new();
        match converter.from_connect_data(topic, schema, value, &mut bytes) {
            Ok(Serialized::Bytes) => Some(bytes),
            Ok(Serialized::Null) => None,
            Err(_) => Some(value.to_java_string().into_bytes()),
        }
    }

    fn headers(
        &mut self,
        topic: &str,
        headers: &ConnectHeaders<'_>,
    ) -> Vec<(String, Option<Vec<u8>>)> {
        let converter = &mut self.headers;
        let write = |header: &connect_data::Header<'_>| {
            let mut bytes = Vec::new();
            let schema = header.schema.as_ref();
            let written = converter.from_connect_header(
                topic,
                &header.key,
                schema,
                &header.value,
                &mut bytes,
            );
            let value = match written {
                Ok(Serialized::Bytes) => Some(bytes),
                Ok(Serialized::Null) => None,
                Err(_) => Some(header.value.to_java_string().into_bytes()),
            };
            (header.key.to_string(), value)
        };
        headers.iter().map(write).collect()
    }
}
