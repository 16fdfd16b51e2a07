//! Calls to the worker from within a plugin.

mod http;

use std::time::Duration;

use connect_data::batch::SinkBatchEncoder;
use connect_data::{OffsetMap, SinkRecord};

use crate::bindings::services::connect_wasm::plugin as services;
use crate::bindings::stdin::wasi;
use crate::convert::{
    error_from_wit, offset_from_wit, offset_to_wit, partition_from_wit, partition_offset_to_wit,
    partition_to_wit,
};
use crate::log::Level;
use crate::stdin::Input;
use crate::{
    ConnectError, ConnectorContext, ErrantRecordReporter, OffsetReader, PartitionOffset,
    SinkConsumer, TopicPartition, TransactionContext,
};

pub(crate) use http::http_send;

pub(crate) fn log(level: Level, message: &str) {
    services::logging::log(level_to_wit(level), message);
}

pub(crate) fn log_enabled(level: Level) -> bool {
    services::logging::enabled(level_to_wit(level))
}

fn level_to_wit(level: Level) -> services::logging::Level {
    match level {
        Level::Trace => services::logging::Level::Trace,
        Level::Debug => services::logging::Level::Debug,
        Level::Info => services::logging::Level::Info,
        Level::Warn => services::logging::Level::Warn,
        Level::Error => services::logging::Level::Error,
    }
}

pub(crate) fn counter_add(name: &str, value: u64) {
    services::metrics::counter_add(name, value);
}

pub(crate) fn gauge_set(name: &str, value: f64) {
    services::metrics::gauge_set(name, value);
}

pub(crate) fn is_stopping() -> bool {
    services::stopping::is_stopping()
}

pub(crate) fn wait(timeout_ms: u32) -> bool {
    services::stopping::wait(timeout_ms)
}

/// Waits take their time in a plugin.
pub(crate) fn simulated() -> Duration {
    Duration::ZERO
}

pub(crate) struct StdinStream {
    stream: wasi::io::streams::InputStream,
}

impl StdinStream {
    pub(crate) fn open() -> Self {
        Self {
            stream: wasi::cli::stdin::get_stdin(),
        }
    }

    pub(crate) fn read(
        &mut self,
        bytes_max: usize,
        timeout: Duration,
    ) -> Result<Input, ConnectError> {
        if let Some(input) = self.read_now(bytes_max)? {
            return Ok(input);
        }
        let nanos = u64::try_from(timeout.as_nanos()).unwrap_or(u64::MAX);
        let data = self.stream.subscribe();
        let stop = services::stopping::subscribe();
        let time = wasi::clocks::monotonic_clock::subscribe_duration(nanos);
        wasi::io::poll::poll(&[&data, &stop, &time]);
        Ok(self.read_now(bytes_max)?.unwrap_or(Input::Nothing))
    }

    fn read_now(&mut self, bytes_max: usize) -> Result<Option<Input>, ConnectError> {
        use wasi::io::streams::StreamError;
        match self.stream.read(bytes_max as u64) {
            Ok(bytes) if bytes.is_empty() => Ok(None),
            Ok(bytes) => Ok(Some(Input::Bytes(bytes))),
            Err(StreamError::Closed) => Ok(Some(Input::End)),
            Err(StreamError::LastOperationFailed(error)) => Err(ConnectError::fatal(format!(
                "Couldn't read standard input: {}",
                error.to_debug_string()
            ))),
        }
    }
}

/// The worker, as every kind of context.
pub(crate) struct Worker;

impl ConnectorContext for Worker {
    fn request_task_reconfiguration(&self) {
        services::connector_context::request_task_reconfiguration();
    }

    fn raise_error(&self, message: &str) {
        services::connector_context::raise_error(message);
    }
}

impl OffsetReader for Worker {
    fn offsets(
        &self,
        partitions: &[OffsetMap<'_>],
    ) -> Result<Vec<Option<OffsetMap<'static>>>, ConnectError> {
        let partitions: Vec<_> = partitions.iter().map(offset_to_wit).collect();
        let offsets = services::offset_reader::offsets(&partitions).map_err(error_from_wit)?;
        Ok(offsets
            .into_iter()
            .map(|offset| offset.map(offset_from_wit))
            .collect())
    }
}

impl TransactionContext for Worker {
    fn enabled(&self) -> bool {
        services::transaction_context::enabled()
    }

    fn commit_transaction(&self) {
        services::transaction_context::commit_transaction();
    }

    fn commit_transaction_after(&self, record_index: u32) {
        services::transaction_context::commit_transaction_after(record_index);
    }

    fn abort_transaction(&self) {
        services::transaction_context::abort_transaction();
    }

    fn abort_transaction_after(&self, record_index: u32) {
        services::transaction_context::abort_transaction_after(record_index);
    }
}

impl SinkConsumer for Worker {
    fn set_offsets(&self, offsets: &[PartitionOffset]) {
        let offsets: Vec<_> = offsets.iter().map(partition_offset_to_wit).collect();
        services::sink_context::set_offsets(&offsets);
    }

    fn set_timeout(&self, timeout: Duration) {
        services::sink_context::set_timeout(i64::try_from(timeout.as_millis()).unwrap_or(i64::MAX));
    }

    fn pause(&self, partitions: &[TopicPartition]) -> Result<(), ConnectError> {
        let partitions: Vec<_> = partitions.iter().map(partition_to_wit).collect();
        services::sink_context::pause(&partitions).map_err(error_from_wit)
    }

    fn resume(&self, partitions: &[TopicPartition]) -> Result<(), ConnectError> {
        let partitions: Vec<_> = partitions.iter().map(partition_to_wit).collect();
        services::sink_context::resume(&partitions).map_err(error_from_wit)
    }

    fn assignment(&self) -> Vec<TopicPartition> {
        services::sink_context::assignment()
            .into_iter()
            .map(partition_from_wit)
            .collect()
    }

    fn request_commit(&self) {
        services::sink_context::request_commit();
    }
}

impl ErrantRecordReporter for Worker {
    fn enabled(&self) -> bool {
        services::errant_records::enabled()
    }

    fn report(&self, record: &SinkRecord<'_>, error: &str) -> Result<(), ConnectError> {
        use services::errant_records::{ErrantRecord, RecordCoordinates};
        let record = ErrantRecord::Delivered(RecordCoordinates {
            topic: record.original_topic.to_string(),
            partition: record.original_kafka_partition,
            offset: record.original_kafka_offset,
        });
        services::errant_records::report(&record, error).map_err(error_from_wit)
    }

    fn report_other(&self, record: &SinkRecord<'_>, error: &str) -> Result<(), ConnectError> {
        use services::errant_records::ErrantRecord;
        let mut encoder = SinkBatchEncoder::new();
        encoder.push(record)?;
        let record = ErrantRecord::Other(encoder.finish());
        services::errant_records::report(&record, error).map_err(error_from_wit)
    }
}
