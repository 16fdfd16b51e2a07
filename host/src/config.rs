//! Configuration: from text to typed settings, in one place.
//!
//! Owns the `.properties` and connector file formats, ConfigDef with Kafka's texts, config
//! providers, the worker's and the connectors' typed configurations, and the rules on what is
//! secret. Pure but for [`provider`], which reads files and environment variables. Must not know
//! converters, plugins, Kafka clients or REST: what it needs of them it takes as a parameter.
//!
//! Kafka counterparts: ConfigDef, AbstractConfig, WorkerConfig, StandaloneConfig, ConnectorConfig.

pub mod clients;
pub mod connector;
pub mod connector_file;
pub mod def;
pub mod endpoint;
pub mod environment;
pub mod hash_order;
pub mod json_object;
pub mod listener;
pub mod net_rule;
pub mod properties;
pub mod provider;
pub mod redact;
pub mod sink;
pub mod source;
pub mod topic_creation;
pub mod validate;
pub mod version_range;
pub mod worker;

/// A configuration as a user wrote it: texts by key, in the order given.
pub type ConfigMap = indexmap::IndexMap<String, String>;

/// The entries whose key starts with `prefix`, with the prefix removed.
pub fn with_prefix_stripped(config: &ConfigMap, prefix: &str) -> ConfigMap {
    config
        .iter()
        .filter_map(|(key, value)| {
            let rest = key.strip_prefix(prefix)?;
            (!rest.is_empty()).then(|| (rest.to_owned(), value.clone()))
        })
        .collect()
}
