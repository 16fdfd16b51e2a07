//! Who a plugin is, and what it says about a configuration.

/// Who a plugin is, for `GET /connector-plugins` and the worker's log.
///
/// ```
/// use connect_sdk::Description;
///
/// let description = Description::new("com.example.PriceSource", env!("CARGO_PKG_VERSION"))
///     .alias("com.example.legacy.PriceSourceConnector");
/// assert_eq!(description.class(), "com.example.PriceSource");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    pub(crate) class: String,
    pub(crate) version: String,
    pub(crate) task_class: String,
    pub(crate) aliases: Vec<String>,
    pub(crate) documentation: String,
    #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "for exports"))]
    pub(crate) header_converter: bool,
}

impl Description {
    /// A plugin of this class name and version. The class name of a connector's task is that of the
    /// connector with `Connector` at its end replaced by, or followed by, `Task`.
    pub fn new(class: impl Into<String>, version: impl Into<String>) -> Self {
        let class = class.into();
        let stem = class.strip_suffix("Connector").unwrap_or(&class);
        Self {
            task_class: format!("{stem}Task"),
            class,
            version: version.into(),
            aliases: Vec::new(),
            documentation: String::new(),
            header_converter: false,
        }
    }

    /// Sets the class name of the task.
    #[must_use]
    pub fn task_class(mut self, task_class: impl Into<String>) -> Self {
        self.task_class = task_class.into();
        self
    }

    /// Adds another class name that configurations may use.
    #[must_use]
    pub fn alias(mut self, class: impl Into<String>) -> Self {
        self.aliases.push(class.into());
        self
    }

    /// Sets the documentation.
    #[must_use]
    pub fn doc(mut self, documentation: impl Into<String>) -> Self {
        self.documentation = documentation.into();
        self
    }

    /// Says that a converter converts headers, too: `header.converter` may name it.
    #[must_use]
    pub fn header_converter(mut self) -> Self {
        self.header_converter = true;
        self
    }

    /// The class name.
    pub fn class(&self) -> &str {
        &self.class
    }

    /// The class name of the task.
    pub fn task(&self) -> &str {
        &self.task_class
    }

    /// The version.
    pub fn version(&self) -> &str {
        &self.version
    }
}

/// An error about one key of a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigIssue {
    /// The key.
    pub name: String,
    /// What is wrong with its value.
    pub message: String,
}

impl ConfigIssue {
    /// An error about this key.
    pub fn new(name: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            message: message.into(),
        }
    }
}

/// Recommended values of a key, given the other values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recommendation {
    /// The key.
    pub name: String,
    /// Its values.
    pub values: Vec<String>,
    /// Whether a form shows the key.
    pub visible: bool,
}
