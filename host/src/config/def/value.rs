//! Values of keys, parsed. Must not know rules beyond the type.
//!
//! Kafka counterpart: ConfigDef.parseType and convertToString.

use std::fmt;

use connect_data::double_text;

use super::text::{java_trim, parse_java_double, split_list};
use super::validator::{ClassResolver, Validator};
use super::{ConfigError, ConfigKey, ConfigType};

/// What is shown instead of a password.
pub const HIDDEN: &str = "[hidden]";

/// A parsed value. Displays as in Kafka's error texts, a password as `[hidden]`.
#[derive(Clone, PartialEq)]
pub enum ConfigValue {
    /// No value.
    Null,
    /// A boolean.
    Boolean(bool),
    /// Text, trimmed.
    String(String),
    /// A number of 32 bits.
    Int(i32),
    /// A number of 16 bits.
    Short(i16),
    /// A number of 64 bits.
    Long(i64),
    /// A floating point number.
    Double(f64),
    /// Texts.
    List(Vec<String>),
    /// The full name of a class.
    Class(String),
    /// Text that is never shown.
    Password(String),
}

impl ConfigValue {
    /// Whether there is no value.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The text in REST answers: items of a list joined with commas, `[hidden]` for a password,
    /// nothing for null.
    pub fn to_config_text(&self) -> Option<String> {
        match self {
            Self::Null => None,
            Self::List(items) => Some(items.join(",")),
            Self::Class(name) => Some(name.clone()),
            other => Some(other.to_string()),
        }
    }

    /// The boolean, if it is one.
    pub fn as_boolean(&self) -> Option<bool> {
        match self {
            Self::Boolean(value) => Some(*value),
            _ => None,
        }
    }

    /// The text of a string, class or password.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::String(text) | Self::Class(text) | Self::Password(text) => Some(text),
            _ => None,
        }
    }

    /// The items of a list.
    pub fn as_list(&self) -> Option<&[String]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// The number of an int, short or long.
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(i64::from(*number)),
            Self::Short(number) => Some(i64::from(*number)),
            Self::Long(number) => Some(*number),
            _ => None,
        }
    }

    /// The number of an int, short, long or double.
    pub(super) fn as_number(&self) -> Option<f64> {
        match self {
            Self::Double(number) => Some(*number),
            #[allow(clippy::cast_precision_loss, reason = "bounds are small numbers")]
            other => other.as_integer().map(|number| number as f64),
        }
    }
}

impl fmt::Display for ConfigValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => formatter.write_str("null"),
            Self::Boolean(value) => write!(formatter, "{value}"),
            Self::String(text) => formatter.write_str(text),
            Self::Int(number) => write!(formatter, "{number}"),
            Self::Short(number) => write!(formatter, "{number}"),
            Self::Long(number) => write!(formatter, "{number}"),
            Self::Double(number) => formatter.write_str(&double_text(*number)),
            Self::List(items) => write!(formatter, "[{}]", items.join(", ")),
            Self::Class(name) => write!(formatter, "class {name}"),
            Self::Password(_) => formatter.write_str(HIDDEN),
        }
    }
}

impl fmt::Debug for ConfigValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Passwords must not reach a log through `{:?}` either.
        write!(formatter, "{self}")
    }
}

impl ConfigKey {
    /// Parses a value as this key's type. Validators are not asked.
    pub(in crate::config) fn parse(
        &self,
        text: &str,
        classes: &dyn ClassResolver,
    ) -> Result<ConfigValue, ConfigError> {
        let trimmed = java_trim(text);
        let value = match self.config_type {
            ConfigType::Boolean => parse_boolean(trimmed).map(ConfigValue::Boolean),
            ConfigType::String => Some(ConfigValue::String(trimmed.to_owned())),
            ConfigType::Int => trimmed.parse().ok().map(ConfigValue::Int),
            ConfigType::Short => trimmed.parse().ok().map(ConfigValue::Short),
            ConfigType::Long => trimmed.parse().ok().map(ConfigValue::Long),
            ConfigType::Double => parse_java_double(trimmed).map(ConfigValue::Double),
            ConfigType::List => Some(ConfigValue::List(split_list(trimmed))),
            ConfigType::Class => self.find_class(trimmed, classes).map(ConfigValue::Class),
            ConfigType::Password => Some(ConfigValue::Password(trimmed.to_owned())),
        };
        value.ok_or_else(|| {
            let reason = match self.config_type {
                ConfigType::Boolean => "Expected value to be either true or false".to_owned(),
                ConfigType::Class => format!("Class {text} could not be found."),
                other => format!("Not a number of type {other}"),
            };
            // COMPAT: the value is named as given, not trimmed (ConfigDef.parseType).
            ConfigError::invalid(&self.name, text, reason)
        })
    }

    /// Only keys of the framework name classes that we could know; the class of any other key is
    /// the plugin's affair.
    fn find_class(&self, name: &str, classes: &dyn ClassResolver) -> Option<String> {
        match &self.validator {
            Some(Validator::Implements(base) | Validator::ClassOf(base)) => {
                classes.find(*base, name)
            }
            _ => (!name.is_empty()).then(|| name.to_owned()),
        }
    }
}

fn parse_boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}
