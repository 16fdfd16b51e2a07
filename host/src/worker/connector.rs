//! A connector instance: its life cycle, its monitor calls, and the task configs that it gives.
//!
//! Owns the guest instance of the connector in one loop that takes one request at a time. An
//! instance is started once and stopped once (plugin.wit): a resume, and a start after a failure,
//! make a new one. Knows no tasks and no herder. Kafka's counterpart: `WorkerConnector`.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::clock::end_of_wait;
use crate::config::ConfigMap;
use crate::config::redact::Secrets;
use crate::errors::Failure;
use crate::ids::ConnectorName;
use crate::sandbox::{CompiledPlugin, ConnectorInstance, InstanceSpec, SandboxError, StopSignal};
use crate::storage::config::TargetState;
use crate::storage::status::State;

use super::api::StatusListener;
use super::services::ConnectorRequests;
use super::task::{guest_failure, redacted};

/// LIMIT: requests to one connector that wait; the herder makes one at a time.
const MAILBOX_REQUESTS_MAX: usize = 16;

/// A request to a running connector.
enum Request {
    SetTarget(TargetState, oneshot::Sender<Result<(), Failure>>),
    TaskConfigs(u32, oneshot::Sender<Result<Vec<ConfigMap>, Failure>>),
}

/// The worker's side of a connector instance.
#[derive(Clone)]
pub(super) struct ConnectorControls {
    /// What its instances are made from.
    pub plugin: CompiledPlugin,
    mailbox: mpsc::Sender<Request>,
    /// Set when the connector is to end; the signal is raised after it.
    stop: CancellationToken,
    /// Set when it has ended.
    pub done: CancellationToken,
    /// Set when nobody waits any longer.
    pub abort: CancellationToken,
    /// What the guest's `stopping` interface listens to.
    signal: StopSignal,
}

/// What a connector instance needs.
pub(super) struct ConnectorSpec {
    /// Its name.
    pub name: ConnectorName,
    /// Its configuration, for the guest's start.
    pub config: ConfigMap,
    /// What the user wants.
    pub target: TargetState,
    /// `connector.monitor.interval.ms`.
    pub monitor_interval: Duration,
    /// What its instances are made of.
    pub instance: InstanceSpec,
    /// What the guest asked for.
    pub requests: Arc<ConnectorRequests>,
    /// Who is told about states.
    pub listener: Arc<dyn StatusListener>,
    /// What must not stand in a trace.
    pub secrets: Secrets,
}

/// A connector instance in its loop.
pub(super) struct Connector {
    spec: ConnectorSpec,
    /// None before the first start after a stop.
    instance: Option<ConnectorInstance>,
    /// Whether the guest's start has been called without a stop since.
    started: bool,
    failure: Option<Failure>,
    mailbox: mpsc::Receiver<Request>,
    controls: ConnectorControls,
}

/// A connector and its controls.
pub(super) fn connector(
    spec: ConnectorSpec,
    instance: ConnectorInstance,
) -> (ConnectorControls, Connector) {
    let (sender, receiver) = mpsc::channel(MAILBOX_REQUESTS_MAX);
    let controls = ConnectorControls {
        plugin: spec.instance.plugin.clone(),
        mailbox: sender,
        stop: CancellationToken::new(),
        done: CancellationToken::new(),
        abort: CancellationToken::new(),
        signal: spec.instance.stop.clone(),
    };
    let connector = Connector {
        spec,
        instance: Some(instance),
        started: false,
        failure: None,
        mailbox: receiver,
        controls: controls.clone(),
    };
    (controls, connector)
}

impl ConnectorControls {
    /// Asks the connector to end.
    pub(super) fn stop(&self) {
        self.stop.cancel();
        self.signal.raise();
    }

    /// Brings the connector into a target state and waits for it.
    pub(super) async fn set_target(&self, target: TargetState) -> Result<(), Failure> {
        let (reply, answer) = oneshot::channel();
        self.ask(Request::SetTarget(target, reply), answer).await
    }

    /// The task configs that the guest gives.
    pub(super) async fn task_configs(&self, max_tasks: u32) -> Result<Vec<ConfigMap>, Failure> {
        let (reply, answer) = oneshot::channel();
        self.ask(Request::TaskConfigs(max_tasks, reply), answer)
            .await
    }

    async fn ask<T>(
        &self,
        request: Request,
        answer: oneshot::Receiver<Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let gone = || Failure::connect("The connector has been stopped");
        self.mailbox.send(request).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}

impl Connector {
    /// Runs until it is asked to end. The first state is the spec's target.
    pub(super) async fn run(mut self) {
        let mut next_monitor = end_of_wait(self.spec.monitor_interval);
        let requests = self.spec.requests.clone();
        loop {
            tokio::select! {
                biased;
                () = self.controls.stop.cancelled() => break,
                () = requests.error_raised() => {
                    if let Some(message) = requests.take_error() {
                        self.fail(Failure::connect(message));
                    }
                }
                request = self.mailbox.recv() => match request {
                    Some(Request::SetTarget(target, reply)) => {
                        // The asker may have stopped waiting.
                        let _ = reply.send(self.set_target(target).await);
                    }
                    Some(Request::TaskConfigs(max_tasks, reply)) => {
                        let _ = reply.send(self.task_configs(max_tasks).await);
                    }
                    None => break,
                },
                () = tokio::time::sleep_until(next_monitor), if self.monitored() => {
                    next_monitor = end_of_wait(self.spec.monitor_interval);
                    self.monitor().await;
                }
            }
        }
        self.end().await;
    }

