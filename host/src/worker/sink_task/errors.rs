//! What becomes of a sink task's records that fail: log, dead letter queue, tolerance.
//!
//! Owns the reports that are not acknowledged yet, behind which no offset may be committed, and serves
//! the guest's reports while it runs. Kafka's counterparts: `DeadLetterQueueReporter`,
//! `WorkerErrantRecordReporter` and their use in `WorkerSinkTask`.
//! Deviation: also records that failed in conversion or transformation are awaited before a commit;
//! Kafka lets them get lost in a crash.

use std::pin::pin;

use connect_data::SinkRecord;
use connect_data::batch::{SchemaCache, SinkBatch};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::converter::{ConverterError, Serialized};
use crate::errors::{FailedOperation, Failure, RetryWithToleranceOperator, Stage};
use crate::ids::ConnectorTaskId;
use crate::kafka::TopicPartition;
use crate::kafka::consumer::{ConsumedBatch, TimestampType};
use crate::kafka::producer::OwnedRecord;
use crate::sandbox::{ConnectError, ErrantRecord, ErrorKind};

use super::super::converters::PREPARATIONS_MAX;
use super::super::dead_letter_queue::{
    DeadLetterQueue, DeadLetterQueueSpec, Origin, context_headers, execution_of,
};
use super::super::errant_records::{RawRecord, RawRecords, Report};
use super::super::record_path::RecordPath;

/// COMPAT: the class that reports of tasks name.
const SINK_TASK: &str = "org.apache.kafka.connect.sink.SinkTask";

/// What the error handling of a sink task is made of.
pub(in crate::worker) struct SinkErrorsSpec {
    /// The task.
    pub task: ConnectorTaskId,
    /// What to do with records that fail.
    pub operator: RetryWithToleranceOperator,
    /// Where they go.
    pub queue: Option<DeadLetterQueueSpec>,
    /// What the guest reports.
    pub reports: Option<mpsc::Receiver<Report>>,
}

/// Who waits for a dead letter.
enum Ticket {
    /// Nobody but the next commit.
    Operation,
    /// The task reported a record of this partition: the task fails if it is not written.
    Report(TopicPartition),
}

/// The error handling of one sink task.
pub(super) struct SinkErrors {
    /// Decides and counts.
    pub operator: RetryWithToleranceOperator,
    task: ConnectorTaskId,
    stop: CancellationToken,
    queue: Option<DeadLetterQueue<Ticket>>,
    reports: Option<mpsc::Receiver<Report>>,
    raw: RawRecords,
    /// What the task reported first.
    reported: Option<Failure>,
    /// A report that did not reach the dead letter queue.
    lost_report: Option<Failure>,
}

impl SinkErrors {
    /// Makes the dead letter queue, if there is one.
    ///
    /// # Errors
    ///
    /// The failure of the task.
    pub(super) async fn set_up(
        spec: SinkErrorsSpec,
        stop: CancellationToken,
    ) -> Result<Self, Failure> {
        let queue = match spec.queue {
            Some(queue) => {
                let counts = spec.operator.counts().clone();
                Some(DeadLetterQueue::set_up(queue, counts).await?)
            }
            None => None,
        };
        Ok(Self {
            operator: spec.operator,
            task: spec.task,
            stop,
            queue,
            reports: spec.reports,
            raw: RawRecords::default(),
            reported: None,
            lost_report: None,
        })
    }

    /// A record has failed for good. False when the task is to end before the report was taken.
    ///
    /// # Errors
    ///
    /// The failure of the task.
    pub(super) async fn give_up(
        &mut self,
        record: &RawRecord<'_>,
        operation: FailedOperation<'_>,
    ) -> Result<bool, Failure> {
        let verdict = self.operator.record_failed(operation, || record.shown());
        self.send(record, operation, Ticket::Operation);
        verdict?;
        Ok(self.wait_for_room().await)
    }

    fn send(&mut self, record: &RawRecord<'_>, operation: FailedOperation<'_>, ticket: Ticket) {
        let Some(queue) = &mut self.queue else {
            return;
        };
        let headers = record.headers.iter();
        let mut letter = OwnedRecord {
            timestamp: record.timestamp,
            key: record.key.map(<[u8]>::to_vec),
            value: record.value.map(<[u8]>::to_vec),
            headers: headers
                .map(|(key, value)| ((*key).to_owned(), value.map(<[u8]>::to_vec)))
                .collect(),
        };
        if queue.context_headers {
            let origin = Origin {
                topic: Some(record.topic),
                partition: Some(record.partition),
                offset: Some(record.offset),
                ..Origin::default()
            };
            letter
                .headers
                .extend(context_headers(&self.task, operation, origin));
        }
        queue.send(letter, ticket);
    }

