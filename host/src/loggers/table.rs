//! Which Java loggers stand for which of our targets. A target is a module's path, or what a
//! library calls itself; the longest one that a line's target begins with counts.
//!
//! Whoever adds a module that logs and has a counterpart in Kafka Connect adds its row here.

/// Target and the loggers that stand for it.
pub(super) const TARGETS: &[(&str, &[&str])] = &[
    // Whatever has no row of its own.
    (
        "connect_wasm",
        &["org.apache.kafka.connect.runtime.Connect"],
    ),
    (
        "connect_wasm::cli",
        &["org.apache.kafka.connect.cli.ConnectStandalone"],
    ),
    (
        "connect_wasm::cli::worker_process",
        &["org.apache.kafka.connect.runtime.Connect"],
    ),
    (
        "connect_wasm::config",
        &["org.apache.kafka.connect.runtime.WorkerConfig"],
    ),
    (
        "connect_wasm::config::provider",
        &["org.apache.kafka.connect.runtime.WorkerConfigTransformer"],
    ),
    (
        "connect_wasm::converter::header",
        &["org.apache.kafka.connect.storage.SimpleHeaderConverter"],
    ),
    (
        "connect_wasm::converter::json",
        &["org.apache.kafka.connect.json.JsonConverter"],
    ),
    (
        "connect_wasm::errors",
        &["org.apache.kafka.connect.runtime.errors.LogReporter"],
    ),
    // What the plugins themselves say is under `connect_wasm::guest::<class>`; this is what they say
    // before their class is known.
    (
        "connect_wasm::guest",
        &["org.apache.kafka.connect.runtime.isolation.PluginScanner"],
    ),
    (
        "connect_wasm::herder",
        &["org.apache.kafka.connect.runtime.AbstractHerder"],
    ),
    (
        "connect_wasm::herder::standalone",
        &["org.apache.kafka.connect.runtime.standalone.StandaloneHerder"],
    ),
    (
        "connect_wasm::kafka",
        &["org.apache.kafka.clients.CommonClientConfigs"],
    ),
    (
        "connect_wasm::kafka::admin",
        &["org.apache.kafka.clients.admin.KafkaAdminClient"],
    ),
    (
        "connect_wasm::kafka::bootstrap",
        &["org.apache.kafka.clients.ClientUtils"],
    ),
    (
        "connect_wasm::kafka::consumer",
        &["org.apache.kafka.clients.consumer.KafkaConsumer"],
    ),
    (
        "connect_wasm::kafka::producer",
        &["org.apache.kafka.clients.producer.KafkaProducer"],
    ),
    (
        "connect_wasm::loggers",
        &["org.apache.kafka.connect.runtime.Loggers"],
    ),
    (
        "connect_wasm::plugin",
        &["org.apache.kafka.connect.runtime.isolation.Plugins"],
    ),
    (
        "connect_wasm::rest",
        &["org.apache.kafka.connect.runtime.rest.RestServer"],
    ),
    (
        "connect_wasm::rest::error",
        &["org.apache.kafka.connect.runtime.rest.errors.ConnectExceptionMapper"],
    ),
    (
        "connect_wasm::sandbox",
        &["org.apache.kafka.connect.runtime.isolation.PluginClassLoader"],
    ),
    (
        "connect_wasm::storage",
        &["org.apache.kafka.connect.storage.MemoryConfigBackingStore"],
    ),
    (
        "connect_wasm::storage::offset",
        &["org.apache.kafka.connect.storage.FileOffsetBackingStore"],
    ),
    (
        "connect_wasm::storage::status",
        &["org.apache.kafka.connect.storage.MemoryStatusBackingStore"],
    ),
    (
        "connect_wasm::transform",
        &["org.apache.kafka.connect.runtime.TransformationChain"],
    ),
    (
        "connect_wasm::worker",
        &["org.apache.kafka.connect.runtime.Worker"],
    ),
    (
        "connect_wasm::worker::connector",
        &["org.apache.kafka.connect.runtime.WorkerConnector"],
    ),
    (
        "connect_wasm::worker::sink_offsets",
        &["org.apache.kafka.connect.runtime.WorkerSinkTask"],
    ),
    (
        "connect_wasm::worker::sink_task",
        &["org.apache.kafka.connect.runtime.WorkerSinkTask"],
    ),
    (
        "connect_wasm::worker::source_offsets",
        &["org.apache.kafka.connect.storage.OffsetStorageWriter"],
    ),
    (
        "connect_wasm::worker::source_task",
        &[
            "org.apache.kafka.connect.runtime.AbstractWorkerSourceTask",
            "org.apache.kafka.connect.runtime.WorkerSourceTask",
        ],
    ),
    (
        "connect_wasm::worker::submitted",
        &["org.apache.kafka.connect.runtime.SubmittedRecords"],
    ),
    (
        "connect_wasm::worker::task",
        &["org.apache.kafka.connect.runtime.WorkerTask"],
    ),
    // Compiler and runtime of plugins: of use to their developers alone.
    ("cranelift", &["cranelift"]),
    ("wasmtime", &["wasmtime"]),
    ("hyper", &["org.eclipse.jetty.server.Server"]),
    ("librdkafka", &["org.apache.kafka.clients.NetworkClient"]),
    // The quickstart's broker.
    ("libsql", &["nisshi"]),
    ("nisshi", &["nisshi"]),
    ("rama", &["nisshi"]),
];

/// Packages whose loggers, whatever they are called, stand for a library: a script that wants to
/// see what `ConsumerCoordinator` does gets what librdkafka says.
const PACKAGES: &[(&str, &[&str])] = &[
    ("hyper", &["org.eclipse.jetty.", "org.glassfish.jersey."]),
    (
        "librdkafka",
        &[
            "org.apache.kafka.clients.",
            "org.apache.kafka.common.network.",
        ],
    ),
];

/// The packages that stand for a target; each ends in a dot.
pub(super) fn packages(target: &str) -> &'static [&'static str] {
    PACKAGES
        .iter()
        .find(|(known, _)| *known == target)
        .map_or(&[], |(_, packages)| packages)
}

/// Whether a logger has a row.
pub(super) fn is_named(logger: &str) -> bool {
    TARGETS.iter().any(|(_, names)| names.contains(&logger))
}

/// Whether a change of `namespace` concerns `target`, which has no row itself but may be in one.
pub(super) fn stands_for(namespace: &str, target: &str) -> bool {
    if let Some(class) = super::guest::class_of(target) {
        return class.starts_with(namespace);
    }
    let row = TARGETS
        .iter()
        .filter(|(known, _)| target.starts_with(known))
        .max_by_key(|(known, _)| known.len());
    row.is_some_and(|(known, names)| {
        names.iter().any(|name| name.starts_with(namespace))
            || packages(known)
                .iter()
                .any(|package| namespace.starts_with(package))
    })
}
