//! A loaded plugin: compiled component, what it says about itself, and what instances are made
//! from.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use sha2::{Digest, Sha256};
use tokio::time::{Instant, timeout};
use wasmtime::Engine;
use wasmtime::component::Component;

use super::bindings::any::exports::connect_wasm::plugin::plugin as wit;
use super::bindings::{any, sink, source};
use super::capability::Grants;
use super::error::SandboxError;
use super::instance::Core;
use super::limits::Limits;
use super::meter::{Meter, Turns};
use super::outside::Outside;
use super::services::HostServices;
use super::state::{InstanceState, StateSpec};
use super::stop::StopSignal;
use super::{Sandbox, cache};
use crate::bridge;
use crate::config::connector::{sink_def, source_def};
use crate::config::def::ConfigDef;
use crate::metrics::Metrics;

/// LIMIT: errors or recommended values of one answer; no user reads more, and each is copied.
const ANSWERS_MAX: usize = 10_000;

/// How often a long compilation tells that it goes on.
const COMPILE_NEWS: Duration = Duration::from_secs(5);

/// Whether a plugin is a source or a sink.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PluginKind {
    /// A source connector with its task.
    Source,
    /// A sink connector with its task.
    Sink,
}

impl PluginKind {
    /// The word of the REST interface.
    pub fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Sink => "sink",
        }
    }
}

/// What a plugin says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// The connector's class name.
    pub class: String,
    /// Source or sink.
    pub kind: PluginKind,
    /// The plugin's version.
    pub version: String,
    /// The task's class name.
    pub task_class: String,
    /// Other class names that it answers to.
    pub aliases: Vec<String>,
    /// One paragraph for people.
    pub documentation: String,
}

/// An error of a plugin's own validation about one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyError {
    /// The key.
    pub name: String,
    /// What is wrong.
    pub message: String,
}

/// Recommended values of one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recommendation {
    /// The key.
    pub name: String,
    /// The values.
    pub values: Vec<String>,
    /// Whether the key is shown.
    pub visible: bool,
}

/// What a plugin says when it is loaded, as it is kept in the cache.
#[derive(serde::Serialize, serde::Deserialize)]
struct Declared {
    description: wit::Description,
    keys: Vec<wit::ConfigKey>,
}

/// A plugin, ready to be instantiated. Cheap to clone.
#[derive(Clone)]
pub struct CompiledPlugin(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    engine: Engine,
    metrics: Metrics,
    turns: Turns,
    outside: Arc<Outside>,
    path: PathBuf,
    digest: String,
    description: Description,
    config_def: Arc<ConfigDef>,
    any: any::AnyPluginPre<InstanceState>,
    half: Half,
}

/// The half of the component that connectors and tasks are made from.
#[derive(Clone)]
pub(super) enum Half {
    Source(source::SourcePluginPre<InstanceState>),
    Sink(sink::SinkPluginPre<InstanceState>),
}

impl std::fmt::Debug for CompiledPlugin {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("CompiledPlugin")
            .field("path", &self.0.path)
            .field("class", &self.0.description.class)
            .finish()
    }
}

impl CompiledPlugin {
    /// What it says about itself.
    pub fn description(&self) -> &Description {
        &self.0.description
    }

    /// The keys of its connector's configuration.
    pub fn config_def(&self) -> Arc<ConfigDef> {
        Arc::clone(&self.0.config_def)
    }

    /// The file it was loaded from.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// SHA-256 of the file, in hexadecimal digits.
    pub fn digest(&self) -> &str {
        &self.0.digest
    }

    /// The same plugin, whose file is somewhere else now.
    #[must_use]
    pub fn moved_to(&self, path: &Path) -> Self {
        Self(Arc::new(Inner {
            path: path.to_owned(),
            ..Inner::clone(&self.0)
        }))
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.0.engine
    }

    pub(super) fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    pub(super) fn turns(&self) -> &Turns {
        &self.0.turns
    }

    pub(super) fn outside(&self) -> &Outside {
        &self.0.outside
    }

    pub(super) fn half(&self) -> &Half {
        &self.0.half
    }

    pub(super) fn class_and_version(&self) -> (&str, &str) {
        (&self.0.description.class, &self.0.description.version)
    }

