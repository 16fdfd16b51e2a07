//! Metrics of the process, and their text for Prometheus.
//!
//! Owns the names of metrics, which are a contract, and the list of what is measured now. Counting
//! takes no lock: whoever counts holds its own atomics, and only a reader goes through the list.
//! Must not know who counts. Kafka's counterpart: `ConnectMetrics`, whose JMX names come with it.

mod export;
mod instance;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

pub use self::instance::{InstanceLabels, InstanceUsage, OwnMetric};

/// Everything that is measured in this process. Clones share the list.
#[derive(Clone, Debug, Default)]
pub struct Metrics(Arc<Mutex<Vec<Weak<InstanceUsage>>>>);

impl Metrics {
    /// The usage of a new instance, shown as long as somebody holds it.
    pub fn instance(&self, labels: InstanceLabels) -> Arc<InstanceUsage> {
        let usage = Arc::new(InstanceUsage::new(labels));
        let mut instances = self.instances();
        // Amortised: the list is cleaned when it would grow.
        if instances.len() == instances.capacity() {
            instances.retain(|instance| instance.strong_count() > 0);
        }
        instances.push(Arc::downgrade(&usage));
        usage
    }

    /// All metrics as OpenMetrics text, which Prometheus reads.
    pub fn text(&self) -> String {
        let live = self.instances().iter().filter_map(Weak::upgrade).collect();
        export::text(live)
    }

    fn instances(&self) -> MutexGuard<'_, Vec<Weak<InstanceUsage>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
