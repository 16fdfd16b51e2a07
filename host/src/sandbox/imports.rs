//! The host's side of the imports: logging, metrics, stopping, and the contexts.
//!
//! Each function checks sizes that the WIT promises, translates with the bridge, and asks the
//! worker's traits. What the worker did not give answers as the WIT says.

use std::time::Duration;

use wasmtime::component::{HasSelf, Linker, Resource};
use wasmtime_wasi::WasiView;
use wasmtime_wasi::cli::{WasiCli, WasiCliView as _};
use wasmtime_wasi::clocks::{WasiClocks, WasiClocksView as _};
use wasmtime_wasi::p2::bindings as wasi;
use wasmtime_wasi::p2::{DynPollable, Pollable};
use wasmtime_wasi::random::WasiRandom;

use super::bindings::any::connect_wasm::plugin as wit;
use super::error::{ConnectError, ErrorKind};
use super::filesystem::HasFilteredFilesystem;
use super::http;
use super::network;
use super::output::Level;
use super::services::ErrantRecord;
use super::state::InstanceState;
use super::stop::StopSignal;
use crate::bridge;
use crate::metrics::OwnMetric;

/// LIMIT: as the WIT says of `offset-reader.offsets`.
const PARTITIONS_PER_CALL_MAX: usize = 10_000;
/// LIMIT: names of metrics are labels; longer ones are cut.
const METRIC_NAME_BYTES_MAX: usize = 200;

/// A linker that offers everything that a plugin may import, and nothing else.
pub(super) fn linker(engine: &wasmtime::Engine) -> wasmtime::Result<Linker<InstanceState>> {
    let mut linker = Linker::new(engine);
    let l = &mut linker;
    wit::logging::add_to_linker::<_, HasSelf<InstanceState>>(l, |state| state)?;
    wit::metrics::add_to_linker::<_, HasSelf<InstanceState>>(l, |state| state)?;
    wit::stopping::add_to_linker::<_, HasSelf<InstanceState>>(l, |state| state)?;
    wit::connector_context::add_to_linker::<_, HasSelf<InstanceState>>(l, |state| state)?;
    wit::offset_reader::add_to_linker::<_, HasSelf<InstanceState>>(l, |state| state)?;
    wit::transaction_context::add_to_linker::<_, HasSelf<InstanceState>>(l, |state| state)?;
    wit::sink_context::add_to_linker::<_, HasSelf<InstanceState>>(l, |state| state)?;
    wit::errant_records::add_to_linker::<_, HasSelf<InstanceState>>(l, |state| state)?;
    wit::types::add_to_linker::<_, HasSelf<InstanceState>>(l, |state| state)?;
    wit::config_def::add_to_linker::<_, HasSelf<InstanceState>>(l, |state| state)?;
    add_io(l)?;
    wasi::clocks::wall_clock::add_to_linker::<InstanceState, WasiClocks>(l, |state| {
        state.clocks()
    })?;
    wasi::clocks::monotonic_clock::add_to_linker::<InstanceState, WasiClocks>(l, |state| {
        state.clocks()
    })?;
    wasi::random::random::add_to_linker::<InstanceState, WasiRandom>(l, |state| {
        state.wasi.random()
    })?;
    wasi::random::insecure::add_to_linker::<InstanceState, WasiRandom>(l, |state| {
        state.wasi.random()
    })?;
    wasi::random::insecure_seed::add_to_linker::<InstanceState, WasiRandom>(l, |state| {
        state.wasi.random()
    })?;
    wasi::filesystem::preopens::add_to_linker::<_, HasFilteredFilesystem>(
        l,
        InstanceState::filtered_filesystem,
    )?;
    wasi::filesystem::types::add_to_linker::<_, HasFilteredFilesystem>(
        l,
        InstanceState::filtered_filesystem,
    )?;
    add_cli(l)?;
    network::sockets::add_to_linker(l)?;
    http::add_to_linker(l)?;
    wasmtime_wasi_tls::p2::add_to_linker(
        l,
        wasmtime_wasi_tls::p2::LinkOptions::default().tls(true),
    )?;
    Ok(linker)
}

fn add_io(l: &mut Linker<InstanceState>) -> wasmtime::Result<()> {
    struct HasTable;
    impl wasmtime::component::HasData for HasTable {
        type Data<'a> = &'a mut wasmtime::component::ResourceTable;
    }
    wasi::io::error::add_to_linker::<InstanceState, HasTable>(l, |state| state.ctx().table)?;
    wasi::io::poll::add_to_linker::<InstanceState, HasTable>(l, |state| state.ctx().table)?;
    wasi::io::streams::add_to_linker::<InstanceState, HasTable>(l, |state| state.ctx().table)
}

