//! Active topics: which topics the tasks of a connector have written to or read from.
//!
//! Owns the trait and the backend in memory. Must not know who records or who asks. Kafka's counterparts:
//! `TopicStatus`, and the topic methods of `StatusBackingStore`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use crate::ids::{ConnectorName, ConnectorTaskId};

#[cfg(test)]
mod tests;

/// Where active topics are stored. Calls never wait and never fail: a backend that has to talk to Kafka does so
/// behind this, as Kafka Connect's does.
pub trait TopicBackingStore: Send + Sync {
    /// A task uses a topic. Telling again changes nothing.
    fn put(&self, task: &ConnectorTaskId, topic: &str);

    /// The active topics of a connector, sorted; none for a connector that is not known.
    fn topics(&self, name: &ConnectorName) -> Vec<String>;

    /// Forgets the active topics of a connector.
    fn delete(&self, name: &ConnectorName);

    /// A number that is another one after topics were forgotten: what tasks told before has to be told again.
    fn generation(&self) -> u64;
}

/// Keeps active topics for as long as the process lives.
#[derive(Default)]
pub struct MemoryTopicBackingStore {
    topics: RwLock<BTreeMap<ConnectorName, BTreeSet<String>>>,
    generation: AtomicU64,
}

impl MemoryTopicBackingStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }
}

impl TopicBackingStore for MemoryTopicBackingStore {
    fn put(&self, task: &ConnectorTaskId, topic: &str) {
        let mut topics = self.topics.write().unwrap_or_else(PoisonError::into_inner);
        topics
            .entry(task.connector.clone())
            .or_default()
            .insert(topic.to_owned());
    }

    fn topics(&self, name: &ConnectorName) -> Vec<String> {
        let topics = self.topics.read().unwrap_or_else(PoisonError::into_inner);
        let topics = topics.get(name).into_iter().flatten();
        topics.cloned().collect()
    }

    fn delete(&self, name: &ConnectorName) {
        let mut topics = self.topics.write().unwrap_or_else(PoisonError::into_inner);
        topics.remove(name);
        self.generation.fetch_add(1, Ordering::Release);
    }

    fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }
}
