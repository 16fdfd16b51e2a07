//! A connector instance, source or sink: makes task configurations and watches the outside.

use indexmap::IndexMap;

use super::bindings::{sink, source};
use super::component::Half;
use super::error::SandboxError;
use super::instance::{Core, InstanceSpec};
use super::limits::TimeLimit;
use super::services::PartitionOffset;
use crate::bridge;
use connect_data::OffsetMap;

/// What a source connector says about exactly-once delivery or transaction boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// Yes.
    Supported,
    /// No.
    Unsupported,
    /// It does not say.
    Unknown,
}

/// A change of stored source offsets: partition and new offset; no offset resets the partition.
pub type SourceOffsetChange = (Option<OffsetMap<'static>>, Option<OffsetMap<'static>>);

/// A running connector instance.
pub struct ConnectorInstance {
    core: Core,
    guest: Guest,
}

enum Guest {
    Source(source::SourcePlugin),
    Sink(sink::SinkPlugin),
}

/// Makes one call on whichever half the plugin has.
macro_rules! call {
    ($self:ident, $export:literal, $time:expr, $function:ident ($($argument:expr),*)) => {{
        let export = concat!("connector.", $export);
        let time: TimeLimit = $time;
        let (store, call) = $self.core.begin(export, time)?;
        let result = match &$self.guest {
            Guest::Source(guest) => {
                call.run(guest.connect_wasm_plugin_source_connector().$function(store, $($argument),*)).await
            }
            Guest::Sink(guest) => {
                call.run(guest.connect_wasm_plugin_sink_connector().$function(store, $($argument),*)).await
            }
        };
        (export, result)
    }};
}

impl ConnectorInstance {
    /// Whether the instance was dropped after a failure, so that every further call fails.
    pub fn is_lost(&self) -> bool {
        self.core.is_lost()
    }

    /// Makes the instance; `start` comes next, except for the calls that go to an instance that is
    /// not started.
    pub async fn new(spec: InstanceSpec) -> Result<Self, SandboxError> {
        let plugin = spec.plugin.clone();
        let mut core = Core::for_spec(spec)?;
        let time = core.limits().deadlines.for_start();
        let guest = match plugin.half() {
            Half::Source(half) => {
                let (store, call) = core.begin("instantiate", time)?;
                let result = call.run(half.instantiate_async(store)).await;
                Guest::Source(core.end(result)?)
            }
            Half::Sink(half) => {
                let (store, call) = core.begin("instantiate", time)?;
                let result = call.run(half.instantiate_async(store)).await;
                Guest::Sink(core.end(result)?)
            }
            Half::Transformation(_) | Half::Predicate(_) | Half::Converter(_) => {
                return Err(core.wrong_kind("connector"));
            }
        };
        Ok(Self { core, guest })
    }

    /// First call.
    pub async fn start(&mut self, config: &IndexMap<String, String>) -> Result<(), SandboxError> {
        let config = bridge::config::to_wit(config);
        let time = self.core.limits().deadlines.for_start();
        let (export, result) = call!(self, "start", time, call_start(&config));
        self.core.end_result(export, result)
    }

    /// The class name of the tasks.
    pub async fn task_class(&mut self) -> Result<String, SandboxError> {
        let time = self.core.limits().deadlines.for_call();
        let (_, result) = call!(self, "task-class", time, call_task_class());
        self.core.end(result)
    }

    /// Configurations for at most `max_tasks` tasks. Whether there are more is the worker's to judge.
    pub async fn task_configs(
        &mut self,
        max_tasks: u32,
    ) -> Result<Vec<IndexMap<String, String>>, SandboxError> {
        let time = self.core.limits().deadlines.for_call();
        let (export, result) = call!(self, "task-configs", time, call_task_configs(max_tasks));
        let configs = self.core.end_result(export, result)?;
        Ok(configs.into_iter().map(bridge::config::from_wit).collect())
    }

