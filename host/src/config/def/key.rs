//! One key of a ConfigDef with its attributes. Must not know values of a concrete configuration.
//!
//! Kafka counterpart: ConfigDef.ConfigKey.

use std::fmt;

use super::validator::AnyClass;
use super::{ConfigValue, Validator};

/// What kind of value a key takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConfigType {
    /// `true` or `false` in any case.
    Boolean,
    /// Text.
    String,
    /// A signed number of 32 bits.
    Int,
    /// A signed number of 16 bits.
    Short,
    /// A signed number of 64 bits.
    Long,
    /// A floating point number of 64 bits.
    Double,
    /// Texts, separated by commas.
    List,
    /// The name of a class.
    Class,
    /// Text that is never shown.
    Password,
}

impl ConfigType {
    /// The name in REST answers and error texts, such as `INT`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Boolean => "BOOLEAN",
            Self::String => "STRING",
            Self::Int => "INT",
            Self::Short => "SHORT",
            Self::Long => "LONG",
            Self::Double => "DOUBLE",
            Self::List => "LIST",
            Self::Class => "CLASS",
            Self::Password => "PASSWORD",
        }
    }
}

impl fmt::Display for ConfigType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// How much a key matters to most users.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Importance {
    /// Almost everybody sets it.
    High,
    /// Many look at it.
    Medium,
    /// Its default does for most.
    Low,
}

impl Importance {
    /// The name in REST answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::High => "HIGH",
            Self::Medium => "MEDIUM",
            Self::Low => "LOW",
        }
    }
}

/// How wide a field for the value should be in a user interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Width {
    /// Not said.
    None,
    /// Short.
    Short,
    /// Medium.
    Medium,
    /// Long.
    Long,
}

impl Width {
    /// The name in REST answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Short => "SHORT",
            Self::Medium => "MEDIUM",
            Self::Long => "LONG",
        }
    }
}

/// The resource that the value of a key names, and that the instance needs. Ours, not Kafka's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Grant {
    /// A file or folder to read.
    PathRead,
    /// A file or folder to read, create and write.
    PathWrite,
    /// Hosts and ports to connect to.
    Endpoint,
    /// An address to listen on.
    Listen,
}

/// What a key without a value gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DefaultValue {
    /// Nothing: the key must be given.
    Required,
    /// No value.
    Null,
    /// This value, written as a user would write it.
    Value(String),
}

/// A key and its attributes.
#[derive(Clone, Debug)]
pub struct ConfigKey {
    /// The name.
    pub name: String,
    /// What kind of value it takes.
    pub config_type: ConfigType,
    /// What it gets when absent.
    pub default: DefaultValue,
    /// The rule for its value.
    pub validator: Option<Validator>,
    /// How much it matters.
    pub importance: Importance,
    /// What it does.
    pub documentation: String,
    /// The group it is shown in.
    pub group: Option<String>,
    /// Its place in the group, -1 when not said.
    pub order_in_group: i32,
    /// The width of its field.
    pub width: Width,
    /// Its name for users.
    pub display_name: String,
    /// Keys whose recommendations depend on this one.
    pub dependents: Vec<String>,
    /// Whether the plugin recommends values.
    pub recommender: bool,
    /// The resource that the value names.
    pub grants: Option<Grant>,
    /// With an absent or empty value, the instance needs the worker's standard input or output.
    pub grants_stdio_when_empty: bool,
}

impl ConfigKey {
    /// A key with the attributes that Kafka gives when a definition does not say more.
    pub fn new(
        name: impl Into<String>,
        config_type: ConfigType,
        default: DefaultValue,
        importance: Importance,
        documentation: impl Into<String>,
    ) -> Self {
        let name = name.into();
        Self {
            display_name: name.clone(),
            name,
            config_type,
            default,
            validator: None,
            importance,
            documentation: documentation.into(),
            group: None,
            order_in_group: -1,
            width: Width::None,
            dependents: Vec::new(),
            recommender: false,
            grants: None,
            grants_stdio_when_empty: false,
        }
    }

    /// With a rule for the value.
    #[must_use]
    pub fn validator(mut self, validator: Validator) -> Self {
        self.validator = Some(validator);
        self
    }

    /// With a place in a user interface.
    #[must_use]
    pub fn shown(mut self, group: &str, order: i32, width: Width, display_name: &str) -> Self {
        self.group = Some(group.to_owned());
        self.order_in_group = order;
        self.width = width;
        self.display_name = display_name.to_owned();
        self
    }

    /// With recommended values.
    #[must_use]
    pub fn recommender(mut self) -> Self {
        self.recommender = true;
        self
    }

    /// The default as REST shows it; nothing when there is none.
    pub fn default_text(&self) -> Option<String> {
        match &self.default {
            DefaultValue::Required | DefaultValue::Null => None,
            DefaultValue::Value(text) => self
                .parse(text, &AnyClass)
                .as_ref()
                .map_or_else(|_| Some(text.clone()), ConfigValue::to_config_text),
        }
    }

    /// Whether the key must be given.
    pub fn is_required(&self) -> bool {
        self.default == DefaultValue::Required
    }
}
