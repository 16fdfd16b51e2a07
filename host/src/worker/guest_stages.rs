//! Transformations, predicates and converters of a task that are guests.
//!
//! Owns which plugins a configuration names for them, their instances, and the translation of their
//! answers. Records cross in batches; when a record is taken, and what follows from its failure, is
//! the affair of `record_path`. Kafka has no counterpart: there all of them are Java objects.

mod converter;
mod transformation;
mod waiting;

use connect_data::batch::{BatchError, Direction, FailureKind, RecordFailure};

use self::converter::{GuestConverter, GuestHeaderConverter};
use self::transformation::{GuestPredicate, GuestTransformation};
use super::converters::ConverterChoices;
use super::task::guest_failure;
use crate::config::def::{java_trim, split_list};
use crate::config::version_range::VersionRange;
use crate::config::{ConfigMap, with_prefix_stripped};
use crate::converter::{Converter, HeaderConverter};
use crate::errors::{CONFIG_EXCEPTION, Failure};
use crate::plugin::PluginRegistry;
use crate::sandbox::{
    CompiledPlugin, ConverterInstance, ConverterRole, ErrorKind, Grants, InstanceSpec, PluginKind,
    PredicateInstance, TransformationInstance,
};
use crate::transform::{self, BatchStages};

/// What a plugin is used as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The transformation of this alias.
    Transformation(String),
    /// The predicate of this alias, for the transformation of that one.
    Predicate(String, String),
    /// `key.converter`, `value.converter` or `header.converter`.
    Converter(ConverterRole),
}

impl Place {
    /// The prefix of its keys in a configuration.
    pub(super) fn prefix(&self) -> String {
        match self {
            Self::Transformation(alias) => format!("transforms.{alias}."),
            Self::Predicate(alias, _) => format!("predicates.{alias}."),
            Self::Converter(role) => format!("{}.", converter_key(*role)),
        }
    }
}

/// A plugin that a configuration names.
#[derive(Clone, Debug)]
pub(super) struct NamedPlugin {
    /// As what.
    pub place: Place,
    /// The plugin.
    pub plugin: CompiledPlugin,
    /// Its keys, without prefix.
    pub settings: ConfigMap,
}

/// A plugin that a task uses.
#[derive(Clone)]
pub(super) struct GuestPlugin {
    /// As what.
    pub place: Place,
    /// What its instance is made from.
    pub spec: InstanceSpec,
    /// Its keys, without prefix.
    pub settings: ConfigMap,
}

fn converter_key(role: ConverterRole) -> &'static str {
    match role {
        ConverterRole::Key => "key.converter",
        ConverterRole::Value => "value.converter",
        ConverterRole::Header => "header.converter",
    }
}

/// The plugins of files that a configuration names. A name that stands for no such plugin is left
/// to those who make what is built in.
///
/// # Errors
///
/// A version that there is not.
pub(super) fn named(
    plugins: &PluginRegistry,
    config: &ConfigMap,
    converters: Option<&ConverterChoices>,
) -> Result<Vec<NamedPlugin>, Failure> {
    let mut found = Vec::new();
    let aliases = |key: &str| {
        let list = config.get(key).map(|list| split_list(list));
        list.unwrap_or_default()
    };
    for alias in aliases("transforms") {
        let place = Place::Transformation(alias.clone());
        let settings = with_prefix_stripped(config, &place.prefix());
        if let Some(predicate) = settings.get("predicate") {
            let place = Place::Predicate(java_trim(predicate).to_owned(), alias);
            let settings = with_prefix_stripped(config, &place.prefix());
            found.extend(find(plugins, place, settings)?);
        }
        found.extend(find(plugins, place, settings)?);
    }
    let given = |key: &str| {
        let class = config.get(key)?;
        let mut settings = with_prefix_stripped(config, &format!("{key}."));
        settings.insert("type".to_owned(), class.clone());
        Some(settings)
    };
    for role in [
        ConverterRole::Key,
        ConverterRole::Value,
        ConverterRole::Header,
    ] {
        let choice = converters.map(|choices| match role {
            ConverterRole::Key => &choices.key,
            ConverterRole::Value => &choices.value,
            ConverterRole::Header => &choices.header,
        });
        let settings = match choice {
            Some(choice) => {
                let mut settings = choice.settings.clone();
                settings.insert("type".to_owned(), choice.class.clone());
                Some(settings)
            }
            None => given(converter_key(role)),
        };
        if let Some(settings) = settings {
            found.extend(find(plugins, Place::Converter(role), settings)?);
        }
    }
    Ok(found)
}

/// Class and version of the plugins that a configuration names.
pub(super) fn classes(plugins: &PluginRegistry, config: &ConfigMap) -> Vec<(String, String)> {
    let named = named(plugins, config, None).unwrap_or_default();
    let class_and_version = |named: NamedPlugin| {
        let description = named.plugin.description();
        (description.class.clone(), description.version.clone())
    };
    named.into_iter().map(class_and_version).collect()
}

/// What the plugins that a configuration names may not have of what their keys ask for: pairs of
/// key and message.
pub(super) fn refusals(
    plugins: &PluginRegistry,
    config: &ConfigMap,
    grants: impl Fn(&CompiledPlugin, &ConfigMap) -> Result<Grants, Vec<(String, String)>>,
) -> Vec<(String, String)> {
    let named = named(plugins, config, None).unwrap_or_default();
    let refused = named.into_iter().flat_map(|named| {
        let refused = grants(&named.plugin, &named.settings).err();
        let prefix = named.place.prefix();
        let refused = refused.unwrap_or_default().into_iter();
        refused.map(move |(key, message)| (format!("{prefix}{key}"), message))
    });
    refused.collect()
}

