//! A plugin with a configuration, and the instances that are made of it.
//!
//! Owns what an instance is given when no worker is there: grants as for a connector file of the
//! command line, stored offsets, the sandbox's limits. Which calls are made is the caller's affair.

use std::sync::Arc;

use crate::config::ConfigMap;
use crate::config::def::ConfigDef;
use crate::ids::{ConnectorName, ConnectorTaskId, InstanceId};
use crate::plugin::{GrantOrigin, GrantPolicy, GrantRefused, grants_for};
use crate::sandbox::{CompiledPlugin, Grants, HostServices, InstanceSpec, Limits, StopSignal};
use crate::storage::config::ConfigOrigin;
use crate::storage::offset::OffsetBackingStore;
use crate::worker::{ConnectorOffsets, values_origin};

/// A plugin, and what it is configured with.
#[derive(Clone)]
pub(super) struct Configured {
    /// The plugin.
    pub(super) plugin: CompiledPlugin,
    /// The connector's name.
    pub(super) name: ConnectorName,
    /// The connector's configuration, with references resolved.
    pub(super) config: ConfigMap,
    /// What its instances may use.
    pub(super) limits: Limits,
}

impl Configured {
    /// A plugin with a configuration, which has a name.
    pub(super) fn new(plugin: CompiledPlugin, config: ConfigMap) -> Self {
        let name = ConnectorName::new(config.get("name").map_or("", String::as_str));
        Self {
            plugin,
            name,
            config,
            limits: Limits::default(),
        }
    }

    /// The keys that the plugin has.
    pub(super) fn config_def(&self) -> Arc<ConfigDef> {
        self.plugin.config_def()
    }

    /// What the connector may touch.
    pub(super) fn grants(&self) -> Result<Grants, Vec<GrantRefused>> {
        let policy = GrantPolicy::default();
        grants_for(
            &self.config_def(),
            &self.config,
            GrantOrigin::CommandLine,
            &policy,
        )
    }

    /// What a task of this configuration may touch: as in a worker, nothing that its connector made
    /// up.
    pub(super) fn task_grants(&self, task_config: &ConfigMap) -> Result<Grants, Vec<GrantRefused>> {
        let def = self.config_def();
        let written = ConfigOrigin::CommandLine;
        let origin = match values_origin(&def, &self.config, task_config, written) {
            ConfigOrigin::CommandLine => GrantOrigin::CommandLine,
            ConfigOrigin::Rest => GrantOrigin::Rest,
        };
        let mut named = self.config.clone();
        named.extend(task_config.clone());
        grants_for(&def, &named, origin, &GrantPolicy::default())
    }

    /// For the connector's instance.
    pub(super) fn connector(&self, grants: Grants, services: HostServices) -> InstanceSpec {
        let id = InstanceId::Connector(self.name.clone());
        self.instance(id, grants, services, StopSignal::new())
    }

    /// For the instance of a task.
    pub(super) fn task(
        &self,
        number: u32,
        grants: Grants,
        services: HostServices,
        stop: StopSignal,
    ) -> InstanceSpec {
        let id = InstanceId::Task(ConnectorTaskId::new(self.name.clone(), number));
        self.instance(id, grants, services, stop)
    }

    fn instance(
        &self,
        id: InstanceId,
        grants: Grants,
        services: HostServices,
        stop: StopSignal,
    ) -> InstanceSpec {
        InstanceSpec {
            id,
            plugin: self.plugin.clone(),
            grants,
            limits: self.limits.clone(),
            services,
            stop,
        }
    }

    /// What gives a task the offsets that are stored.
    pub(super) fn offset_services(&self, store: Arc<dyn OffsetBackingStore>) -> HostServices {
        HostServices {
            offset_reader: Some(Arc::new(ConnectorOffsets::new(self.name.as_str(), store))),
            ..HostServices::default()
        }
    }
}

/// Refusals as one text.
pub(super) fn refusals(refused: &[GrantRefused]) -> String {
    let messages: Vec<&str> = refused
        .iter()
        .map(|refused| refused.message.as_str())
        .collect();
    messages.join("; ")
}
