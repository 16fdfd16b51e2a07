//! Stopping in order: tasks of the runtime that are owned, asked to end, waited for, and given up.
//!
//! Owns the children of one part of the process, so that none is ever left running by accident and
//! a panic in one is seen. Knows nothing else. Kafka's counterpart: the executor services of
//! `Worker` and `AbstractHerder`, which are shut down and awaited.

use std::collections::HashMap;
use std::future::Future;
use std::time::Duration;

use tokio::task::{Id, JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

#[cfg(test)]
mod tests;

/// How a child ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It returned.
    Returned,
    /// It panicked with this text, which is a bug.
    Panicked(String),
    /// It was given up.
    Aborted,
}

/// A child that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The name that it was started with.
    pub name: String,
    /// How it ended.
    pub ending: Ending,
}

/// A set of children with one signal to end. Dropping it aborts them.
#[derive(Default)]
pub struct Children {
    stopping: CancellationToken,
    running: JoinSet<()>,
    names: HashMap<Id, String>,
}

impl Children {
    /// No children yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The signal that children listen to. It is raised by [`Children::stop`]; a child may raise
    /// it itself, so that its siblings end with it.
    pub fn stopping(&self) -> CancellationToken {
        self.stopping.clone()
    }

    /// How many have not been seen to end.
    pub fn len(&self) -> usize {
        self.running.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.running.is_empty()
    }

    /// Starts a child. Must be called within a runtime.
    pub fn spawn(
        &mut self,
        name: impl Into<String>,
        child: impl Future<Output = ()> + Send + 'static,
    ) {
        let handle = self.running.spawn(child);
        self.names.insert(handle.id(), name.into());
    }

    /// Waits for the next child to end; none when there are no children. Cancel safe.
    pub async fn next_ended(&mut self) -> Option<Ended> {
        let joined = self.running.join_next_with_id().await?;
        let (id, ending) = match joined {
            Ok((id, ())) => (id, Ending::Returned),
            Err(error) => (error.id(), ending(error)),
        };
        let name = self.names.remove(&id).unwrap_or_default();
        Some(Ended { name, ending })
    }

    /// Asks all children to end, waits for them for at most `patience`, and aborts the rest.
    /// Returns the names of those that were given up.
    pub async fn stop(&mut self, patience: Duration) -> Vec<String> {
        self.stopping.cancel();
        let drained = tokio::time::timeout(patience, async {
            while self.next_ended().await.is_some() {}
        })
        .await;
        if drained.is_ok() {
            return Vec::new();
        }
        self.running.abort_all();
        let mut given_up = Vec::new();
        while let Some(ended) = self.next_ended().await {
            if ended.ending == Ending::Aborted {
                given_up.push(ended.name);
            }
        }
        given_up.sort();
        given_up
    }
}

fn ending(error: JoinError) -> Ending {
    match error.try_into_panic() {
        Ok(panic) => {
            let text = panic
                .downcast_ref::<&str>()
                .map(|text| (*text).to_owned())
                .or_else(|| panic.downcast_ref::<String>().cloned());
            Ending::Panicked(text.unwrap_or_else(|| "a panic without a text".to_owned()))
        }
        Err(_) => Ending::Aborted,
    }
}
