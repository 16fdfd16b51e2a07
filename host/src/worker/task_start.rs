//! From a task's configuration to a running task.
//!
//! Owns what each task is made of: plugin, grants, converters, Kafka clients, error policy. Knows
//! the typed configurations; what happens to records afterwards is the tasks' affair. Kafka's
//! counterpart: `Worker.startTask` and its task builders.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use connect_data::batch::Direction;
use futures::FutureExt as _;

use crate::config::ConfigMap;
use crate::config::clients::{self, AdminPurpose};
use crate::config::connector::dead_letter_queue::DeadLetterQueueSettings;
use crate::config::connector::{
    ADMIN_OVERRIDE, CONSUMER_OVERRIDE, ConnectorConfig, ErrorSettings, PRODUCER_OVERRIDE,
};
use crate::config::def::{ConfigDef, DefaultValue};
use crate::config::redact::Secrets;
use crate::config::sink::{SinkConnectorConfig, SinkTopics};
use crate::config::source::SourceConnectorConfig;
use crate::config::topic_creation::TopicCreationConfig;
use crate::config::worker::WorkerConfig;
use crate::errors::{Failure, RetryWithToleranceOperator};
use crate::ids::{ConnectorTaskId, InstanceId};
use crate::kafka::admin::Admin;
use crate::kafka::consumer::Subscription;
use crate::kafka::producer::Producers;
use crate::metrics::{Metrics, TaskLabels};
use crate::sandbox::{
    CompiledPlugin, ErrantRecordReporter, Grants, HostServices, InstanceSpec, Limits, PluginKind,
    SinkTaskInstance, SourceTaskInstance,
};
use crate::storage::offset::OffsetBackingStore;
use crate::storage::status::State;
use crate::storage::topic::TopicBackingStore;

use super::LocalWorker;
use super::active_topics::ActiveTopics;
use super::api::{ConfigOrigin, StartSpec};
use super::converters::ConverterChoices;
use super::dead_letter_queue::DeadLetterQueueSpec;
use super::errant_records::errant_reports;
use super::guest_stages::{self, GuestPlugin, NamedPlugin};
use super::kept_consumer::{ConsumerSpec, KeptConsumer};
use super::record_path::PathChoices;
use super::services::{ConnectorOffsets, SinkRequests, lock};
use super::sink_task::{SinkErrorsSpec, SinkTaskSpec, run_sink_task};
use super::source_offsets::SourceOffsets;
use super::source_task::{SourceTaskSpec, run_source_task};
use super::task::{TaskContext, TaskControls, client_failure, guest_failure};
use super::topic_creation::TopicCreation;

/// Everything that a task is made of, gathered before it runs by itself.
pub(super) struct TaskStart {
    id: ConnectorTaskId,
    connector_config: ConfigMap,
    task_config: ConfigMap,
    /// The plugin and its grants, or why there are none.
    plugin: Result<(CompiledPlugin, Grants), Failure>,
    worker: Arc<WorkerConfig>,
    limits: Limits,
    producers: Producers,
    offsets: Arc<dyn OffsetBackingStore>,
    topics: Option<Arc<dyn TopicBackingStore>>,
    /// What the task's last instance left for this one.
    kept_consumer: Option<KeptConsumer>,
    metrics: Metrics,
    /// The plugins of files among transformations, predicates and converters.
    guests: Result<Vec<GrantedPlugin>, Failure>,
}

/// A plugin on the way of the records, and what it may touch.
type GrantedPlugin = (NamedPlugin, Grants);

impl LocalWorker {
    /// Gathers what a task is made of.
    pub(super) fn task_start(
        &self,
        id: &ConnectorTaskId,
        given: StartSpec<'_>,
        task_config: &ConfigMap,
    ) -> (TaskStart, Secrets) {
        let mut secrets = Secrets::default();
        let mut resolved = (given.config.clone(), task_config.clone());
        let plugin = self.plugin_and_grants(given, &mut resolved, &mut secrets);
        let (connector_config, task_config) = resolved;
        let limits = self.limits(&connector_config);
        let (plugin, limits) = match limits {
            Ok(limits) => (plugin, limits),
            Err(refused) => (
                plugin.and(Err(super::refusal_failure(&refused))),
                self.parts.limits.clone(),
            ),
        };
        let guests = self.record_plugins(&connector_config, given.origin);
        let start = TaskStart {
            guests,
            id: id.clone(),
            connector_config,
            task_config,
            plugin,
            worker: self.parts.config.clone(),
            limits,
            producers: self.producers.clone(),
            offsets: self.parts.offsets.clone(),
            topics: self.parts.topics.clone(),
            kept_consumer: lock(&self.kept_consumers).remove(id),
            metrics: self.parts.metrics.clone(),
        };
        (start, secrets)
    }

