//! How the worker makes the topics of a source connector: the keys `topic.creation.*`.
//!
//! Owns the groups of topics with their settings, and which group a topic belongs to. Pure. Must not know
//! brokers. These keys are part of no validation result in Kafka, so they are defined here and not with the
//! framework's keys.
//!
//! Kafka counterparts: SourceConnectorConfig.enrich, TopicCreationConfig, TopicCreationGroup.

use regex::Regex;

use super::connector::source_def;
use super::def::{
    ConfigDef, ConfigError, ConfigKey, ConfigType, ConfigValue, DefaultValue, Importance,
    ParsedConfig, Validator, Width, java_pattern_error,
};
use super::{ConfigMap, with_prefix_stripped};

#[cfg(test)]
mod tests;

/// What all keys of topic creation begin with.
const PREFIX: &str = "topic.creation.";
const GROUPS: &str = "topic.creation.groups";
/// The group that takes every topic that no other group takes.
const DEFAULT_GROUP: &str = "default";
const INCLUDE: &str = "include";
const EXCLUDE: &str = "exclude";
const REPLICATION_FACTOR: &str = "replication.factor";
const PARTITIONS: &str = "partitions";

/// Settings for topics whose names match.
#[derive(Clone, Debug)]
pub struct TopicCreationGroup {
    /// The group's alias.
    pub name: String,
    include: Regex,
    exclude: Regex,
    /// `partitions`: -1 is the broker's default.
    pub partitions: i32,
    /// `replication.factor`: -1 is the broker's default.
    pub replication_factor: i16,
    /// Everything else: the topics' own settings.
    pub configs: ConfigMap,
}

/// The groups of a source connector.
#[derive(Clone, Debug)]
pub struct TopicCreationConfig {
    groups: Vec<TopicCreationGroup>,
    default: TopicCreationGroup,
}

impl TopicCreationConfig {
    /// Reads the groups; there are none when no key is about topic creation.
    ///
    /// # Errors
    ///
    /// What Kafka says of the first wrong value.
    pub fn new(config: &ConfigMap) -> Result<Option<Self>, ConfigError> {
        if !config.keys().any(|key| key.starts_with(PREFIX)) {
            return Ok(None);
        }
        let listed = source_def().parse(config)?;
        let mut names: Vec<&String> = Vec::new();
        for name in listed.list(GROUPS) {
            if name == DEFAULT_GROUP {
                tracing::warn!(
                    "'{name}' topic creation group always exists and does not need to be listed explicitly"
                );
            } else if !names.contains(&name) {
                names.push(name);
            }
        }
        // The patterns of the default group are not the user's.
        let mut config = config.clone();
        config.shift_remove(&key_of(DEFAULT_GROUP, INCLUDE));
        config.shift_remove(&key_of(DEFAULT_GROUP, EXCLUDE));
        let defaults = default_def().parse(&config)?;
        let group_def = group_def(&names, &defaults);
        let parsed = group_def.parse(&config)?;
        Ok(Some(Self {
            default: group(DEFAULT_GROUP, &defaults, &config),
            groups: names
                .into_iter()
                .map(|name| group(name, &parsed, &config))
                .collect(),
        }))
    }

    /// The settings for a topic: those of the first group that takes it.
    pub fn group_for(&self, topic: &str) -> &TopicCreationGroup {
        self.groups
            .iter()
            .find(|group| group.include.is_match(topic) && !group.exclude.is_match(topic))
            .unwrap_or(&self.default)
    }
}

fn key_of(group: &str, setting: &str) -> String {
    format!("{PREFIX}{group}.{setting}")
}

fn group(name: &str, parsed: &ParsedConfig, config: &ConfigMap) -> TopicCreationGroup {
    let number = |setting: &str| parsed.integer(&key_of(name, setting)).unwrap_or(-1);
    let mut configs = with_prefix_stripped(config, &format!("{PREFIX}{name}."));
    for own in [INCLUDE, EXCLUDE, REPLICATION_FACTOR, PARTITIONS] {
        configs.shift_remove(own);
    }
    TopicCreationGroup {
        include: one_of(parsed.list(&key_of(name, INCLUDE))),
        exclude: one_of(parsed.list(&key_of(name, EXCLUDE))),
        // The definition has bounds that fit.
        partitions: i32::try_from(number(PARTITIONS)).unwrap_or(-1),
        replication_factor: i16::try_from(number(REPLICATION_FACTOR)).unwrap_or(-1),
        name: name.to_owned(),
        configs,
    }
}

