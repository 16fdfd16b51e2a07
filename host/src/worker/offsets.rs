//! The offsets of a connector as its users see and change them, beside its tasks.
//!
//! Owns the order of steps: what is asked for is read, the connector is asked in an instance of its own, then
//! it is done. That no task runs meanwhile is the herder's affair. Kafka's counterparts:
//! `Worker.connectorOffsets` and `modifyConnectorOffsets`.

use std::time::Duration;

use tracing::Instrument as _;

use crate::config::ConfigMap;
use crate::config::connector::ConnectorKind;
use crate::config::redact::Secrets;
use crate::ids::{ConnectorName, InstanceId};
use crate::sandbox::{CompiledPlugin, ConnectorInstance, HostServices, InstanceSpec, SandboxError};
use crate::storage::config::ConfigOrigin;

use super::LocalWorker;
use super::api::WorkerError;
use super::plugins::connector_kind;
use super::task::guest_failure;
use super::{connector_span, refusal_failure};

mod change;
mod error;
mod sink;
mod source;

pub use change::{
    ConnectorOffset, JsonObject, JsonValue, OffsetEntry, OffsetsChange, OffsetsMessage,
};
pub use error::{OffsetsError, SinkOffsetsError};

/// How long a step may take, as in Kafka Connect; requests are not waited for longer.
const OFFSETS_TIMEOUT: Duration = Duration::from_secs(90);

/// Whose offsets are changed; the configuration has its references resolved.
#[derive(Clone, Copy)]
struct ModifyRequest<'a> {
    name: &'a ConnectorName,
    config: &'a ConfigMap,
    /// What of it no log and no answer may show.
    secrets: &'a Secrets,
    origin: ConfigOrigin,
    plugin: &'a CompiledPlugin,
}

impl ModifyRequest<'_> {
    fn kind(&self) -> ConnectorKind {
        connector_kind(self.plugin)
    }

    /// The answer for what has no better one, after the log has been told the cause.
    fn failed(&self, cause: &str) -> OffsetsError {
        let answer = OffsetsError::Modify {
            kind: self.kind(),
            name: self.name.clone(),
        };
        self.logged(answer, cause)
    }

    /// The answer, after the log has been told the cause.
    fn logged(&self, answer: OffsetsError, cause: &str) -> OffsetsError {
        logged(answer, &self.secrets.hide(cause))
    }

    /// What a connector says to a change. Its own refusal is told; anything else is its fault and goes to
    /// the log.
    fn guest_refusal(&self, error: &SandboxError) -> OffsetsError {
        match error {
            SandboxError::Guest { error, .. } => {
                let answer = OffsetsError::Refused(self.secrets.hide(&error.message).to_string());
                logged(answer, "the connector refuses the change")
            }
            SandboxError::Deadline { .. } => {
                let answer = OffsetsError::ConnectorTimeout {
                    kind: self.kind(),
                    name: self.name.clone(),
                };
                self.logged(answer, &guest_failure(error).to_string())
            }
            _ => self.failed(&guest_failure(error).to_string()),
        }
    }
}

impl LocalWorker {
    /// The offsets of a connector.
    pub(super) async fn read_offsets(
        &self,
        name: &ConnectorName,
        config: &ConfigMap,
    ) -> Result<Vec<ConnectorOffset>, WorkerError> {
        let plugin = self.plugin(config)?;
        let span = connector_span(name);
        let offsets = async {
            if connector_kind(&plugin) == ConnectorKind::Source {
                return self.source_offsets(name).await;
            }
            let (config, _) = self
                .resolve(config, None)
                .map_err(|failure| OffsetsError::Client(failure.message))?;
            self.sink_offsets(name, &config).await
        };
        Ok(offsets.instrument(span).await?)
    }

    /// Changes the offsets of a connector whose tasks are gone.
    pub(super) async fn change_offsets(
        &self,
        name: &ConnectorName,
        config: &ConfigMap,
        origin: ConfigOrigin,
        change: &OffsetsChange,
    ) -> Result<OffsetsMessage, WorkerError> {
        let plugin = self.plugin(config)?;
        let kind = connector_kind(&plugin);
        let changed = async {
            let resolved = self.resolve(config, Some(&plugin.config_def()));
            let (config, secrets) = resolved.map_err(|failure| {
                let name = name.clone();
                logged(OffsetsError::Modify { kind, name }, &failure.to_string())
            })?;
            let request = ModifyRequest {
                name,
                config: &config,
                secrets: &secrets,
                origin,
                plugin: &plugin,
            };
            match kind {
                ConnectorKind::Source => self.modify_source_offsets(request, change).await,
                ConnectorKind::Sink => self.modify_sink_offsets(request, change).await,
            }
        };
        let connector_knows = changed.instrument(connector_span(name)).await?;
        Ok(change.done(connector_knows))
    }

    /// What an instance of the connector is made of that is asked about its offsets and never started.
    fn asked_instance(&self, request: ModifyRequest<'_>) -> Result<InstanceSpec, OffsetsError> {
        let grants = self
            .grants(request.plugin, request.config, request.origin)
            .map_err(|refused| request.failed(&refusal_failure(&refused).to_string()))?;
        let limits = self
            .limits(request.config)
            .map_err(|refused| request.failed(&refusal_failure(&refused).to_string()))?;
        let services = HostServices {
            offset_reader: Some(self.offset_reader(request.name)),
            ..HostServices::default()
        };
        let id = InstanceId::Connector(request.name.clone());
        Ok(self.instance_spec(id, request.plugin, (grants, limits), services))
    }

    /// Asks the connector whether it knows about a change, or what it has against it.
    async fn ask_connector<F>(
        &self,
        request: ModifyRequest<'_>,
        ask: impl FnOnce(ConnectorInstance, ConfigMap) -> F + Send + 'static,
    ) -> Result<bool, OffsetsError>
    where
        F: Future<Output = Result<bool, SandboxError>> + Send + 'static,
    {
        let spec = self.asked_instance(request)?;
        let config = request.config.clone();
        let answer = self.on_guests(async move {
            let instance = ConnectorInstance::new(spec).await?;
            ask(instance, config).await
        });
        answer
            .await
            .map_err(|failure| request.failed(&failure.to_string()))?
            .map_err(|error| request.guest_refusal(&error))
    }
}

/// The answer, after the log has been told the cause.
fn logged(answer: OffsetsError, cause: &str) -> OffsetsError {
    tracing::error!("{answer}: {cause}");
    answer
}