    /// Waits while the dead letter queue takes no more. False when the task is to end instead.
    async fn wait_for_room(&mut self) -> bool {
        while let Some(queue) = self.queue.as_mut().filter(|queue| queue.has_backlog()) {
            tokio::select! {
                () = queue.wait_for_progress() => queue.pump(),
                () = self.stop.cancelled() => return false,
            }
        }
        true
    }

    /// Keeps a batch that the guest is about to get, if it may report records.
    pub(super) fn keep(&mut self, batch: ConsumedBatch) {
        if self.reports.is_some() {
            self.raw.keep(batch);
        }
    }

    /// Runs a call of the guest, and deals with what it reports meanwhile.
    pub(super) async fn serve<Answer>(
        &mut self,
        path: &mut RecordPath,
        call: impl Future<Output = Answer>,
    ) -> Answer {
        let Some(mut reports) = self.reports.take() else {
            return call.await;
        };
        let mut call = pin!(call);
        let answer = loop {
            let report = tokio::select! {
                biased;
                answer = &mut call => break answer,
                Some(report) = reports.recv() => report,
            };
            let outcome = self.take_report(path, &report).await;
            report.answer(outcome);
        };
        self.reports = Some(reports);
        answer
    }

    async fn take_report(
        &mut self,
        path: &mut RecordPath,
        report: &Report,
    ) -> Result<(), ConnectError> {
        let failure = Failure::connect(&report.error);
        match &report.record {
            ErrantRecord::Delivered {
                topic,
                partition,
                offset,
            } => {
                // Taken out so that the record can be looked at while it is sent.
                let mut raw = std::mem::take(&mut self.raw);
                let outcome = match raw.find(topic, *partition, *offset) {
                    Some(record) => self.reported(&record, failure),
                    None => Err(ConnectError::new(
                        ErrorKind::Fatal,
                        format!(
                            "The record of {topic}-{partition} at offset {offset} cannot be reported: its \
                             bytes are no longer kept. Report records of earlier batches with their \
                             content (report-other)."
                        ),
                    )),
                };
                self.raw = raw;
                outcome?;
            }
            ErrantRecord::Other(batch) => self.report_other(path, batch, failure).await?,
        }
        self.wait_for_room().await;
        Ok(())
    }

    /// A record that the task could not deliver.
    fn reported(&mut self, record: &RawRecord<'_>, failure: Failure) -> Result<(), ConnectError> {
        let operation = FailedOperation {
            stage: Stage::TaskPut,
            class: SINK_TASK,
            failure: &failure,
        };
        let verdict = self.operator.failure_reported(operation, || record.shown());
        let partition = TopicPartition::new(record.topic, record.partition);
        self.send(record, operation, Ticket::Report(partition));
        self.reported.get_or_insert(failure);
        verdict.map_err(|refused| ConnectError::new(ErrorKind::Fatal, refused.message))
    }

    /// A record that was not put: its bytes are made anew.
    async fn report_other(
        &mut self,
        path: &mut RecordPath,
        batch: &[u8],
        failure: Failure,
    ) -> Result<(), ConnectError> {
        let unreadable = |error: &dyn std::fmt::Display| {
            ConnectError::new(
                ErrorKind::Data,
                format!("The reported record is not a batch of one record as in BATCH.md: {error}"),
            )
        };
        let mut schemas = SchemaCache::default();
        let batch = SinkBatch::decode(batch, &mut schemas).map_err(|error| unreadable(&error))?;
        let mut records = batch.records();
        let record = records.next_record().map_err(|error| unreadable(&error))?;
        let record = record.ok_or_else(|| unreadable(&"there is no record"))?;
        let bytes = serialised(path, record).await.map_err(|error| {
            let message = format!("The reported record cannot be converted: {error}");
            ConnectError::new(ErrorKind::Data, message)
        })?;
        let headers = bytes.headers.iter();
        let raw = RawRecord {
            topic: &record.topic,
            partition: record.kafka_partition,
            offset: record.kafka_offset,
            timestamp: record.timestamp,
            timestamp_type: match record.timestamp_type {
                connect_data::TimestampType::NoTimestampType => TimestampType::NoTimestampType,
                connect_data::TimestampType::CreateTime => TimestampType::CreateTime,
                connect_data::TimestampType::LogAppendTime => TimestampType::LogAppendTime,
            },
            key: bytes.key.as_deref(),
            value: bytes.value.as_deref(),
            headers: headers
                .map(|(key, value)| (key.as_str(), value.as_deref()))
                .collect(),
        };
        self.reported(&raw, failure)
    }

