//! The keys that the framework takes from a connector's configuration.
//!
//! Owns names, order, types, defaults and rules; documentation is our own prose. Must not know
//! how the values are used. Kafka counterparts: ConnectorConfig.configDef,
//! SourceConnectorConfig.configDef, SinkConnectorConfig.configDef (4.3.1).

use std::sync::LazyLock;

use crate::config::def::{
    ConfigDef, ConfigError, ConfigKey, ConfigType, ConfigValue, DefaultValue, Importance,
    PluginBase, Validator, Width,
};

use ConfigType::{Boolean, Class, Int, List, Long, Short, String as Text};
use Importance::{High, Low, Medium};

/// Name, type, default (`-` required, `~` null), importance, documentation.
type Row = (
    &'static str,
    ConfigType,
    &'static str,
    Importance,
    &'static str,
);
/// Group, order, width and display name.
type Shown = (&'static str, i32, Width, &'static str);

const COMMON: &str = "Common";
const ERRORS: &str = "Error Handling";
const EXACTLY_ONCE: &str = "Exactly Once Support";

const CONNECTOR: [(Row, Shown); 19] = [
    (
        (
            "name",
            Text,
            "-",
            High,
            "The connector's name, unique in the cluster.",
        ),
        (COMMON, 1, Width::Medium, "Connector name"),
    ),
    (
        (
            "connector.class",
            Text,
            "-",
            High,
            "Class of the connector, or an alias: the class name without package, or also without Connector at its end.",
        ),
        (COMMON, 2, Width::Long, "Connector class"),
    ),
    (
        (
            "connector.plugin.version",
            Text,
            "~",
            Medium,
            "Version of the connector to use.",
        ),
        (COMMON, 3, Width::Medium, "Connector version"),
    ),
    (
        (
            "tasks.max",
            Int,
            "1",
            High,
            "How many tasks the connector may have at most.",
        ),
        (COMMON, 4, Width::Short, "Tasks max"),
    ),
    (
        (
            "tasks.max.enforce",
            Boolean,
            "true",
            Low,
            "Whether a connector fails that makes more tasks than tasks.max. Deprecated.",
        ),
        (COMMON, 5, Width::Short, "Enforce tasks max"),
    ),
    (
        (
            "key.converter",
            Class,
            "~",
            Low,
            "Converter of record keys. The worker's when not set.",
        ),
        (COMMON, 6, Width::Short, "Key converter class"),
    ),
    (
        (
            "key.converter.plugin.version",
            Text,
            "~",
            Low,
            "Version of the key converter.",
        ),
        (COMMON, 7, Width::Short, "Key converter version"),
    ),
    (
        (
            "value.converter",
            Class,
            "~",
            Low,
            "Converter of record values. The worker's when not set.",
        ),
        (COMMON, 8, Width::Short, "Value converter class"),
    ),
    (
        (
            "value.converter.plugin.version",
            Text,
            "~",
            Low,
            "Version of the value converter.",
        ),
        (COMMON, 9, Width::Short, "Value converter version"),
    ),
    (
        (
            "header.converter",
            Class,
            "~",
            Low,
            "Converter of record headers. The worker's when not set.",
        ),
        (COMMON, 10, Width::Short, "Header converter class"),
    ),
    (
        (
            "header.converter.plugin.version",
            Text,
            "~",
            Low,
            "Version of the header converter.",
        ),
        (COMMON, 11, Width::Short, "Header converter version"),
    ),
    (
        (
            "transforms",
            List,
            "",
            Low,
            "Aliases of the transformations that records go through.",
        ),
        ("Transforms", 12, Width::Long, "Transforms"),
    ),
    (
        (
            "predicates",
            List,
            "",
            Low,
            "Aliases of the predicates that transformations may name.",
        ),
        ("Predicates", 13, Width::Long, "Predicates"),
    ),
    (
        (
            "config.action.reload",
            Text,
            "restart",
            Low,
            "What happens when a config provider says that a value expires: none or restart.",
        ),
        (COMMON, 14, Width::Medium, "Reload Action"),
    ),
    (
        (
            "errors.retry.timeout",
            Long,
            "0",
            Medium,
            "How long a failed operation is tried again, in milliseconds; -1 for ever, 0 not at all.",
        ),
        (ERRORS, 1, Width::Medium, "Retry Timeout for Errors"),
    ),
    (
        (
            "errors.retry.delay.max.ms",
            Long,
            "60000",
            Medium,
            "Longest time between two tries.",
        ),
        (
            ERRORS,
            2,
            Width::Medium,
            "Maximum Delay Between Retries for Errors",
        ),
    ),
    (
        (
            "errors.tolerance",
            Text,
            "none",
            Medium,
            "none: an error fails the task; all: records with errors are skipped.",
        ),
        (ERRORS, 3, Width::Short, "Error Tolerance"),
    ),
    (
        (
            "errors.log.enable",
            Boolean,
            "false",
            Medium,
            "Whether tolerated errors are logged.",
        ),
        (ERRORS, 4, Width::Short, "Log Errors"),
    ),
    (
        (
            "errors.log.include.messages",
            Boolean,
            "false",
            Medium,
            "Whether logged errors show the record.",
        ),
        (ERRORS, 5, Width::Short, "Log Error Details"),
    ),
];