    /// Lets the connector look for changes.
    pub async fn monitor(&mut self) -> Result<(), SandboxError> {
        let time = self.core.limits().deadlines.for_call();
        let (export, result) = call!(self, "monitor", time, call_monitor());
        self.core.end_result(export, result)
    }

    /// Last call.
    pub async fn stop(&mut self) -> Result<(), SandboxError> {
        let time = self.core.limits().deadlines.for_stop();
        let (export, result) = call!(self, "stop", time, call_stop());
        self.core.end_result(export, result)
    }

    /// Whether tasks can give exactly-once delivery; `Unsupported` for sinks.
    pub async fn exactly_once_support(
        &mut self,
        config: &IndexMap<String, String>,
    ) -> Result<Support, SandboxError> {
        let export = "connector.exactly-once-support";
        let config = bridge::config::to_wit(config);
        let Guest::Source(guest) = &self.guest else {
            return Ok(Support::Unsupported);
        };
        let time = self.core.limits().deadlines.for_call();
        let (store, call) = self.core.begin(export, time)?;
        let connector = guest.connect_wasm_plugin_source_connector();
        let result = call
            .run(connector.call_exactly_once_support(store, &config))
            .await;
        self.core
            .end_result(export, result)
            .map(bridge::connector::exactly_once_from_wit)
    }

    /// Whether tasks can define transaction boundaries; `Unsupported` for sinks.
    pub async fn can_define_transaction_boundaries(
        &mut self,
        config: &IndexMap<String, String>,
    ) -> Result<Support, SandboxError> {
        let export = "connector.can-define-transaction-boundaries";
        let config = bridge::config::to_wit(config);
        let Guest::Source(guest) = &self.guest else {
            return Ok(Support::Unsupported);
        };
        let time = self.core.limits().deadlines.for_call();
        let (store, call) = self.core.begin(export, time)?;
        let connector = guest.connect_wasm_plugin_source_connector();
        let result = call
            .run(connector.call_can_define_transaction_boundaries(store, &config))
            .await;
        self.core
            .end_result(export, result)
            .map(bridge::connector::boundaries_from_wit)
    }

    /// Asks a source connector about a change of stored offsets. True: it knows about it.
    pub async fn alter_source_offsets(
        &mut self,
        config: &IndexMap<String, String>,
        changes: &[SourceOffsetChange],
    ) -> Result<bool, SandboxError> {
        let export = "connector.alter-offsets";
        let config = bridge::config::to_wit(config);
        let changes = bridge::connector::source_changes_to_wit(changes);
        let Guest::Source(guest) = &self.guest else {
            return Err(self
                .core
                .wrong_result(export, "a sink connector has no source offsets".to_owned()));
        };
        let time = self.core.limits().deadlines.for_call();
        let (store, call) = self.core.begin(export, time)?;
        let connector = guest.connect_wasm_plugin_source_connector();
        let result = call
            .run(connector.call_alter_offsets(store, &config, &changes))
            .await;
        self.core.end_result(export, result)
    }

    /// Asks a sink connector about a change of consumer offsets; a partition without an offset is
    /// reset. True: it knows about it.
    pub async fn alter_sink_offsets(
        &mut self,
        config: &IndexMap<String, String>,
        set: &[PartitionOffset],
        reset: &[super::TopicPartition],
    ) -> Result<bool, SandboxError> {
        let export = "connector.alter-offsets";
        let config = bridge::config::to_wit(config);
        let changes = bridge::connector::sink_changes_to_wit(set, reset);
        let Guest::Sink(guest) = &self.guest else {
            return Err(self.core.wrong_result(
                export,
                "a source connector has no consumer offsets".to_owned(),
            ));
        };
        let time = self.core.limits().deadlines.for_call();
        let (store, call) = self.core.begin(export, time)?;
        let connector = guest.connect_wasm_plugin_sink_connector();
        let result = call
            .run(connector.call_alter_offsets(store, &config, &changes))
            .await;
        self.core.end_result(export, result)
    }
}
