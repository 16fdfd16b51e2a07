//! Runs plugins as sandboxed WebAssembly components; the only user of wasmtime, with `bridge`.
//!
//! Offers instances of connectors and tasks in the words of Kafka Connect: typed calls with a
//! deadline, memory and log limits, and nothing of the outside but what was granted. An instance
//! that traps, is late or breaks a limit is dropped and harms nothing else. Knows connect-data,
//! ids and config; must not know Kafka clients, workers or REST. [runtime/isolation, Plugins]

pub(crate) mod bindings;
mod cache;
mod capability;
mod component;
mod connector;
mod converter;
mod disk;
mod engine;
mod error;
mod filesystem;
mod http;
mod imports;
mod instance;
mod limits;
mod local_file;
mod meter;
mod names;
mod network;
mod output;
mod outside;
mod services;
mod sink_task;
mod source_task;
mod state;
mod stop;
mod tls;
mod transformation;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use wasmtime::Engine;
use wasmtime::component::Linker;

pub use self::capability::{Environment, FileGrant, Grants};
pub use self::component::{CompiledPlugin, Description, KeyError, PluginKind, Recommendation};
pub use self::connector::{ConnectorInstance, SourceOffsetChange, Support};
pub use self::converter::{Conversion, ConverterInstance, ConverterRole};
pub use self::error::{Blame, CallSite, ConnectError, ErrorKind, GrantError, SandboxError};
pub use self::instance::InstanceSpec;
pub use self::limits::{Deadlines, Limits};
use self::meter::Turns;
pub use self::names::{NameResolver, SystemResolver};
pub use self::network::{EndpointGrant, NetRefusal, NetworkGrants, NetworkPolicy, OwnEndpoint};
use self::outside::Outside;
pub use self::services::{
    ConnectorContext, ErrantRecord, ErrantRecordReporter, HostServices, OffsetReader,
    PartitionOffset, SinkContext, TopicPartition, TransactionContext,
};
pub use self::sink_task::SinkTaskInstance;
pub use self::source_task::{
    BATCH_BYTES_MAX, CommittedRecord, RecordMetadata, SourceTaskInstance, TaskOptions,
};
use self::state::InstanceState;
pub use self::stop::StopSignal;
pub use self::transformation::{PredicateInstance, TransformationInstance};
use crate::metrics::Metrics;

/// What a sandbox is made with.
#[derive(Clone, Debug, Default)]
pub struct SandboxConfig {
    /// Where compiled plugins are kept (`plugin.cache.dir`); none keeps nothing.
    pub cache_dir: Option<PathBuf>,
    /// Where the usage of instances is shown.
    pub metrics: Metrics,
    /// Who looks names up for plugins; none means the system.
    pub resolver: Option<Arc<dyn NameResolver>>,
    /// What a plugin may use while it is asked who it is.
    pub limits: Limits,
    /// Certificate authorities to trust besides the system's (`sandbox.tls.ca.location`).
    pub tls_ca_location: Option<PathBuf>,
}

/// The engine of the process. Cheap to clone; the ticker thread ends with the last clone and the
/// last plugin.
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

struct Inner {
    engine: Engine,
    linker: Linker<InstanceState>,
    cache: Option<cache::Cache>,
    metrics: Metrics,
    limits: Limits,
    turns: Turns,
    outside: Arc<Outside>,
}

impl Sandbox {
    /// Makes the engine. A cache folder that cannot be used costs a warning and the cache.
    pub fn new(config: &SandboxConfig) -> Result<Self, SandboxError> {
        let engine = engine::start()?;
        let linker = imports::linker(&engine).map_err(|error| SandboxError::Engine {
            message: format!("{error:#}"),
        })?;
        let compatibility = engine::compatibility(&engine);
        let cache = config.cache_dir.as_ref().and_then(|folder| {
            cache::Cache::open(folder, compatibility)
                .inspect_err(|error| {
                    tracing::warn!(
                        "plugin.cache.dir={}: compiled plugins are not cached: {error}",
                        folder.display()
                    );
                })
                .ok()
        });
        Ok(Self(Arc::new(Inner {
            engine,
            linker,
            cache,
            metrics: config.metrics.clone(),
            limits: config.limits.clone(),
            turns: Turns::for_processors(),
            outside: Arc::new(Outside::new(config)?),
        })))
    }

    /// Loads a component that `plugin::verify` found to be a plugin of this kind.
    pub async fn load(
        &self,
        path: &Path,
        wasm: Vec<u8>,
        kind: PluginKind,
    ) -> Result<CompiledPlugin, SandboxError> {
        CompiledPlugin::load(self, path, wasm, kind).await
    }

    fn engine(&self) -> &Engine {
        &self.0.engine
    }

    fn linker(&self) -> &Linker<InstanceState> {
        &self.0.linker
    }

    fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    fn limits(&self) -> &Limits {
        &self.0.limits
    }

    fn turns(&self) -> &Turns {
        &self.0.turns
    }

    fn outside(&self) -> &Arc<Outside> {
        &self.0.outside
    }

    fn cache(&self) -> Option<&cache::Cache> {
        self.0.cache.as_ref()
    }
}
