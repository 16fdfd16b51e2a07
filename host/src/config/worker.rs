//! The worker's configuration, typed.
//!
//! Owns what a worker can be told, and reads it once: nothing looks into the raw map later, which
//! is kept to be echoed and handed to Kafka clients. Must not know what the settings do.
//!
//! Kafka counterparts: WorkerConfig, StandaloneConfig, RestServerConfig.

mod definition;
mod rows;
mod sandbox;

#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;

use super::connector::ConverterChoice;
use super::def::{ClassResolver, ConfigError, ParsedConfig, Settings};
use super::listener::{
    AdvertisedSettings, HeaderRule, Listener, ListenerError, parse_header_rules,
};
use super::{ConfigMap, with_prefix_stripped};

pub(super) use definition::is_client_key;
pub use definition::{standalone_def, worker_def};
pub use sandbox::{SandboxSettings, keys as sandbox_keys, limit_keys};

/// Why a worker cannot be configured so.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WorkerConfigError {
    /// A key breaks a rule of its definition.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A listener cannot be understood.
    #[error("{error} (configuration {key})")]
    Listener {
        /// `listeners` or `admin.listeners`.
        key: &'static str,
        /// What is wrong; the message has it whole.
        error: ListenerError,
    },
    /// No such policy.
    #[error(
        "Failed to find any class that implements interface org.apache.kafka.connect.connector.policy.ConnectorClientConfigOverridePolicy and which name matches {0}, available policies are: All, Allowlist, None, Principal"
    )]
    UnknownOverridePolicy(String),
}

/// Where `/admin` resources are served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AdminListeners {
    /// On the main listeners.
    Main,
    /// Nowhere.
    Disabled,
    /// On these, and nothing else there.
    Own(Vec<Listener>),
}

/// Which client settings connectors may override.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OverridePolicy {
    /// All.
    All,
    /// None.
    None,
    /// Who the client is: `sasl.jaas.config`, `sasl.mechanism`, `security.protocol`.
    Principal,
    /// Those of `connector.client.config.override.allowlist`.
    Allowlist(Vec<String>),
}

impl OverridePolicy {
    /// The name in messages.
    pub fn name(&self) -> &'static str {
        match self {
            Self::All => "All",
            Self::None => "None",
            Self::Principal => "Principal",
            Self::Allowlist(_) => "Allowlist",
        }
    }

    /// Whether a connector may set the client setting, named without prefix.
    pub fn allows(&self, setting: &str) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Principal => matches!(
                setting,
                "sasl.jaas.config" | "sasl.mechanism" | "security.protocol"
            ),
            Self::Allowlist(allowed) => allowed.iter().any(|one| one == setting),
        }
    }

    /// Kafka's text for a setting that is not allowed; the setting is named without prefix.
    pub fn violation(&self, setting: &str) -> String {
        format!(
            "The '{}' policy does not allow '{setting}' to be overridden in the connector configuration.",
            self.name()
        )
    }

    fn parse(name: &str, allowed: &[String]) -> Result<Self, WorkerConfigError> {
        let simple = name.rsplit('.').next().unwrap_or(name);
        let alias = simple
            .strip_suffix("ConnectorClientConfigOverridePolicy")
            .unwrap_or(simple);
        match alias {
            "All" => Ok(Self::All),
            "None" => Ok(Self::None),
            "Principal" => Ok(Self::Principal),
            "Allowlist" => Ok(Self::Allowlist(allowed.to_vec())),
            _ => Err(WorkerConfigError::UnknownOverridePolicy(name.to_owned())),
        }
    }
}

/// The REST server's settings.
#[derive(Clone, Debug)]
pub struct RestSettings {
    /// Where it listens; at least one.
    pub listeners: Vec<Listener>,
    /// Where `/admin` is.
    pub admin_listeners: AdminListeners,
    /// The address told to others.
    pub advertised: AdvertisedSettings,
    /// `access.control.allow.origin`; blank turns CORS off.
    pub allow_origin: String,
    /// `access.control.allow.methods`
    pub allow_methods: String,
    /// `response.http.headers.config`
    pub response_headers: Vec<HeaderRule>,
    /// `rest.extension.classes`
    pub extension_classes: Vec<String>,
}

