//! What source and sink tasks have in common: being told what to do, and saying how they are.
//!
//! Owns the controls of a running task, the report of its states, and the rule of the stop signal:
//! the worker's side only raises it, after it has said what it wants; the task lowers it when it is
//! about to look at what is wanted, so that no request is missed and none lasts longer than meant.
//! Knows no record. Kafka's counterpart: `WorkerTask`.

use std::sync::Arc;

use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::config::redact::Secrets;
use crate::errors::Failure;
use crate::ids::{ConnectorTaskId, InstanceId};
use crate::kafka::KafkaError;
use crate::sandbox::{SandboxError, StopSignal};
use crate::storage::config::TargetState;
use crate::storage::status::State;

use super::LOOPS_END;
use super::api::StatusListener;
use super::kept_consumer::ConsumerSlot;

#[cfg(test)]
mod tests;

/// The worker's side of a running task.
pub(super) struct TaskControls {
    /// Class and version of its plugin.
    pub(super) plugin: Option<(String, String)>,
    /// Where a sink task leaves its consumer for the next start.
    pub(super) consumer: ConsumerSlot,
    target: watch::Sender<TargetState>,
    stop: CancellationToken,
    signal: StopSignal,
    done: CancellationToken,
    abort: CancellationToken,
}

/// The task's side.
#[derive(Clone)]
pub(super) struct TaskContext {
    /// Who it is.
    pub id: ConnectorTaskId,
    /// What the user wants.
    pub target: watch::Receiver<TargetState>,
    /// Set when the task is to end.
    pub stop: CancellationToken,
    /// What the guest's `stopping` interface listens to.
    pub signal: StopSignal,
    /// Set when the worker does not wait any longer: no more statuses, no more calls.
    pub abort: CancellationToken,
    /// Where a sink task leaves its consumer for the next start.
    pub consumer: ConsumerSlot,
    listener: Arc<dyn StatusListener>,
    /// What must not stand in a trace.
    secrets: Arc<Secrets>,
}

impl TaskControls {
    /// The two sides of a task that is to be in `target`.
    pub(super) fn new(
        id: ConnectorTaskId,
        target: TargetState,
        listener: Arc<dyn StatusListener>,
        secrets: Arc<Secrets>,
    ) -> (Self, TaskContext) {
        let (sender, receiver) = watch::channel(target);
        let controls = Self {
            plugin: None,
            consumer: ConsumerSlot::default(),
            target: sender,
            stop: CancellationToken::new(),
            signal: StopSignal::new(),
            done: CancellationToken::new(),
            abort: CancellationToken::new(),
        };
        let context = TaskContext {
            id,
            target: receiver,
            stop: controls.stop.clone(),
            signal: controls.signal.clone(),
            abort: controls.abort.clone(),
            consumer: controls.consumer.clone(),
            listener,
            secrets,
        };
        (controls, context)
    }

    /// Tells the task what the user wants now; a waiting call of the guest comes back for it.
    pub(super) fn set_target(&self, target: TargetState) {
        if target == TargetState::Stopped {
            self.stop.cancel();
        }
        self.target.send_replace(target);
        if target != TargetState::Started {
            self.signal.raise();
        }
    }

    /// Asks the task to end.
    pub(super) fn stop(&self) {
        self.stop.cancel();
        self.signal.raise();
    }

    /// Ends the task without waiting for it.
    pub(super) fn abort(&self) {
        self.abort.cancel();
    }

    /// Set when the task has ended.
    pub(super) fn done(&self) -> &CancellationToken {
        &self.done
    }
}

impl TaskContext {
    /// Whether the task is to end.
    pub(super) fn stopping(&self) -> bool {
        self.stop.is_cancelled() || *self.target.borrow() == TargetState::Stopped
    }

    /// The task is about to look at what is wanted of it: calls may take their time again, unless
    /// it is to end. Look after this, not before.
    pub(super) fn attend(&self) {
        if self.signal.is_raised() {
            self.signal.lower();
            // Whoever asks for the end raises the signal after this token.
            if self.stopping() {
                self.signal.raise();
            }
        }
    }

    /// Whether the user wants the task to pause.
    pub(super) fn should_pause(&self) -> bool {
        *self.target.borrow() == TargetState::Paused
    }

