//! The plugins of a worker by name: connectors, converters, transformations, predicates.
//!
//! Owns which names stand for which class, whatever kind it is of, and why a class cannot be used
//! as another kind. Must not know configurations. Kafka's counterparts: the alias map of
//! DelegatingClassLoader, `Utils.ensureConcreteSubclass`.

use std::collections::BTreeSet;

use crate::config::def::{ClassResolver, ConfigDef, PluginBase};
use crate::config::validate::PluginCatalog;
use crate::config::version_range::compare;
use crate::converter::{self, ConverterClass};
use crate::transform::{self, TransformClass};
use crate::worker::api::{PluginDescription, PluginType, RecordPlugin};

/// The plugins that can be named, beside classes that users confuse with them.
#[derive(Clone, Debug, Default)]
pub struct KnownPlugins {
    connectors: Vec<PluginDescription>,
    /// Transformations, predicates and converters of files.
    files: Vec<RecordPlugin>,
}

/// Interfaces and abstract classes of Kafka that are no plugins themselves.
const ABSTRACT: [(&str, &[PluginBase]); 5] = [
    (
        "org.apache.kafka.connect.storage.Converter",
        &[PluginBase::Converter],
    ),
    (
        "org.apache.kafka.connect.storage.HeaderConverter",
        &[PluginBase::HeaderConverter],
    ),
    (
        "org.apache.kafka.connect.transforms.Transformation",
        &[PluginBase::Transformation],
    ),
    (
        "org.apache.kafka.connect.transforms.predicates.Predicate",
        &[PluginBase::Predicate],
    ),
    (
        NUMBER_CONVERTER,
        &[PluginBase::Converter, PluginBase::HeaderConverter],
    ),
];

/// The only one of [`ABSTRACT`] that is a class.
const NUMBER_CONVERTER: &str = "org.apache.kafka.connect.converters.NumberConverter";

/// Plugins of kinds whose configuration cannot be asked for, with what their names may lack.
const OTHER_KINDS: [(&str, &str, &[&str]); 2] = [
    (
        "org.apache.kafka.common.config.provider.",
        "ConfigProvider",
        &["Directory", "EnvVar", "File"],
    ),
    (
        "org.apache.kafka.connect.connector.policy.",
        "ConnectorClientConfigOverridePolicy",
        &["All", "Allowlist", "None", "Principal"],
    ),
];

impl KnownPlugins {
    /// The plugins of a worker; of those given, only the connectors count.
    pub fn new(plugins: Vec<PluginDescription>) -> Self {
        let mut connectors = plugins;
        connectors.retain(|plugin| plugin.kind.is_connector());
        Self {
            connectors,
            files: Vec::new(),
        }
    }

    /// The same with transformations, predicates and converters of files.
    #[must_use]
    pub fn with_files(self, files: Vec<RecordPlugin>) -> Self {
        Self { files, ..self }
    }

    /// The class of a file that a name stands for: its own, an alias, or the simple form of either.
    fn file_class(&self, name: &str) -> Option<String> {
        let simple = |class: &str| class.rsplit('.').next() == Some(name);
        let names = |plugin: &RecordPlugin| {
            let all = std::iter::once(&plugin.class).chain(&plugin.aliases);
            all.cloned().collect::<Vec<String>>()
        };
        let find = |matches: &dyn Fn(&str) -> bool| {
            let found = self.files.iter().filter(|plugin| {
                let names = names(plugin);
                names.iter().any(|name| matches(name))
            });
            let classes: BTreeSet<&String> = found.map(|plugin| &plugin.class).collect();
            let mut classes = classes.into_iter();
            classes.next().filter(|_| classes.next().is_none()).cloned()
        };
        let own = self.files.iter().find(|plugin| plugin.class == name);
        own.map(|plugin| plugin.class.clone())
            .or_else(|| find(&|one| one == name))
            .or_else(|| find(&simple))
    }

    fn of_class<'a>(&'a self, class: &'a str) -> impl Iterator<Item = &'a RecordPlugin> {
        self.files
            .iter()
            .filter(move |plugin| plugin.class == class)
    }

    /// The class that a name stands for, whatever it is.
    pub(super) fn find_any(&self, name: &str) -> Option<String> {
        converter::resolve_class(name)
            .or_else(|| transform::resolve_class(name))
            .or_else(|| abstract_class(name))
            .map(str::to_owned)
            .or_else(|| self.connector(name))
            .or_else(|| self.file_class(name))
            .or_else(|| (!transform::nested_classes(name).is_empty()).then(|| name.to_owned()))
    }

    fn connector(&self, name: &str) -> Option<String> {
        // A class is listed once for each of its versions.
        let names = self.connectors.iter().map(|plugin| plugin.class.as_str());
        let unique: BTreeSet<&str> = names.collect();
        let classes = || unique.iter().copied();
        let is_alias = |class: &str| {
            let simple = class.rsplit(['.', '$']).next().unwrap_or(class);
            simple == name || simple.strip_suffix("Connector") == Some(name)
        };
        let full = classes().find(|class| *class == name);
        let mut aliased = classes().filter(|class| is_alias(class));
        full.or_else(|| aliased.next().filter(|_| aliased.next().is_none()))
            .map(str::to_owned)
    }

