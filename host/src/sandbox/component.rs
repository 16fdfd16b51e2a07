//! A loaded plugin: compiled component, what it says about itself, and what instances are made
//! from. How it is loaded is in `component/load.rs`, how it is asked in `component/ask.rs`.

mod ask;
mod load;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use wasmtime::Engine;

use super::bindings::{any, converter, predicate, record, sink, source, transformation};
use super::meter::Turns;
use super::outside::Outside;
use super::state::InstanceState;
use crate::config::def::ConfigDef;
use crate::metrics::Metrics;

/// What a plugin is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PluginKind {
    /// A source connector with its task.
    Source,
    /// A sink connector with its task.
    Sink,
    /// A transformation.
    Transformation,
    /// A predicate.
    Predicate,
    /// A converter.
    Converter,
}

impl PluginKind {
    /// The word of the REST interface.
    pub fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Sink => "sink",
            Self::Transformation => "transformation",
            Self::Predicate => "predicate",
            Self::Converter => "converter",
        }
    }

    /// Whether it is a connector.
    pub fn is_connector(self) -> bool {
        matches!(self, Self::Source | Self::Sink)
    }
}

/// What a plugin says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// The plugin's class name.
    pub class: String,
    /// What it is.
    pub kind: PluginKind,
    /// The plugin's version.
    pub version: String,
    /// The class name of a connector's task, empty for other plugins.
    pub task_class: String,
    /// Other class names that it answers to.
    pub aliases: Vec<String>,
    /// One paragraph for people.
    pub documentation: String,
    /// Whether a converter converts headers, too.
    pub header_converter: bool,
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
    asked: Asked,
    half: Half,
}

/// The half of the component that says who it is.
#[derive(Clone)]
enum Asked {
    Connector(any::AnyPluginPre<InstanceState>),
    Record(record::AnyRecordPluginPre<InstanceState>),
}

/// The half of the component that connectors and tasks, or stages of tasks, are made from.
#[derive(Clone)]
pub(super) enum Half {
    Source(source::SourcePluginPre<InstanceState>),
    Sink(sink::SinkPluginPre<InstanceState>),
    Transformation(transformation::TransformPluginPre<InstanceState>),
    Predicate(predicate::PredicatePluginPre<InstanceState>),
    Converter(converter::ConverterPluginPre<InstanceState>),
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

    /// The keys that configure it.
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
            header_converter: false,
        }
    }
}