    /// The transformations, predicates and converters that are plugins of files, with what they may
    /// touch: what their own keys name, within the worker's policy.
    fn record_plugins(
        &self,
        connector_config: &ConfigMap,
        origin: ConfigOrigin,
    ) -> Result<Vec<GrantedPlugin>, Failure> {
        let worker = &self.parts.config;
        let converters = ConnectorConfig::new(connector_config).ok();
        let converters = converters.map(|config| ConverterChoices::of(&config, worker));
        let named =
            guest_stages::named(&self.parts.plugins, connector_config, converters.as_ref())?;
        let granted = named.into_iter().map(|named| {
            let grants = self.grants(&named.plugin, &named.settings, origin);
            match grants {
                Ok(grants) => Ok((named, grants)),
                Err(refused) => Err(super::refusal_failure(&refused)),
            }
        });
        granted.collect()
    }

    /// Resolves the references of both configurations in place, and finds what may be touched.
    fn plugin_and_grants(
        &self,
        given: StartSpec<'_>,
        (connector_config, task_config): &mut (ConfigMap, ConfigMap),
        secrets: &mut Secrets,
    ) -> Result<(CompiledPlugin, Grants), Failure> {
        let plugin = super::given_plugin(given)?;
        for config in [&mut *connector_config, &mut *task_config] {
            let (resolved, found) = self.resolve(config, Some(&plugin.config_def()))?;
            *config = resolved;
            secrets.extend(&found);
        }
        let origin = values_origin(
            &plugin.config_def(),
            connector_config,
            task_config,
            given.origin,
        );
        let mut named = connector_config.clone();
        named.extend(task_config.clone());
        let grants = self
            .grants(&plugin, &named, origin)
            .map_err(|refused| super::refusal_failure(&refused))?;
        Ok((plugin, grants))
    }
}

/// Who wrote what a task's configuration wants to touch. A connector may give each task another
/// file, but such a value is the plugin's and not the operator's: what `sandbox.fs.allow` allows is
/// all that it can name.
pub fn values_origin(
    def: &ConfigDef,
    connector_config: &ConfigMap,
    task_config: &ConfigMap,
    origin: ConfigOrigin,
) -> ConfigOrigin {
    let changed = def
        .keys()
        .filter(|key| key.grants.is_some() || key.grants_stdio_when_empty)
        .filter_map(|key| Some((key, task_config.get(&key.name)?)))
        .any(|(key, value)| {
            let default = match &key.default {
                DefaultValue::Value(default) => default.as_str(),
                DefaultValue::Required | DefaultValue::Null => "",
            };
            let written = connector_config.get(&key.name);
            written.map_or(default, String::as_str).trim() != value.trim()
        });
    if changed { ConfigOrigin::Rest } else { origin }
}

impl TaskStart {
    /// Runs the task from start to end.
    ///
    /// # Errors
    ///
    /// Why the task failed.
    pub(super) async fn run(mut self, context: TaskContext) -> Result<(), Failure> {
        let mut context = context;
        if context.should_pause() {
            // Nobody would poll it meanwhile.
            self.kept_consumer = None;
            // Nothing is created until the connector is resumed.
            context.report(State::Paused);
            context.wait_while_paused().await;
        }
        if context.stopping() {
            return Ok(());
        }
        let (plugin, grants) = self.plugin.clone()?;
        match plugin.description().kind {
            PluginKind::Source => Box::pin(self.run_source(context, plugin, grants)).await,
            PluginKind::Sink => Box::pin(self.run_sink(context, plugin, grants)).await,
            other => Err(Failure::connect(format!(
                "{} is a {}, not a connector",
                plugin.description().class,
                other.name()
            ))),
        }
    }

