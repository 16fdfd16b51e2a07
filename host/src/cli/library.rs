//! The plugins of a worker process: where they are on this machine, and what goes on beside them.
//!
//! Owns the folders that are used when the configuration names none, and the tasks that follow
//! changes. Must not know how plugins are loaded.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::runtime::Handle;

use crate::config::worker::WorkerConfig;
use crate::loggers::Loggers;
use crate::metrics::Metrics;
use crate::plugin::{LibrarySettings, PluginLibrary, PluginRegistry, PluginWatch};
use crate::sandbox::{Limits, Sandbox, SandboxConfig};
use crate::shutdown::Children;

/// How long the tasks may take to end.
const STOP: Duration = Duration::from_secs(1);

/// The library of a worker, without plugins yet.
pub(super) fn open(
    config: &WorkerConfig,
    metrics: &Metrics,
    guests: Handle,
) -> anyhow::Result<Arc<PluginLibrary>> {
    let cache_dir = config.plugin_cache_dir.clone().or_else(user_cache_dir);
    let sandbox = Sandbox::new(&SandboxConfig {
        cache_dir,
        metrics: metrics.clone(),
        limits: Limits::from(&config.sandbox),
        tls_ca_location: config.sandbox.tls_ca_location.clone(),
        ..SandboxConfig::default()
    })?;
    let executable =
        std::env::current_exe().context("The path of this program cannot be found out")?;
    let store_dir = config.plugin_store_dir.clone();
    let settings = LibrarySettings {
        // A symlink's folder has no plugins; the program's own does.
        executable: std::fs::canonicalize(&executable).unwrap_or(executable),
        plugin_path: config.plugin_path.clone(),
        store_dir: store_dir.or_else(|| user_folder("XDG_DATA_HOME", ".local/share")),
        upload_enable: config.plugin_upload_enable,
        upload_max_bytes: config.plugin_upload_max_bytes,
    };
    Ok(Arc::new(PluginLibrary::new(settings, sandbox, guests)))
}

/// The user's cache folder for compiled plugins.
pub(super) fn user_cache_dir() -> Option<PathBuf> {
    user_folder("XDG_CACHE_HOME", ".cache")
}

/// `connect-wasm/plugins` in a folder of the user, as the XDG Base Directory Specification has it.
fn user_folder(variable: &str, below_home: &str) -> Option<PathBuf> {
    let base = std::env::var_os(variable)
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(below_home)))?;
    Some(base.join("connect-wasm").join("plugins"))
}

/// Lets the log levels of plugins be set.
fn add_loggers(plugins: &PluginRegistry, loggers: &Loggers) {
    let plugins = plugins.list();
    loggers.add(plugins.iter().flat_map(|plugin| {
        let description = plugin.description();
        [&description.class, &description.task_class]
    }));
}

/// What follows the changes of plugins.
pub(super) struct LibraryTasks {
    library: Arc<PluginLibrary>,
    tasks: Children,
}

impl LibraryTasks {
    /// Watches folders from where their first look left off.
    pub(super) fn start(
        library: Arc<PluginLibrary>,
        watch: PluginWatch,
        loggers: Arc<Loggers>,
    ) -> Self {
        let mut tasks = Children::new();
        let (watching, stopping) = (library.clone(), tasks.stopping());
        tasks.spawn("watching of plugin folders", async move {
            watching.watch(watch, stopping).await;
        });
        let (registry, stopping) = (library.registry().clone(), tasks.stopping());
        let mut changes = registry.subscribe();
        add_loggers(&registry, &loggers);
        tasks.spawn("loggers of plugins", async move {
            loop {
                tokio::select! {
                    () = stopping.cancelled() => return,
                    changed = changes.changed() => if changed.is_err() { return },
                }
                add_loggers(&registry, &loggers);
            }
        });
        Self { library, tasks }
    }

    /// Ends it all.
    pub(super) async fn stop(mut self) {
        self.library.stop().await;
        for task in self.tasks.stop(STOP).await {
            tracing::warn!("The {task} did not end in time");
        }
    }
}
