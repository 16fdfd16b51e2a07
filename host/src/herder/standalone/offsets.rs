//! Requests on offsets: in the connector's lane, so that they come before or after a stop or a resume, and
//! never between.

use super::super::offsets::{
    ConnectorOffsets, OffsetEntry, OffsetsChange, OffsetsMessage, check_stopped,
};
use super::super::request::Stages;
use super::operations::Operations;
use super::{HerderError, StandaloneHerder, within_timeout};
use crate::ids::ConnectorName;

impl StandaloneHerder {
    /// The offsets of a connector.
    pub(super) async fn read_offsets(
        &self,
        name: &ConnectorName,
    ) -> Result<ConnectorOffsets, HerderError> {
        let stages = Stages::new();
        let (subject, stage) = (name.clone(), stages.clone());
        let request = self.submit(name, |operations, answer| async move {
            let outcome = operations.offsets(&subject, &stage).await;
            let _ = answer.send(outcome);
        });
        within_timeout(&stages, request).await
    }

    /// Changes some of the offsets of a connector.
    pub(super) async fn alter_offsets(
        &self,
        name: &ConnectorName,
        offsets: Vec<OffsetEntry>,
    ) -> Result<OffsetsMessage, HerderError> {
        self.modify_offsets(name, OffsetsChange::Alter(offsets))
            .await
    }

    /// Changes offsets of a connector that is stopped.
    pub(super) async fn modify_offsets(
        &self,
        name: &ConnectorName,
        change: OffsetsChange,
    ) -> Result<OffsetsMessage, HerderError> {
        let stages = Stages::new();
        let (subject, stage) = (name.clone(), stages.clone());
        let request = self.submit(name, |operations, answer| async move {
            let outcome = operations.modify_offsets(&subject, change, &stage).await;
            let _ = answer.send(outcome);
        });
        within_timeout(&stages, request).await
    }
}

impl Operations {
    async fn offsets(
        &self,
        name: &ConnectorName,
        stages: &Stages,
    ) -> Result<ConnectorOffsets, HerderError> {
        let stored = self
            .stored(name)
            .ok_or_else(|| HerderError::ConnectorNotFound(name.clone()))?;
        stages.begin(format!("reading the offsets of connector {name}"));
        let offsets = self.worker.connector_offsets(name, &stored.config).await?;
        stages.complete();
        Ok(offsets)
    }

    async fn modify_offsets(
        &self,
        name: &ConnectorName,
        change: OffsetsChange,
        stages: &Stages,
    ) -> Result<OffsetsMessage, HerderError> {
        let stored = self
            .stored(name)
            .ok_or_else(|| HerderError::ConnectorNotFound(name.clone()))?;
        check_stopped(name, &stored)?;
        stages.begin(format!("modifying the offsets of connector {name}"));
        let message = self
            .worker
            .modify_connector_offsets(name, &stored.config, stored.origin, change)
            .await?;
        stages.complete();
        Ok(message)
    }
}