    /// The plugin's own checks of a connector configuration, beyond its ConfigDef, on an instance
    /// with these limits.
    pub async fn validate(
        &self,
        limits: &Limits,
        config: &IndexMap<String, String>,
    ) -> Result<Vec<KeyError>, SandboxError> {
        let export = "plugin.validate";
        let given = bridge::config::to_wit(config);
        let (mut core, guest) = self.any_instance("validate", limits).await?;
        let time = core.limits().deadlines.for_call();
        let (store, call) = core.begin(export, time)?;
        let result = call
            .run(
                guest
                    .connect_wasm_plugin_plugin()
                    .call_validate(store, &given),
            )
            .await;
        let errors = core.end_result(export, result)?;
        if errors.len() > ANSWERS_MAX {
            return Err(core.wrong_result(export, too_many("errors")));
        }
        // An error of a key that only the configuration has is as good as Kafka's.
        let known = |name: &str| self.has_key(name) || config.contains_key(name);
        if let Some(unknown) = errors.iter().find(|error| !known(&error.name)) {
            return Err(core.wrong_result(
                export,
                unknown_key(
                    "an error",
                    &unknown.name,
                    "that neither its definition nor the configuration has",
                ),
            ));
        }
        Ok(errors
            .into_iter()
            .map(|error| KeyError {
                name: error.name,
                message: error.message,
            })
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
            PluginKind::Source => source_def(),
            PluginKind::Sink => sink_def(),
        };
        self.0.config_def.key(name).is_some() || framework.key(name).is_some()
    }

    /// An instance without any grant.
    async fn any_instance(
        &self,
        purpose: &str,
        limits: &Limits,
    ) -> Result<(Core, any::AnyPlugin), SandboxError> {
        let state = StateSpec {
            name: format!("[{}|{purpose}]", self.0.description.class),
            grants: &Grants::default(),
            limits,
            services: HostServices::default(),
            stop: StopSignal::new(),
            // Asked once and gone: nobody is shown it.
            meter: Meter::new(Arc::default(), limits, self.turns()),
            outside: self.outside(),
        };
        let mut core = Core::new(self, limits, state)?;
        let time = limits.deadlines.for_start();
        let (store, call) = core.begin("instantiate", time)?;
        let result = call.run(self.0.any.instantiate_async(store)).await;
        let guest = core.end(result)?;
        Ok((core, guest))
    }

    /// Loads a verified component: from the cache if it is there, else by compiling it and asking
    /// it who it is.
    pub(super) async fn load(
        sandbox: &Sandbox,
        path: &Path,
        wasm: Vec<u8>,
        kind: PluginKind,
    ) -> Result<Self, SandboxError> {
        let content: [u8; 32] = Sha256::digest(&wasm).into();
        if let Some(plugin) = Self::from_cache(sandbox, path, &content, kind) {
            return Ok(plugin);
        }
        let (component, artifact) = Self::compile(sandbox, path, wasm).await?;
        let undeclared = Self::assemble(sandbox, path, &content, &component, kind, None)?;
        let declared = undeclared.ask(sandbox.limits()).await?;
        if let Some(cache) = sandbox.cache() {
            let description = serde_json::to_vec(&declared).unwrap_or_default();
            if let Err(error) = cache.write(&content, &description, &artifact) {
                tracing::warn!(plugin = %path.display(), "the compiled plugin cannot be cached: {error}");
            }
        }
        Self::assemble(sandbox, path, &content, &component, kind, Some(declared))
    }

    /// Compiles on threads of the runtime that are made for long work, and tells the log how far it
    /// is.
    async fn compile(
        sandbox: &Sandbox,
        path: &Path,
        wasm: Vec<u8>,
    ) -> Result<(Component, Vec<u8>), SandboxError> {
        let engine = sandbox.engine().clone();
        let began = Instant::now();
        let file = path.display();
        tracing::info!("Compiling the plugin {file} ({} bytes)", wasm.len());
        let mut compiling = tokio::task::spawn_blocking(move || {
            let component = Component::from_binary(&engine, &wasm)?;
            let artifact = component.serialize()?;
            Ok::<_, wasmtime::Error>((component, artifact))
        });
        let compiled = loop {
            match timeout(COMPILE_NEWS, &mut compiling).await {
                Ok(compiled) => break compiled,
                Err(_) => tracing::info!(
                    "Still compiling the plugin {file}, for {} s now",
                    began.elapsed().as_secs()
                ),
            }
        };
        let compiled = compiled.map_err(|panic| SandboxError::Compile {
            path: path.to_owned(),
            message: panic.to_string(),
        })?;
        let compiled = compiled.map_err(|error| compile_error(path, &error))?;
        tracing::info!(
            "Compiled the plugin {file} in {} ms",
            began.elapsed().as_millis()
        );
        Ok(compiled)
    }