fn add_cli(l: &mut Linker<InstanceState>) -> wasmtime::Result<()> {
    wasi::cli::exit::add_to_linker::<InstanceState, WasiCli>(l, |state| state.cli())?;
    wasi::cli::environment::add_to_linker::<InstanceState, WasiCli>(l, |state| state.cli())?;
    wasi::cli::stdin::add_to_linker::<InstanceState, WasiCli>(l, |state| state.cli())?;
    wasi::cli::stdout::add_to_linker::<InstanceState, WasiCli>(l, |state| state.cli())?;
    wasi::cli::stderr::add_to_linker::<InstanceState, WasiCli>(l, |state| state.cli())?;
    wasi::cli::terminal_input::add_to_linker::<InstanceState, WasiCli>(l, |state| state.cli())?;
    wasi::cli::terminal_output::add_to_linker::<InstanceState, WasiCli>(l, |state| state.cli())?;
    wasi::cli::terminal_stdin::add_to_linker::<InstanceState, WasiCli>(l, |state| state.cli())?;
    wasi::cli::terminal_stdout::add_to_linker::<InstanceState, WasiCli>(l, |state| state.cli())?;
    wasi::cli::terminal_stderr::add_to_linker::<InstanceState, WasiCli>(l, |state| state.cli())
}

impl wit::types::Host for InstanceState {}

impl wit::config_def::Host for InstanceState {}

impl wit::logging::Host for InstanceState {
    fn log(&mut self, level: wit::logging::Level, message: String) -> wasmtime::Result<()> {
        self.log.message(level.into(), &message);
        Ok(())
    }

    fn enabled(&mut self, level: wit::logging::Level) -> wasmtime::Result<bool> {
        Ok(self.log.enabled(Level::from(level)))
    }
}

impl From<wit::logging::Level> for Level {
    fn from(level: wit::logging::Level) -> Self {
        match level {
            wit::logging::Level::Trace => Self::Trace,
            wit::logging::Level::Debug => Self::Debug,
            wit::logging::Level::Info => Self::Info,
            wit::logging::Level::Warn => Self::Warn,
            wit::logging::Level::Error => Self::Error,
        }
    }
}

impl InstanceState {
    /// The plugin's metric of this name, which begins with its first use; none when it has too many.
    fn metric(&mut self, name: String, new: fn() -> OwnMetric) -> Option<&OwnMetric> {
        let name = match name.len() > METRIC_NAME_BYTES_MAX {
            true => name[..name.floor_char_boundary(METRIC_NAME_BYTES_MAX)].to_owned(),
            false => name,
        };
        if self.metrics.contains_key(&name) {
            return self.metrics.get(&name);
        }
        if self.metrics.len() < self.metric_names_max {
            let metric = new();
            self.usage.show(&name, &metric);
            return Some(self.metrics.entry(name).or_insert(metric));
        }
        if !self.metric_names_warned {
            self.metric_names_warned = true;
            self.log.warning(&format!(
                "the plugin uses more than {} names of metrics; further ones are ignored",
                self.metric_names_max
            ));
        }
        None
    }
}

impl wit::metrics::Host for InstanceState {
    fn counter_add(&mut self, name: String, value: u64) -> wasmtime::Result<()> {
        if let Some(metric) = self.metric(name, OwnMetric::counter) {
            metric.add(value);
        }
        Ok(())
    }

    fn gauge_set(&mut self, name: String, value: f64) -> wasmtime::Result<()> {
        if let Some(metric) = self.metric(name, OwnMetric::gauge) {
            metric.set(value);
        }
        Ok(())
    }
}

/// Lets a guest's event loop wait for the stop signal.
struct StopPollable(StopSignal);

#[async_trait::async_trait]
impl Pollable for StopPollable {
    async fn ready(&mut self) {
        self.0.raised().await;
    }
}

impl wit::stopping::Host for InstanceState {
    fn is_stopping(&mut self) -> wasmtime::Result<bool> {
        Ok(self.stop.is_raised())
    }

    async fn wait(&mut self, timeout_ms: u32) -> wasmtime::Result<bool> {
        Ok(self
            .stop
            .wait(Duration::from_millis(timeout_ms.into()))
            .await)
    }

    fn subscribe(&mut self) -> wasmtime::Result<Resource<DynPollable>> {
        let signal = self.table.push(StopPollable(self.stop.clone()))?;
        wasmtime_wasi::p2::subscribe(&mut self.table, signal)
    }
}

impl wit::connector_context::Host for InstanceState {
    fn request_task_reconfiguration(&mut self) -> wasmtime::Result<()> {
        if let Some(context) = &self.services.connector_context {
            context.request_task_reconfiguration();
        }
        Ok(())
    }

    fn raise_error(&mut self, message: String) -> wasmtime::Result<()> {
        if let Some(context) = &self.services.connector_context {
            context.raise_error(message);
        }
        Ok(())
    }
}

