//! The error of a conversion, as a chain of Java exceptions.
//!
//! Owns the chain only. Task traces and dead letter queue headers name Java classes and texts, so
//! an error here is the class name and message that the JVM's converter throws, with its causes.

use std::fmt;

use connect_data::{DataError, Value};

/// Why a converter refused a record or its settings: a Java exception with its causes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConverterError {
    /// The Java class, for example `org.apache.kafka.connect.errors.DataException`.
    pub class_name: &'static str,
    /// The message; `None` where the JVM's exception has none.
    pub message: Option<String>,
    /// The exception that led to this one.
    pub cause: Option<Box<ConverterError>>,
    unprepared: bool,
}

/// `DataException`: the data does not fit.
pub(super) const DATA: &str = "org.apache.kafka.connect.errors.DataException";
/// `ConnectException`: the base of Connect's own exceptions.
pub(super) const CONNECT: &str = "org.apache.kafka.connect.errors.ConnectException";
/// `SchemaBuilderException`: a schema that cannot be built.
pub(super) const SCHEMA_BUILDER: &str = "org.apache.kafka.connect.errors.SchemaBuilderException";
/// `ConfigException`: the converter's settings are wrong.
pub(super) const CONFIG: &str = "org.apache.kafka.common.config.ConfigException";
/// `SerializationException`: the exception of Kafka's serializers.
pub(super) const SERIALIZATION: &str = "org.apache.kafka.common.errors.SerializationException";

impl ConverterError {
    /// An exception of the Java class `class_name`.
    pub fn new(class_name: &'static str, message: impl Into<String>) -> Self {
        Self {
            class_name,
            message: Some(message.into()),
            cause: None,
            unprepared: false,
        }
    }

    /// A `DataException`.
    pub fn data(message: impl Into<String>) -> Self {
        Self::new(DATA, message)
    }

    /// The same exception with a cause.
    #[must_use]
    pub fn caused_by(mut self, cause: ConverterError) -> Self {
        self.cause = Some(Box::new(cause));
        self
    }

    /// Not a failure: the converter lacks something that [`super::Converter::prepare`] fetches.
    pub fn unprepared() -> Self {
        Self {
            unprepared: true,
            ..Self::new(
                "org.apache.kafka.connect.errors.RetriableException",
                "The converter has not fetched the record's schema yet",
            )
        }
    }

    /// Whether `prepare` has to be awaited and the conversion repeated.
    pub fn is_unprepared(&self) -> bool {
        self.unprepared
    }

    /// Whether the JVM would count this as a `RetriableException`.
    pub fn retriable(&self) -> bool {
        self.class_name == "org.apache.kafka.connect.errors.RetriableException"
    }

    /// `SerializationException(cause)`, whose message Java makes from the cause.
    pub(super) fn serialization_of(cause: ConverterError) -> Self {
        Self::new(SERIALIZATION, cause.to_string()).caused_by(cause)
    }
}

/// Prints as Java's `Throwable.toString`: class, colon, message.
impl fmt::Display for ConverterError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.message {
            Some(message) => write!(formatter, "{}: {message}", self.class_name),
            None => formatter.write_str(self.class_name),
        }
    }
}

impl std::error::Error for ConverterError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

impl From<DataError> for ConverterError {
    fn from(error: DataError) -> Self {
        let cause = match &error {
            DataError::InvalidDefault(cause) => Some(Box::new(Self::from((**cause).clone()))),
            _ => None,
        };
        Self {
            class_name: error.class_name(),
            message: Some(error.to_string()),
            cause,
            unprepared: false,
        }
    }
}

/// The text of `value.getClass()` for the object that the JVM would hold.
pub(super) fn java_class(value: &Value<'_>) -> String {
    format!("class {}", value.class_name())
}
