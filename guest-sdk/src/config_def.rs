//! ConfigDef: which keys a connector's configuration may have. The worker validates, documents
//! and grants by it. Kafka counterpart: `org.apache.kafka.common.config.ConfigDef`; the one
//! attribute that Kafka does not have is `grants`.

mod check;

use crate::config::missing;
use crate::{Config, ConnectError};

/// The type of a key's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigType {
    /// `true` or `false`.
    Boolean,
    /// Kafka's STRING.
    Text,
    /// 32 bits.
    Int,
    /// 16 bits.
    Short,
    /// 64 bits.
    Long,
    /// A floating point number.
    Double,
    /// Kafka's LIST: texts separated by commas.
    List,
    /// A class name.
    Class,
    /// Text that never appears in logs or answers.
    Password,
}

/// How much a key matters to a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Importance {
    /// Users set it.
    High,
    /// Some users set it.
    Medium,
    /// Few users set it.
    Low,
}

/// How wide a form shows the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// Not said.
    None,
    /// A few characters.
    Short,
    /// A word or two.
    Medium,
    /// A line.
    Long,
}

/// A rule that the worker checks, with the texts of Kafka's validators.
#[derive(Clone, Debug, PartialEq)]
pub enum Validator {
    /// Lowest and highest number allowed.
    Range(Option<f64>, Option<f64>),
    /// One of these texts.
    OneOf(Vec<String>),
    /// One of these texts in any case.
    OneOfIgnoringCase(Vec<String>),
    /// Not empty.
    NonEmpty,
    /// Not empty and without control characters.
    NonEmptyWithoutControlCharacters,
    /// Not null.
    NonNull,
    /// A regular expression that compiles.
    Regex,
    /// A list of these items (none given: of any), which may be empty or not.
    ListOf {
        /// The items allowed.
        items: Vec<String>,
        /// Whether the list may be empty.
        empty_allowed: bool,
    },
}

/// The resource that a value names. The worker opens exactly that one to the plugin, if its
/// `sandbox.*` policy allows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// The key must be given.
    Required,
    /// No value.
    Null,
    /// This value, as a user would write it.
    Value(String),
}

/// One key. Starts as required, importance HIGH, without group, validator or grant.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfigKey {
    pub(crate) name: String,
    pub(crate) config_type: ConfigType,
    pub(crate) default: DefaultValue,
    pub(crate) validator: Option<Validator>,
    pub(crate) importance: Importance,
    pub(crate) documentation: String,
    pub(crate) group: Option<String>,
    pub(crate) order_in_group: i32,
    pub(crate) width: Width,
    pub(crate) display_name: String,
    pub(crate) dependents: Vec<String>,
    pub(crate) has_recommender: bool,
    pub(crate) grants: Option<Grant>,
    pub(crate) grants_stdio_when_empty: bool,
}

impl ConfigKey {
    /// A required key of this name and type.
    pub fn new(name: impl Into<String>, config_type: ConfigType) -> Self {
        let name = name.into();
        Self {
            display_name: name.clone(),
            name,
            config_type,
            default: DefaultValue::Required,
            validator: None,
            importance: Importance::High,
            documentation: String::new(),
            group: None,
            order_in_group: -1,
            width: Width::None,
            dependents: Vec::new(),
            has_recommender: false,
            grants: None,
            grants_stdio_when_empty: false,
        }
    }

    /// A required key of Kafka's type STRING.
    pub fn text(name: impl Into<String>) -> Self {
        Self::new(name, ConfigType::Text)
    }

    /// A required key of type INT.
    pub fn int(name: impl Into<String>) -> Self {
        Self::new(name, ConfigType::Int)
    }

    /// A required key of type LONG.
    pub fn long(name: impl Into<String>) -> Self {
        Self::new(name, ConfigType::Long)
    }

    /// A required key of type BOOLEAN.
    pub fn boolean(name: impl Into<String>) -> Self {
        Self::new(name, ConfigType::Boolean)
    }

    /// A required key of type LIST.
    pub fn list(name: impl Into<String>) -> Self {
        Self::new(name, ConfigType::List)
    }

    /// A required key of type PASSWORD.
    pub fn password(name: impl Into<String>) -> Self {
        Self::new(name, ConfigType::Password)
    }