    fn from_cache(
        sandbox: &Sandbox,
        path: &Path,
        content: &[u8; 32],
        kind: PluginKind,
    ) -> Option<Self> {
        let entry = sandbox.cache()?.read(content)?;
        let declared: Declared = serde_json::from_slice(&entry.description).ok()?;
        let component = match entry.component(sandbox.engine()) {
            Ok(component) => component,
            Err(error) => {
                tracing::warn!(plugin = %path.display(), "a cached plugin does not load and is compiled again: {error:#}");
                return None;
            }
        };
        Self::assemble(sandbox, path, content, &component, kind, Some(declared)).ok()
    }

    fn assemble(
        sandbox: &Sandbox,
        path: &Path,
        content: &[u8; 32],
        component: &Component,
        kind: PluginKind,
        declared: Option<Declared>,
    ) -> Result<Self, SandboxError> {
        let linked = || sandbox.linker().instantiate_pre(component);
        let assembled = (|| {
            let any = any::AnyPluginPre::new(linked()?)?;
            let half = match kind {
                PluginKind::Source => Half::Source(source::SourcePluginPre::new(linked()?)?),
                PluginKind::Sink => Half::Sink(sink::SinkPluginPre::new(linked()?)?),
            };
            Ok((any, half))
        })();
        let (any, half) =
            assembled.map_err(|error: wasmtime::Error| compile_error(path, &error))?;
        let (description, config_def) = match declared {
            Some(declared) => (
                bridge::config::description_from_wit(declared.description),
                bridge::config::config_def_from_wit(&declared.keys).map_err(|error| {
                    SandboxError::Compile {
                        path: path.to_owned(),
                        message: format!("its ConfigDef is wrong: {error}"),
                    }
                })?,
            ),
            None => (Description::unknown(path, kind), ConfigDef::default()),
        };
        let inner = Inner {
            engine: sandbox.engine().clone(),
            metrics: sandbox.metrics().clone(),
            turns: sandbox.turns().clone(),
            outside: Arc::clone(sandbox.outside()),
            path: path.to_owned(),
            digest: cache::hex(content),
            description,
            config_def: Arc::new(config_def),
            any,
            half,
        };
        Ok(Self(Arc::new(inner)))
    }

    /// Asks the plugin who it is and what keys it has.
    async fn ask(&self, limits: &Limits) -> Result<Declared, SandboxError> {
        let (mut core, guest) = self.any_instance("describe", limits).await?;
        let plugin = guest.connect_wasm_plugin_plugin();
        let time = core.limits().deadlines.for_call();
        let (store, call) = core.begin("plugin.describe", time)?;
        let result = call.run(plugin.call_describe(store)).await;
        let description = core.end(result)?;
        if let Some(wrong) =
            bridge::config::wrong_description(&description, self.0.description.kind)
        {
            return Err(core.wrong_result("plugin.describe", wrong));
        }
        let (store, call) = core.begin("plugin.config-def", time)?;
        let result = call.run(plugin.call_config_def(store)).await;
        let keys = core.end(result)?;
        if let Err(error) = bridge::config::config_def_from_wit(&keys) {
            let message = format!("its ConfigDef is wrong: {error}");
            return Err(core.wrong_result("plugin.config-def", message));
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

impl Description {
    /// Stands in while a plugin has not been asked yet, so that errors can name the file.
    fn unknown(path: &Path, kind: PluginKind) -> Self {
        Self {
            class: path.display().to_string(),
            kind,
            version: "unknown".to_owned(),
            task_class: String::new(),
            aliases: Vec::new(),
            documentation: String::new(),
        }
    }
}

fn compile_error(path: &Path, error: &wasmtime::Error) -> SandboxError {
    SandboxError::Compile {
        path: path.to_owned(),
        message: format!("{error:#}"),
    }
}
