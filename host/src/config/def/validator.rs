//! Rules for values, with the texts of Kafka's validators. Pure; which classes exist is asked of
//! a [`ClassResolver`].
//!
//! Kafka counterparts: the nested validators of ConfigDef, ConcreteSubClassValidator,
//! RegexValidator.

use std::collections::HashSet;

use super::{ConfigError, ConfigValue, pattern::java_pattern_error};
use crate::config::version_range::VersionRange;

/// What kind of plugin a class name must stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PluginBase {
    /// A converter of keys or values.
    Converter,
    /// A converter of headers.
    HeaderConverter,
    /// A transformation of records.
    Transformation,
    /// A predicate of records.
    Predicate,
}

impl PluginBase {
    /// The simple name of the interface.
    pub fn name(self) -> &'static str {
        match self {
            Self::Converter => "Converter",
            Self::HeaderConverter => "HeaderConverter",
            Self::Transformation => "Transformation",
            Self::Predicate => "Predicate",
        }
    }
}

/// Answers which classes exist. Plugins live in a higher layer, so they are asked through this.
pub trait ClassResolver: Send + Sync {
    /// The full name of the class that `name` (a full name, a simple name or an alias) stands
    /// for, whatever it implements; `base` only decides between equal aliases.
    fn find(&self, base: PluginBase, name: &str) -> Option<String>;

    /// Why the class, by its full name, cannot be used as a `base`; nothing if it can.
    fn refusal(&self, base: PluginBase, class: &str) -> Option<String>;
}

/// Takes every name for a class that does what is wanted. For where classes are not checked.
#[derive(Clone, Copy, Debug, Default)]
pub struct AnyClass;

impl ClassResolver for AnyClass {
    fn find(&self, _base: PluginBase, name: &str) -> Option<String> {
        Some(name.to_owned())
    }

    fn refusal(&self, _base: PluginBase, _class: &str) -> Option<String> {
        None
    }
}

/// A rule for the value of a key.
#[derive(Clone, Debug)]
pub enum Validator {
    /// Lowest and highest number allowed.
    Range {
        /// The lowest.
        min: Option<f64>,
        /// The highest.
        max: Option<f64>,
    },
    /// One of these texts, exactly.
    OneOf(Vec<String>),
    /// One of these texts in any case.
    OneOfIgnoringCase(Vec<String>),
    /// Text that is not empty; null is allowed.
    NonEmptyText,
    /// Text that is not empty and has no control characters; null is allowed.
    NonEmptyTextWithoutControlCharacters,
    /// Not null.
    NonNull,
    /// A regular expression that compiles.
    Regex,
    /// A list without duplicates and empty items.
    ValidList {
        /// The items allowed; any when empty.
        allowed: Vec<String>,
        /// Whether the list may be empty.
        empty_allowed: bool,
        /// Whether there may be no list.
        null_allowed: bool,
    },
    /// A list of aliases, each once, not null.
    UniqueAliases,
    /// A list with at least one item; items may be empty or occur twice.
    FilledList,
    /// A class of that kind.
    Implements(PluginBase),
    /// A class that is looked up among those of that kind; whether it is one is checked elsewhere.
    ClassOf(PluginBase),
    /// A version or a range of versions.
    VersionRange,
    /// All of these, up to the first that is broken.
    All(Vec<Validator>),
    /// The rule of a key that is part of a larger definition under another name: messages name it
    /// as its own definition does.
    Embedded {
        /// The name in its own definition.
        name: String,
        /// The rule.
        rule: Box<Validator>,
    },
    /// A rule of one key, as a function of key and value.
    Rule(fn(&str, &ConfigValue) -> Result<(), ConfigError>),
}

impl Validator {
    /// A lowest number.
    pub fn at_least(min: i32) -> Self {
        Self::Range {
            min: Some(f64::from(min)),
            max: None,
        }
    }

    /// One of these texts, exactly.
    pub fn one_of(texts: &[&str]) -> Self {
        Self::OneOf(texts.iter().map(|&text| text.to_owned()).collect())
    }

    /// One of these texts in any case.
    pub fn one_of_ignoring_case(texts: &[&str]) -> Self {
        Self::OneOfIgnoringCase(texts.iter().map(|&text| text.to_owned()).collect())
    }

    /// Any items, each once.
    pub fn any_list(empty_allowed: bool, null_allowed: bool) -> Self {
        Self::ValidList {
            allowed: Vec::new(),
            empty_allowed,
            null_allowed,
        }
    }

    /// Checks a value.
    pub fn check(
        &self,
        key: &str,
        value: &ConfigValue,
        classes: &dyn ClassResolver,
    ) -> Result<(), ConfigError> {
        match self {
            Self::Range { min, max } => check_range(key, value, *min, *max),
            Self::OneOf(texts) => check_one_of(key, value, texts),
            Self::OneOfIgnoringCase(texts) => check_one_of_ignoring_case(key, value, texts),
            Self::NonEmptyText => refuse(
                value.as_text() == Some(""),
                key,
                value,
                "String must be non-empty",
            ),
            Self::NonEmptyTextWithoutControlCharacters => check_name(key, value),
            Self::NonNull => refuse(value.is_null(), key, value, "entry must be non null"),
            Self::Regex => check_regex(key, value),
            Self::ValidList {
                allowed,
                empty_allowed,
                null_allowed,
            } => check_list(key, value, allowed, (*empty_allowed, *null_allowed)),
            Self::UniqueAliases => check_aliases(key, value),
            Self::FilledList => refuse(
                value.as_list().is_none_or(<[String]>::is_empty),
                key,
                value,
                "Empty list",
            ),
            Self::Implements(base) => check_class(key, value, *base, classes),
            Self::ClassOf(_) => Ok(()),
            Self::VersionRange => check_version_range(key, value),
            Self::All(rules) => rules
                .iter()
                .try_for_each(|rule| rule.check(key, value, classes)),
            Self::Embedded { name, rule } => rule.check(name, value, classes),
            Self::Rule(rule) => rule(key, value),
        }
    }
}

