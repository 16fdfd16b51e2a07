//! A connector's life in a run, and that of a source's tasks with it.
//!
//! Owns the order of calls: connector start, task configurations, tasks, monitor, and the way back.
//! Tasks run beside each other; the first that fails ends all. Must not know what becomes of records.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::source::{Records, SourceRun};
use super::{Run, RunError, checked_configs};
use crate::cli::plugin::instances;
use crate::config::ConfigMap;
use crate::sandbox::{
    ConnectorContext, ConnectorInstance, HostServices, SourceTaskInstance, StopSignal,
};

/// As the default of `connector.monitor.interval.ms`.
const MONITOR_INTERVAL: Duration = Duration::from_secs(10);

/// What the connector asked for.
#[derive(Default)]
struct Requests {
    raised: Mutex<Option<String>>,
    reconfigure: Notify,
    failed: Notify,
}

impl ConnectorContext for Requests {
    fn request_task_reconfiguration(&self) {
        self.reconfigure.notify_one();
    }

    fn raise_error(&self, message: String) {
        *self.raised.lock().unwrap_or_else(PoisonError::into_inner) = Some(message);
        self.failed.notify_one();
    }
}

/// A started connector.
pub(super) struct Connector {
    instance: ConnectorInstance,
    requests: Arc<Requests>,
    next_monitor: Instant,
}

/// What a connector is to be attended to for.
pub(super) enum Attention {
    /// It is time to let it look for changes.
    Monitor,
    /// Its task configurations are others now.
    Reconfigure,
    /// It has failed.
    Failed,
}

impl Connector {
    /// Makes and starts it.
    pub(super) async fn start(run: &Run) -> Result<Self, RunError> {
        let failed = |error| RunError::guest("The connector", error);
        let refused = |refused: Vec<_>| RunError::Config(vec![instances::refusals(&refused)]);
        let grants = run.configured.grants().map_err(refused)?;
        let requests = Arc::new(Requests::default());
        let services = HostServices {
            connector_context: Some(requests.clone()),
            ..run.configured.offset_services(run.offsets.clone())
        };
        let spec = run.configured.connector(grants, services);
        let mut instance = ConnectorInstance::new(spec).await.map_err(failed)?;
        if let Err(error) = instance.start(&run.configured.config).await {
            stop_quietly(&mut instance).await;
            return Err(failed(error));
        }
        Ok(Self {
            instance,
            requests,
            next_monitor: Instant::now() + MONITOR_INTERVAL,
        })
    }

    /// The configurations of at most so many tasks.
    pub(super) async fn task_configs(&mut self, tasks: u32) -> Result<Vec<ConfigMap>, RunError> {
        let configs = self.instance.task_configs(tasks).await;
        let configs = configs.map_err(|error| RunError::guest("The connector", error))?;
        if configs.is_empty() {
            tracing::warn!("the connector has no work for tasks");
        }
        checked_configs(configs, tasks)
    }

    /// Waits until there is something to attend to; holds nothing of the instance, which other
    /// threads may not see. Cancel safe.
    pub(super) fn attention(&self) -> impl Future<Output = Attention> + Send + use<> {
        let (requests, next_monitor) = (self.requests.clone(), self.next_monitor);
        async move {
            tokio::select! {
                () = tokio::time::sleep_until(next_monitor) => Attention::Monitor,
                () = requests.reconfigure.notified() => Attention::Reconfigure,
                () = requests.failed.notified() => Attention::Failed,
            }
        }
    }

    /// Attends to it. True: the tasks are to be made anew.
    pub(super) async fn attend(&mut self, attention: &Attention) -> Result<bool, RunError> {
        match attention {
            Attention::Monitor => {
                self.next_monitor = Instant::now() + MONITOR_INTERVAL;
                let monitored = self.instance.monitor().await;
                monitored.map_err(|error| RunError::guest("The connector", error))?;
                Ok(false)
            }
            Attention::Reconfigure => Ok(true),
            Attention::Failed => {
                let mut raised = self.requests.raised.lock();
                let raised = raised.as_mut().ok().and_then(|raised| raised.take());
                Err(RunError::Raised(raised.unwrap_or_default()))
            }
        }
    }