/// The plugin that stands at a place, if it is one of a file.
fn find(
    plugins: &PluginRegistry,
    place: Place,
    settings: ConfigMap,
) -> Result<Option<NamedPlugin>, Failure> {
    let Some(class) = settings.get("type").map(|class| java_trim(class)) else {
        return Ok(None);
    };
    let (kind, built_in) = match place {
        Place::Transformation(_) => (PluginKind::Transformation, transform::resolve_class(class)),
        Place::Predicate(..) => (PluginKind::Predicate, transform::resolve_class(class)),
        Place::Converter(_) => (
            PluginKind::Converter,
            crate::converter::resolve_class(class),
        ),
    };
    if built_in.is_some() || plugins.resolve_kind(kind, class, None).is_err() {
        return Ok(None);
    }
    let wrong = |text: String| {
        let key = format!("{}plugin.version", place.prefix());
        Failure::new(CONFIG_EXCEPTION, format!("{key}: {text}"))
    };
    let range = VersionRange::of(&settings, "plugin.version");
    let range = range.map_err(|error| wrong(error.to_string()))?;
    let plugin = plugins.resolve_kind(kind, class, range.as_ref());
    let plugin = plugin.map_err(|error| wrong(error.to_string()))?;
    Ok(Some(NamedPlugin {
        place,
        plugin,
        settings,
    }))
}

/// The instances of a task.
#[derive(Default)]
pub(super) struct GuestStages {
    /// Those of its chain.
    pub stages: BatchStages,
    /// Its key converter.
    pub key: Option<Box<dyn Converter>>,
    /// Its value converter.
    pub value: Option<Box<dyn Converter>>,
    /// Its header converter.
    pub header: Option<Box<dyn HeaderConverter>>,
}

impl GuestStages {
    /// Makes and configures the instances.
    ///
    /// # Errors
    ///
    /// What an instance fails with.
    pub(super) async fn start(
        guests: &[GuestPlugin],
        direction: Direction,
    ) -> Result<Self, Failure> {
        let mut started = Self::default();
        for guest in guests {
            let prefix = guest.place.prefix();
            let outcome = started.add(guest, direction).await;
            outcome.map_err(|error| {
                let message = format!(
                    "The plugin of {} cannot be started",
                    prefix.trim_end_matches('.')
                );
                Failure::connect(message).caused_by(guest_failure(&error))
            })?;
        }
        Ok(started)
    }

    async fn add(
        &mut self,
        guest: &GuestPlugin,
        direction: Direction,
    ) -> Result<(), crate::sandbox::SandboxError> {
        let (spec, settings) = (guest.spec.clone(), &guest.settings);
        match &guest.place {
            Place::Transformation(alias) => {
                let class = spec.plugin.description().class.clone();
                let mut instance = TransformationInstance::new(spec).await?;
                instance.configure(settings).await?;
                let stage = GuestTransformation::new(instance, direction);
                let stages = &mut self.stages.transformations;
                stages.insert(alias.clone(), (class, Box::new(stage)));
            }
            Place::Predicate(_, transformation) => {
                let mut instance = PredicateInstance::new(spec).await?;
                instance.configure(settings).await?;
                let stage = GuestPredicate::new(instance, direction);
                let stages = &mut self.stages.predicates;
                stages.insert(transformation.clone(), Box::new(stage));
            }
            Place::Converter(role) => {
                let mut instance = ConverterInstance::new(spec).await?;
                instance.configure(settings, *role).await?;
                match role {
                    ConverterRole::Key => self.key = Some(Box::new(GuestConverter::new(instance))),
                    ConverterRole::Value => {
                        self.value = Some(Box::new(GuestConverter::new(instance)));
                    }
                    ConverterRole::Header => {
                        self.header = Some(Box::new(GuestHeaderConverter::new(instance)));
                    }
                }
            }
        }
        Ok(())
    }
}

/// The failure of one record, as the JVM's exception would be.
fn failure_of(failure: RecordFailure) -> Failure {
    let kind = match failure.kind {
        FailureKind::Retriable => ErrorKind::Retriable,
        FailureKind::Data => ErrorKind::Data,
        FailureKind::Config => ErrorKind::Config,
        FailureKind::Fatal => ErrorKind::Fatal,
    };
    let mut told = Failure::new(kind.class_name(), failure.message);
    let detail = failure.detail.unwrap_or_default();
    told.frames = detail.lines().map(str::to_owned).collect();
    told
}

/// The class of a failure, which `failure_of` made.
fn class_of(failure: &Failure) -> &'static str {
    let kinds = [ErrorKind::Retriable, ErrorKind::Data, ErrorKind::Config];
    let classes = kinds.map(ErrorKind::class_name);
    let known = classes.into_iter().find(|class| *class == failure.class);
    known.unwrap_or(ErrorKind::Fatal.class_name())
}

/// A record that no batch can carry.
fn unencodable(error: &BatchError) -> Failure {
    Failure::data(format!("The record cannot be given to a plugin: {error}"))
}
