//! Between the types of the WIT contract and those of connect-data and this crate: total, no
//! logic.

use std::borrow::Cow;

use connect_data::{OffsetMap, OffsetValue};

use crate::bindings::plugin::connect_wasm::plugin::config_def as wit_def;
use crate::bindings::plugin::exports::connect_wasm::plugin::plugin as wit_plugin;
use crate::bindings::services::connect_wasm::plugin::types as wit;
use crate::config_def::{ConfigType, DefaultValue, Grant, Importance, Validator, Width};
use crate::{
    Config, ConfigIssue, ConfigKey, ConnectError, Description, ErrorKind, PartitionOffset,
    Recommendation, TopicPartition,
};

pub(crate) fn error_to_wit(error: ConnectError) -> wit::ConnectError {
    let (kind, message, detail) = error.into_parts();
    let detail = wit::ErrorDetail { message, detail };
    match kind {
        ErrorKind::Retriable => wit::ConnectError::Retriable(detail),
        ErrorKind::Data => wit::ConnectError::Data(detail),
        ErrorKind::Config => wit::ConnectError::Config(detail),
        ErrorKind::Fatal => wit::ConnectError::Fatal(detail),
    }
}

pub(crate) fn error_from_wit(error: wit::ConnectError) -> ConnectError {
    let (kind, detail) = match error {
        wit::ConnectError::Retriable(detail) => (ErrorKind::Retriable, detail),
        wit::ConnectError::Data(detail) => (ErrorKind::Data, detail),
        wit::ConnectError::Config(detail) => (ErrorKind::Config, detail),
        wit::ConnectError::Fatal(detail) => (ErrorKind::Fatal, detail),
    };
    let error = ConnectError::new(kind, detail.message);
    match detail.detail {
        Some(more) => error.with_detail(more),
        None => error,
    }
}

pub(crate) fn config_from_wit(config: Vec<(String, String)>) -> Config {
    config.into_iter().collect()
}

pub(crate) fn configs_to_wit(configs: Vec<Config>) -> Vec<Vec<(String, String)>> {
    configs
        .into_iter()
        .map(|config| config.into_iter().collect())
        .collect()
}

pub(crate) fn offset_to_wit(offset: &OffsetMap<'_>) -> Vec<(String, wit::OffsetValue)> {
    let value_to_wit = |value: &OffsetValue<'_>| match value {
        OffsetValue::Null => wit::OffsetValue::Null,
        OffsetValue::Boolean(value) => wit::OffsetValue::Boolean(*value),
        OffsetValue::Integer(value) => wit::OffsetValue::Integer(*value),
        OffsetValue::Float(value) => wit::OffsetValue::Floating(*value),
        OffsetValue::Text(value) => wit::OffsetValue::Text(value.to_string()),
        OffsetValue::Bytes(value) => wit::OffsetValue::Bytes(value.to_vec()),
    };
    offset
        .iter()
        .map(|(key, value)| (key.to_string(), value_to_wit(value)))
        .collect()
}

pub(crate) fn offset_from_wit(offset: Vec<(String, wit::OffsetValue)>) -> OffsetMap<'static> {
    let value_from_wit = |value| match value {
        wit::OffsetValue::Null => OffsetValue::Null,
        wit::OffsetValue::Boolean(value) => OffsetValue::Boolean(value),
        wit::OffsetValue::Integer(value) => OffsetValue::Integer(value),
        wit::OffsetValue::Floating(value) => OffsetValue::Float(value),
        wit::OffsetValue::Text(value) => OffsetValue::Text(Cow::Owned(value)),
        wit::OffsetValue::Bytes(value) => OffsetValue::Bytes(Cow::Owned(value)),
    };
    offset
        .into_iter()
        .map(|(key, value)| (Cow::Owned(key), value_from_wit(value)))
        .collect()
}

pub(crate) fn partition_to_wit(partition: &TopicPartition) -> wit::TopicPartition {
    wit::TopicPartition {
        topic: partition.topic.clone(),
        partition: partition.partition,
    }
}

pub(crate) fn partition_from_wit(partition: wit::TopicPartition) -> TopicPartition {
    TopicPartition {
        topic: partition.topic,
        partition: partition.partition,
    }
}

