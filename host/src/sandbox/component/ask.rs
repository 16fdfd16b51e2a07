//! Questions to a plugin: who it is, which keys it has, what it says to a configuration. Each is
//! asked of an instance of its own, without any grant.

use indexmap::IndexMap;

use super::{Asked, CompiledPlugin, KeyError, PluginKind, Recommendation};
use crate::bridge;
use crate::config::connector::{sink_def, source_def};
use crate::sandbox::bindings::any::connect_wasm::plugin::config_def::ConfigKey;
use crate::sandbox::bindings::any::exports::connect_wasm::plugin::plugin as wit;
use crate::sandbox::bindings::record::exports::connect_wasm::plugin::record_plugin as wit_record;
use crate::sandbox::bindings::{any, record};
use crate::sandbox::capability::Grants;
use crate::sandbox::error::SandboxError;
use crate::sandbox::instance::Core;
use crate::sandbox::limits::Limits;
use crate::sandbox::meter::Meter;
use crate::sandbox::services::HostServices;
use crate::sandbox::state::StateSpec;
use crate::sandbox::stop::StopSignal;

/// LIMIT: errors or recommended values of one answer; no user reads more, and each is copied.
const ANSWERS_MAX: usize = 10_000;

/// What a plugin says when it is loaded, as it is kept in the cache.
#[derive(serde::Serialize, serde::Deserialize)]
pub(super) struct Declared {
    pub(super) description: DeclaredAs,
    pub(super) keys: Vec<ConfigKey>,
}

/// Who a plugin says it is.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(untagged)]
pub(super) enum DeclaredAs {
    Connector(wit::Description),
    Record(wit_record::Description),
}

/// An instance that is asked.
enum Guest {
    Connector(any::AnyPlugin),
    Record(record::AnyRecordPlugin),
}

impl CompiledPlugin {
    /// The plugin's own checks of a configuration, beyond its ConfigDef, on an instance with these
    /// limits. The configuration is the connector's, or that of another plugin without prefix.
    pub async fn validate(
        &self,
        limits: &Limits,
        config: &IndexMap<String, String>,
    ) -> Result<Vec<KeyError>, SandboxError> {
        let given = bridge::config::to_wit(config);
        let (mut core, guest) = self.any_instance("validate", limits).await?;
        let time = core.limits().deadlines.for_call();
        let (export, errors) = match guest {
            Guest::Connector(guest) => {
                let export = "plugin.validate";
                let (store, call) = core.begin(export, time)?;
                let plugin = guest.connect_wasm_plugin_plugin();
                let result = call.run(plugin.call_validate(store, &given)).await;
                let errors = core.end_result(export, result)?.into_iter();
                let errors = errors.map(|error| (error.name, error.message));
                (export, errors.collect::<Vec<_>>())
            }
            Guest::Record(guest) => {
                let export = "record-plugin.validate";
                let (store, call) = core.begin(export, time)?;
                let plugin = guest.connect_wasm_plugin_record_plugin();
                let result = call.run(plugin.call_validate(store, &given)).await;
                let errors = core.end_result(export, result)?.into_iter();
                let errors = errors.map(|error| (error.name, error.message));
                (export, errors.collect())
            }
        };
        if errors.len() > ANSWERS_MAX {
            return Err(core.wrong_result(export, too_many("errors")));
        }
        // An error of a key that only the configuration has is as good as Kafka's.
        let known = |name: &str| self.has_key(name) || config.contains_key(name);
        if let Some((unknown, _)) = errors.iter().find(|(name, _)| !known(name)) {
            return Err(core.wrong_result(
                export,
                unknown_key(
                    "an error",
                    unknown,
                    "that neither its definition nor the configuration has",
                ),
            ));
        }
        Ok(errors
            .into_iter()
            .map(|(name, message)| KeyError { name, message })
            .collect())
    }

