//! `sandbox.*`: what plugins may do and use. Ours, Kafka has no such keys.
//!
//! Owns the keys, their defaults and their typed form. Must not know wasmtime: what a limit means
//! is the sandbox's affair.

use std::path::PathBuf;
use std::time::Duration;

use crate::config::def::{
    ConfigError, ConfigKey, ConfigType, ConfigValue, DefaultValue, Importance, ParsedConfig,
    Validator,
};
use crate::config::net_rule::NetRule;

use super::{milliseconds, paths, unsigned};

/// What plugins may do and use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SandboxSettings {
    /// `sandbox.fs.allow`: paths that connectors created over REST may name.
    pub fs_allow: Vec<PathBuf>,
    /// `sandbox.stdio.allow`: whether these connectors may use standard input and output.
    pub stdio_allow: bool,
    /// `sandbox.net.allow`
    pub net_allow: Vec<NetRule>,
    /// `sandbox.net.deny`
    pub net_deny: Vec<NetRule>,
    /// `sandbox.tls.ca.location`
    pub tls_ca_location: Option<PathBuf>,
    /// `sandbox.env.allow`
    pub env_allow: Vec<String>,
    /// `sandbox.memory.max.bytes`
    pub memory_max_bytes: usize,
    /// `sandbox.table.max.elements`
    pub table_max_elements: usize,
    /// `sandbox.instances.max`: core instances in one plugin instance.
    pub instances_max: usize,
    /// `sandbox.handles.max`
    pub handles_max: usize,
    /// `sandbox.sockets.max`
    pub sockets_max: usize,
    /// `sandbox.payload.max.bytes`
    pub payload_max_bytes: usize,
    /// `sandbox.disk.max.bytes`
    pub disk_max_bytes: u64,
    /// `sandbox.cpu.percent`
    pub cpu_percent: u32,
    /// `sandbox.log.lines.per.second`
    pub log_lines_per_second: u32,
    /// `sandbox.log.bytes.per.second`
    pub log_bytes_per_second: usize,
    /// `sandbox.log.line.max.bytes`
    pub log_line_max_bytes: usize,
    /// `sandbox.call.timeout.ms`
    pub call_timeout: Duration,
    /// `sandbox.start.timeout.ms`
    pub start_timeout: Duration,
    /// `sandbox.poll.timeout.ms`
    pub poll_timeout: Duration,
    /// `sandbox.put.timeout.ms`
    pub put_timeout: Duration,
    /// `sandbox.stop.timeout.ms`
    pub stop_timeout: Duration,
}

impl SandboxSettings {
    pub(super) fn new(parsed: &ParsedConfig) -> Self {
        Self {
            fs_allow: paths(parsed, "sandbox.fs.allow"),
            stdio_allow: parsed.boolean("sandbox.stdio.allow"),
            net_allow: rules(parsed, "sandbox.net.allow"),
            net_deny: rules(parsed, "sandbox.net.deny"),
            tls_ca_location: parsed.text("sandbox.tls.ca.location").map(PathBuf::from),
            env_allow: parsed.list("sandbox.env.allow").to_vec(),
            memory_max_bytes: unsigned(parsed, "sandbox.memory.max.bytes"),
            table_max_elements: unsigned(parsed, "sandbox.table.max.elements"),
            instances_max: unsigned(parsed, "sandbox.instances.max"),
            handles_max: unsigned(parsed, "sandbox.handles.max"),
            sockets_max: unsigned(parsed, "sandbox.sockets.max"),
            payload_max_bytes: unsigned(parsed, "sandbox.payload.max.bytes"),
            disk_max_bytes: unsigned(parsed, "sandbox.disk.max.bytes"),
            cpu_percent: unsigned(parsed, "sandbox.cpu.percent"),
            log_lines_per_second: unsigned(parsed, "sandbox.log.lines.per.second"),
            log_bytes_per_second: unsigned(parsed, "sandbox.log.bytes.per.second"),
            log_line_max_bytes: unsigned(parsed, "sandbox.log.line.max.bytes"),
            call_timeout: milliseconds(parsed, "sandbox.call.timeout.ms"),
            start_timeout: milliseconds(parsed, "sandbox.start.timeout.ms"),
            poll_timeout: milliseconds(parsed, "sandbox.poll.timeout.ms"),
            put_timeout: milliseconds(parsed, "sandbox.put.timeout.ms"),
            stop_timeout: milliseconds(parsed, "sandbox.stop.timeout.ms"),
        }
    }
}

const FS_ALLOW: &str = "Files and folders, separated by commas, that connectors created over REST \
    may name in their configuration. A folder allows all that is in it. Connector files given on \
    the command line are not bound by it.";
const STDIO_ALLOW: &str = "Whether connectors created over REST may use the worker's standard \
    input and output. Connector files given on the command line may.";
const NET_ALLOW: &str = "Endpoints that connectors may name in their configuration: hosts \
    (db.example.com), wildcards (*.example.com), addresses or ranges (10.0.0.0/8), each with an \
    optional port or range of ports. * is everything but link-local and cloud metadata addresses \
    and the worker's own REST interface and bootstrap servers, which have to be written out. \
    Connector files given on the command line are bound by the exceptions only.";
const NET_DENY: &str = "Endpoints that no plugin reaches, whatever else is said; written as those \
    of sandbox.net.allow.";
const TLS_CA: &str = "PEM file of certificate authorities that TLS connections of plugins trust \
    besides the system's.";
const ENV_ALLOW: &str = "Names of the worker's environment variables that plugins see. A name may \
    end in *; what looks like a credential is then left out, and has to be named itself.";
const MEMORY: &str = "Memory that one plugin instance may use, in bytes.";
const TABLE: &str = "Elements that all tables of one plugin instance may have together.";
const INSTANCES: &str =
    "Core modules, memories and tables that one plugin instance may be made of, each.";
