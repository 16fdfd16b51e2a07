//! The built-in converters: their classes, the names they go by, and how they are made.
//!
//! Owns the list. Knows nothing about plugins from files; the worker asks here first. Kafka
//! counterpart: the converter part of `runtime/isolation` (PluginUtils aliases, Plugins.newConverter).

use super::error::CONNECT;
use super::header::DataHeaderConverter;
use super::primitive::NumberKind;
use super::{
    BooleanConverter, ByteArrayConverter, Converter, ConverterError, ConverterType,
    HeaderConverter, JsonConverter, NumberConverter, SimpleHeaderConverter, StringConverter,
};
use crate::config::ConfigMap;

/// A converter class that this worker has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConverterClass {
    /// The full Java class name.
    pub class: &'static str,
    /// The version that plugin lists show.
    pub version: &'static str,
}

/// The release of Apache Kafka whose converters these are, byte for byte.
const VERSION: &str = "4.3.1";

pub(super) const JSON: &str = "org.apache.kafka.connect.json.JsonConverter";
pub(super) const STRING: &str = "org.apache.kafka.connect.storage.StringConverter";
pub(super) const SIMPLE_HEADER: &str = "org.apache.kafka.connect.storage.SimpleHeaderConverter";
const BYTE_ARRAY: &str = "org.apache.kafka.connect.converters.ByteArrayConverter";
const BOOLEAN: &str = "org.apache.kafka.connect.converters.BooleanConverter";
const DOUBLE: &str = "org.apache.kafka.connect.converters.DoubleConverter";
const FLOAT: &str = "org.apache.kafka.connect.converters.FloatConverter";
const INTEGER: &str = "org.apache.kafka.connect.converters.IntegerConverter";
const LONG: &str = "org.apache.kafka.connect.converters.LongConverter";
const SHORT: &str = "org.apache.kafka.connect.converters.ShortConverter";

const fn class(class: &'static str) -> ConverterClass {
    ConverterClass {
        class,
        version: VERSION,
    }
}

const CONVERTERS: [ConverterClass; 9] = [
    class(BOOLEAN),
    class(BYTE_ARRAY),
    class(DOUBLE),
    class(FLOAT),
    class(INTEGER),
    class(LONG),
    class(SHORT),
    class(JSON),
    class(STRING),
];

const HEADER_CONVERTERS: [ConverterClass; 10] = [
    class(BOOLEAN),
    class(BYTE_ARRAY),
    class(DOUBLE),
    class(FLOAT),
    class(INTEGER),
    class(LONG),
    class(SHORT),
    class(JSON),
    class(SIMPLE_HEADER),
    class(STRING),
];

/// The classes that `key.converter` and `value.converter` may name, by class name.
pub fn known_converters() -> &'static [ConverterClass] {
    &CONVERTERS
}

/// The classes that `header.converter` may name, by class name.
pub fn known_header_converters() -> &'static [ConverterClass] {
    &HEADER_CONVERTERS
}

/// The full class name for a full name, a simple name, or a simple name without its suffix
/// (`Json`; `Simple` for SimpleHeaderConverter). Covers converters and header converters alike, as
/// Kafka's alias map does.
pub fn resolve_class(name: &str) -> Option<&'static str> {
    HEADER_CONVERTERS
        .iter()
        .map(|known| known.class)
        .find(|class| {
            let simple = class.rsplit('.').next().unwrap_or(class);
            let suffix = if *class == SIMPLE_HEADER {
                "HeaderConverter"
            } else {
                "Converter"
            };
            name == *class || name == simple || Some(name) == simple.strip_suffix(suffix)
        })
}

/// Makes and configures a key or value converter. `settings` have their prefix stripped;
/// `converter.type` is supplied from `kind`.
pub fn create_converter(
    class: &str,
    settings: &ConfigMap,
    kind: ConverterType,
) -> Result<Box<dyn Converter>, ConverterError> {
    let Some(class) = resolve_class(class).filter(|class| *class != SIMPLE_HEADER) else {
        return Err(unknown(class, "Converter", "converters", &CONVERTERS));
    };
    Ok(match class {
        JSON => Box::new(JsonConverter::new(settings, kind)?),
        STRING => Box::new(StringConverter::new(settings, kind)?),
        BYTE_ARRAY => Box::new(ByteArrayConverter),
        BOOLEAN => Box::new(BooleanConverter),
        number => Box::new(NumberConverter::new(number_kind(number))),
    })
}

/// Makes and configures a header converter.
pub fn create_header_converter(
    class: &str,
    settings: &ConfigMap,
) -> Result<Box<dyn HeaderConverter>, ConverterError> {
    let Some(class) = resolve_class(class) else {
        return Err(unknown(
            class,
            "HeaderConverter",
            "header converters",
            &HEADER_CONVERTERS,
        ));
    };
    let kind = ConverterType::Header;
    Ok(match class {
        SIMPLE_HEADER => Box::new(SimpleHeaderConverter),
        JSON => Box::new(DataHeaderConverter(JsonConverter::new(settings, kind)?)),
        STRING => Box::new(DataHeaderConverter(StringConverter::new(settings, kind)?)),
        BYTE_ARRAY => Box::new(DataHeaderConverter(ByteArrayConverter)),
        BOOLEAN => Box::new(DataHeaderConverter(BooleanConverter)),
        number => Box::new(DataHeaderConverter(NumberConverter::new(number_kind(
            number,
        )))),
    })
}

fn number_kind(class: &str) -> NumberKind {
    match class {
        DOUBLE => NumberKind::Double,
        FLOAT => NumberKind::Float,
        LONG => NumberKind::Long,
        SHORT => NumberKind::Short,
        _ => NumberKind::Integer,
    }
}

fn unknown(name: &str, interface: &str, plural: &str, known: &[ConverterClass]) -> ConverterError {
    let names: Vec<&str> = known.iter().map(|known| known.class).collect();
    ConverterError::new(
        CONNECT,
        format!(
            "Failed to find any class that implements {interface} and which name matches {name}, \
             available {plural} are: {}",
            names.join(", ")
        ),
    )
}
