//! Connectors that something has to be looked at for.
//!
//! Owns a set that forgets nothing and is bounded by the number of connectors: each is in it once,
//! however often it is marked. Must not know what is looked at.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

use crate::ids::ConnectorName;

/// Connectors that are marked until someone takes them.
#[derive(Default)]
pub struct ConnectorMarks {
    names: Mutex<BTreeSet<ConnectorName>>,
    arrived: Notify,
}

impl ConnectorMarks {
    /// Marks a connector. Never blocks.
    pub fn mark(&self, name: &ConnectorName) {
        self.names
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name.clone());
        self.arrived.notify_one();
    }

    /// Waits until there are some. Cancel safe.
    pub async fn arrived(&self) {
        self.arrived.notified().await;
    }

    /// Takes them.
    pub fn take(&self) -> BTreeSet<ConnectorName> {
        std::mem::take(&mut *self.names.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