/// Settings of metrics.
#[derive(Clone, Debug)]
pub struct MetricsSettings {
    /// `metrics.sample.window.ms`
    pub sample_window: Duration,
    /// `metrics.num.samples`
    pub samples: u32,
    /// `metrics.recording.level` is DEBUG.
    pub debug: bool,
}

/// Keys that no part of this worker knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnknownKeys(pub Vec<String>);

impl UnknownKeys {
    /// One warning that names them all; nothing when there are none.
    pub fn warning(&self) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        Some(format!(
            "These worker configurations are not known and have no effect: {}",
            self.0.join(", ")
        ))
    }
}

/// A standalone worker's configuration.
#[derive(Clone, Debug)]
pub struct WorkerConfig {
    raw: ConfigMap,
    /// `bootstrap.servers`
    pub bootstrap_servers: Vec<String>,
    /// `key.converter` and its settings.
    pub key_converter: ConverterChoice,
    /// `value.converter` and its settings.
    pub value_converter: ConverterChoice,
    /// `header.converter` and its settings.
    pub header_converter: ConverterChoice,
    /// `task.shutdown.graceful.timeout.ms`: for all tasks together.
    pub task_shutdown_graceful_timeout: Duration,
    /// `offset.flush.interval.ms`
    pub offset_flush_interval: Duration,
    /// `offset.flush.timeout.ms`
    pub offset_flush_timeout: Duration,
    /// The REST server.
    pub rest: RestSettings,
    /// `plugin.path`
    pub plugin_path: Vec<PathBuf>,
    /// Metrics.
    pub metrics: MetricsSettings,
    /// `connector.client.config.override.policy`
    pub override_policy: OverridePolicy,
    /// `topic.creation.enable`
    pub topic_creation_enable: bool,
    /// `topic.tracking.enable`
    pub topic_tracking_enable: bool,
    /// `topic.tracking.allow.reset`
    pub topic_tracking_allow_reset: bool,
    /// `offset.storage.file.filename`
    pub offset_storage_file: PathBuf,
    /// `sandbox.*`
    pub sandbox: SandboxSettings,
    /// `plugin.cache.dir`; the user's cache folder when not set.
    pub plugin_cache_dir: Option<PathBuf>,
    /// `plugin.store.dir`; in the user's folder for data when not set.
    pub plugin_store_dir: Option<PathBuf>,
    /// `plugin.upload.enable`
    pub plugin_upload_enable: bool,
    /// `plugin.upload.max.bytes`
    pub plugin_upload_max_bytes: u64,
    /// `connector.monitor.interval.ms`
    pub connector_monitor_interval: Duration,
}

impl WorkerConfig {
    /// Reads a standalone worker's configuration, references of config providers already resolved.
    /// Also returns the keys that are not known.
    pub fn standalone(
        config: ConfigMap,
        classes: &dyn ClassResolver,
    ) -> Result<(Self, UnknownKeys), WorkerConfigError> {
        let def = standalone_def();
        let parsed = def.parse_settings(Settings::new(&config).classes(classes))?;
        let unknown = definition::unknown_keys(def, &config);
        Ok((Self::typed(config, &parsed)?, unknown))
    }

