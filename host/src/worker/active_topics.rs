//! The topics that one task uses, on their way to the store of active topics.
//!
//! Owns which of them the store knows already, so that a record costs a look at its topic and no more. Must not
//! know which store. Kafka's counterpart: `WorkerTask.recordActiveTopic`.

use std::collections::HashSet;
use std::sync::Arc;

use crate::ids::ConnectorTaskId;
use crate::storage::topic::TopicBackingStore;

#[cfg(test)]
mod tests;

/// The active topics of one task.
pub(super) struct ActiveTopics {
    id: ConnectorTaskId,
    /// None when topics are not tracked.
    store: Option<Arc<dyn TopicBackingStore>>,
    /// What the store said when `known` began to be gathered.
    generation: u64,
    /// Topics that need no further look: they are stored, or will be once a record on its way is written.
    known: HashSet<Arc<str>>,
    /// The first record of each topic that is known and not stored yet, by sequence number.
    awaited: Vec<(u64, Arc<str>)>,
}

impl ActiveTopics {
    /// For the task `id`; without a store nothing is recorded.
    pub(super) fn new(id: ConnectorTaskId, store: Option<Arc<dyn TopicBackingStore>>) -> Self {
        Self {
            id,
            generation: store.as_ref().map_or(0, |store| store.generation()),
            store,
            known: HashSet::new(),
            awaited: Vec::new(),
        }
    }

    /// Another batch begins: topics that were forgotten meanwhile are new again.
    pub(super) fn begin_batch(&mut self) {
        if let Some(store) = &self.store {
            let generation = store.generation();
            if generation != self.generation {
                self.generation = generation;
                self.known.clear();
                self.awaited.clear();
            }
        }
    }

    /// A record of this topic was consumed.
    pub(super) fn consumed(&mut self, topic: &str) {
        if let Some(store) = &self.store
            && !self.known.contains(topic)
        {
            store.put(&self.id, topic);
            self.known.insert(Arc::from(topic));
        }
    }

    /// A record of this topic is on its way to Kafka.
    pub(super) fn sent(&mut self, topic: &str, sequence: u64) {
        if self.store.is_some() && !self.known.contains(topic) {
            let topic: Arc<str> = Arc::from(topic);
            self.known.insert(topic.clone());
            self.awaited.push((sequence, topic));
        }
    }

    /// A record was written, or is given up.
    pub(super) fn settled(&mut self, sequence: u64, written: bool) {
        if self.awaited.is_empty() {
            return;
        }
        let Some(place) = self
            .awaited
            .iter()
            .position(|(first, _)| *first == sequence)
        else {
            return;
        };
        let (_, topic) = self.awaited.swap_remove(place);
        match &self.store {
            Some(store) if written => store.put(&self.id, &topic),
            // The next record of the topic is the first one again.
            _ => {
                self.known.remove(&topic);
            }
        }
    }
}
