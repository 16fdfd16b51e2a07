//! The errors that a ConfigDef raises, with Kafka's texts. Must not know who reports them.
//!
//! Kafka counterpart: org.apache.kafka.common.config.ConfigException.

use thiserror::Error;

/// What is wrong with one key of a configuration.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ConfigError {
    /// A key without a default is absent.
    #[error("Missing required configuration \"{key}\" which has no default value.")]
    Missing {
        /// The key.
        key: String,
    },
    /// A value breaks a rule.
    #[error("Invalid value {value} for configuration {key}{}", suffix(.reason))]
    Invalid {
        /// The key.
        key: String,
        /// The value as it is shown, `[hidden]` for a password.
        value: String,
        /// Which rule, if the text says so.
        reason: Option<String>,
    },
    /// A rule whose text does not have the form of [`ConfigError::Invalid`].
    #[error("{message}")]
    Rule {
        /// The key.
        key: String,
        /// The whole text.
        message: String,
    },
}

impl ConfigError {
    /// An [`ConfigError::Invalid`] with a reason.
    pub fn invalid(key: &str, value: &(impl ToString + ?Sized), reason: impl Into<String>) -> Self {
        Self::Invalid {
            key: key.to_owned(),
            value: value.to_string(),
            reason: Some(reason.into()),
        }
    }

    /// A [`ConfigError::Rule`].
    pub fn rule(key: &str, message: impl Into<String>) -> Self {
        Self::Rule {
            key: key.to_owned(),
            message: message.into(),
        }
    }

    /// The key that the error is about.
    pub fn key(&self) -> &str {
        match self {
            Self::Missing { key } | Self::Invalid { key, .. } | Self::Rule { key, .. } => key,
        }
    }
}

fn suffix(reason: &Option<String>) -> String {
    match reason {
        Some(reason) => format!(": {reason}"),
        None => String::new(),
    }
}