    fn typed(raw: ConfigMap, parsed: &ParsedConfig) -> Result<Self, WorkerConfigError> {
        let milliseconds = |key: &str| milliseconds(parsed, key);
        Ok(Self {
            bootstrap_servers: parsed.list("bootstrap.servers").to_vec(),
            key_converter: converter(&raw, parsed, "key.converter"),
            value_converter: converter(&raw, parsed, "value.converter"),
            header_converter: converter(&raw, parsed, "header.converter"),
            task_shutdown_graceful_timeout: milliseconds("task.shutdown.graceful.timeout.ms"),
            offset_flush_interval: milliseconds("offset.flush.interval.ms"),
            offset_flush_timeout: milliseconds("offset.flush.timeout.ms"),
            rest: rest_settings(parsed)?,
            plugin_path: paths(parsed, "plugin.path"),
            metrics: MetricsSettings {
                sample_window: milliseconds("metrics.sample.window.ms"),
                samples: unsigned(parsed, "metrics.num.samples"),
                debug: parsed.text("metrics.recording.level") == Some("DEBUG"),
            },
            override_policy: OverridePolicy::parse(
                parsed
                    .text("connector.client.config.override.policy")
                    .unwrap_or("All"),
                parsed.list("connector.client.config.override.allowlist"),
            )?,
            topic_creation_enable: parsed.boolean("topic.creation.enable"),
            topic_tracking_enable: parsed.boolean("topic.tracking.enable"),
            topic_tracking_allow_reset: parsed.boolean("topic.tracking.allow.reset"),
            offset_storage_file: parsed
                .text("offset.storage.file.filename")
                .unwrap_or_default()
                .into(),
            sandbox: SandboxSettings::new(parsed),
            plugin_cache_dir: parsed.text("plugin.cache.dir").map(PathBuf::from),
            plugin_store_dir: parsed.text("plugin.store.dir").map(PathBuf::from),
            plugin_upload_enable: parsed.boolean("plugin.upload.enable"),
            plugin_upload_max_bytes: unsigned(parsed, "plugin.upload.max.bytes"),
            connector_monitor_interval: milliseconds("connector.monitor.interval.ms"),
            raw,
        })
    }

    /// The configuration as it was given.
    pub fn raw(&self) -> &ConfigMap {
        &self.raw
    }
}

fn converter(raw: &ConfigMap, parsed: &ParsedConfig, key: &str) -> ConverterChoice {
    ConverterChoice {
        class: parsed.text(key).unwrap_or_default().to_owned(),
        settings: with_prefix_stripped(raw, &format!("{key}.")),
    }
}

fn rest_settings(parsed: &ParsedConfig) -> Result<RestSettings, WorkerConfigError> {
    let text = |key: &str| parsed.text(key).map(str::to_owned);
    let admin = parsed.value("admin.listeners").as_list();
    Ok(RestSettings {
        listeners: listeners("listeners", parsed.list("listeners"))?,
        admin_listeners: match admin {
            None => AdminListeners::Main,
            Some([]) => AdminListeners::Disabled,
            Some(urls) => AdminListeners::Own(listeners("admin.listeners", urls)?),
        },
        advertised: AdvertisedSettings {
            host: text("rest.advertised.host.name"),
            port: parsed
                .integer("rest.advertised.port")
                .and_then(|port| u16::try_from(port).ok()),
            protocol: text("rest.advertised.listener").map(|name| name.to_ascii_lowercase()),
        },
        allow_origin: text("access.control.allow.origin").unwrap_or_default(),
        allow_methods: text("access.control.allow.methods").unwrap_or_default(),
        response_headers: parse_header_rules(
            parsed.text("response.http.headers.config").unwrap_or(""),
        )
        .map_err(|message| ConfigError::rule("response.http.headers.config", message))?,
        extension_classes: parsed.list("rest.extension.classes").to_vec(),
    })
}

fn listeners(key: &'static str, urls: &[String]) -> Result<Vec<Listener>, WorkerConfigError> {
    urls.iter()
        .map(|url| Listener::parse(url).map_err(|error| WorkerConfigError::Listener { key, error }))
        .collect()
}

fn paths(parsed: &ParsedConfig, key: &str) -> Vec<PathBuf> {
    parsed.list(key).iter().map(PathBuf::from).collect()
}

/// A number of milliseconds; a negative one means no time at all.
fn milliseconds(parsed: &ParsedConfig, key: &str) -> Duration {
    let number = parsed.integer(key).unwrap_or(0);
    Duration::from_millis(u64::try_from(number).unwrap_or(0))
}

fn unsigned<T: TryFrom<i64> + Default>(parsed: &ParsedConfig, key: &str) -> T {
    parsed
        .integer(key)
        .and_then(|number| T::try_from(number).ok())
        .unwrap_or_default()
}