/// Matches a name that one of the patterns matches as a whole. Without patterns that is the empty name,
/// which no topic has.
fn one_of(patterns: &[String]) -> Regex {
    // Each pattern compiled on its own; joined as Kafka joins them, they may still not.
    Regex::new(&format!(r"\A(?:{})\z", patterns.join("|")))
        .unwrap_or_else(|_| Regex::new(r"\A\z").expect("a constant pattern"))
}

/// The keys of the default group. Its numbers must be given, since other groups inherit them.
fn default_def() -> ConfigDef {
    define(
        [
            key(DEFAULT_GROUP, INCLUDE, DefaultValue::Value(".*".to_owned())),
            key(DEFAULT_GROUP, EXCLUDE, DefaultValue::Value(String::new())),
            key(DEFAULT_GROUP, REPLICATION_FACTOR, DefaultValue::Required),
            key(DEFAULT_GROUP, PARTITIONS, DefaultValue::Required),
        ]
        .into(),
    )
}

/// The keys of the other groups.
fn group_def(names: &[&String], defaults: &ParsedConfig) -> ConfigDef {
    let inherited = |setting: &str| {
        let number = defaults.integer(&key_of(DEFAULT_GROUP, setting));
        DefaultValue::Value(number.unwrap_or(-1).to_string())
    };
    let keys = names.iter().flat_map(|name| {
        [
            key(name, INCLUDE, DefaultValue::Value(String::new())),
            key(name, EXCLUDE, DefaultValue::Value(String::new())),
            key(name, REPLICATION_FACTOR, inherited(REPLICATION_FACTOR)),
            key(name, PARTITIONS, inherited(PARTITIONS)),
        ]
    });
    define(keys.collect())
}

fn define(keys: Vec<ConfigKey>) -> ConfigDef {
    ConfigDef::new(keys).expect("the groups' names differ, and their defaults are valid")
}

fn key(group: &str, setting: &str, default: DefaultValue) -> ConfigKey {
    let (config_type, rule, order, shown): (_, fn(&str, &ConfigValue) -> _, _, _) = match setting {
        INCLUDE => (
            ConfigType::List,
            check_patterns,
            1,
            "Inclusion Topic Pattern for",
        ),
        EXCLUDE => (
            ConfigType::List,
            check_patterns,
            2,
            "Exclusion Topic Pattern for",
        ),
        REPLICATION_FACTOR => (
            ConfigType::Short,
            check_replication_factor,
            3,
            "Replication Factor for Topics in",
        ),
        _ => (
            ConfigType::Int,
            check_partitions,
            4,
            "Partition Count for Topics in",
        ),
    };
    let documentation = format!("Topics of the group {group}: {setting}.");
    let display_name = format!("{shown} {group}");
    ConfigKey::new(
        key_of(group, setting),
        config_type,
        default,
        Importance::Low,
        documentation,
    )
    .shown(group, order, Width::Long, &display_name)
    // COMPAT: messages name the key without its prefix (ConfigDef.embed).
    .validator(Validator::Embedded {
        name: setting.to_owned(),
        rule: Box::new(Validator::Rule(rule)),
    })
}

fn check_patterns(key: &str, value: &ConfigValue) -> Result<(), ConfigError> {
    let patterns = value.as_list().unwrap_or_default();
    match patterns
        .iter()
        .find_map(|pattern| java_pattern_error(pattern))
    {
        Some(error) => Err(ConfigError::invalid(
            key,
            value,
            format!("Syntax error in regular expression: {error}"),
        )),
        None => Ok(()),
    }
}

fn check_replication_factor(key: &str, value: &ConfigValue) -> Result<(), ConfigError> {
    const REASON: &str = "Replication factor must be positive and not larger than the number of brokers in the Kafka cluster, or -1 to use the broker's default";
    check_count(key, value, REASON)
}

fn check_partitions(key: &str, value: &ConfigValue) -> Result<(), ConfigError> {
    const REASON: &str = "Number of partitions must be positive, or -1 to use the broker's default";
    check_count(key, value, REASON)
}

fn check_count(key: &str, value: &ConfigValue, reason: &str) -> Result<(), ConfigError> {
    match value.as_integer() {
        Some(number) if number == -1 || number >= 1 => Ok(()),
        _ => Err(ConfigError::invalid(key, value, reason)),
    }
}