    /// Stops it, and adds a failure to do so to how the run went.
    pub(super) async fn stop(mut self, outcome: Result<(), RunError>) -> Result<(), RunError> {
        if self.instance.is_lost() {
            return outcome;
        }
        let stopped = self.instance.stop().await;
        outcome.and(stopped.map_err(|error| RunError::guest("The connector's stop", error)))
    }
}

async fn stop_quietly(instance: &mut ConnectorInstance) {
    if !instance.is_lost()
        && let Err(error) = instance.stop().await
    {
        tracing::warn!("The connector's stop failed: {error}");
    }
}

/// How the tasks of one set of configurations ended.
enum End {
    /// There is nothing more to do.
    Done,
    /// The connector wants others.
    Reconfigured,
}

/// The life of a source.
pub(super) struct Life<'a> {
    run: &'a Run,
    ending: CancellationToken,
}

impl<'a> Life<'a> {
    /// Of a run that ends when `ending` says so.
    pub(super) fn new(run: &'a Run, ending: CancellationToken) -> Self {
        Self { run, ending }
    }

    /// Runs connector and tasks.
    pub(super) async fn run_source(&self, records: Arc<Records>) -> Result<(), RunError> {
        let mut connector = Connector::start(self.run).await?;
        let outcome = self.tasks(&mut connector, &records).await;
        connector.stop(outcome).await
    }

    async fn tasks(
        &self,
        connector: &mut Connector,
        records: &Arc<Records>,
    ) -> Result<(), RunError> {
        loop {
            let configs = connector.task_configs(self.run.tasks).await?;
            let mut tasks = JoinSet::new();
            let mut signals = Vec::new();
            let started = self.start(configs, records, &mut tasks, &mut signals);
            let ended = match started {
                Ok(()) => self.until_the_end(connector, records, &mut tasks).await,
                Err(error) => Err(error),
            };
            for signal in &signals {
                signal.raise();
            }
            let mut stopped = Ok(());
            while let Some(outcome) = tasks.join_next().await {
                stopped = stopped.and(outcome.unwrap_or_else(|panic| Err(RunError::Panic(panic))));
            }
            match (ended, stopped) {
                (Err(error), _) | (_, Err(error)) => return Err(error),
                (Ok(End::Done), Ok(())) => return Ok(()),
                (Ok(End::Reconfigured), Ok(())) => {
                    tracing::info!("the tasks are made anew, as the connector asked");
                }
            }
        }
    }

    /// Starts the tasks, beside each other.
    fn start(
        &self,
        configs: Vec<ConfigMap>,
        records: &Arc<Records>,
        tasks: &mut JoinSet<Result<(), RunError>>,
        signals: &mut Vec<StopSignal>,
    ) -> Result<(), RunError> {
        let configured = &self.run.configured;
        for (number, config) in (0_u32..).zip(configs) {
            let grants = configured.task_grants(&config);
            let grants = grants.map_err(|refused| RunError::Refused {
                task: number as usize,
                refused: instances::refusals(&refused),
            })?;
            let signal = StopSignal::new();
            signals.push(signal.clone());
            let services = configured.offset_services(self.run.offsets.clone());
            let spec = configured.task(number, grants, services, signal.clone());
            let offsets = self.run.offsets.clone();
            let (name, records) = (configured.name.clone(), records.clone());
            tasks.spawn(async move {
                let made = SourceTaskInstance::new(spec).await;
                let instance =
                    made.map_err(|error| RunError::guest(format!("Task {number}"), error))?;
                let task = SourceRun::new(number, instance, signal, records, (&name, offsets))?;
                task.run(&config).await
            });
        }
        Ok(())
    }

    /// Waits for the end of all tasks, of the first that fails, or of the run.
    async fn until_the_end(
        &self,
        connector: &mut Connector,
        records: &Records,
        tasks: &mut JoinSet<Result<(), RunError>>,
    ) -> Result<End, RunError> {
        loop {
            let attention = tokio::select! {
                () = self.ending.cancelled() => return Ok(End::Done),
                () = records.full() => return Ok(End::Done),
                Some(ended) = tasks.join_next() => {
                    ended.unwrap_or_else(|panic| Err(RunError::Panic(panic)))?;
                    if tasks.is_empty() {
                        return Ok(End::Done);
                    }
                    continue;
                }
                attention = connector.attention() => attention,
            };
            if connector.attend(&attention).await? {
                return Ok(End::Reconfigured);
            }
        }
    }
}
