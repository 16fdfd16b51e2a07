//! The signal behind the WIT interface `stopping`.
//!
//! The worker raises it when it wants the current call of an instance back (stop, pause,
//! rebalance), and lowers it when calls may take their time again. Waiting takes no thread.

use std::time::Duration;

use tokio::sync::watch;

use crate::clock::end_of_wait;

/// Tells one instance that the host wants its call back. Clones share the state.
#[derive(Clone, Debug)]
pub struct StopSignal(std::sync::Arc<watch::Sender<bool>>);

impl Default for StopSignal {
    fn default() -> Self {
        Self::new()
    }
}

impl StopSignal {
    /// A signal that is not raised.
    pub fn new() -> Self {
        Self(std::sync::Arc::new(watch::Sender::new(false)))
    }

    /// Asks for the current call.
    pub fn raise(&self) {
        self.0.send_replace(true);
    }

    /// Lets calls take their time again.
    pub fn lower(&self) {
        self.0.send_replace(false);
    }

    /// Whether the call is wanted back.
    pub fn is_raised(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until the signal is raised. Cancel safe.
    pub async fn raised(&self) {
        let mut receiver = self.0.subscribe();
        // The sender lives in `self`, so the wait cannot end by its loss.
        let _ = receiver.wait_for(|raised| *raised).await;
    }

    /// Waits until the signal is raised or the time has passed; returns whether it is raised.
    /// Cancel safe.
    pub async fn wait(&self, timeout: Duration) -> bool {
        if self.is_raised() {
            return true;
        }
        tokio::time::timeout_at(end_of_wait(timeout), self.raised())
            .await
            .is_ok()
    }
}

#[cfg(test)]
mod tests;
