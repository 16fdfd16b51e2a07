//! Settings of the built-in converters.
//!
//! Owns the keys, their defaults and their parsing, with Kafka's texts. Kafka counterpart:
//! ConverterConfig, StringConverterConfig, NumberConverterConfig and JsonConverterConfig.

use super::error::CONFIG;
use super::{ConverterError, registry};
use crate::config::ConfigMap;
use crate::config::def::{
    ConfigDef, ConfigKey, ConfigType, DefaultValue, Importance, ParsedConfig, Validator, Width,
};

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
    pub fn parse(config: &ConfigMap, kind: ConverterType) -> Result<Self, ConverterError> {
        let parsed = parse(&json_def(), config, kind)?;
        let content = parsed.text(SCHEMA_CONTENT).unwrap_or_default();
        let format = parsed.text(DECIMAL_FORMAT).unwrap_or_default();
        Ok(Self {
            schemas_enable: parsed.boolean(SCHEMAS_ENABLE),
            // A negative size is a cache that keeps nothing.
            schemas_cache_size: parsed
                .integer(SCHEMAS_CACHE_SIZE)
                .and_then(|size| usize::try_from(size).ok())
                .unwrap_or(0),
            schema_content: (!content.is_empty()).then(|| content.to_owned()),
            decimal_format: if format.eq_ignore_ascii_case("NUMERIC") {
                DecimalFormat::Numeric
            } else {
                DecimalFormat::Base64
            },
            replace_null_with_default: parsed.boolean(REPLACE_NULL_WITH_DEFAULT),
        })
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
    let parsed = parse(&string_def(), config, kind)?;
    // COMPAT: StringSerializer prefers its own key over the converter's.
    let own = ENCODING_OF_KIND[usize::from(kind != ConverterType::Key)];
    let name = config.get(own).map(String::as_str);
    Ok(name
        .or_else(|| parsed.text(ENCODING))
        .unwrap_or(UTF_8)
        .to_owned())
}

/// The keys of a built-in converter by its full class name.
pub fn config_def(class: &str) -> Option<ConfigDef> {
    let class = super::resolve_class(class)?;
    Some(match class {
        registry::JSON => json_def(),
        registry::STRING => string_def(),
        registry::SIMPLE_HEADER => ConfigDef::default(),
        _ => def([]),
    })
}

fn parse(
    def: &ConfigDef,
    config: &ConfigMap,
    kind: ConverterType,
) -> Result<ParsedConfig, ConverterError> {
    let mut config = config.clone();
    config.insert(CONVERTER_TYPE.to_owned(), kind.name().to_owned());
    def.parse(&config)
        .map_err(|error| ConverterError::new(CONFIG, error.to_string()))
}

/// `converter.type` and the keys of one converter.
fn def<const N: usize>(keys: [ConfigKey; N]) -> ConfigDef {
    let converter_type = ConfigKey::new(
        CONVERTER_TYPE,
        ConfigType::String,
        DefaultValue::Required,
        Importance::Low,
        "What the converter is for: key, value or header. The worker sets it.",
    )
    .validator(Validator::one_of(&["key", "value", "header"]));
    ConfigDef::new([converter_type].into_iter().chain(keys))
        .expect("the keys differ and their defaults are valid")
}

fn key(
    name: &str,
    config_type: ConfigType,
    default: DefaultValue,
    importance: Importance,
    documentation: &str,
) -> ConfigKey {
    ConfigKey::new(name, config_type, default, importance, documentation)
}

fn value(text: &str) -> DefaultValue {
    DefaultValue::Value(text.to_owned())
}

fn string_def() -> ConfigDef {
    let mut encoding = key(
        ENCODING,
        ConfigType::String,
        value(UTF_8),
        Importance::High,
        "Character set of the bytes, by its Java name.",
    );
    encoding.width = Width::Medium;
    encoding.display_name = "Encoding".to_owned();
    def([encoding])
}

fn json_def() -> ConfigDef {
    use ConfigType::{Boolean, Int, String};
    use Importance::{High, Low};
    def([
        key(
            SCHEMAS_ENABLE,
            Boolean,
            value("true"),
            High,
            "Whether each message is an envelope of schema and payload.",
        )
        .shown("Schemas", 0, Width::Medium, "Enable Schemas"),
        key(
            SCHEMAS_CACHE_SIZE,
            Int,
            value("1000"),
            High,
            "How many schemas the converter remembers in each direction.",
        )
        .shown("Schemas", 1, Width::Medium, "Schema Cache Size"),
        key(
            SCHEMA_CONTENT,
            String,
            DefaultValue::Null,
            High,
            SCHEMA_CONTENT_DOC,
        )
        .shown("Schemas", 2, Width::Medium, "Schema Content"),
        key(
            DECIMAL_FORMAT,
            String,
            value("BASE64"),
            Low,
            "How decimals are written: BASE64, the bytes as text, or NUMERIC, a JSON number.",
        )
        .shown("Serialization", 0, Width::Medium, "Decimal Format")
        .validator(Validator::one_of_ignoring_case(&["NUMERIC", "BASE64"])),
        key(
            REPLACE_NULL_WITH_DEFAULT,
            Boolean,
            value("true"),
            Low,
            "Whether a field that is null and has a default is read as its default.",
        )
        .shown(
            "Serialization",
            1,
            Width::Medium,
            "Replace null with default",
        ),
    ])
}

const SCHEMA_CONTENT_DOC: &str = "A schema as JSON, of all messages that are read; they are no envelopes then. For sink connectors with schemas.enable.";
const CONVERTER_TYPE: &str = "converter.type";
const UTF_8: &str = "UTF-8";
