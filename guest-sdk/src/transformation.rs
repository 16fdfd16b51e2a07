//! Transformations and predicates: they change, drop or choose records between a connector and its
//! topics. Kafka counterparts: `Transformation`, `Predicate`.

use std::borrow::Cow;

use connect_data::batch::ChangedParts;
use connect_data::{ConnectHeaders, ConnectRecord, Consumed, SchemaRef, Value};

use crate::{Config, ConfigDef, ConfigIssue, ConnectError, Description};

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It goes on, changed or not.
    Kept,
    /// It goes no further, which is no error.
    Dropped,
}

/// Changes or drops records. Exported by [`export_transformation!`](crate::export_transformation).
///
/// ```
/// use connect_sdk::data::{ConnectRecord, Value};
/// use connect_sdk::testing::TransformationRun;
/// use connect_sdk::{
///     Applied, Config, ConfigDef, ConfigKey, ConnectError, Description, Record, Transformation,
/// };
///
/// /// Puts a text in front of values that are texts, and drops tombstones.
/// struct Prefix {
///     text: String,
/// }
///
/// impl Transformation for Prefix {
///     fn describe() -> Description {
///         Description::new("com.example.Prefix", "1.0.0")
///     }
///
///     fn config_def() -> ConfigDef {
///         ConfigDef::new().key(ConfigKey::text("text").doc("What stands in front."))
///     }
///
///     fn configure(config: Config) -> Result<Self, ConnectError> {
///         let text = config.text("text")?.to_owned();
///         Ok(Self { text })
///     }
///
///     fn apply(&mut self, record: &mut Record<'_>) -> Result<Applied, ConnectError> {
///         match record.value() {
///             Value::Null => Ok(Applied::Dropped),
///             Value::String(old) => {
///                 let new = format!("{}{old}", self.text);
///                 record.replace_value(new);
///                 Ok(Applied::Kept)
///             }
///             other => Err(ConnectError::data(format!(
///                 "The value is a {}, expected a text",
///                 other.class_name()
///             ))),
///         }
///     }
/// }
///
/// connect_sdk::export_transformation!(Prefix);
///
/// let mut run = TransformationRun::<Prefix>::start([("text", ">")]).unwrap();
/// let record = ConnectRecord { value: "hello".into(), ..ConnectRecord::default() };
/// let changed = run.apply(&record).unwrap().expect("it goes on");
/// assert_eq!(changed.value, Value::from(">hello"));
/// assert_eq!(run.apply(&ConnectRecord::default()).unwrap(), None);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a transformation",
    label = "this type does not implement `connect_sdk::Transformation`"
)]
pub trait Transformation: Sized + 'static {
    /// Who this plugin is. The class name is what `transforms.<alias>.type` names.
    fn describe() -> Description;

    /// The keys that configure it, without the prefix `transforms.<alias>.`.
    fn config_def() -> ConfigDef;

    /// Checks beyond the ConfigDef. Called without any grant.
    fn validate(_config: &Config) -> Result<Vec<ConfigIssue>, ConnectError> {
        Ok(Vec::new())
    }

    /// Makes the transformation of one place in one task. The configuration has its own keys, with
    /// their defaults, and `type` as the user wrote it.
    fn configure(config: Config) -> Result<Self, ConnectError>;

    /// Changes a record in place. An error is about this record alone: the connector's
    /// `errors.tolerance` decides what becomes of it, and after a retriable error it comes again,
    /// as it was, while `errors.retry.timeout` lasts.
    fn apply(&mut self, record: &mut Record<'_>) -> Result<Applied, ConnectError>;

    /// Last call.
    fn close(&mut self) -> Result<(), ConnectError> {
        Ok(())
    }
}

/// Decides which records a transformation is applied to. Exported by
/// [`export_predicate!`](crate::export_predicate).
///
/// ```
/// use connect_sdk::data::ConnectRecord;
/// use connect_sdk::testing::PredicateRun;
/// use connect_sdk::{Config, ConfigDef, ConnectError, Description, Predicate, Record};
///
/// /// Holds for records without a key.
/// struct HasNoKey;
///
/// impl Predicate for HasNoKey {
///     fn describe() -> Description {
///         Description::new("com.example.HasNoKey", "1.0.0")
///     }
///
///     fn config_def() -> ConfigDef {
///         ConfigDef::new()
///     }
///
///     fn configure(_: Config) -> Result<Self, ConnectError> {
///         Ok(Self)
///     }
///
///     fn test(&mut self, record: &Record<'_>) -> Result<bool, ConnectError> {
///         Ok(record.key().is_null())
///     }
/// }
///
/// connect_sdk::export_predicate!(HasNoKey);
///
/// let mut run = PredicateRun::<HasNoKey>::start(Config::new()).unwrap();
/// assert!(run.test(&ConnectRecord::default()).unwrap());
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a predicate",
    label = "this type does not implement `connect_sdk::Predicate`"
)]
pub trait Predicate: Sized + 'static {
    /// Who this plugin is. The class name is what `predicates.<alias>.type` names.
    fn describe() -> Description;

    /// The keys that configure it, without the prefix `predicates.<alias>.`.
    fn config_def() -> ConfigDef;

    /// Checks beyond the ConfigDef. Called without any grant.
    fn validate(_config: &Config) -> Result<Vec<ConfigIssue>, ConnectError> {
        Ok(Vec::new())
    }

    /// Makes the predicate of one place in one task, as [`Transformation::configure`].
    fn configure(config: Config) -> Result<Self, ConnectError>;

    /// Whether it holds for a record. Errors are those of [`Transformation::apply`].
    fn test(&mut self, record: &Record<'_>) -> Result<bool, ConnectError>;

    /// Last call.
    fn close(&mut self) -> Result<(), ConnectError> {
        Ok(())
    }
}

