//! The keys that transformations and predicates add to a connector's configuration.
//!
//! Must not know which transformations there are. Kafka counterpart: ConnectorConfig.enrich and its
//! EnrichablePlugin.

use super::versions::{Choice, to_choose_from};
use super::{ConfigDef, ConfigError, ConfigKey, PluginBase, ValidationRequest, ValidationResult};
use crate::config::connector::{PREDICATES, TRANSFORMS};
use crate::config::def::{ConfigType, DefaultValue, Importance, Validator, Width, split_list};

/// The framework's definition together with the keys of transformations and predicates.
pub(super) struct Enriched {
    /// All keys.
    pub(super) def: ConfigDef,
    named: Vec<Named>,
}

/// A transformation or predicate that a configuration names.
struct Named {
    base: PluginBase,
    type_key: String,
    version_key: String,
    choice: Choice,
    /// Set when the configuration negates a predicate that it does not name.
    negation_error: Option<String>,
}

/// A list of aliases in a configuration.
struct AliasKind {
    /// The key with the list, also the prefix of the keys.
    list: &'static str,
    group: &'static str,
    base: PluginBase,
}

const KINDS: [AliasKind; 2] = [
    AliasKind {
        list: TRANSFORMS,
        group: "Transforms",
        base: PluginBase::Transformation,
    },
    AliasKind {
        list: PREDICATES,
        group: "Predicates",
        base: PluginBase::Predicate,
    },
];

/// Adds the keys of the transformations and predicates that the configuration names.
pub(super) fn enrich(
    framework: &ConfigDef,
    request: &ValidationRequest<'_>,
) -> Result<Enriched, ConfigError> {
    let mut enriched = Enriched {
        def: framework.clone(),
        named: Vec::new(),
    };
    for kind in &KINDS {
        let mut aliases = request
            .config
            .get(kind.list)
            .map(|text| split_list(text))
            .unwrap_or_default();
        let mut seen = std::collections::HashSet::new();
        aliases.retain(|alias| seen.insert(alias.clone()));
        for alias in &aliases {
            enriched.add(request, kind, alias)?;
        }
    }
    Ok(enriched)
}

impl Enriched {
    fn add(
        &mut self,
        request: &ValidationRequest<'_>,
        kind: &AliasKind,
        alias: &str,
    ) -> Result<(), ConfigError> {
        let prefix = format!("{}.{alias}.", kind.list);
        let group = format!("{}: {alias}", kind.group);
        let (type_key, version_key) = (format!("{prefix}type"), format!("{prefix}plugin.version"));
        let name = request.config.get(&type_key);
        let choice = Choice::new(request, kind.base, name, request.config.get(&version_key));
        let base = kind.base.name();
        self.def.define(
            ConfigKey::new(
                &type_key,
                ConfigType::Class,
                DefaultValue::Required,
                Importance::High,
                format!(
                    "The class of {} {alias}, or an alias of it.",
                    base.to_lowercase()
                ),
            )
            .shown(&group, 0, Width::Long, &format!("{base} type for {alias}"))
            .validator(Validator::ClassOf(kind.base)),
        )?;
        self.def.define(
            ConfigKey::new(
                &version_key,
                ConfigType::String,
                choice.default_version(),
                Importance::High,
                format!("Version of {} {alias}.", base.to_lowercase()),
            )
            .shown(
                &group,
                1,
                Width::Long,
                &format!("{base} version for {alias}"),
            )
            .validator(Validator::VersionRange),
        )?;
        let own = match &choice.class {
            Some(class) if choice.usable && choice.version_error.is_none() => {
                request.plugins.config_def(kind.base, class)
            }
            _ => None,
        };
        if let Some(own) = own {
            for (order, key) in (2..).zip(sorted_keys(kind.base, &own)) {
                self.def.define(embedded(key, &prefix, &group, order))?;
            }
        }
        self.named.push(Named {
            base: kind.base,
            negation_error: negation_error(request, kind.base, &prefix),
            type_key,
            version_key,
            choice,
        });
        Ok(())
    }