pub(crate) fn partition_offset_to_wit(offset: &PartitionOffset) -> wit::PartitionOffset {
    wit::PartitionOffset {
        topic: offset.topic.clone(),
        partition: offset.partition,
        offset: offset.offset,
    }
}

pub(crate) fn partition_offset_from_wit(offset: wit::PartitionOffset) -> PartitionOffset {
    PartitionOffset {
        topic: offset.topic,
        partition: offset.partition,
        offset: offset.offset,
    }
}

pub(crate) fn description_to_wit(
    description: Description,
    kind: wit_plugin::Kind,
) -> wit_plugin::Description {
    wit_plugin::Description {
        class: description.class,
        kind,
        version: description.version,
        task_class: description.task_class,
        aliases: description.aliases,
        documentation: description.documentation,
    }
}

pub(crate) fn issue_to_wit(issue: ConfigIssue) -> wit_plugin::ConfigError {
    wit_plugin::ConfigError {
        name: issue.name,
        message: issue.message,
    }
}

pub(crate) fn recommendation_to_wit(recommendation: Recommendation) -> wit_plugin::Recommendation {
    wit_plugin::Recommendation {
        name: recommendation.name,
        values: recommendation.values,
        visible: recommendation.visible,
    }
}

pub(crate) fn key_to_wit(key: ConfigKey) -> wit_def::ConfigKey {
    wit_def::ConfigKey {
        name: key.name,
        type_: type_to_wit(key.config_type),
        default: match key.default {
            DefaultValue::Required => wit_def::DefaultValue::Required,
            DefaultValue::Null => wit_def::DefaultValue::Null,
            DefaultValue::Value(value) => wit_def::DefaultValue::Value(value),
        },
        validator: key.validator.map(validator_to_wit),
        importance: match key.importance {
            Importance::High => wit_def::Importance::High,
            Importance::Medium => wit_def::Importance::Medium,
            Importance::Low => wit_def::Importance::Low,
        },
        documentation: key.documentation,
        group: key.group,
        order_in_group: key.order_in_group,
        width: match key.width {
            Width::None => wit_def::Width::None,
            Width::Short => wit_def::Width::Short,
            Width::Medium => wit_def::Width::Medium,
            Width::Long => wit_def::Width::Long,
        },
        display_name: key.display_name,
        dependents: key.dependents,
        has_recommender: key.has_recommender,
        grants: key.grants.map(|grant| match grant {
            Grant::PathRead => wit_def::Grant::PathRead,
            Grant::PathWrite => wit_def::Grant::PathWrite,
            Grant::Endpoint => wit_def::Grant::Endpoint,
            Grant::Listen => wit_def::Grant::Listen,
        }),
        grants_stdio_when_empty: key.grants_stdio_when_empty,
    }
}

fn type_to_wit(config_type: ConfigType) -> wit_def::ConfigType {
    match config_type {
        ConfigType::Boolean => wit_def::ConfigType::Boolean,
        ConfigType::Text => wit_def::ConfigType::Text,
        ConfigType::Int => wit_def::ConfigType::Int,
        ConfigType::Short => wit_def::ConfigType::Short,
        ConfigType::Long => wit_def::ConfigType::Long,
        ConfigType::Double => wit_def::ConfigType::Double,
        ConfigType::List => wit_def::ConfigType::ListOfText,
        ConfigType::Class => wit_def::ConfigType::Class,
        ConfigType::Password => wit_def::ConfigType::Password,
    }
}

fn validator_to_wit(validator: Validator) -> wit_def::Validator {
    match validator {
        Validator::Range(low, high) => wit_def::Validator::Range((low, high)),
        Validator::OneOf(texts) => wit_def::Validator::OneOf(texts),
        Validator::OneOfIgnoringCase(texts) => wit_def::Validator::OneOfIgnoringCase(texts),
        Validator::NonEmpty => wit_def::Validator::NonEmptyText,
        Validator::NonEmptyWithoutControlCharacters => {
            wit_def::Validator::NonEmptyTextWithoutControlCharacters
        }
        Validator::NonNull => wit_def::Validator::NonNull,
        Validator::Regex => wit_def::Validator::Regex,
        Validator::ListOf {
            items,
            empty_allowed,
        } => wit_def::Validator::ValidList((items, empty_allowed)),
    }
}