/// A record between a connector and its topics. It remembers which parts were changed: only these
/// go back to the worker.
#[derive(Clone, Debug, Default)]
pub struct Record<'a> {
    pub(crate) record: ConnectRecord<'a>,
    pub(crate) changed: ChangedParts,
}

impl<'a> Record<'a> {
    /// The record as it is now.
    pub fn as_connect_record(&self) -> &ConnectRecord<'a> {
        &self.record
    }

    /// The topic; none only for a source record that names none.
    pub fn topic(&self) -> Option<&str> {
        self.record.topic.as_deref()
    }

    /// Sends the record to another topic.
    pub fn set_topic(&mut self, topic: impl Into<Cow<'a, str>>) {
        self.record.topic = Some(topic.into());
        self.changed.add(ChangedParts::TOPIC);
    }

    /// The partition of the topic; none lets the producer choose.
    pub fn kafka_partition(&self) -> Option<i32> {
        self.record.kafka_partition
    }

    /// Sends the record to another partition. Of a consumed record only another number is taken.
    pub fn set_kafka_partition(&mut self, partition: Option<i32>) {
        self.record.kafka_partition = partition;
        self.changed.add(ChangedParts::KAFKA_PARTITION);
    }

    /// The key's schema.
    pub fn key_schema(&self) -> Option<&SchemaRef> {
        self.record.key_schema.as_ref()
    }

    /// The key.
    pub fn key(&self) -> &Value<'a> {
        &self.record.key
    }

    /// Replaces the key and its schema.
    pub fn set_key(&mut self, schema: Option<SchemaRef>, key: impl Into<Value<'a>>) {
        self.record.key_schema = schema;
        self.record.key = key.into();
        self.changed.add(ChangedParts::KEY);
    }

    /// Replaces the key by another one of its schema.
    pub fn replace_key(&mut self, key: impl Into<Value<'a>>) {
        self.record.key = key.into();
        self.changed.add(ChangedParts::KEY);
    }

    /// The key, to change it within its schema.
    pub fn key_mut(&mut self) -> &mut Value<'a> {
        self.changed.add(ChangedParts::KEY);
        &mut self.record.key
    }

    /// The value's schema.
    pub fn value_schema(&self) -> Option<&SchemaRef> {
        self.record.value_schema.as_ref()
    }

    /// The value; null is a tombstone.
    pub fn value(&self) -> &Value<'a> {
        &self.record.value
    }

    /// Replaces the value and its schema.
    pub fn set_value(&mut self, schema: Option<SchemaRef>, value: impl Into<Value<'a>>) {
        self.record.value_schema = schema;
        self.record.value = value.into();
        self.changed.add(ChangedParts::VALUE);
    }

    /// Replaces the value by another one of its schema.
    pub fn replace_value(&mut self, value: impl Into<Value<'a>>) {
        self.record.value = value.into();
        self.changed.add(ChangedParts::VALUE);
    }

    /// The value, to change it within its schema.
    pub fn value_mut(&mut self) -> &mut Value<'a> {
        self.changed.add(ChangedParts::VALUE);
        &mut self.record.value
    }

    /// The value, of which a null is left; to be followed by [`Record::set_value`].
    pub fn take_value(&mut self) -> Value<'a> {
        self.changed.add(ChangedParts::VALUE);
        std::mem::take(&mut self.record.value)
    }

    /// Milliseconds since 1970.
    pub fn timestamp(&self) -> Option<i64> {
        self.record.timestamp
    }

    /// Gives the record another timestamp.
    pub fn set_timestamp(&mut self, timestamp: Option<i64>) {
        self.record.timestamp = timestamp;
        self.changed.add(ChangedParts::TIMESTAMP);
    }

    /// The headers.
    pub fn headers(&self) -> &ConnectHeaders<'a> {
        &self.record.headers
    }

    /// The headers, to change them.
    pub fn headers_mut(&mut self) -> &mut ConnectHeaders<'a> {
        self.changed.add(ChangedParts::HEADERS);
        &mut self.record.headers
    }

    /// What only a record has that was consumed from Kafka, on its way to a sink; none for records
    /// of source tasks.
    pub fn consumed(&self) -> Option<Consumed> {
        self.record.consumed
    }
}