    /// Makes the key optional, with this value when it is absent.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers write default_value(2000)"
    )]
    pub fn default_value(mut self, value: impl ToString) -> Self {
        self.default = DefaultValue::Value(value.to_string());
        self
    }

    /// Makes the key optional, without a value when it is absent.
    #[must_use]
    pub fn default_null(mut self) -> Self {
        self.default = DefaultValue::Null;
        self
    }

    /// Sets the rule for values.
    #[must_use]
    pub fn validator(mut self, validator: Validator) -> Self {
        self.validator = Some(validator);
        self
    }

    /// Sets the importance.
    #[must_use]
    pub fn importance(mut self, importance: Importance) -> Self {
        self.importance = importance;
        self
    }

    /// Sets the documentation.
    #[must_use]
    pub fn doc(mut self, documentation: impl Into<String>) -> Self {
        self.documentation = documentation.into();
        self
    }

    /// Puts the key into a group at this place.
    #[must_use]
    pub fn group(mut self, group: impl Into<String>, order_in_group: i32) -> Self {
        self.group = Some(group.into());
        self.order_in_group = order_in_group;
        self
    }

    /// Sets the width.
    #[must_use]
    pub fn width(mut self, width: Width) -> Self {
        self.width = width;
        self
    }

    /// Sets the name that forms show.
    #[must_use]
    pub fn display_name(mut self, display_name: impl Into<String>) -> Self {
        self.display_name = display_name.into();
        self
    }

    /// Names the keys whose recommendations depend on this one.
    #[must_use]
    pub fn dependents<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.dependents = names.into_iter().map(Into::into).collect();
        self
    }

    /// Says that the connector's `recommend` has values for this key.
    #[must_use]
    pub fn recommender(mut self) -> Self {
        self.has_recommender = true;
        self
    }

    /// Says that the value names a resource that the plugin needs.
    #[must_use]
    pub fn grants(mut self, grant: Grant) -> Self {
        self.grants = Some(grant);
        self
    }

    /// Says that the plugin needs standard input or output when the value is absent or empty.
    #[must_use]
    pub fn grants_stdio_when_empty(mut self) -> Self {
        self.grants_stdio_when_empty = true;
        self
    }

    /// The name of the key.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the key gets when it is absent.
    pub fn default(&self) -> &DefaultValue {
        &self.default
    }
}

/// The keys of a connector's configuration, in order.
///
/// ```
/// use connect_sdk::{Config, ConfigDef, ConfigKey, Grant, Importance};
///
/// let def = ConfigDef::new()
///     .key(ConfigKey::text("file").doc("What to read.").grants(Grant::PathRead))
///     .key(ConfigKey::int("batch.size").default_value(2000).importance(Importance::Low));
/// let config = def.complete(Config::from([("file", " a.txt ")])).unwrap();
/// assert_eq!(config.text("file").unwrap(), "a.txt");
/// assert_eq!(config.int("batch.size").unwrap(), 2000);
/// assert!(def.complete(Config::new()).is_err());
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConfigDef {
    pub(crate) keys: Vec<ConfigKey>,
}

impl ConfigDef {
    /// No key yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a key.
    #[must_use]
    pub fn key(mut self, key: ConfigKey) -> Self {
        self.keys.push(key);
        self
    }

    /// The keys.
    pub fn keys(&self) -> &[ConfigKey] {
        &self.keys
    }

    /// Fills in the defaults of absent keys, and trims the values of all but passwords, as
    /// Kafka's `ConfigDef.parseType` does. An error when a required key is absent.
    pub fn complete(&self, mut config: Config) -> Result<Config, ConnectError> {
        for key in &self.keys {
            if let Some(value) = config.get(&key.name) {
                // Java trims characters up to the space.
                let trimmed = value.trim_matches(|character| character <= ' ');
                if key.config_type != ConfigType::Password && trimmed.len() < value.len() {
                    let trimmed = trimmed.to_owned();
                    config.set(&key.name, trimmed);
                }
                continue;
            }
            match &key.default {
                DefaultValue::Required => return Err(missing(&key.name)),
                DefaultValue::Null => {}
                DefaultValue::Value(value) => config.set(&key.name, value),
            }
        }
        Ok(config)
    }
}
