//! The checks that the worker makes before it starts a connector, for tests without one. The
//! texts are those of Kafka's ConfigDef. The worker checks more: whether a `Regex` compiles, and
//! whether the classes of `Class` keys exist.

use super::{ConfigKey, ConfigType, DefaultValue, Validator};
use crate::{Config, ConfigDef, ConfigIssue, ConnectError};

impl ConfigDef {
    /// What is wrong with the values of a configuration, key by key: absent ones, those that are
    /// not of the key's type, and those that its validator refuses.
    ///
    /// ```
    /// use connect_sdk::{Config, ConfigDef, ConfigKey, Validator};
    ///
    /// let def = ConfigDef::new()
    ///     .key(ConfigKey::text("url"))
    ///     .key(ConfigKey::int("port").validator(Validator::Range(Some(1.0), Some(65535.0))));
    /// let issues = def.check(&Config::from([("port", "0")]));
    /// assert_eq!(
    ///     issues[0].message,
    ///     "Missing required configuration \"url\" which has no default value."
    /// );
    /// assert_eq!(
    ///     issues[1].message,
    ///     "Invalid value 0 for configuration port: Value must be at least 1"
    /// );
    /// ```
    pub fn check(&self, config: &Config) -> Vec<ConfigIssue> {
        let checked = self.keys.iter().filter_map(|key| {
            let error = check_key(key, config).err()?;
            Some(ConfigIssue::new(&key.name, error.message()))
        });
        checked.collect()
    }
}

fn check_key(key: &ConfigKey, config: &Config) -> Result<(), ConnectError> {
    let name = &key.name;
    let value = match (config.get(name), &key.default) {
        (Some(value), _) => Some(value),
        (None, DefaultValue::Value(value)) => Some(value.as_str()),
        (None, DefaultValue::Null) => None,
        (None, DefaultValue::Required) => return Err(crate::config::missing(name)),
    };
    if value.is_some() {
        let single = Config::from([(name.as_str(), value.unwrap_or_default())]);
        match key.config_type {
            ConfigType::Boolean => drop(single.boolean(name)?),
            ConfigType::Int => drop(single.int(name)?),
            ConfigType::Short => drop(single.short(name)?),
            ConfigType::Long => drop(single.long(name)?),
            ConfigType::Double => drop(single.double(name)?),
            ConfigType::Text | ConfigType::List | ConfigType::Class | ConfigType::Password => {}
        }
    }
    if let Some(Validator::ListOf {
        items,
        empty_allowed,
    }) = &key.validator
    {
        return check_list(name, items, *empty_allowed, value);
    }
    let Some(reason) = key.validator.as_ref().and_then(|it| it.objection(value)) else {
        return Ok(());
    };
    let shown = match (value, key.config_type) {
        (Some(_), ConfigType::Password) => "[hidden]",
        (Some(value), _) => value,
        (None, _) => "null",
    };
    Err(ConnectError::config(format!(
        "Invalid value {shown} for configuration {name}: {reason}"
    )))
}

impl Validator {
    /// Why it refuses a value, if it does.
    fn objection(&self, value: Option<&str>) -> Option<String> {
        let among = |items: &[String], text: &str| items.iter().any(|item| item == text);
        match self {
            Self::Range(lowest, highest) => {
                let Some(number) = value.and_then(|value| value.trim().parse::<f64>().ok()) else {
                    return Some("Value must be non-null".to_owned());
                };
                match (lowest, highest) {
                    (Some(lowest), _) if number < *lowest => {
                        Some(format!("Value must be at least {lowest}"))
                    }
                    (_, Some(highest)) if number > *highest => {
                        Some(format!("Value must be no more than {highest}"))
                    }
                    _ => None,
                }
            }
            Self::OneOf(items) => (!value.is_some_and(|value| among(items, value)))
                .then(|| format!("String must be one of: {}", items.join(", "))),
            Self::OneOfIgnoringCase(items) => {
                let known = |text: &str| items.iter().any(|item| item.eq_ignore_ascii_case(text));
                (!value.is_some_and(known)).then(|| {
                    format!(
                        "String must be one of (case insensitive): {}",
                        items.join(", ").to_uppercase()
                    )
                })
            }
            Self::NonEmpty => value
                .is_some_and(str::is_empty)
                .then(|| "String must be non-empty".to_owned()),
            Self::NonEmptyWithoutControlCharacters => match value {
                Some("") => Some("String may not be empty".to_owned()),
                Some(text) if text.chars().any(char::is_control) => {
                    Some("String may not contain control sequences".to_owned())
                }
                _ => None,
            },
            Self::NonNull => value.is_none().then(|| "Value must be non-null".to_owned()),
            Self::Regex => None,
            // Its texts name the key, not the value.
            Self::ListOf { .. } => None,
        }
    }
}

/// Kafka's ValidList.
fn check_list(
    name: &str,
    items: &[String],
    empty_allowed: bool,
    value: Option<&str>,
) -> Result<(), ConnectError> {
    let Some(value) = value else {
        return Err(ConnectError::config(format!(
            "Configuration '{name}' values must not be null."
        )));
    };
    let single = Config::from([(name, value)]);
    let texts = single.list(name)?;
    if texts.is_empty() && !empty_allowed {
        let valid = match items {
            [] => "any non-empty value".to_owned(),
            items => format!("[{}]", items.join(", ")),
        };
        return Err(ConnectError::config(format!(
            "Configuration '{name}' must not be empty. Valid values include: {valid}"
        )));
    }
    for (index, text) in texts.iter().enumerate() {
        if text.is_empty() {
            return Err(ConnectError::config(format!(
                "Configuration '{name}' values must not be empty."
            )));
        }
        if !items.is_empty() && !items.iter().any(|item| item == text) {
            return Err(ConnectError::config(format!(
                "Invalid value {text} for configuration {name}: String must be one of: {}",
                items.join(", ")
            )));
        }
        if texts[..index].contains(text) {
            return Err(ConnectError::config(format!(
                "Configuration '{name}' values must not be duplicated."
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