    /// Recommended values for keys that have a recommender, asked of an instance with these
    /// limits.
    pub async fn recommend(
        &self,
        limits: &Limits,
        config: &IndexMap<String, String>,
    ) -> Result<Vec<Recommendation>, SandboxError> {
        let export = "plugin.recommend";
        let config = bridge::config::to_wit(config);
        let (mut core, guest) = self.any_instance("recommend", limits).await?;
        let Guest::Connector(guest) = guest else {
            return Ok(Vec::new());
        };
        let time = core.limits().deadlines.for_call();
        let (store, call) = core.begin(export, time)?;
        let result = call
            .run(
                guest
                    .connect_wasm_plugin_plugin()
                    .call_recommend(store, &config),
            )
            .await;
        let recommendations = core.end_result(export, result)?;
        let values = recommendations.iter().map(|found| found.values.len() + 1);
        if values.sum::<usize>() > ANSWERS_MAX {
            return Err(core.wrong_result(export, too_many("recommended values")));
        }
        let known = |name: &str| {
            let key = self.0.config_def.key(name);
            key.is_some_and(|key| key.recommender)
        };
        if let Some(unknown) = recommendations.iter().find(|found| !known(&found.name)) {
            let what = "recommended values";
            return Err(core.wrong_result(
                export,
                unknown_key(what, &unknown.name, "that has no recommender"),
            ));
        }
        Ok(recommendations
            .into_iter()
            .map(|found| Recommendation {
                name: found.name,
                values: found.values,
                visible: found.visible,
            })
            .collect())
    }

    /// Whether the plugin or the framework defines a key.
    fn has_key(&self, name: &str) -> bool {
        let framework = match self.0.description.kind {
            PluginKind::Source => Some(source_def()),
            PluginKind::Sink => Some(sink_def()),
            PluginKind::Transformation | PluginKind::Predicate | PluginKind::Converter => None,
        };
        self.0.config_def.key(name).is_some()
            || framework.is_some_and(|framework| framework.key(name).is_some())
    }

    /// An instance without any grant.
    async fn any_instance(
        &self,
        purpose: &str,
        limits: &Limits,
    ) -> Result<(Core, Guest), SandboxError> {
        let state = StateSpec {
            name: format!("[{}|{purpose}]", self.0.description.class),
            grants: &Grants::default(),
            limits,
            services: HostServices::default(),
            stop: StopSignal::new(),
            // Asked once and gone: nobody is shown it.
            meter: Meter::new(std::sync::Arc::default(), limits, self.turns()),
            outside: self.outside(),
        };
        let mut core = Core::new(self, limits, state)?;
        let time = limits.deadlines.for_start();
        let (store, call) = core.begin("instantiate", time)?;
        let guest = match &self.0.asked {
            Asked::Connector(half) => {
                let result = call.run(half.instantiate_async(store)).await;
                Guest::Connector(core.end(result)?)
            }
            Asked::Record(half) => {
                let result = call.run(half.instantiate_async(store)).await;
                Guest::Record(core.end(result)?)
            }
        };
        Ok((core, guest))
    }

    /// Asks the plugin who it is and what keys it has.
    pub(super) async fn ask(&self, limits: &Limits) -> Result<Declared, SandboxError> {
        let (mut core, guest) = self.any_instance("describe", limits).await?;
        let time = core.limits().deadlines.for_call();
        let kind = self.0.description.kind;
        let (exports, description, wrong, keys) = match guest {
            Guest::Connector(guest) => {
                let exports = ["plugin.describe", "plugin.config-def"];
                let plugin = guest.connect_wasm_plugin_plugin();
                let (store, call) = core.begin(exports[0], time)?;
                let result = call.run(plugin.call_describe(store)).await;
                let description = core.end(result)?;
                let (store, call) = core.begin(exports[1], time)?;
                let result = call.run(plugin.call_config_def(store)).await;
                let wrong = bridge::config::wrong_description(&description, kind);
                let keys = core.end(result)?;
                (exports, DeclaredAs::Connector(description), wrong, keys)
            }
            Guest::Record(guest) => {
                let exports = ["record-plugin.describe", "record-plugin.config-def"];
                let plugin = guest.connect_wasm_plugin_record_plugin();
                let (store, call) = core.begin(exports[0], time)?;
                let result = call.run(plugin.call_describe(store)).await;
                let description = core.end(result)?;
                let (store, call) = core.begin(exports[1], time)?;
                let result = call.run(plugin.call_config_def(store)).await;
                let wrong = bridge::config::wrong_record_description(&description, kind);
                let keys = core.end(result)?;
                (exports, DeclaredAs::Record(description), wrong, keys)
            }
        };
        if let Some(wrong) = wrong {
            return Err(core.wrong_result(exports[0], wrong));
        }
        if let Err(error) = bridge::config::config_def_from_wit(&keys) {
            let message = format!("its ConfigDef is wrong: {error}");
            return Err(core.wrong_result(exports[1], message));
        }
        Ok(Declared { description, keys })
    }
}

fn too_many(what: &str) -> String {
    format!("more than {ANSWERS_MAX} {what}")
}

fn unknown_key(what: &str, key: &str, why: &str) -> String {
    format!("{what} of a key {why}: {key:?}")
}
