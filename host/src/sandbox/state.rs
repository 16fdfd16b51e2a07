//! The data that belongs to one instance: its WASI context, its limits, and what the worker gives
//! to it.
//!
//! Owns the making of the WASI context: no arguments, no variable, file or address but the granted
//! ones, standard streams into the log.

use std::collections::HashMap;
use std::os::fd::AsRawFd;
use std::path::PathBuf;
use std::sync::Arc;

use wasmtime::component::ResourceTable;
use wasmtime_wasi::filesystem::WasiFilesystemCtxView;
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use wasmtime_wasi_http::WasiHttpCtx;
use wasmtime_wasi_tls::{WasiTlsCtx, WasiTlsCtxView, WasiTlsView};

use super::capability::{Grants, Mount, mounts};
use super::disk::DiskQuota;
use super::error::GrantError;
use super::filesystem::{FilterState, FilteredFilesystem};
use super::http::HttpHooks;
use super::limits::{Accounting, Limits};
use super::meter::Meter;
use super::network::Network;
use super::output::{InstanceLog, Level, LineCapture};
use super::outside::Outside;
use super::services::HostServices;
use super::stop::StopSignal;
use super::tls;
use crate::metrics::{InstanceUsage, OwnMetric};

/// The store's data.
pub(super) struct InstanceState {
    pub(super) wasi: WasiCtx,
    pub(super) table: ResourceTable,
    pub(super) filter: FilterState,
    pub(super) accounting: Accounting,
    pub(super) log: Arc<InstanceLog>,
    pub(super) network: Arc<Network>,
    pub(super) sockets_max: usize,
    pub(super) http: WasiHttpCtx,
    pub(super) http_hooks: HttpHooks,
    tls: WasiTlsCtx,
    pub(super) stop: StopSignal,
    pub(super) services: HostServices,
    pub(super) usage: Arc<InstanceUsage>,
    /// The plugin's own metrics.
    pub(super) metrics: HashMap<String, OwnMetric>,
    pub(super) metric_names_max: usize,
    pub(super) metric_names_warned: bool,
    /// The accounts of the current call.
    pub(super) meter: Arc<Meter>,
    output: [LineCapture; 2],
}

/// Everything that an instance's state is made from.
pub(super) struct StateSpec<'a> {
    pub(super) name: String,
    pub(super) grants: &'a Grants,
    pub(super) limits: &'a Limits,
    pub(super) services: HostServices,
    pub(super) stop: StopSignal,
    pub(super) meter: Arc<Meter>,
    pub(super) outside: &'a Outside,
}

impl InstanceState {
    /// `class` is the one that the instance's log lines go by.
    pub(super) fn new(class: &str, spec: StateSpec<'_>) -> Result<Self, GrantError> {
        let usage = Arc::clone(spec.meter.usage());
        let log = Arc::new(InstanceLog::new(
            class,
            spec.name,
            spec.limits,
            Arc::clone(&usage),
        ));
        let output = [
            LineCapture::new(Arc::clone(&log), Level::Info),
            LineCapture::new(Arc::clone(&log), Level::Warn),
        ];
        let mut builder = WasiCtxBuilder::new();
        let network = Arc::new(Network::new(
            spec.grants.network.clone(),
            Arc::clone(&spec.outside.resolver),
            Arc::clone(&log),
            Arc::clone(&usage),
        ));
        let checking = Arc::clone(&network);
        builder
            .allow_tcp(true)
            .allow_udp(true)
            // wasmtime-wasi's own look-ups are not linked.
            .allow_ip_name_lookup(false)
            .socket_addr_check(move |address, used| checking.verdict(address, used))
            .envs(spec.grants.environment.variables());
        builder.stderr(output[1].clone());
        if spec.grants.stdio {
            builder.inherit_stdin().inherit_stdout();
        } else {
            builder.stdout(output[0].clone());
        }
        let mounts = mounts(spec.grants)?;
        for mount in &mounts {
            preopen(&mut builder, mount, spec.grants)?;
        }
        let mut table = ResourceTable::new();
        table.set_max_capacity(spec.limits.handles);
        Ok(Self {
            wasi: builder.build(),
            table,
            filter: FilterState::new(
                mounts.into_iter().map(|mount| mount.names).collect(),
                DiskQuota::new(spec.limits, Arc::clone(&log), Arc::clone(&usage)),
            ),
            accounting: Accounting::new(spec.limits, Arc::clone(&usage)),
            log,
            sockets_max: spec.limits.sockets,
            http: WasiHttpCtx::new(),
            http_hooks: HttpHooks {
                network: Arc::clone(&network),
                authorities: Arc::clone(&spec.outside.authorities),
            },
            tls: tls::context(&network, &spec.outside.authorities),
            network,
            stop: spec.stop,
            services: spec.services,
            usage,
            metrics: HashMap::new(),
            metric_names_max: spec.limits.metric_names,
            metric_names_warned: false,
            meter: spec.meter,
            output,
        })
    }

    /// Begins the text of `recent_output` anew.
    pub(super) fn forget_recent_output(&self) {
        self.output[1].forget_recent();
    }

    /// The last lines that the current call wrote to standard error: a panic's message.
    pub(super) fn recent_output(&self) -> String {
        self.output[1].recent()
    }

    pub(super) fn filtered_filesystem(&mut self) -> FilteredFilesystem<'_> {
        FilteredFilesystem {
            inner: WasiFilesystemCtxView {
                ctx: self.wasi.filesystem(),
                table: &mut self.table,
            },
            filter: &mut self.filter,
        }
    }
}

impl Drop for InstanceState {
    fn drop(&mut self) {
        for stream in &self.output {
            stream.finish();
        }
    }
}

impl WasiView for InstanceState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiTlsView for InstanceState {
    fn tls(&mut self) -> WasiTlsCtxView<'_> {
        WasiTlsCtxView {
            table: &mut self.table,
            ctx: &mut self.tls,
        }
    }
}

/// Opens the folder of a mount to the guest. The folder is opened first and then looked at, since
/// a link may have taken its place after the grant was made.
fn preopen(builder: &mut WasiCtxBuilder, mount: &Mount, grants: &Grants) -> Result<(), GrantError> {
    let failed = |message: String| GrantError {
        key: grants.keys(),
        path: mount.guest.clone(),
        message: format!("the folder {} {message}", mount.host.display()),
    };
    let cannot_open = |error: &dyn std::fmt::Display| failed(format!("cannot be opened: {error}"));
    let folder = std::fs::File::open(&mount.host).map_err(|error| cannot_open(&error))?;
    let path = if cfg!(target_os = "linux") {
        let opened = PathBuf::from(format!("/proc/self/fd/{}", folder.as_raw_fd()));
        let found = std::fs::read_link(&opened).map_err(|error| cannot_open(&error))?;
        if found != mount.host {
            return Err(failed("is another folder now".to_owned()));
        }
        opened
    } else {
        mount.host.clone()
    };
    let rights = if mount.write {
        FsPerms::ReadWrite
    } else {
        FsPerms::ReadOnly
    };
    builder
        .preopened_dir(&path, &mount.guest, rights)
        .map(|_| ())
        .map_err(|error| cannot_open(&error))
}
