//! A standalone worker in this process: its parts put together, started and stopped in order.
//!
//! Owns the order: configuration, plugins and broker, REST port, stores, worker, herder, REST.
//! Kafka's counterpart: `AbstractConnectCli.startConnect` and `Connect`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::config::ConfigMap;
use crate::config::clients;
use crate::config::connector_file::{ConnectorRequest, InitialState};
use crate::config::endpoint::{Endpoint, endpoints};
use crate::config::environment::allowed_variables;
use crate::config::listener::AdvertisedAddress;
use crate::config::provider::ConfigProviders;
use crate::config::redact::Secrets;
use crate::config::worker::WorkerConfig;
use crate::herder::catalog::KnownPlugins;
use crate::herder::offsets::TopicTracking;
use crate::herder::request::ReconfigurationRequests;
use crate::herder::status::StatusRecorder;
use crate::herder::validation::ConfigValidator;
use crate::herder::{
    Herder as _, LocalPlugins, PutConnector, StandaloneHerder, StandaloneParts, SubmittedConfig,
};
use crate::ids::ConnectorName;
use crate::kafka::admin::Admin;
use crate::loggers::Loggers;
use crate::metrics::Metrics;
use crate::plugin::GrantPolicy;
use crate::rest::{Resources, RestServer, local_host};
use crate::sandbox::{Environment, Limits, NetworkPolicy, OwnEndpoint};
use crate::storage::config::{ConfigOrigin, MemoryConfigBackingStore, TargetState};
use crate::storage::offset::{FileOffsetBackingStore, OffsetBackingStore as _};
use crate::storage::status::MemoryStatusBackingStore;
use crate::storage::topic::MemoryTopicBackingStore;
use crate::worker::{LocalWorker, WorkerParts};

use super::guest_runtime::GuestRuntime;
use super::library::{self, LibraryTasks};

/// Time for the cluster to answer at start. The JVM waits a minute; an operator who mistyped an
/// address wants to know sooner.
const CLUSTER_ANSWER: Duration = Duration::from_secs(10);

/// Why a worker did not start, as far as exit codes tell them apart.
pub(super) enum StartError {
    /// It could not be set up.
    Setup(anyhow::Error),
    /// It was set up, and its start failed.
    Start(anyhow::Error),
}

impl From<anyhow::Error> for StartError {
    fn from(error: anyhow::Error) -> Self {
        Self::Setup(error)
    }
}

/// A running worker.
pub(super) struct WorkerProcess {
    herder: Arc<StandaloneHerder>,
    herder_loop: JoinHandle<()>,
    rest: JoinHandle<()>,
    rest_stopping: CancellationToken,
    stopping: CancellationToken,
    url: String,
    began: Instant,
    library: LibraryTasks,
    /// Ended after everything that runs on it.
    _guests: GuestRuntime,
}

impl WorkerProcess {
    /// Starts a worker with these properties.
    pub(super) async fn start(
        properties: &ConfigMap,
        loggers: Arc<Loggers>,
    ) -> Result<Self, StartError> {
        let began = Instant::now();
        tracing::info!("Kafka Connect worker initializing ...");
        let (config, providers) = configure(properties)?;
        let metrics = Metrics::default();
        let guests = GuestRuntime::start().context("The threads for plugins cannot be started")?;
        let library = library::open(&config, &metrics, guests.handle())?;
        let (watch, cluster_id) = tokio::join!(library.load_all(), describe_cluster(&config));
        let cluster_id = cluster_id?;
        let rest = RestServer::bind(&config.rest)
            .await
            .context("Unable to initialize REST server")?;
        let advertised = AdvertisedAddress::choose(
            &config.rest.advertised,
            &config.rest.listeners,
            &rest.addresses(),
            &local_host().await,
        );
        for address in rest.admin_addresses() {
            tracing::info!("REST admin endpoints at http://{address}/");
        }
        let rest_settings = config.rest.clone();
        let offsets = FileOffsetBackingStore::new(&config.offset_storage_file);
        offsets
            .start()
            .await
            .map_err(|error| StartError::Start(anyhow::Error::new(error)))?;
        let worker_id = advertised.worker_id();
        let topics = TopicTracking::new(Arc::new(MemoryTopicBackingStore::new()), &config);
        let statuses = Arc::new(StatusRecorder::new(
            Arc::new(MemoryStatusBackingStore::default()),
            worker_id.clone(),
        ));
        let reconfigurations = Arc::new(ReconfigurationRequests::new());
        let worker = Arc::new(LocalWorker::new(WorkerParts {
            guests: guests.handle(),
            limits: Limits::from(&config.sandbox),
            grant_policy: grant_policy(&config, &rest),
            config: config.clone(),
            providers: providers.clone(),
            worker_id,
            plugins: library.registry().clone(),
            offsets: Arc::new(offsets),
            topics: topics.store(),
            listener: statuses.clone(),
            events: reconfigurations.clone(),
            metrics: metrics.clone(),
        }));
        let stopping = CancellationToken::new();
        let configs = Arc::new(MemoryConfigBackingStore::default());
        let plugins = LocalPlugins::new(library.clone(), worker.clone(), configs.clone());
        let library_tasks = LibraryTasks::start(library, watch, loggers.clone());
        let (herder, herder_loop) = StandaloneHerder::new(
            StandaloneParts {
                worker: worker.clone(),
                validator: Arc::new(ConfigValidator::new(worker, config, providers)),
                plugins: Arc::new(plugins),
                configs,
                statuses,
                reconfigurations,
                kafka_cluster_id: Some(cluster_id),
                loggers,
                topics,
            },
            stopping.clone(),
        );
        let resources = Resources::new(herder.clone(), &rest_settings, &metrics)
            .map_err(|error| StartError::Start(error.into()))?;
        let herder_loop = tokio::spawn(herder_loop.run());
        let rest_stopping = CancellationToken::new();
        let rest = tokio::spawn(rest.serve(resources, rest_stopping.clone()));
        let url = advertised.url();
        tracing::info!(
            "REST resources initialized; the worker is started and ready to handle requests on \
             {url} ({} ms after its start)",
            began.elapsed().as_millis()
        );
        Ok(Self {
            herder,
            herder_loop,
            rest,
            rest_stopping,
            stopping,
            url,
            began,
            library: library_tasks,
            _guests: guests,
        })
    }

