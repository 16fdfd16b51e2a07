//! Settings of the built-in converters.
//!
//! Owns the keys, their defaults and their parsing, with Kafka's texts. Kafka counterpart:
//! ConverterConfig, StringConverterConfig, NumberConverterConfig and JsonConverterConfig.

use super::ConverterError;
use super::error::CONFIG;
use crate::config::ConfigMap;

/// What a converter is used for: the value of `converter.type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConverterType {
    /// Record keys.
    Key,
    /// Record values.
    Value,
    /// Header values.
    Header,
}

impl ConverterType {
    /// The name that `converter.type` carries.
    pub fn name(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Value => "value",
            Self::Header => "header",
        }
    }
}

/// How JsonConverter writes decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecimalFormat {
    /// The unscaled bytes as base64 text.
    Base64,
    /// A JSON number.
    Numeric,
}

/// The settings of JsonConverter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonSettings {
    /// `schemas.enable`: whether the envelope with the schema is written and required.
    pub schemas_enable: bool,
    /// `schemas.cache.size`: how many schemas each direction remembers.
    pub schemas_cache_size: usize,
    /// `schema.content`: the schema of every message, instead of an envelope, when reading.
    pub schema_content: Option<String>,
    /// `decimal.format`.
    pub decimal_format: DecimalFormat,
    /// `replace.null.with.default`.
    pub replace_null_with_default: bool,
}

impl Default for JsonSettings {
    fn default() -> Self {
        Self {
            schemas_enable: true,
            schemas_cache_size: 1000,
            schema_content: None,
            decimal_format: DecimalFormat::Base64,
            replace_null_with_default: true,
        }
    }
}

impl JsonSettings {
    /// Reads the settings; absent keys have their defaults, unknown keys are ignored.
    pub fn parse(config: &ConfigMap) -> Result<Self, ConverterError> {
        let defaults = Self::default();
        let content = config.get(SCHEMA_CONTENT).map(|text| text.trim());
        let settings = Self {
            schemas_enable: boolean(config, SCHEMAS_ENABLE, defaults.schemas_enable)?,
            // A negative size is an LRU map that keeps nothing.
            schemas_cache_size: usize::try_from(int(config, SCHEMAS_CACHE_SIZE, 1000)?)
                .unwrap_or(0),
            schema_content: content.filter(|text| !text.is_empty()).map(str::to_owned),
            decimal_format: decimal_format(config)?,
            replace_null_with_default: boolean(
                config,
                REPLACE_NULL_WITH_DEFAULT,
                defaults.replace_null_with_default,
            )?,
        };
        Ok(settings)
    }
}

const SCHEMAS_ENABLE: &str = "schemas.enable";
const SCHEMAS_CACHE_SIZE: &str = "schemas.cache.size";
const SCHEMA_CONTENT: &str = "schema.content";
const DECIMAL_FORMAT: &str = "decimal.format";
const REPLACE_NULL_WITH_DEFAULT: &str = "replace.null.with.default";
const ENCODING: &str = "converter.encoding";
/// What StringConverter hands on to Kafka's StringSerializer may also be set directly.
const ENCODING_OF_KIND: [&str; 2] = ["key.serializer.encoding", "value.serializer.encoding"];

/// The charset name for StringConverter.
pub(super) fn string_encoding(
    config: &ConfigMap,
    kind: ConverterType,
) -> Result<String, ConverterError> {
    // COMPAT: StringSerializer prefers its own key over the converter's.
    let own = ENCODING_OF_KIND[usize::from(kind != ConverterType::Key)];
    let name = config
        .get(own)
        .map(String::as_str)
        .or_else(|| config.get(ENCODING).map(|name| name.trim()))
        .unwrap_or("UTF-8");
    Ok(name.to_owned())
}

fn decimal_format(config: &ConfigMap) -> Result<DecimalFormat, ConverterError> {
    let Some(text) = config.get(DECIMAL_FORMAT) else {
        return Ok(DecimalFormat::Base64);
    };
    let text = text.trim();
    match text.to_ascii_uppercase().as_str() {
        "BASE64" => Ok(DecimalFormat::Base64),
        "NUMERIC" => Ok(DecimalFormat::Numeric),
        _ => Err(invalid(
            DECIMAL_FORMAT,
            text,
            "String must be one of (case insensitive): BASE64, NUMERIC",
        )),
    }
}

fn boolean(config: &ConfigMap, key: &str, default: bool) -> Result<bool, ConverterError> {
    let Some(text) = config.get(key) else {
        return Ok(default);
    };
    let trimmed = text.trim();
    if trimmed.eq_ignore_ascii_case("true") {
        Ok(true)
    } else if trimmed.eq_ignore_ascii_case("false") {
        Ok(false)
    } else {
        Err(invalid(key, text, "Expected value to be either true or false"))
    }
}

fn int(config: &ConfigMap, key: &str, default: i32) -> Result<i32, ConverterError> {
    let Some(text) = config.get(key) else {
        return Ok(default);
    };
    text.trim()
        .parse()
        .map_err(|_| invalid(key, text, "Not a number of type INT"))
}

fn invalid(key: &str, value: &str, reason: &str) -> ConverterError {
    ConverterError::new(
        CONFIG,
        format!("Invalid value {value} for configuration {key}: {reason}"),
    )
}
