//! From the bytes of a component to a plugin: the cache of compiled code, compilation, and what the
//! plugin is asked once.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::time::{Instant, timeout};
use wasmtime::component::Component;

use super::ask::{Declared, DeclaredAs};
use super::{Asked, CompiledPlugin, Description, Half, Inner, PluginKind};
use crate::bridge;
use crate::config::def::ConfigDef;
use crate::sandbox::bindings::{any, converter, predicate, record, sink, source, transformation};
use crate::sandbox::error::SandboxError;
use crate::sandbox::{Sandbox, cache};

/// How often a long compilation tells that it goes on.
const COMPILE_NEWS: Duration = Duration::from_secs(5);

impl CompiledPlugin {
    /// Loads a verified component: from the cache if it is there, else by compiling it and asking
    /// it who it is.
    pub(in crate::sandbox) async fn load(
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
            let asked = if kind.is_connector() {
                Asked::Connector(any::AnyPluginPre::new(linked()?)?)
            } else {
                Asked::Record(record::AnyRecordPluginPre::new(linked()?)?)
            };
            let half = match kind {
                PluginKind::Source => Half::Source(source::SourcePluginPre::new(linked()?)?),
                PluginKind::Sink => Half::Sink(sink::SinkPluginPre::new(linked()?)?),
                PluginKind::Transformation => {
                    Half::Transformation(transformation::TransformPluginPre::new(linked()?)?)
                }
                PluginKind::Predicate => {
                    Half::Predicate(predicate::PredicatePluginPre::new(linked()?)?)
                }
                PluginKind::Converter => {
                    Half::Converter(converter::ConverterPluginPre::new(linked()?)?)
                }
            };
            Ok((asked, half))
        })();
        let (asked, half) =
            assembled.map_err(|error: wasmtime::Error| compile_error(path, &error))?;
        let (description, config_def) = match declared {
            Some(declared) => (
                match declared.description {
                    DeclaredAs::Connector(it) => bridge::config::description_from_wit(it),
                    DeclaredAs::Record(it) => bridge::config::record_description_from_wit(it),
                },
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
            asked,
            half,
        };
        Ok(Self(Arc::new(inner)))
    }
}

fn compile_error(path: &Path, error: &wasmtime::Error) -> SandboxError {
    SandboxError::Compile {
        path: path.to_owned(),
        message: format!("{error:#}"),
    }
}