    /// Waits while the user wants a pause; returns when the task is to run or to end. Cancel safe.
    pub(super) async fn wait_while_paused(&mut self) {
        while self.should_pause() && !self.stopping() {
            tokio::select! {
                changed = self.target.changed() => {
                    if changed.is_err() {
                        return;
                    }
                }
                () = self.stop.cancelled() => return,
            }
        }
    }

    /// The text of a guest's error for the log, without secrets.
    pub(super) fn shown(&self, error: &SandboxError) -> String {
        self.hidden(&guest_failure(error))
    }

    /// The text of a failure for the log, without secrets.
    pub(super) fn hidden(&self, failure: &Failure) -> String {
        self.secrets.hide(&failure.to_string()).into_owned()
    }

    /// Reports a state without a trace.
    pub(super) fn report(&self, state: State) {
        if !self.abort.is_cancelled() {
            self.listener.on_task_status(&self.id, state, None);
        }
    }

    /// Reports how the task ended. An error after a request to stop is only logged.
    pub(super) fn report_end(&self, outcome: Result<(), Failure>) {
        let outcome = outcome.map_err(|failure| self.hidden(&failure));
        match outcome {
            Err(failure) if !self.stopping() => {
                tracing::error!(
                    "Task threw an uncaught and unrecoverable exception. Task is being killed and \
                     will not recover until manually restarted: {failure}"
                );
                if !self.abort.is_cancelled() {
                    self.listener
                        .on_task_status(&self.id, State::Failed, Some(failure));
                }
            }
            Err(failure) => {
                tracing::warn!("An error while the task was being stopped: {failure}");
                self.report(State::Unassigned);
            }
            Ok(()) => self.report(State::Unassigned),
        }
    }
}

/// Waits for a task that was asked to end, and gives it up at the deadline.
pub(super) async fn await_task(id: &ConnectorTaskId, task: &TaskControls, deadline: Instant) {
    let ended = tokio::time::timeout_at(deadline, task.done().cancelled()).await;
    if ended.is_ok() {
        return;
    }
    tracing::error!(
        instance = %InstanceId::Task(id.clone()),
        "Graceful stop of task failed: it did not end within task.shutdown.graceful.timeout.ms \
         and is given up; records since its last commit will be delivered again"
    );
    task.abort();
    // Its next wait is its last; a task that does not even wait is left behind.
    let _ = tokio::time::timeout(LOOPS_END, task.done().cancelled()).await;
}

/// The failure without secrets, for whoever shows it.
pub(super) fn redacted(failure: Failure, secrets: &Secrets) -> Failure {
    let hide = |text: String| secrets.hide(&text).into_owned();
    Failure {
        class: failure.class,
        message: hide(failure.message),
        frames: failure.frames.into_iter().map(hide).collect(),
        cause: failure
            .cause
            .map(|cause| Box::new(redacted(*cause, secrets))),
    }
}

/// An error of a Kafka client as it stands in a trace.
pub(super) fn kafka_failure(error: &KafkaError) -> Failure {
    Failure::new(error.class_name(), error.to_string())
}

/// Why a Kafka client of a task cannot be made, in the words of the Java client.
pub(super) fn client_failure(error: &KafkaError) -> Failure {
    const KAFKA_EXCEPTION: &str = "org.apache.kafka.common.KafkaException";
    match error {
        KafkaError::Construct { client, reason } => {
            let message = format!("Failed to construct kafka {client}");
            Failure::new(KAFKA_EXCEPTION, message).caused_by(Failure::new(KAFKA_EXCEPTION, reason))
        }
        error => kafka_failure(error),
    }
}

/// A guest's failure as it stands in a trace: the class that Kafka would name, the plugin, the
/// export and the guest's frames.
pub(super) fn guest_failure(error: &SandboxError) -> Failure {
    let trace = error.trace();
    let mut lines = trace.lines();
    let head = lines.next().unwrap_or_default();
    let (class, message) = head
        .split_once(": ")
        .unwrap_or((crate::errors::CONNECT_EXCEPTION, head));
    let mut failure = Failure::new(class, message);
    failure.frames = lines
        .map(|line| line.trim_start_matches('\t').to_owned())
        .collect();
    failure
}
