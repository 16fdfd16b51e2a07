//! Offsets and active topics, as the herder answers for them.
//!
//! Owns when offsets may be changed, and whether topics are tracked and may be forgotten. Must not know where
//! either is stored. Kafka's counterparts: `AbstractHerder.connectorActiveTopics`,
//! `StandaloneHerder.modifyConnectorOffsets` and its checks.

use std::sync::Arc;

use super::HerderError;
use crate::config::worker::WorkerConfig;
use crate::ids::ConnectorName;
use crate::storage::config::{ConnectorConfigState, TargetState};
use crate::storage::topic::TopicBackingStore;

/// What REST sees of offsets.
pub use crate::worker::api::{
    ConnectorOffset, JsonObject, JsonValue, OffsetEntry, OffsetsChange, OffsetsError,
    OffsetsMessage,
};

#[cfg(test)]
mod tests;

/// The offsets of a connector, a partition each.
pub type ConnectorOffsets = Vec<ConnectorOffset>;

/// Refuses a change of the offsets of a connector that is not stopped, or whose tasks are not gone.
pub(super) fn check_stopped(
    name: &ConnectorName,
    stored: &ConnectorConfigState,
) -> Result<(), HerderError> {
    if stored.target == TargetState::Stopped && stored.task_configs.is_empty() {
        Ok(())
    } else {
        Err(HerderError::NotStopped(name.clone()))
    }
}

/// The active topics of all connectors, and what the worker's configuration lets users do with them.
pub struct TopicTracking {
    store: Arc<dyn TopicBackingStore>,
    enabled: bool,
    reset_allowed: bool,
}

impl TopicTracking {
    /// Of a worker with this configuration.
    pub fn new(store: Arc<dyn TopicBackingStore>, config: &WorkerConfig) -> Self {
        Self::with(
            store,
            config.topic_tracking_enable,
            config.topic_tracking_allow_reset,
        )
    }

    /// With `topic.tracking.enable` and `topic.tracking.allow.reset`.
    pub(super) fn with(
        store: Arc<dyn TopicBackingStore>,
        enabled: bool,
        reset_allowed: bool,
    ) -> Self {
        Self {
            store,
            enabled,
            reset_allowed,
        }
    }

    /// Where tasks record their topics; none when they need not.
    pub fn store(&self) -> Option<Arc<dyn TopicBackingStore>> {
        self.enabled.then(|| self.store.clone())
    }

    /// The active topics of a connector; none for one that is not known.
    pub(super) fn topics(&self, name: &ConnectorName) -> Result<Vec<String>, HerderError> {
        self.check_enabled()?;
        Ok(self.store.topics(name))
    }

    /// Forgets the active topics of a connector because a user wants that.
    pub(super) fn reset(&self, name: &ConnectorName) -> Result<(), HerderError> {
        self.check_enabled()?;
        if !self.reset_allowed {
            return Err(HerderError::TopicResetDisabled);
        }
        self.store.delete(name);
        Ok(())
    }

    /// Forgets the active topics of a connector that is no more.
    pub(super) fn connector_deleted(&self, name: &ConnectorName) {
        self.store.delete(name);
    }

    fn check_enabled(&self) -> Result<(), HerderError> {
        if self.enabled {
            Ok(())
        } else {
            Err(HerderError::TopicTrackingDisabled)
        }
    }
}
