//! What happens when a record or a task fails: stages, tolerance, and the text of traces.
//!
//! Owns the decisions "try again", "skip the record" and "fail the task", and the form of a trace in
//! a status. Pure: time is given by the caller, who also waits, and writes to a dead letter queue.
//! Kafka's counterpart: `org.apache.kafka.connect.runtime.errors`.

use std::fmt;

use connect_data::DataError;

mod operator;
mod retries;

pub use operator::{FailedOperation, NextStep, RetryWithToleranceOperator};
pub use retries::Retries;

#[cfg(test)]
mod tests;

/// Where in its way a record failed. Displays as Kafka's enum names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// A transform.
    Transformation,
    /// `poll`.
    TaskPoll,
    /// `put`.
    TaskPut,
    /// The key converter.
    KeyConverter,
    /// The value converter.
    ValueConverter,
    /// The header converter.
    HeaderConverter,
    /// The producer.
    KafkaProduce,
    /// The consumer.
    KafkaConsume,
}

impl fmt::Display for Stage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Transformation => "TRANSFORMATION",
            Self::TaskPoll => "TASK_POLL",
            Self::TaskPut => "TASK_PUT",
            Self::KeyConverter => "KEY_CONVERTER",
            Self::ValueConverter => "VALUE_CONVERTER",
            Self::HeaderConverter => "HEADER_CONVERTER",
            Self::KafkaProduce => "KAFKA_PRODUCE",
            Self::KafkaConsume => "KAFKA_CONSUME",
        })
    }
}

/// Why a connector or task failed, with its causes. Displays as a Java stack trace does, because
/// that is what readers of `trace` know: `class: message`, frames, `Caused by: ...`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The Java class name that Kafka Connect would show.
    pub class: String,
    /// What failed and what was expected; empty when the class says it all.
    pub message: String,
    /// Lines below the message, such as the frames of a guest.
    pub frames: Vec<String>,
    /// What led to it.
    pub cause: Option<Box<Failure>>,
}

/// Stands for no class.
const UNPREPARED: &str = "unprepared";

/// The class of failures that have no better one.
pub const CONNECT_EXCEPTION: &str = "org.apache.kafka.connect.errors.ConnectException";

/// The class of failures of data that are not as they should be.
pub const DATA_EXCEPTION: &str = "org.apache.kafka.connect.errors.DataException";

/// The class of wrong configurations.
pub const CONFIG_EXCEPTION: &str = "org.apache.kafka.common.config.ConfigException";

/// The class of failures after which another attempt may succeed.
pub const RETRIABLE_EXCEPTION: &str = "org.apache.kafka.connect.errors.RetriableException";

impl Failure {
    /// A failure of the given Java class.
    pub fn new(class: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            class: class.into(),
            message: message.into(),
            frames: Vec::new(),
            cause: None,
        }
    }

    /// A `ConnectException`.
    pub fn connect(message: impl Into<String>) -> Self {
        Self::new(CONNECT_EXCEPTION, message)
    }

    /// A `DataException`.
    pub fn data(message: impl Into<String>) -> Self {
        Self::new(DATA_EXCEPTION, message)
    }

    /// A `ConnectException` around a failure, as `new ConnectException(Throwable)` makes it: its
    /// message is the failure's class and message.
    #[must_use]
    pub fn wrapped(cause: Failure) -> Self {
        let message = if cause.message.is_empty() {
            cause.class.clone()
        } else {
            format!("{}: {}", cause.class, cause.message)
        };
        Self::connect(message).caused_by(cause)
    }

    /// Not a failure: what answers for many records at once has to be asked first.
    pub fn unprepared() -> Self {
        Self::new(UNPREPARED, "")
    }

    /// Whether this is no failure, as [`Failure::unprepared`] says.
    pub fn is_unprepared(&self) -> bool {
        self.class == UNPREPARED
    }

    /// Whether another attempt may succeed.
    pub fn retriable(&self) -> bool {
        self.class == RETRIABLE_EXCEPTION
    }

    /// Adds what led to it.
    #[must_use]
    pub fn caused_by(mut self, cause: Failure) -> Self {
        self.cause = Some(Box::new(cause));
        self
    }

    /// Adds the text of an error that is not a `Failure`, with its sources as causes.
    #[must_use]
    pub fn caused_by_error(self, error: &(dyn std::error::Error + 'static)) -> Self {
        self.caused_by(Self::from_error(error))
    }

    /// A `ConnectException` with the text of an error and its sources.
    pub fn from_error(error: &(dyn std::error::Error + 'static)) -> Self {
        let failure = Self::connect(error.to_string());
        match error.source() {
            Some(source) => failure.caused_by_error(source),
            None => failure,
        }
    }
}

impl From<DataError> for Failure {
    /// The exception that Kafka's data model throws in this case.
    fn from(error: DataError) -> Self {
        let failure = Self::new(error.class_name(), error.to_string());
        match error {
            DataError::InvalidDefault(cause) | DataError::ProjectionField { source: cause, .. } => {
                failure.caused_by((*cause).into())
            }
            _ => failure,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.class)?;
        if !self.message.is_empty() {
            write!(formatter, ": {}", self.message)?;
        }
        for frame in &self.frames {
            write!(formatter, "\n\t{frame}")?;
        }
        if let Some(cause) = &self.cause {
            write!(formatter, "\nCaused by: {cause}")?;
        }
        Ok(())
    }
}
