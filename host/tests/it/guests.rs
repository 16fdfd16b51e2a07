//! Where guests are, and how tests run them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use connect_data::batch::SinkBatchEncoder;
use connect_data::{ConnectHeaders, Schema, SinkRecord, TimestampType, Value};
use connect_wasm::config::ConfigMap;
use connect_wasm::ids::{ConnectorName, ConnectorTaskId, InstanceId};
use connect_wasm::metrics::Metrics;
use connect_wasm::plugin::PluginRegistry;
use connect_wasm::sandbox::{
    CompiledPlugin, ConnectorInstance, Grants, HostServices, InstanceSpec, Limits, Sandbox,
    SandboxConfig, StopSignal,
};
use tokio::sync::OnceCell;

use crate::names::Names;

/// The component of a guest crate.
pub fn path(guest: &str) -> PathBuf {
    let folder = option_env!("CONNECT_WASM_TEST_PLUGINS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/wasm32-wasip2/guest"),
        PathBuf::from,
    );
    let path = folder.join(format!("{}.wasm", guest.replace('-', "_")));
    assert!(
        path.exists(),
        "{} is missing; build it: cargo build --profile guest --target wasm32-wasip2 -p {guest}",
        path.display()
    );
    path
}

/// Names a guest crate in a test.
pub const PROBE: &str = "probe-source";
/// Names a guest crate in a test.
pub const NETWORK: &str = "network-probe";
/// Names a guest crate in a test.
pub const COUNTING: &str = "counting-source";
/// Names a guest crate in a test.
pub const RECORDING: &str = "recording-sink";

/// Names a guest crate in a test.
pub const SOURCE_ZOO: &str = "misbehaving-source";
/// Names a guest crate in a test.
pub const SINK_ZOO: &str = "misbehaving-sink";

/// What the instances of all tests are measured in.
pub fn metrics() -> Metrics {
    static METRICS: LazyLock<Metrics> = LazyLock::new(Metrics::default);
    METRICS.clone()
}

/// What names mean to the guests of all tests.
pub fn names() -> &'static Names {
    static NAMES: LazyLock<Names> = LazyLock::new(Names::default);
    &NAMES
}

/// All guests, loaded once for all tests: compiling takes seconds.
pub async fn plugin(guest: &str) -> CompiledPlugin {
    static LOADED: OnceCell<(Sandbox, PluginRegistry)> = OnceCell::const_new();
    let (_, registry) = LOADED
        .get_or_init(|| async {
            let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("plugin-cache");
            let authority =
                Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/certificates/authority.pem");
            let sandbox = Sandbox::new(&SandboxConfig {
                cache_dir: Some(cache),
                metrics: metrics(),
                resolver: Some(Arc::new(names())),
                tls_ca_location: Some(authority),
                ..SandboxConfig::default()
            })
            .unwrap();
            let guests = [PROBE, NETWORK, COUNTING, RECORDING, SOURCE_ZOO, SINK_ZOO];
            let paths: Vec<PathBuf> = guests.iter().map(|guest| path(guest)).collect();
            let registry = PluginRegistry::load(&sandbox, Path::new("/nowhere"), &paths).await;
            (sandbox, registry)
        })
        .await;
    let wanted = path(guest);
    registry
        .list()
        .iter()
        .find(|plugin| plugin.path() == wanted)
        .expect("the guest loads")
        .clone()
}

/// A configuration.
pub fn config(entries: &[(&str, &str)]) -> ConfigMap {
    entries
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

/// A task instance of `plugin` with short deadlines, no grants and no host services.
pub fn task(plugin: &CompiledPlugin) -> InstanceSpec {
    InstanceSpec {
        id: InstanceId::Task(ConnectorTaskId::new(ConnectorName::new("under-test"), 0)),
        plugin: plugin.clone(),
        grants: Grants::default(),
        limits: Limits::default(),
        services: HostServices::default(),
        stop: StopSignal::new(),
    }
}

/// What the connector makes of a configuration for its first task.
pub async fn task_config(plugin: &CompiledPlugin, entries: &[(&str, &str)]) -> ConfigMap {
    let mut connector = ConnectorInstance::new(task(plugin)).await.unwrap();
    connector.start(&config(entries)).await.unwrap();
    connector.task_configs(1).await.unwrap().remove(0)
}

/// A batch with the one record `one` of topic `t`.
pub fn sink_batch() -> Vec<u8> {
    let record = SinkRecord {
        topic: "t".into(),
        kafka_partition: 0,
        key_schema: None,
        key: Value::Null,
        value_schema: Some(Schema::string()),
        value: Value::from("one"),
        timestamp: None,
        timestamp_type: TimestampType::NoTimestampType,
        kafka_offset: 0,
        headers: ConnectHeaders::default(),
        original_topic: "t".into(),
        original_kafka_partition: 0,
        original_kafka_offset: 0,
    };
    let mut encoder = SinkBatchEncoder::new();
    encoder.push(&record).unwrap();
    encoder.finish()
}

/// Limits with this time for every call.
pub fn hurried(limit: Duration) -> Limits {
    let mut limits = Limits::default();
    limits.deadlines.call = limit;
    limits.deadlines.poll = limit;
    limits.deadlines.put = limit;
    limits.deadlines.stop = limit;
    limits.deadlines.start = limit;
    limits
}

/// Log lines that were written while it lives, on this thread.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// Begins to listen on this thread.
    pub fn listen() -> (Self, tracing::subscriber::DefaultGuard) {
        let log = Self::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_writer(move || writer.clone())
            .with_ansi(false)
            .without_time()
            .finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    /// What was written so far.
    pub fn lines(&self) -> Vec<String> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines().map(|line| line.trim().to_owned()).collect()
    }
}