const HANDLES: &str = "Files, streams, sockets and other resources that one plugin instance may \
    have open at a time.";
const SOCKETS: &str = "Sockets that one plugin instance may have open at a time; they count as \
    handles, too.";
const PAYLOAD: &str = "Bytes that one call of a plugin to the worker may carry.";
const DISK: &str = "Bytes that one plugin instance may write to files in its life; without a limit \
    by default.";
const CPU: &str = "Share of one processor core that one plugin instance may use, in percent; one \
    that has used more waits.";
const LOG_LINES: &str = "Log lines that one plugin instance may write per second; more are counted \
    and dropped.";
const LOG_BYTES: &str = "Bytes of log lines that one plugin instance may write per second; lines \
    beyond it are counted and dropped.";
const LOG_LINE: &str = "Bytes of one log line of a plugin; the rest is cut off.";
const CALL: &str = "Time for a call into a plugin that no other sandbox timeout is for.";
const START: &str = "Time for the start of a connector or task.";
const POLL: &str = "Time for one poll of a source task.";
const PUT: &str = "Time for one put, flush or pre-commit of a sink task.";
const STOP: &str = "Time for the stop of a connector or task.";

/// Limits with their defaults. Those of memory are for one instance; see sandbox/limits.rs.
const LIMITS: [(&str, ConfigType, &str, &str); 16] = [
    (
        "sandbox.memory.max.bytes",
        ConfigType::Long,
        "536870912",
        MEMORY,
    ),
    (
        "sandbox.table.max.elements",
        ConfigType::Long,
        "1048576",
        TABLE,
    ),
    ("sandbox.instances.max", ConfigType::Int, "100", INSTANCES),
    ("sandbox.handles.max", ConfigType::Int, "4096", HANDLES),
    ("sandbox.sockets.max", ConfigType::Int, "256", SOCKETS),
    (
        "sandbox.payload.max.bytes",
        ConfigType::Long,
        "134217728",
        PAYLOAD,
    ),
    (
        "sandbox.disk.max.bytes",
        ConfigType::Long,
        "9223372036854775807",
        DISK,
    ),
    ("sandbox.cpu.percent", ConfigType::Int, "100", CPU),
    (
        "sandbox.log.lines.per.second",
        ConfigType::Int,
        "1000",
        LOG_LINES,
    ),
    (
        "sandbox.log.bytes.per.second",
        ConfigType::Int,
        "1048576",
        LOG_BYTES,
    ),
    (
        "sandbox.log.line.max.bytes",
        ConfigType::Int,
        "16384",
        LOG_LINE,
    ),
    ("sandbox.call.timeout.ms", ConfigType::Long, "30000", CALL),
    ("sandbox.start.timeout.ms", ConfigType::Long, "60000", START),
    ("sandbox.poll.timeout.ms", ConfigType::Long, "30000", POLL),
    ("sandbox.put.timeout.ms", ConfigType::Long, "60000", PUT),
    ("sandbox.stop.timeout.ms", ConfigType::Long, "10000", STOP),
];

/// The keys.
pub fn keys() -> Vec<ConfigKey> {
    let list = |name: &str, default: &str, documentation: &str| {
        let default = DefaultValue::Value(default.to_owned());
        ConfigKey::new(
            name,
            ConfigType::List,
            default,
            Importance::Medium,
            documentation,
        )
        .validator(Validator::Rule(no_empty_items))
    };
    let mut keys = vec![
        list("sandbox.fs.allow", "", FS_ALLOW),
        ConfigKey::new(
            "sandbox.stdio.allow",
            ConfigType::Boolean,
            DefaultValue::Value("false".to_owned()),
            Importance::Low,
            STDIO_ALLOW,
        ),
        list("sandbox.net.allow", "*", NET_ALLOW).validator(Validator::Rule(check_rules)),
        list("sandbox.net.deny", "", NET_DENY).validator(Validator::Rule(check_rules)),
        ConfigKey::new(
            "sandbox.tls.ca.location",
            ConfigType::String,
            DefaultValue::Null,
            Importance::Low,
            TLS_CA,
        ),
        list("sandbox.env.allow", "", ENV_ALLOW),
    ];
    keys.extend(limit_keys());
    keys
}

/// The keys of limits, which a connector's configuration may have, too: there they tighten the
/// worker's.
pub fn limit_keys() -> impl Iterator<Item = ConfigKey> {
    LIMITS
        .iter()
        .map(|(name, config_type, default, documentation)| {
            let default = DefaultValue::Value((*default).to_owned());
            ConfigKey::new(
                *name,
                *config_type,
                default,
                Importance::Low,
                *documentation,
            )
            .validator(Validator::at_least(1))
        })
}

/// Endpoints were checked when they were parsed.
fn rules(parsed: &ParsedConfig, key: &str) -> Vec<NetRule> {
    let items = parsed.list(key).iter();
    items.filter_map(|item| NetRule::parse(item).ok()).collect()
}

fn check_rules(key: &str, value: &ConfigValue) -> Result<(), ConfigError> {
    no_empty_items(key, value)?;
    for item in value.as_list().unwrap_or_default() {
        NetRule::parse(item).map_err(|error| ConfigError::rule(key, format!("{key}: {error}")))?;
    }
    Ok(())
}

/// An empty item among paths or endpoints is a slip that could be read as "everything".
fn no_empty_items(key: &str, value: &ConfigValue) -> Result<(), ConfigError> {
    match value.as_list() {
        Some(items) if items.iter().any(String::is_empty) => Err(ConfigError::rule(
            key,
            format!("Configuration '{key}' values must not be empty."),
        )),
        _ => Ok(()),
    }
}