    /// Creates a connector that the operator gave, and waits until it is started.
    pub(super) async fn create_connector(&self, request: ConnectorRequest) -> anyhow::Result<()> {
        let target = request.initial_state.map(|state| match state {
            InitialState::Running => TargetState::Started,
            InitialState::Paused => TargetState::Paused,
            InitialState::Stopped => TargetState::Stopped,
        });
        let name = ConnectorName::new(request.name);
        let config = SubmittedConfig {
            values: request.config,
            null_keys: request.nulls,
        };
        let put = PutConnector::create(name.clone(), config, ConfigOrigin::CommandLine);
        self.herder.put_connector_config(put.target(target)).await?;
        tracing::info!("Created connector {name}");
        Ok(())
    }

    /// All connectors of the command line are created.
    pub(super) fn ready(&self) {
        self.herder.ready();
        tracing::info!(
            "Kafka Connect started ({} ms)",
            self.began.elapsed().as_millis()
        );
    }

    /// Where the REST API is; ends in a slash.
    pub(super) fn rest_url(&self) -> String {
        self.url.clone()
    }

    /// Stops REST, then connectors and tasks with their last commits.
    pub(super) async fn stop(self) {
        self.herder.close();
        self.rest_stopping.cancel();
        if let Err(error) = self.rest.await {
            tracing::error!("The REST server ended by a bug of the worker: {error}");
        }
        self.library.stop().await;
        self.stopping.cancel();
        if let Err(error) = self.herder_loop.await {
            tracing::error!("The herder ended by a bug of the worker: {error}");
        }
    }
}

/// The worker's configuration and what resolves references of configurations.
fn configure(properties: &ConfigMap) -> anyhow::Result<(Arc<WorkerConfig>, Arc<ConfigProviders>)> {
    let providers = ConfigProviders::from_worker(properties)?;
    let resolved = providers.resolve_worker(properties)?;
    let (config, unknown) = WorkerConfig::standalone(resolved.config, &KnownPlugins::default())?;
    if let Some(warning) = unknown.warning() {
        tracing::warn!("{warning}");
    }
    Ok((Arc::new(config), Arc::new(providers)))
}

fn grant_policy(config: &WorkerConfig, rest: &RestServer) -> GrantPolicy {
    let listeners = rest.addresses().into_iter().chain(rest.admin_addresses());
    let own = listeners
        .map(|address| own_endpoint("the worker's REST interface", Endpoint::from(address)))
        .chain(
            config
                .bootstrap_servers
                .iter()
                .filter_map(|server| endpoints(server).ok())
                .flatten()
                .map(|endpoint| own_endpoint("a bootstrap server of the worker", endpoint)),
        )
        .flatten();
    let settings = &config.sandbox;
    GrantPolicy {
        fs_allow: settings.fs_allow.clone(),
        stdio_allow: settings.stdio_allow,
        network: Arc::new(NetworkPolicy {
            allow: settings.net_allow.clone(),
            deny: settings.net_deny.clone(),
            own: own.collect(),
        }),
        environment: Environment::new(allowed_variables(&settings.env_allow, std::env::vars_os())),
    }
}

fn own_endpoint(what: &'static str, endpoint: Endpoint) -> Option<OwnEndpoint> {
    Some(OwnEndpoint {
        what,
        port: endpoint.ports.single()?,
        host: endpoint.host,
    })
}

async fn describe_cluster(config: &WorkerConfig) -> anyhow::Result<String> {
    let settings = clients::worker_admin(config);
    let secrets = Secrets::of(config.raw(), None);
    let describe = async {
        let admin = Admin::new(&settings)?;
        admin.describe_cluster(CLUSTER_ANSWER).await
    };
    let cluster = describe
        .await
        .map_err(|error| anyhow::anyhow!("{}", secrets.hide(&format!("{error:#}"))))?;
    tracing::info!("Kafka cluster ID: {}", cluster.cluster_id);
    Ok(cluster.cluster_id)
}