    /// Why a class that is a plugin of some kind cannot be made; nothing if it can.
    pub(super) fn abstract_refusal(class: &str) -> Option<String> {
        let nested = transform::nested_classes(class);
        if abstract_class(class).is_none() && nested.is_empty() {
            return None;
        }
        let mut text = "This class is abstract and cannot be created.".to_owned();
        if !nested.is_empty() {
            text.push_str(&format!(" Did you mean {}?", nested.join(", ")));
        }
        Some(text)
    }

    /// Whether a name stands for a plugin of a kind whose configuration cannot be asked for.
    pub(super) fn is_of_other_kind(name: &str) -> bool {
        OTHER_KINDS.iter().any(|(package, suffix, plugins)| {
            let simple = name.strip_prefix(package);
            let short = simple.unwrap_or(name);
            let pruned = short.strip_suffix(suffix);
            // The full name has the suffix; an alias may go without.
            plugins
                .iter()
                .any(|plugin| pruned == Some(plugin) || (simple.is_none() && short == *plugin))
        })
    }
}

/// A name among [`ABSTRACT`].
fn abstract_class(name: &str) -> Option<&'static str> {
    ABSTRACT
        .iter()
        .map(|(class, _)| *class)
        .find(|class| *class == name)
}

fn converters(base: PluginBase) -> &'static [ConverterClass] {
    match base {
        PluginBase::Converter => converter::known_converters(),
        PluginBase::HeaderConverter => converter::known_header_converters(),
        PluginBase::Transformation | PluginBase::Predicate => &[],
    }
}

fn transforms(base: PluginBase) -> &'static [TransformClass] {
    match base {
        PluginBase::Transformation => transform::known_transformations(),
        PluginBase::Predicate => transform::known_predicates(),
        PluginBase::Converter | PluginBase::HeaderConverter => &[],
    }
}

fn plugin_type(base: PluginBase) -> PluginType {
    match base {
        PluginBase::Transformation => PluginType::Transformation,
        PluginBase::Predicate => PluginType::Predicate,
        PluginBase::Converter => PluginType::Converter,
        PluginBase::HeaderConverter => PluginType::HeaderConverter,
    }
}

/// All kinds, in the order of plugin lists.
const BASES: [PluginBase; 4] = [
    PluginBase::Transformation,
    PluginBase::Predicate,
    PluginBase::Converter,
    PluginBase::HeaderConverter,
];

impl ClassResolver for KnownPlugins {
    fn find(&self, _base: PluginBase, name: &str) -> Option<String> {
        self.find_any(name)
    }

    fn refusal(&self, base: PluginBase, class: &str) -> Option<String> {
        if self.classes(base).iter().any(|known| known == class) {
            return None;
        }
        let named = ABSTRACT.iter().find(|(name, _)| *name == class);
        let nested = !transform::nested_classes(class).is_empty();
        let of_base = match named {
            Some((_, bases)) => bases.contains(&base),
            None => nested && base == PluginBase::Transformation,
        };
        if of_base {
            return Self::abstract_refusal(class);
        }
        let kind = match named {
            Some((name, _)) if *name != NUMBER_CONVERTER => "interface",
            _ => "class",
        };
        Some(format!(
            "Class {kind} {class} does not implement the {} interface",
            base.name()
        ))
    }
}

impl PluginCatalog for KnownPlugins {
    fn classes(&self, base: PluginBase) -> Vec<String> {
        let converters = converters(base).iter().map(|known| known.class);
        let transforms = transforms(base).iter().map(|known| known.class);
        let built_in = converters.chain(transforms).map(str::to_owned);
        let kind = plugin_type(base);
        let files = self
            .files
            .iter()
            .filter(|plugin| plugin.kinds.contains(&kind));
        // A class is there once for each of its versions.
        let files: BTreeSet<&String> = files.map(|plugin| &plugin.class).collect();
        built_in.chain(files.into_iter().cloned()).collect()
    }

    fn config_def(&self, base: PluginBase, class: &str) -> Option<ConfigDef> {
        match transforms(base).iter().find(|known| known.class == class) {
            Some(known) => Some(known.config_def()),
            None => converter::config_def(class).or_else(|| {
                let newest = self
                    .of_class(class)
                    .max_by(|one, other| compare(&one.version, &other.version));
                newest.map(|plugin| ConfigDef::clone(&plugin.config_def))
            }),
        }
    }

    fn versions(&self, class: &str) -> Vec<String> {
        let converters = BASES.iter().flat_map(|base| converters(*base));
        let transforms = BASES.iter().flat_map(|base| transforms(*base));
        let listed = converters
            .map(|known| (known.class, known.version))
            .chain(transforms.map(|known| (known.class, known.version)));
        listed
            .filter(|(listed, _)| *listed == class)
            .map(|(_, version)| version.to_owned())
            .chain(self.of_class(class).map(|plugin| plugin.version.clone()))
            .collect()
    }

    fn as_resolver(&self) -> &dyn ClassResolver {
        self
    }
}

#[cfg(test)]
mod tests;