    async fn run_source(
        self,
        context: TaskContext,
        plugin: CompiledPlugin,
        grants: Grants,
    ) -> Result<(), Failure> {
        let config = SourceConnectorConfig::new(&self.connector_config)
            .map_err(|error| config_failure(&error))?;
        let dead_letters = self.dead_letters(&config.connector, &config.dead_letter_queue, true)?;
        let config = config.connector;
        self.check_overrides(&config, PRODUCER_OVERRIDE)?;
        let topic_creation = self.topic_creation(&config)?;
        let settings = clients::source_producer(&self.worker, &config, &self.id);
        let shared = config.client_overrides(PRODUCER_OVERRIDE).is_empty();
        let producer = self
            .producers
            .producer_for(&settings, shared)
            .map_err(|error| client_failure(&error))?;
        let connector = self.id.connector.as_str();
        let services = HostServices {
            offset_reader: Some(Arc::new(ConnectorOffsets::new(
                connector,
                self.offsets.clone(),
            ))),
            ..HostServices::default()
        };
        let instance = SourceTaskInstance::new(self.instance(&context, plugin, grants, services))
            .await
            .map_err(|error| guest_failure(&error))?;
        let spec = SourceTaskSpec {
            producer,
            path: self.path(&context, &config, Direction::Source)?,
            tolerance: self.tolerance(&config.errors),
            dead_letters,
            offsets: SourceOffsets::new(connector, self.offsets.clone()),
            topics: ActiveTopics::new(self.id.clone(), self.topics.clone()),
            topic_creation,
            commit_interval: self.worker.offset_flush_interval,
            commit_timeout: self.worker.offset_flush_timeout,
            stop_timeout: self.worker.task_shutdown_graceful_timeout,
            config: self.task_config,
        };
        run_source_task(context, instance, spec).await
    }

    /// Refuses settings of clients that the worker's policy does not allow: it may have changed since the
    /// configuration was stored.
    fn check_overrides(&self, config: &ConnectorConfig, prefix: &str) -> Result<(), Failure> {
        clients::check_overrides(&self.worker, config, prefix).map_err(Failure::connect)
    }

    /// What makes the task's topics: nothing, unless the connector asks for it and the worker allows it.
    fn topic_creation(&self, config: &ConnectorConfig) -> Result<TopicCreation, Failure> {
        if !self.worker.topic_creation_enable {
            return Ok(TopicCreation::default());
        }
        let groups = TopicCreationConfig::new(&self.connector_config)
            .map_err(|error| config_failure(&error))?;
        let Some(groups) = groups else {
            return Ok(TopicCreation::default());
        };
        self.check_overrides(config, ADMIN_OVERRIDE)?;
        let purpose = AdminPurpose::TopicCreation(&self.id);
        let settings = clients::connector_admin(&self.worker, config, purpose);
        let admin = Admin::new(&settings).map_err(|error| client_failure(&error))?;
        Ok(TopicCreation::new(groups, admin))
    }

    async fn run_sink(
        mut self,
        context: TaskContext,
        plugin: CompiledPlugin,
        grants: Grants,
    ) -> Result<(), Failure> {
        let config = SinkConnectorConfig::new(&self.connector_config)
            .map_err(|error| config_failure(&error))?;
        let kept_consumer = self.kept_consumer.take();
        self.check_overrides(&config.connector, CONSUMER_OVERRIDE)?;
        let requests = Arc::new(SinkRequests::default());
        let queue = self.dead_letters(&config.connector, &config.dead_letter_queue, false)?;
        // COMPAT: without one of both there is no reporter, as in Worker.createWorkerErrantRecordReporter.
        let reporter = (queue.is_some() || config.connector.errors.log_enable).then(errant_reports);
        let (reporter, reports) = reporter.unzip();
        let services = HostServices {
            sink_context: Some(requests.clone()),
            errant_records: reporter.map(|reporter| reporter as Arc<dyn ErrantRecordReporter>),
            ..HostServices::default()
        };
        let instance = SinkTaskInstance::new(self.instance(&context, plugin, grants, services))
            .await
            .map_err(|error| guest_failure(&error))?;
        let spec = SinkTaskSpec {
            consumer: ConsumerSpec {
                settings: clients::sink_consumer(&self.worker, &config.connector, &self.id),
                subscription: match config.topics {
                    SinkTopics::Names(names) => Subscription::Topics(names),
                    SinkTopics::Pattern(pattern) => Subscription::Pattern(pattern),
                },
            },
            kept_consumer,
            path: self.path(&context, &config.connector, Direction::Consumed)?,
            errors: SinkErrorsSpec {
                task: self.id.clone(),
                operator: self.tolerance(&config.connector.errors),
                queue,
                reports,
            },
            commit_interval: self.worker.offset_flush_interval,
            commit_timeout: self.worker.offset_flush_timeout,
            stop_timeout: self.worker.task_shutdown_graceful_timeout,
            requests,
            topics: ActiveTopics::new(self.id.clone(), self.topics.clone()),
            config: self.task_config,
        };
        Box::pin(run_sink_task(context, instance, spec)).await
    }

