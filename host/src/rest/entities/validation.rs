//! Definitions of keys and the result of a validation, as JSON.
//!
//! Owns the names and the order of the fields. Must not know what is valid. Kafka's counterparts:
//! `ConfigInfos`, `ConfigInfo`, `ConfigKeyInfo`, `ConfigValueInfo`.

use serde::Serialize;
use utoipa::ToSchema;

use crate::config::def::{ConfigKey, ConfigValidation};
use crate::config::validate::{ValidationEntry, ValidationResult};

/// What validation found out about a configuration.
#[derive(Serialize, ToSchema)]
pub(in crate::rest) struct ConfigInfos<'a> {
    /// `connector.class` as it was sent.
    name: &'a str,
    /// How many errors there are.
    error_count: usize,
    /// The groups that keys are shown in.
    groups: &'a [String],
    /// The keys, with definition and value.
    configs: Vec<ConfigInfo<'a>>,
}

impl<'a> From<&'a ValidationResult> for ConfigInfos<'a> {
    fn from(result: &'a ValidationResult) -> Self {
        Self {
            name: &result.name,
            error_count: result.error_count,
            groups: &result.groups,
            configs: result.entries.iter().map(ConfigInfo::from).collect(),
        }
    }
}

/// A key in the result of a validation.
#[derive(Serialize, ToSchema)]
pub(in crate::rest) struct ConfigInfo<'a> {
    /// What the key takes; null when nobody defines it.
    definition: Option<ConfigKeyInfo<'a>>,
    /// What it has.
    value: ConfigValueInfo<'a>,
}

impl<'a> From<&'a ValidationEntry> for ConfigInfo<'a> {
    fn from(entry: &'a ValidationEntry) -> Self {
        Self {
            definition: entry.definition.as_ref().map(ConfigKeyInfo::from),
            value: ConfigValueInfo::from(&entry.value),
        }
    }
}

/// The definition of a key.
#[derive(Serialize, ToSchema)]
pub(in crate::rest) struct ConfigKeyInfo<'a> {
    /// The key.
    name: &'a str,
    /// BOOLEAN, STRING, INT, SHORT, LONG, DOUBLE, LIST, CLASS or PASSWORD.
    r#type: &'static str,
    /// Whether it must be given.
    required: bool,
    /// What it gets otherwise, as text.
    default_value: Option<String>,
    /// HIGH, MEDIUM or LOW.
    importance: &'static str,
    /// What it does.
    documentation: &'a str,
    /// The group it is shown in.
    group: Option<&'a str>,
    /// Its place in the group.
    order_in_group: i32,
    /// The width of its field: NONE, SHORT, MEDIUM or LONG.
    width: &'static str,
    /// Its name for users.
    display_name: &'a str,
    /// Keys whose recommendations depend on this one.
    dependents: &'a [String],
}

impl<'a> From<&'a ConfigKey> for ConfigKeyInfo<'a> {
    fn from(key: &'a ConfigKey) -> Self {
        Self {
            name: &key.name,
            r#type: key.config_type.name(),
            required: key.is_required(),
            default_value: key.default_text(),
            importance: key.importance.name(),
            documentation: &key.documentation,
            group: key.group.as_deref(),
            order_in_group: key.order_in_group,
            width: key.width.name(),
            display_name: &key.display_name,
            dependents: &key.dependents,
        }
    }
}

/// The value of a key, as text.
#[derive(Serialize, ToSchema)]
pub(in crate::rest) struct ConfigValueInfo<'a> {
    /// The key.
    name: &'a str,
    /// The value or the default; null when there is none, or none that can be read.
    value: Option<String>,
    /// Values to choose from.
    recommended_values: &'a [String],
    /// What is wrong.
    errors: &'a [String],
    /// Whether to show the key, given the other values.
    visible: bool,
}

impl<'a> From<&'a ConfigValidation> for ConfigValueInfo<'a> {
    fn from(validation: &'a ConfigValidation) -> Self {
        Self {
            name: &validation.name,
            value: validation.value.to_config_text(),
            recommended_values: &validation.recommended_values,
            errors: &validation.errors,
            visible: validation.visible,
        }
    }
}