impl wit::offset_reader::Host for InstanceState {
    async fn offsets(
        &mut self,
        partitions: Vec<wit::types::OffsetMap>,
    ) -> wasmtime::Result<Result<Vec<Option<wit::types::OffsetMap>>, wit::types::ConnectError>>
    {
        if partitions.len() > PARTITIONS_PER_CALL_MAX {
            return Ok(Err(bridge::error::to_wit(ConnectError::new(
                ErrorKind::Fatal,
                format!(
                    "offset-reader.offsets takes at most {PARTITIONS_PER_CALL_MAX} partitions a call, got {}",
                    partitions.len()
                ),
            ))));
        }
        let Some(reader) = self.services.offset_reader.clone() else {
            return Ok(Ok(vec![None; partitions.len()]));
        };
        let partitions = partitions
            .into_iter()
            .map(bridge::offset::from_wit)
            .collect();
        Ok(match reader.offsets(partitions).await {
            Ok(offsets) => Ok(offsets
                .iter()
                .map(|offset| offset.as_ref().map(bridge::offset::to_wit))
                .collect()),
            Err(error) => Err(bridge::error::to_wit(error)),
        })
    }
}

impl wit::transaction_context::Host for InstanceState {
    fn enabled(&mut self) -> wasmtime::Result<bool> {
        Ok(self.services.transaction_context.is_some())
    }

    fn commit_transaction(&mut self) -> wasmtime::Result<()> {
        self.with_transactions(|context| context.commit())
    }

    fn commit_transaction_after(&mut self, record_index: u32) -> wasmtime::Result<()> {
        self.with_transactions(|context| context.commit_after(record_index))
    }

    fn abort_transaction(&mut self) -> wasmtime::Result<()> {
        self.with_transactions(|context| context.abort())
    }

    fn abort_transaction_after(&mut self, record_index: u32) -> wasmtime::Result<()> {
        self.with_transactions(|context| context.abort_after(record_index))
    }
}

impl InstanceState {
    fn with_transactions(
        &self,
        call: impl FnOnce(&dyn super::TransactionContext),
    ) -> wasmtime::Result<()> {
        match &self.services.transaction_context {
            Some(context) => {
                call(context.as_ref());
                Ok(())
            }
            None => Err(wasmtime::Error::msg(
                "transaction-context was called, but the task does not define its own transaction boundaries \
                 (transaction.boundary=connector)",
            )),
        }
    }

    fn with_sink<T>(
        &self,
        without: T,
        call: impl FnOnce(&dyn super::SinkContext) -> T,
    ) -> wasmtime::Result<T> {
        Ok(match &self.services.sink_context {
            Some(context) => call(context.as_ref()),
            None => without,
        })
    }
}

impl wit::sink_context::Host for InstanceState {
    fn set_offsets(&mut self, offsets: Vec<wit::types::PartitionOffset>) -> wasmtime::Result<()> {
        self.with_sink((), |sink| {
            sink.set_offsets(bridge::offset::partition_offsets_from_wit(offsets))
        })
    }

    fn set_timeout(&mut self, timeout_ms: i64) -> wasmtime::Result<()> {
        self.with_sink((), |sink| sink.set_timeout(timeout_ms))
    }

    fn pause(
        &mut self,
        partitions: Vec<wit::types::TopicPartition>,
    ) -> wasmtime::Result<Result<(), wit::types::ConnectError>> {
        let partitions = bridge::offset::partitions_from_wit(partitions);
        self.with_sink(Ok(()), |sink| {
            sink.pause(partitions).map_err(bridge::error::to_wit)
        })
    }

    fn resume(
        &mut self,
        partitions: Vec<wit::types::TopicPartition>,
    ) -> wasmtime::Result<Result<(), wit::types::ConnectError>> {
        let partitions = bridge::offset::partitions_from_wit(partitions);
        self.with_sink(Ok(()), |sink| {
            sink.resume(partitions).map_err(bridge::error::to_wit)
        })
    }

    fn assignment(&mut self) -> wasmtime::Result<Vec<wit::types::TopicPartition>> {
        self.with_sink(Vec::new(), |sink| {
            bridge::offset::partitions_to_wit(sink.assignment())
        })
    }

    fn request_commit(&mut self) -> wasmtime::Result<()> {
        self.with_sink((), |sink| sink.request_commit())
    }
}

impl wit::errant_records::Host for InstanceState {
    fn enabled(&mut self) -> wasmtime::Result<bool> {
        Ok(self.services.errant_records.is_some())
    }

    async fn report(
        &mut self,
        record: wit::errant_records::ErrantRecord,
        error: String,
    ) -> wasmtime::Result<Result<(), wit::types::ConnectError>> {
        let Some(reporter) = self.services.errant_records.clone() else {
            return Ok(Err(bridge::error::to_wit(ConnectError::new(
                ErrorKind::Fatal,
                "there is no reporter of errant records; set a dead letter queue or errors.log.enable",
            ))));
        };
        let record = match record {
            wit::errant_records::ErrantRecord::Delivered(at) => ErrantRecord::Delivered {
                topic: at.topic,
                partition: at.partition,
                offset: at.offset,
            },
            wit::errant_records::ErrantRecord::Other(batch) => ErrantRecord::Other(batch),
        };
        Ok(reporter
            .report(record, error)
            .await
            .map_err(bridge::error::to_wit))
    }
}