const SOURCE: [(Row, Shown); 5] = [
    (
        (
            "topic.creation.groups",
            List,
            "",
            Low,
            "Groups of settings for topics that are created for the connector.",
        ),
        ("Topic Creation", 1, Width::Long, "Topic Creation Groups"),
    ),
    (
        (
            "exactly.once.support",
            Text,
            "requested",
            Medium,
            "requested or required: whether a connector is refused that cannot deliver exactly once.",
        ),
        (EXACTLY_ONCE, 2, Width::Short, "Exactly once support"),
    ),
    (
        (
            "transaction.boundary",
            Text,
            "poll",
            Medium,
            "Where transactions end: poll, interval or connector.",
        ),
        (EXACTLY_ONCE, 3, Width::Short, "Transaction Boundary"),
    ),
    (
        (
            "transaction.boundary.interval.ms",
            Long,
            "~",
            Low,
            "Time between ends of transactions, for the boundary interval. The worker's offset.flush.interval.ms when not set.",
        ),
        (
            EXACTLY_ONCE,
            4,
            Width::Short,
            "Transaction boundary interval",
        ),
    ),
    (
        (
            "offsets.storage.topic",
            Text,
            "~",
            Low,
            "Topic for this connector's offsets. The worker's when not set.",
        ),
        ("offsets.topic", 1, Width::Long, "Offsets topic"),
    ),
];

const SINK: [(Row, Shown); 5] = [
    (
        (
            "topics",
            List,
            "",
            High,
            "Topics to read, separated by commas.",
        ),
        (COMMON, 4, Width::Long, "Topics"),
    ),
    (
        (
            "topics.regex",
            Text,
            "",
            High,
            "Regular expression for the topics to read. One of topics and topics.regex must be set, not both.",
        ),
        (COMMON, 4, Width::Long, "Topics regex"),
    ),
    (
        (
            "errors.deadletterqueue.topic.name",
            Text,
            "",
            Medium,
            "Topic for records with errors; none when empty.",
        ),
        (ERRORS, 6, Width::Medium, "Dead Letter Queue Topic Name"),
    ),
    (
        (
            "errors.deadletterqueue.topic.replication.factor",
            Short,
            "3",
            Medium,
            "Replication factor of that topic when it is created.",
        ),
        (
            ERRORS,
            7,
            Width::Medium,
            "Dead Letter Queue Topic Replication Factor",
        ),
    ),
    (
        (
            "errors.deadletterqueue.context.headers.enable",
            Boolean,
            "false",
            Medium,
            "Whether headers of records in that topic tell about the error.",
        ),
        (ERRORS, 8, Width::Medium, "Enable Error Context Headers"),
    ),
];

fn key((row, shown): &(Row, Shown)) -> ConfigKey {
    let (name, config_type, default, importance, documentation) = *row;
    let (group, order, width, display_name) = *shown;
    let default = match default {
        "-" => DefaultValue::Required,
        "~" => DefaultValue::Null,
        text => DefaultValue::Value(text.to_owned()),
    };
    let mut key = ConfigKey::new(name, config_type, default, importance, documentation).shown(
        group,
        order,
        width,
        display_name,
    );
    key.validator = validator(name);
    key.recommender = name.ends_with(".converter") || name.ends_with(".plugin.version");
    key
}

fn validator(name: &str) -> Option<Validator> {
    Some(match name {
        "name" => Validator::NonEmptyTextWithoutControlCharacters,
        "tasks.max" => Validator::at_least(1),
        "key.converter" | "value.converter" => Validator::Implements(PluginBase::Converter),
        "header.converter" => Validator::Implements(PluginBase::HeaderConverter),
        "transforms" | "predicates" | "topic.creation.groups" => Validator::UniqueAliases,
        "config.action.reload" => Validator::one_of(&["none", "restart"]),
        "errors.tolerance" => Validator::one_of(&["none", "all"]),
        // COMPAT: the order that 4.3.1 prints them in (an enum's set, ConfigDef.java).
        "exactly.once.support" => Validator::one_of_ignoring_case(&["REQUIRED", "REQUESTED"]),
        "transaction.boundary" => {
            Validator::one_of_ignoring_case(&["INTERVAL", "POLL", "CONNECTOR"])
        }
        "transaction.boundary.interval.ms" => Validator::Rule(not_negative_if_set),
        "offsets.storage.topic" => Validator::NonEmptyText,
        "topics" => Validator::any_list(true, false),
        "topics.regex" => Validator::Regex,
        version if version.ends_with("plugin.version") => Validator::VersionRange,
        _ => return None,
    })
}

fn not_negative_if_set(key: &str, value: &ConfigValue) -> Result<(), ConfigError> {
    match value.as_integer() {
        Some(number) if number < 0 => {
            Err(ConfigError::invalid(key, value, "Value must be at least 0"))
        }
        _ => Ok(()),
    }
}

fn define(added: &[(Row, Shown)]) -> ConfigDef {
    ConfigDef::new(CONNECTOR.iter().chain(added).map(key))
        .expect("the framework's definition is constant and tested")
}

static CONNECTOR_DEF: LazyLock<ConfigDef> = LazyLock::new(|| define(&[]));
static SOURCE_DEF: LazyLock<ConfigDef> = LazyLock::new(|| define(&SOURCE));
static SINK_DEF: LazyLock<ConfigDef> = LazyLock::new(|| define(&SINK));

/// The keys of all connectors.
pub fn connector_def() -> &'static ConfigDef {
    &CONNECTOR_DEF
}

/// The keys of source connectors.
pub fn source_def() -> &'static ConfigDef {
    &SOURCE_DEF
}

/// The keys of sink connectors.
pub fn sink_def() -> &'static ConfigDef {
    &SINK_DEF
}
