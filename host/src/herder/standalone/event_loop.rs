//! The loop that carries out what is asked for, and what is due by itself.
//!
//! Owns the lanes: the operations of one connector come one after the other, those of different
//! connectors side by side, so that a connector that hangs in its start holds up nobody else; and the
//! waiting for restarts, ends of probations and newer versions. Must not know what operations do. The
//! lanes replace the one lock of Kafka's `StandaloneHerder`.
//!
//! `run` is the loop; whoever starts it owns it, and it ends only when everything is stopped.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, Semaphore, mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::super::request::ReconfigurationRequests;
use super::operations::Operations;
use super::{Request, Work};
use crate::ids::ConnectorName;
use crate::shutdown::{Children, Ended, Ending};

/// LIMIT: operations at the same time, waiting ones included, which bounds what many clients that
/// wait for one slow connector can pile up.
const OPERATIONS_MAX: usize = 1024;
/// LIMIT: connectors that are moved to newer versions at the same time; each starts guests, which those
/// that run shall hardly feel.
const MOVES_MAX: usize = 2;
/// How long operations may take to come to an end when the worker stops. LIMIT: requests had their
/// time before, and connectors and tasks need most of the 10 s in which a worker is to be gone.
const OPERATIONS_STOP: Duration = Duration::from_secs(1);

/// The side that carries requests out.
pub struct StandaloneLoop {
    operations: Arc<Operations>,
    reconfigurations: Arc<ReconfigurationRequests>,
    mailbox: mpsc::Receiver<Request>,
    lanes: HashMap<ConnectorName, Arc<Mutex<()>>>,
    plugin_changes: watch::Receiver<u64>,
    /// Connectors that may have a newer version to come to, and wait for their turn.
    candidates: BTreeSet<ConnectorName>,
    moves: Arc<Semaphore>,
    children: Children,
    stopping: CancellationToken,
}

/// Waits for a time, or for ever if there is none.
async fn reached(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time).await,
        None => std::future::pending().await,
    }
}

impl StandaloneLoop {
    /// A loop that has not begun.
    pub(super) fn new(
        operations: Arc<Operations>,
        reconfigurations: Arc<ReconfigurationRequests>,
        mailbox: mpsc::Receiver<Request>,
    ) -> Self {
        Self {
            plugin_changes: operations.worker.plugin_changes(),
            stopping: operations.stopping.clone(),
            operations,
            reconfigurations,
            mailbox,
            lanes: HashMap::new(),
            candidates: BTreeSet::new(),
            moves: Arc::new(Semaphore::new(MOVES_MAX)),
            children: Children::new(),
        }
    }

    /// Takes requests until `stopping` is raised; then stops the worker and everything in it.
    pub async fn run(mut self) {
        let stopping = self.stopping.clone();
        loop {
            let has_room = self.children.len() < OPERATIONS_MAX;
            if has_room {
                self.start_moves();
            }
            let next_time = self.operations.next_time().filter(|_| has_room);
            tokio::select! {
                () = stopping.cancelled() => break,
                request = self.mailbox.recv(), if has_room => match request {
                    Some(request) => self.take(request),
                    // Nobody is left to ask for anything, but connectors go on.
                    None => stopping.cancelled().await,
                },
                () = self.reconfigurations.arrived() => self.reconfigure(),
                () = self.operations.statuses.changed().arrived() => {
                    for name in self.operations.statuses.changed().take() {
                        self.operations.observe(&name);
                    }
                }
                () = reached(next_time) => {
                    self.operations.end_probations();
                    self.restart_failed();
                }
                Ok(()) = self.plugin_changes.changed() => {
                    self.candidates.extend(self.operations.upgraded_by_themselves());
                }
                () = self.operations.candidates.arrived() => {
                    self.candidates.extend(self.operations.candidates.take());
                }
                Some(ended) = self.children.next_ended() => self.operation_ended(&ended),
            }
        }
        self.mailbox.close();
        // Operations first: one that starts something must not do so behind the worker's back.
        for name in self.children.stop(OPERATIONS_STOP).await {
            tracing::warn!(
                "An operation on connector {name} was given up because the worker stops"
            );
        }
        self.operations.worker.stop().await;
    }

    fn take(&mut self, request: Request) {
        match request {
            Request::Operation(name, work) => self.spawn(&name, work),
            // A client that has gone away needs no answer.
            Request::Ping(answer) => drop(answer.send(())),
        }
    }

    fn reconfigure(&mut self) {
        for name in self.reconfigurations.take() {
            let operations = self.operations.clone();
            let subject = name.clone();
            self.spawn(
                &name,
                Box::pin(async move { operations.reconfigure_tasks(&subject).await }),
            );
        }
    }

    /// Takes back what failed on probation, and moves candidates as far as there is room.
    fn start_moves(&mut self) {
        for name in self.operations.to_go_back() {
            let operations = self.operations.clone();
            let subject = name.clone();
            self.spawn(
                &name,
                Box::pin(async move { operations.go_back(&subject).await }),
            );
        }
        while !self.candidates.is_empty() {
            let Ok(turn) = self.moves.clone().try_acquire_owned() else {
                return;
            };
            let Some(name) = self.candidates.pop_first() else {
                return;
            };
            let operations = self.operations.clone();
            let subject = name.clone();
            let work = async move {
                operations.move_if_newer(&subject).await;
                drop(turn);
            };
            self.spawn(&name, Box::pin(work));
        }
    }

    fn restart_failed(&mut self) {
        for name in self.operations.due_restarts() {
            let operations = self.operations.clone();
            let subject = name.clone();
            self.spawn(
                &name,
                Box::pin(async move { operations.restart_failed(&subject).await }),
            );
        }
    }

    fn spawn(&mut self, name: &ConnectorName, work: Work) {
        let lane = self.lanes.entry(name.clone()).or_default().clone();
        let stopping = self.stopping.clone();
        self.children.spawn(name.as_str(), async move {
            let _turn = lane.lock_owned().await;
            if !stopping.is_cancelled() {
                work.await;
            }
        });
    }

    fn operation_ended(&mut self, ended: &Ended) {
        if let Ending::Panicked(text) = &ended.ending {
            tracing::error!(
                "An operation on connector {} panicked; this is a bug of the worker: {text}",
                ended.name
            );
            self.operations
                .restarted(&ConnectorName::from(ended.name.as_str()));
        }
        let name = ConnectorName::from(ended.name.as_str());
        // The map's own is the only one: nobody waits in that lane.
        if self
            .lanes
            .get(&name)
            .is_some_and(|lane| Arc::strong_count(lane) == 1)
        {
            self.lanes.remove(&name);
        }
    }
}