    /// After a `put` that went well: a task may not go on that reported what is not tolerated.
    ///
    /// # Errors
    ///
    /// The failure of the task.
    pub(super) fn check_reported(&self) -> Result<(), Failure> {
        match &self.reported {
            Some(failure) => self.operator.within_tolerance(failure),
            None => Ok(()),
        }
    }

    /// Waits until the dead letter queue has everything, for `patience` at most; unless `closing`,
    /// also not longer than the task runs. False when it has not.
    ///
    /// # Errors
    ///
    /// The failure of the task, when a record that it reported was not written.
    pub(super) async fn settle(
        &mut self,
        patience: std::time::Duration,
        closing: bool,
    ) -> Result<bool, Failure> {
        let Some(queue) = &mut self.queue else {
            return Ok(true);
        };
        let deadline = Instant::now() + patience;
        queue.pump();
        let mut in_time = true;
        while queue.unsettled() > 0 && in_time {
            tokio::select! {
                () = queue.wait_for_progress() => queue.pump(),
                () = tokio::time::sleep_until(deadline) => in_time = false,
                () = self.stop.cancelled(), if !closing => in_time = false,
            }
        }
        for (ticket, outcome) in queue.take_settled() {
            if let (Ticket::Report(_), Err(failure)) = (ticket, outcome) {
                self.lost_report.get_or_insert(failure);
            }
        }
        match &self.lost_report {
            Some(failure) => Err(Failure::wrapped(execution_of(failure.clone()))),
            None => Ok(in_time),
        }
    }

    /// Partitions belong to another task: it will report their records again.
    pub(super) fn forget(&mut self, partitions: &[TopicPartition]) {
        let tickets = self.queue.iter_mut().flat_map(DeadLetterQueue::tickets_mut);
        for ticket in tickets {
            if matches!(ticket, Ticket::Report(of) if partitions.contains(of)) {
                *ticket = Ticket::Operation;
            }
        }
    }

    /// Gives the producer back.
    pub(super) async fn close(self) {
        if let Some(queue) = self.queue {
            queue.close().await;
        }
    }
}

/// Key, value and headers as the task's converters write them.
async fn serialised(
    path: &mut RecordPath,
    record: &SinkRecord<'_>,
) -> Result<OwnedRecord, ConverterError> {
    for _ in 0..PREPARATIONS_MAX {
        match serialised_now(path, record) {
            Err((stage, error)) if error.is_unprepared() => path.converters.prepare(stage).await?,
            outcome => return outcome.map_err(|(_, error)| error),
        }
    }
    serialised_now(path, record).map_err(|(_, error)| error)
}

fn serialised_now(
    path: &mut RecordPath,
    record: &SinkRecord<'_>,
) -> Result<OwnedRecord, (Stage, ConverterError)> {
    let converters = &mut path.converters;
    let present = |serialized, bytes| (serialized == Serialized::Bytes).then_some(bytes);
    let topic = &*record.topic;
    let mut bytes = Vec::new();
    let key = converters
        .key
        .from_connect_data(topic, record.key_schema.as_ref(), &record.key, &mut bytes)
        .map_err(|error| (Stage::KeyConverter, error))?;
    let key = present(key, bytes);
    let mut bytes = Vec::new();
    let value = converters
        .value
        .from_connect_data(
            topic,
            record.value_schema.as_ref(),
            &record.value,
            &mut bytes,
        )
        .map_err(|error| (Stage::ValueConverter, error))?;
    let value = present(value, bytes);
    let mut headers = Vec::new();
    for header in record.headers.iter() {
        let mut bytes = Vec::new();
        let written = converters
            .header
            .from_connect_header(
                topic,
                &header.key,
                header.schema.as_ref(),
                &header.value,
                &mut bytes,
            )
            .map_err(|error| (Stage::HeaderConverter, error))?;
        headers.push((header.key.to_string(), present(written, bytes)));
    }
    Ok(OwnedRecord {
        timestamp: record.timestamp,
        key,
        value,
        headers,
    })
}