fn refuse(bad: bool, key: &str, value: &ConfigValue, reason: &str) -> Result<(), ConfigError> {
    if bad {
        Err(ConfigError::invalid(key, value, reason))
    } else {
        Ok(())
    }
}

fn check_range(
    key: &str,
    value: &ConfigValue,
    min: Option<f64>,
    max: Option<f64>,
) -> Result<(), ConfigError> {
    let Some(number) = value.as_number() else {
        return Err(ConfigError::invalid(key, value, "Value must be non-null"));
    };
    if let Some(min) = min.filter(|min| number < *min) {
        return Err(ConfigError::invalid(
            key,
            value,
            format!("Value must be at least {min}"),
        ));
    }
    if let Some(max) = max.filter(|max| number > *max) {
        return Err(ConfigError::invalid(
            key,
            value,
            format!("Value must be no more than {max}"),
        ));
    }
    Ok(())
}

fn check_one_of(key: &str, value: &ConfigValue, texts: &[String]) -> Result<(), ConfigError> {
    let known = value
        .as_text()
        .is_some_and(|text| texts.iter().any(|allowed| allowed == text));
    let reason = format!("String must be one of: {}", texts.join(", "));
    refuse(!known, key, value, &reason)
}

fn check_one_of_ignoring_case(
    key: &str,
    value: &ConfigValue,
    texts: &[String],
) -> Result<(), ConfigError> {
    let known = value.as_text().is_some_and(|text| {
        texts
            .iter()
            .any(|allowed| allowed.eq_ignore_ascii_case(text))
    });
    let names: Vec<String> = texts.iter().map(|text| text.to_ascii_uppercase()).collect();
    let reason = format!(
        "String must be one of (case insensitive): {}",
        names.join(", ")
    );
    refuse(!known, key, value, &reason)
}

fn check_name(key: &str, value: &ConfigValue) -> Result<(), ConfigError> {
    let Some(text) = value.as_text() else {
        return Ok(());
    };
    refuse(text.is_empty(), key, value, "String may not be empty")?;
    let control: Vec<String> = text
        .chars()
        .filter(|character| character.is_control())
        .map(|character| u32::from(character).to_string())
        .collect();
    let reason = format!(
        "String may not contain control sequences but had the following ASCII chars: {}",
        control.join(", ")
    );
    refuse(!control.is_empty(), key, value, &reason)
}

fn check_regex(key: &str, value: &ConfigValue) -> Result<(), ConfigError> {
    let Some(pattern) = value.as_text() else {
        return Err(ConfigError::invalid(
            key,
            value,
            // COMPAT: what the first null pattern of a Java process is answered with.
            "Invalid regex: Cannot invoke \"String.isEmpty()\" because \"this.pattern\" is null",
        ));
    };
    match java_pattern_error(pattern) {
        Some(why) => Err(ConfigError::invalid(
            key,
            value,
            format!("Invalid regex: {why}"),
        )),
        None => Ok(()),
    }
}

fn check_list(
    key: &str,
    value: &ConfigValue,
    allowed: &[String],
    (empty_allowed, null_allowed): (bool, bool),
) -> Result<(), ConfigError> {
    let Some(items) = value.as_list() else {
        if null_allowed {
            return Ok(());
        }
        return Err(ConfigError::rule(
            key,
            format!("Configuration '{key}' values must not be null."),
        ));
    };
    if items.is_empty() && !empty_allowed {
        let valid = if allowed.is_empty() {
            "any non-empty value".to_owned()
        } else {
            format!("[{}]", allowed.join(", "))
        };
        return Err(ConfigError::rule(
            key,
            format!("Configuration '{key}' must not be empty. Valid values include: {valid}"),
        ));
    }
    if has_duplicates(items) {
        return Err(ConfigError::rule(
            key,
            format!("Configuration '{key}' values must not be duplicated."),
        ));
    }
    for item in items {
        if item.is_empty() {
            return Err(ConfigError::rule(
                key,
                format!("Configuration '{key}' values must not be empty."),
            ));
        }
        if !allowed.is_empty() {
            check_one_of(key, &ConfigValue::String(item.clone()), allowed)?;
        }
    }
    Ok(())
}

fn check_aliases(key: &str, value: &ConfigValue) -> Result<(), ConfigError> {
    refuse(value.is_null(), key, value, "entry must be non null")?;
    let duplicates = value.as_list().is_some_and(has_duplicates);
    refuse(duplicates, key, value, "Duplicate alias provided.")
}

fn has_duplicates(items: &[String]) -> bool {
    let mut seen = HashSet::new();
    !items.iter().all(|item| seen.insert(item))
}

fn check_class(
    key: &str,
    value: &ConfigValue,
    base: PluginBase,
    classes: &dyn ClassResolver,
) -> Result<(), ConfigError> {
    let refusal = match value {
        ConfigValue::Class(class) => classes.refusal(base, class),
        _ => None,
    };
    match refusal {
        Some(refusal) => Err(ConfigError::rule(key, refusal)),
        None => Ok(()),
    }
}

fn check_version_range(key: &str, value: &ConfigValue) -> Result<(), ConfigError> {
    match value.as_text().map(VersionRange::parse) {
        Some(Err(error)) => Err(ConfigError::rule(key, error.to_string())),
        _ => Ok(()),
    }
}