    /// Adds what there is to choose from, and what is wrong with classes and versions.
    pub(super) fn complete(&self, request: &ValidationRequest<'_>, result: &mut ValidationResult) {
        for named in &self.named {
            let choice = &named.choice;
            if let Some(entry) = result.entry_mut(&named.type_key) {
                entry.value.recommended_values = request.plugins.classes(named.base);
            }
            if let Some(entry) = result.entry_mut(&named.version_key) {
                entry.value.recommended_values = to_choose_from(&choice.versions);
                if let Some(error) = choice
                    .version_error
                    .as_ref()
                    .filter(|_| choice.range_is_readable)
                {
                    entry.value.errors.push(error.clone());
                }
            }
            let class_error = || {
                choice.class.as_ref()?;
                let unreadable = choice
                    .version_error
                    .clone()
                    .filter(|_| !choice.range_is_readable);
                unreadable
                    .or_else(|| choice.refusal.clone())
                    .or_else(|| choice.version_error.clone())
            };
            let error = named.negation_error.clone().or_else(class_error);
            if let Some(error) = error {
                result.add_error(&named.type_key, &error);
            }
        }
    }
}

fn negation_error(
    request: &ValidationRequest<'_>,
    base: PluginBase,
    prefix: &str,
) -> Option<String> {
    let given = |key: &String| request.config.contains_key(key) || request.nulls.contains(key);
    let (negate, predicate) = (format!("{prefix}negate"), format!("{prefix}predicate"));
    (base == PluginBase::Transformation && given(&negate) && !given(&predicate)).then(|| {
        format!(
            "Config '{negate}' was provided but there is no config '{predicate}' defining a \
             predicate to be negated."
        )
    })
}

/// The keys of a plugin and those that all transformations have, in the order of user interfaces:
/// by group, order, whether they must be given, importance and name.
fn sorted_keys(base: PluginBase, own: &ConfigDef) -> Vec<ConfigKey> {
    let mut keys = implicit_keys(base);
    let implicit = keys.len();
    let groups = own.groups();
    for key in own.keys() {
        // The keys that all transformations have mask those of the same name.
        if !keys[..implicit]
            .iter()
            .any(|masking| masking.name == key.name)
        {
            keys.push(key.clone());
        }
    }
    keys.sort_by_cached_key(|key| {
        let group = key
            .group
            .as_deref()
            .and_then(|group| groups.iter().position(|one| *one == group));
        (
            group,
            key.order_in_group,
            !key.is_required(),
            key.importance,
            key.name.clone(),
        )
    });
    keys
}

fn implicit_keys(base: PluginBase) -> Vec<ConfigKey> {
    if base != PluginBase::Transformation {
        return Vec::new();
    }
    vec![
        ConfigKey::new(
            "predicate",
            ConfigType::String,
            DefaultValue::Null,
            Importance::Medium,
            "Alias of the predicate that says which records are transformed; all when not set.",
        ),
        ConfigKey::new(
            "negate",
            ConfigType::Boolean,
            DefaultValue::Value("false".to_owned()),
            Importance::Medium,
            "Whether the records are transformed for which the predicate does not hold.",
        ),
    ]
}

/// A key of a plugin as a key of the connector.
fn embedded(mut key: ConfigKey, prefix: &str, group: &str, order: i32) -> ConfigKey {
    key.validator = key.validator.map(|rule| Validator::Embedded {
        name: key.name.clone(),
        rule: Box::new(rule),
    });
    key.name = format!("{prefix}{}", key.name);
    for dependent in &mut key.dependents {
        *dependent = format!("{prefix}{dependent}");
    }
    key.group = Some(match &key.group {
        Some(own) => format!("{group}: {own}"),
        None => group.to_owned(),
    });
    key.order_in_group = order;
    key
}