    fn instance(
        &self,
        context: &TaskContext,
        plugin: CompiledPlugin,
        grants: Grants,
        services: HostServices,
    ) -> InstanceSpec {
        InstanceSpec {
            id: InstanceId::Task(self.id.clone()),
            plugin,
            grants,
            limits: self.limits.clone(),
            services,
            stop: context.signal.clone(),
        }
    }

    fn path(
        &self,
        context: &TaskContext,
        config: &ConnectorConfig,
        direction: Direction,
    ) -> Result<PathChoices, Failure> {
        let guests = self.guests.clone()?.into_iter().map(|(named, grants)| {
            let services = HostServices::default();
            GuestPlugin {
                place: named.place,
                spec: self.instance(context, named.plugin, grants, services),
                settings: named.settings,
            }
        });
        Ok(PathChoices {
            guests: guests.collect(),
            direction,
            config: self.connector_config.clone(),
            converters: ConverterChoices::of(config, &self.worker),
        })
    }

    /// What the task's dead letter queue is made of, if there is to be one.
    fn dead_letters(
        &self,
        config: &ConnectorConfig,
        settings: &DeadLetterQueueSettings,
        source: bool,
    ) -> Result<Option<DeadLetterQueueSpec>, Failure> {
        let Some(topic) = settings.topic.clone() else {
            return Ok(None);
        };
        for prefix in [PRODUCER_OVERRIDE, ADMIN_OVERRIDE] {
            self.check_overrides(config, prefix)?;
        }
        let purpose = AdminPurpose::DeadLetterQueue;
        let (producer_settings, topic_configs) = if source {
            let bytes_max = clients::SOURCE_DEAD_LETTER_BYTES_MAX.to_owned();
            (
                clients::source_dead_letter_producer(&self.worker, config, &self.id),
                vec![("max.message.bytes".to_owned(), bytes_max)],
            )
        } else {
            (
                clients::dead_letter_producer(&self.worker, config, &self.id),
                Vec::new(),
            )
        };
        Ok(Some(DeadLetterQueueSpec {
            topic,
            replication_factor: settings.replication_factor,
            topic_configs,
            context_headers: settings.context_headers,
            admin_settings: clients::connector_admin(&self.worker, config, purpose),
            producer_settings,
            shared: config.client_overrides(PRODUCER_OVERRIDE).is_empty(),
            producers: self.producers.clone(),
        }))
    }

    fn tolerance(&self, settings: &ErrorSettings) -> RetryWithToleranceOperator {
        let counts = self.metrics.task(TaskLabels {
            connector: self.id.connector.to_string(),
            task: self.id.task.to_string(),
        });
        RetryWithToleranceOperator::new(settings.clone(), self.id.to_string(), counts)
    }
}

/// A task to its end, however it comes.
pub(super) async fn run_task(start: TaskStart, context: TaskContext, controls: Arc<TaskControls>) {
    let run = AssertUnwindSafe(start.run(context.clone())).catch_unwind();
    tokio::select! {
        outcome = run => context.report_end(outcome.unwrap_or_else(|_| {
            Err(Failure::connect("The task's loop panicked; this is a bug of the worker"))
        })),
        () = context.abort.cancelled() => {}
    }
    controls.done().cancel();
}

/// The failure of a task whose configuration does not parse any more.
fn config_failure(error: &crate::config::def::ConfigError) -> Failure {
    Failure::new(
        "org.apache.kafka.common.config.ConfigException",
        error.to_string(),
    )
}
