//! The built-in transformations and predicates: their classes and the names they go by.
//!
//! Owns the lists. Must not know plugins from files. Kafka counterpart: the transformations and
//! predicates of `runtime/isolation` (Plugins, PluginUtils).

use crate::config::def::ConfigDef;

use super::{
    cast, drop_headers, extract_field, filter, flatten, header_from, hoist_field, insert_field,
    insert_header, mask_field, predicate, regex_router, replace_field, set_schema_metadata,
    timestamp_converter, timestamp_router, value_to_key,
};

/// The release of Apache Kafka whose transformations these are.
const VERSION: &str = "4.3.1";

/// A class of transformations or predicates.
#[derive(Clone, Copy, Debug)]
pub struct TransformClass {
    /// The full Java class name.
    pub class: &'static str,
    /// The version that plugin lists show.
    pub version: &'static str,
    config_def: fn() -> ConfigDef,
}

impl TransformClass {
    const fn new(class: &'static str, config_def: fn() -> ConfigDef) -> Self {
        Self {
            class,
            version: VERSION,
            config_def,
        }
    }

    /// The keys that configure it.
    pub fn config_def(&self) -> ConfigDef {
        (self.config_def)()
    }
}

const TRANSFORMATIONS: [TransformClass; 26] = [
    TransformClass::new(
        "org.apache.kafka.connect.transforms.Cast$Key",
        cast::config_def,
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.Cast$Value",
        cast::config_def,
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.DropHeaders",
        drop_headers::config_def,
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.ExtractField$Key",
        extract_field::config_def,
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.ExtractField$Value",
        extract_field::config_def,
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.Filter",
        filter::config_def,
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.Flatten$Key",
        flatten::config_def,
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.Flatten$Value",
        flatten::config_def,
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.HeaderFrom$Key",
        header_from::config_def,
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.HeaderFrom$Value",
        header_from::config_def,
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.HoistField$Key",
        hoist_field::config_def,
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.HoistField$Value",
        hoist_field::config_def,
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.InsertField$Key",
        insert_field::config_def,
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.InsertField$Value",
        insert_field::config_def,
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.InsertHeader",
        insert_header::config_def,
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.MaskField$Key",
        mask_field::config_def,
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.MaskField$Value",
        mask_field::config_def,
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.RegexRouter",
        regex_router::config_def,
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.ReplaceField$Key",
        replace_field::config_def,
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.ReplaceField$Value",
        replace_field::config_def,
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.SetSchemaMetadata$Key",
        set_schema_metadata::config_def,
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.SetSchemaMetadata$Value",
        set_schema_metadata::config_def,
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.TimestampConverter$Key",
        timestamp_converter::config_def,
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.TimestampConverter$Value",
        timestamp_converter::config_def,
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.TimestampRouter",
        timestamp_router::config_def,
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.ValueToKey",
        value_to_key::config_def,
    ),
];

const PREDICATES: [TransformClass; 3] = [
    TransformClass::new(
        "org.apache.kafka.connect.transforms.predicates.HasHeaderKey",
        predicate::has_header_key,
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.predicates.RecordIsTombstone",
        predicate::record_is_tombstone,
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.predicates.TopicNameMatches",
        predicate::topic_name_matches,
    ),
];

/// The classes that `transforms.<alias>.type` may name, by class name.
pub fn known_transformations() -> &'static [TransformClass] {
    &TRANSFORMATIONS
}

/// The classes that `predicates.<alias>.type` may name, by class name.
pub fn known_predicates() -> &'static [TransformClass] {
    &PREDICATES
}

/// The full class name for a full or simple name. Nested classes have no simple name: those of
/// several would be the same.
pub fn resolve_class(name: &str) -> Option<&'static str> {
    TRANSFORMATIONS
        .iter()
        .chain(&PREDICATES)
        .map(|known| known.class)
        .find(|class| {
            let simple = class.rsplit('.').next().unwrap_or(class);
            name == *class || (name == simple && !simple.contains('$'))
        })
}

/// The classes nested in an outer class that is itself none, such as `Cast`.
pub fn nested_classes(outer: &str) -> Vec<&'static str> {
    TRANSFORMATIONS
        .iter()
        .map(|known| known.class)
        .filter(|class| {
            class
                .strip_prefix(outer)
                .is_some_and(|rest| rest.starts_with('$'))
        })
        .collect()
}
