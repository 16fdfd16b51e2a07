//! Metrics of the process, and their text for Prometheus.
//!
//! Owns the names of metrics, which are a contract, and the list of what is measured now. Counting
//! takes no lock: whoever counts holds its own atomics, and only a reader goes through the list.
//! Must not know who counts. Kafka's counterpart: `ConnectMetrics`, whose JMX names come with it.

mod export;
mod instance;
mod task;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

pub use self::instance::{InstanceLabels, InstanceUsage, OwnMetric};
pub use self::task::{Count, LastTime, TaskErrors, TaskLabels};

/// Everything that is measured in this process. Clones share the lists.
#[derive(Clone, Debug, Default)]
pub struct Metrics(Arc<Mutex<Lists>>);

#[derive(Debug, Default)]
struct Lists {
    instances: Vec<Weak<InstanceUsage>>,
    tasks: Vec<Weak<TaskErrors>>,
}

impl Metrics {
    /// The usage of a new instance, shown as long as somebody holds it.
    pub fn instance(&self, labels: InstanceLabels) -> Arc<InstanceUsage> {
        let usage = Arc::new(InstanceUsage::new(labels));
        add(&mut self.lists().instances, &usage);
        usage
    }

    /// The error counters of a new task, shown as long as somebody holds them.
    pub fn task(&self, labels: TaskLabels) -> Arc<TaskErrors> {
        let errors = Arc::new(TaskErrors::new(labels));
        add(&mut self.lists().tasks, &errors);
        errors
    }

    /// All metrics as OpenMetrics text, which Prometheus reads.
    pub fn text(&self) -> String {
        let lists = self.lists();
        let instances = lists.instances.iter().filter_map(Weak::upgrade).collect();
        let tasks = lists.tasks.iter().filter_map(Weak::upgrade).collect();
        drop(lists);
        export::text(instances, tasks)
    }

    fn lists(&self) -> MutexGuard<'_, Lists> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Amortised: a list is cleaned when it would grow.
fn add<Measured>(list: &mut Vec<Weak<Measured>>, measured: &Arc<Measured>) {
    if list.len() == list.capacity() {
        list.retain(|one| one.strong_count() > 0);
    }
    list.push(Arc::downgrade(measured));
}

#[cfg(test)]
mod tests;
