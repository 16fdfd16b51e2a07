//! The built-in transformations and predicates: their classes and the names they go by.
//!
//! Owns the lists, and making one by its class. Must not know plugins from files. Kafka counterpart: the transformations and
//! predicates of `runtime/isolation` (Plugins, PluginUtils).

use crate::config::ConfigMap;
use crate::config::def::{ConfigDef, ConfigError, ParsedConfig};
use crate::errors::{CONFIG_EXCEPTION, Failure};

use super::operand::Operand;
use super::{Predicate, Transformation};
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
    create: Create,
}

type CreateTransformation =
    fn(Operand, &ParsedConfig) -> Result<Box<dyn Transformation>, ConfigError>;
type CreatePredicate = fn(&ParsedConfig) -> Result<Box<dyn Predicate>, ConfigError>;

/// How one is made of its settings.
#[derive(Clone, Copy, Debug)]
enum Create {
    Transformation(CreateTransformation),
    Predicate(CreatePredicate),
}

impl TransformClass {
    const fn new(class: &'static str, config_def: fn() -> ConfigDef, create: Create) -> Self {
        Self {
            class,
            version: VERSION,
            config_def,
            create,
        }
    }

    /// The keys that configure it.
    pub fn config_def(&self) -> ConfigDef {
        (self.config_def)()
    }
}

macro_rules! transformation {
    ($type:ty) => {
        Create::Transformation(|operand, config| Ok(Box::new(<$type>::create(operand, config)?)))
    };
}

macro_rules! predicate {
    ($type:ty) => {
        Create::Predicate(|config| Ok(Box::new(<$type>::create(config)?)))
    };
}

const TRANSFORMATIONS: [TransformClass; 26] = [
    TransformClass::new(
        "org.apache.kafka.connect.transforms.Cast$Key",
        cast::config_def,
        transformation!(cast::Cast),
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.Cast$Value",
        cast::config_def,
        transformation!(cast::Cast),
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.DropHeaders",
        drop_headers::config_def,
        transformation!(drop_headers::DropHeaders),
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.ExtractField$Key",
        extract_field::config_def,
        transformation!(extract_field::ExtractField),
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.ExtractField$Value",
        extract_field::config_def,
        transformation!(extract_field::ExtractField),
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.Filter",
        filter::config_def,
        transformation!(filter::Filter),
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.Flatten$Key",
        flatten::config_def,
        transformation!(flatten::Flatten),
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.Flatten$Value",
        flatten::config_def,
        transformation!(flatten::Flatten),
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.HeaderFrom$Key",
        header_from::config_def,
        transformation!(header_from::HeaderFrom),
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.HeaderFrom$Value",
        header_from::config_def,
        transformation!(header_from::HeaderFrom),
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.HoistField$Key",
        hoist_field::config_def,
        transformation!(hoist_field::HoistField),
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.HoistField$Value",
        hoist_field::config_def,
        transformation!(hoist_field::HoistField),
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.InsertField$Key",
        insert_field::config_def,
        transformation!(insert_field::InsertField),
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.InsertField$Value",
        insert_field::config_def,
        transformation!(insert_field::InsertField),
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.InsertHeader",
        insert_header::config_def,
        transformation!(insert_header::InsertHeader),
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.MaskField$Key",
        mask_field::config_def,
        transformation!(mask_field::MaskField),
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.MaskField$Value",
        mask_field::config_def,
        transformation!(mask_field::MaskField),
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.RegexRouter",
        regex_router::config_def,
        transformation!(regex_router::RegexRouter),
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.ReplaceField$Key",
        replace_field::config_def,
        transformation!(replace_field::ReplaceField),
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.ReplaceField$Value",
        replace_field::config_def,
        transformation!(replace_field::ReplaceField),
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.SetSchemaMetadata$Key",
        set_schema_metadata::config_def,
        transformation!(set_schema_metadata::SetSchemaMetadata),
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.SetSchemaMetadata$Value",
        set_schema_metadata::config_def,
        transformation!(set_schema_metadata::SetSchemaMetadata),
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.TimestampConverter$Key",
        timestamp_converter::config_def,
        transformation!(timestamp_converter::TimestampConverter),
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.TimestampConverter$Value",
        timestamp_converter::config_def,
        transformation!(timestamp_converter::TimestampConverter),
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.TimestampRouter",
        timestamp_router::config_def,
        transformation!(timestamp_router::TimestampRouter),
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.ValueToKey",
        value_to_key::config_def,
        transformation!(value_to_key::ValueToKey),
    ),
];

const PREDICATES: [TransformClass; 3] = [
    TransformClass::new(
        "org.apache.kafka.connect.transforms.predicates.HasHeaderKey",
        predicate::has_header_key,
        predicate!(predicate::HasHeaderKey),
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.predicates.RecordIsTombstone",
        predicate::record_is_tombstone,
        predicate!(predicate::RecordIsTombstone),
    ),
    TransformClass::new(
        "org.apache.kafka.connect.transforms.predicates.TopicNameMatches",
        predicate::topic_name_matches,
        predicate!(predicate::TopicNameMatches),
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

/// A transformation of that class (a full name, or a simple one where there is one), with settings
/// whose keys have no prefix.
///
/// # Errors
///
/// What the JVM's task fails with: a `ConnectException` around what `configure` throws.
pub fn create_transformation(
    class: &str,
    settings: &ConfigMap,
) -> Result<Box<dyn Transformation>, Failure> {
    let known = known(&TRANSFORMATIONS, class)?;
    let Create::Transformation(create) = known.create else {
        return Err(not_found(class));
    };
    (known.config_def().parse(settings))
        .and_then(|config| create(Operand::of_class(known.class), &config))
        .map_err(|error| configuration(&error))
}

/// A predicate of that class, like [`create_transformation`].
///
/// # Errors
///
/// As there.
pub fn create_predicate(class: &str, settings: &ConfigMap) -> Result<Box<dyn Predicate>, Failure> {
    let known = known(&PREDICATES, class)?;
    let Create::Predicate(create) = known.create else {
        return Err(not_found(class));
    };
    (known.config_def().parse(settings))
        .and_then(|config| create(&config))
        .map_err(|error| configuration(&error))
}

fn known(
    classes: &'static [TransformClass],
    class: &str,
) -> Result<&'static TransformClass, Failure> {
    let class = resolve_class(class).unwrap_or(class);
    let known = classes.iter().find(|known| known.class == class);
    known.ok_or_else(|| not_found(class))
}

fn not_found(class: &str) -> Failure {
    let message = format!("Class {class} could not be found.");
    Failure::wrapped(Failure::new(CONFIG_EXCEPTION, message))
}

fn configuration(error: &ConfigError) -> Failure {
    Failure::wrapped(Failure::new(CONFIG_EXCEPTION, error.to_string()))
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