    fn monitored(&self) -> bool {
        self.started && self.failure.is_none()
    }

    async fn set_target(&mut self, target: TargetState) -> Result<(), Failure> {
        if let Some(failure) = &self.failure
            && target != TargetState::Stopped
        {
            return Err(Failure::connect(format!(
                "WorkerConnector{{id={}}} Cannot transition connector to {target} since it has \
                 failed",
                self.spec.name
            ))
            .caused_by(failure.clone()));
        }
        self.spec.target = target;
        let outcome = match target {
            TargetState::Started => self.start().await,
            TargetState::Paused | TargetState::Stopped => self.stop().await,
        };
        match outcome {
            Ok(()) => {
                let state = match target {
                    TargetState::Started => State::Running,
                    TargetState::Paused => State::Paused,
                    TargetState::Stopped => {
                        self.failure = None;
                        State::Stopped
                    }
                };
                self.report(state, None);
                Ok(())
            }
            Err(failure) if target == TargetState::Stopped => {
                let trace = self.spec.secrets.hide(&failure.to_string()).into_owned();
                tracing::warn!("The connector's stop failed: {trace}");
                self.failure = None;
                self.report(State::Stopped, None);
                Ok(())
            }
            Err(failure) => {
                self.fail(failure.clone());
                Err(failure)
            }
        }
    }

    async fn start(&mut self) -> Result<(), Failure> {
        if self.started {
            return Ok(());
        }
        self.controls.signal.lower();
        if self.controls.stop.is_cancelled() {
            self.controls.signal.raise();
        }
        let mut instance = match self.instance.take() {
            Some(instance) if !instance.is_lost() => instance,
            _ => ConnectorInstance::new(self.spec.instance.clone())
                .await
                .map_err(|error| self.failed_call(&error))?,
        };
        // An instance whose start failed is not used again.
        instance
            .start(&self.spec.config)
            .await
            .map_err(|error| self.failed_call(&error))?;
        self.instance = Some(instance);
        self.started = true;
        Ok(())
    }

    async fn stop(&mut self) -> Result<(), Failure> {
        let started = std::mem::take(&mut self.started);
        match self.instance.take() {
            Some(mut instance) if started && !instance.is_lost() => instance
                .stop()
                .await
                .map_err(|error| self.failed_call(&error)),
            _ => Ok(()),
        }
    }

    /// The configurations for tasks. Without a running guest there is no answer, which must not be
    /// taken for "no tasks".
    async fn task_configs(&mut self, max_tasks: u32) -> Result<Vec<ConfigMap>, Failure> {
        let running = self.instance.as_mut().filter(|_| self.started);
        let Some(instance) = running else {
            let failure = Failure::connect(format!(
                "Connector {} is not running and cannot be asked for its tasks",
                self.spec.name
            ));
            return Err(match &self.failure {
                Some(cause) => failure.caused_by(cause.clone()),
                None => failure,
            });
        };
        let outcome = instance.task_configs(max_tasks).await;
        outcome.map_err(|error| {
            let failure = self.failed_call(&error);
            self.fail(failure.clone());
            failure
        })
    }

    async fn monitor(&mut self) {
        let Some(instance) = &mut self.instance else {
            return;
        };
        if let Err(error) = instance.monitor().await {
            let failure = self.failed_call(&error);
            self.fail(failure);
        }
    }

    /// Failures go to whoever asked, too, so that secrets are taken out here.
    fn failed_call(&self, error: &SandboxError) -> Failure {
        redacted(guest_failure(error), &self.spec.secrets)
    }

    fn fail(&mut self, failure: Failure) {
        let trace = self.spec.secrets.hide(&failure.to_string()).into_owned();
        tracing::error!("The connector has failed: {trace}");
        self.report(State::Failed, Some(trace));
        self.failure = Some(failure);
    }

    fn report(&self, state: State, trace: Option<String>) {
        if !self.controls.abort.is_cancelled() {
            self.spec
                .listener
                .on_connector_status(&self.spec.name, state, trace);
        }
    }

    async fn end(mut self) {
        match self.stop().await {
            Ok(()) => {
                if self.failure.is_none() {
                    self.report(State::Unassigned, None);
                }
            }
            Err(failure) => self.fail(failure),
        }
    }
}

/// A connector's loop to its end, however it comes.
pub(super) async fn run_connector(connector: Connector) {
    let controls = connector.controls.clone();
    let name = connector.spec.name.clone();
    let listener = connector.spec.listener.clone();
    let run = AssertUnwindSafe(connector.run()).catch_unwind();
    tokio::select! {
        outcome = run => if outcome.is_err() {
            let failure =
                Failure::connect("The connector's loop panicked; this is a bug of the worker");
            tracing::error!("{}", failure.message);
            listener.on_connector_status(&name, State::Failed, Some(failure.to_string()));
        },
        () = controls.abort.cancelled() => {}
    }
    controls.done.cancel();
}
