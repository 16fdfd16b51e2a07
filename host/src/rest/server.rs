//! The HTTP server: sockets, connections, and what a connection may cost.
//!
//! Owns binding, accepting, the time that a client may be silent, and the stop in order. Must not
//! know resources. Kafka's counterpart: the Jetty server in `RestServer`.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::router::Resources;
use crate::config::listener::{Listener, Scheme};
use crate::config::worker::{AdminListeners, RestSettings};
use crate::shutdown::{Children, Ending};

/// How long requests may take to be answered once the server stops. Kafka grants 60 s; the whole
/// worker has 10 s to stop here, and tasks come after this.
const REQUESTS_STOP: Duration = Duration::from_secs(2);
/// How long a client may be silent, within a request or between two, as in Kafka Connect.
pub(super) const SILENCE_MAX: Duration = Duration::from_secs(90);
/// LIMIT: connections of one listener at the same time; further clients wait to be accepted.
const CONNECTIONS_MAX: usize = 1024;
/// How long accepting pauses when the process has no file left to accept with.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Why the server cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum RestServerError {
    /// HTTPS is not there yet.
    #[error(
        "The listener {listener} of `{key}` cannot be served: HTTPS listeners are not supported \
         yet. Name only http:// listeners there, with a TLS proxy before them if needed"
    )]
    Https {
        /// `listeners` or `admin.listeners`.
        key: &'static str,
        /// The listener.
        listener: Listener,
    },
    /// The address is in use, not this machine's, or not allowed.
    #[error("The listener {listener} cannot be bound")]
    Bind {
        /// The listener.
        listener: Listener,
        /// What the system says.
        source: io::Error,
    },
}

struct Bound {
    listener: TcpListener,
    address: SocketAddr,
}

/// A server that is bound: clients can connect, and wait until it is served.
pub struct RestServer {
    main: Vec<Bound>,
    admin: Vec<Bound>,
}

impl RestServer {
    /// Binds all listeners.
    pub async fn bind(settings: &RestSettings) -> Result<Self, RestServerError> {
        let admin: &[Listener] = match &settings.admin_listeners {
            AdminListeners::Main | AdminListeners::Disabled => &[],
            AdminListeners::Own(listeners) => listeners,
        };
        Ok(Self {
            main: bind_all("listeners", &settings.listeners).await?,
            admin: bind_all("admin.listeners", admin).await?,
        })
    }

    /// The addresses of `listeners` that were bound, in their order.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.main.iter().map(|bound| bound.address).collect()
    }

    /// The addresses of `admin.listeners` that were bound, in their order.
    pub fn admin_addresses(&self) -> Vec<SocketAddr> {
        self.admin.iter().map(|bound| bound.address).collect()
    }

    /// Serves until `stopping` is raised, then lets requests finish for a short while.
    pub async fn serve(self, resources: Resources, stopping: CancellationToken) {
        let mut servers = Children::new();
        let Resources { main, admin } = resources;
        let mains = self.main.into_iter().map(|bound| (bound, main.clone()));
        let admins = self.admin.into_iter().map(|bound| (bound, admin.clone()));
        for (bound, router) in mains.chain(admins) {
            let name = format!("REST server at {}", bound.address);
            let stop = servers.stopping();
            servers.spawn(name, accept(bound.listener, router, stop));
        }
        loop {
            tokio::select! {
                () = stopping.cancelled() => break,
                Some(ended) = servers.next_ended() => {
                    if let Ending::Panicked(text) = ended.ending {
                        tracing::error!("The {} panicked; this is a bug of the worker: {text}", ended.name);
                    }
                }
            }
        }
        for server in servers.stop(REQUESTS_STOP).await {
            tracing::warn!("The {server} stopped with requests unanswered");
        }
    }
}

async fn bind_all(
    key: &'static str,
    listeners: &[Listener],
) -> Result<Vec<Bound>, RestServerError> {
    let mut all = Vec::with_capacity(listeners.len());
    for listener in listeners {
        if listener.scheme == Scheme::Https {
            let listener = listener.clone();
            return Err(RestServerError::Https { key, listener });
        }
        let bound = bind(listener)
            .await
            .map_err(|source| RestServerError::Bind {
                listener: listener.clone(),
                source,
            })?;
        all.push(bound);
    }
    Ok(all)
}

async fn bind(listener: &Listener) -> io::Result<Bound> {
    let port = listener.port;
    let bound = if listener.host.is_empty() {
        // All interfaces: IPv6's wildcard takes IPv4, too, where there is IPv6.
        match TcpListener::bind((Ipv6Addr::UNSPECIFIED, port)).await {
            Ok(bound) => bound,
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(error),
            Err(_) => TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).await?,
        }
    } else {
        TcpListener::bind((listener.host.as_str(), port)).await?
    };
    let address = bound.local_addr()?;
    Ok(Bound {
        listener: bound,
        address,
    })
}

/// Takes connections until `stop` is raised, then waits for the requests that are under way.
async fn accept(listener: TcpListener, router: Router, stop: CancellationToken) {
    let mut connections = Children::new();
    loop {
        let has_room = connections.len() < CONNECTIONS_MAX;
        tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept(), if has_room => match accepted {
                Ok((stream, client)) => {
                    // Answers are written in one piece; there is nothing to wait for.
                    let _ = stream.set_nodelay(true);
                    let stop = connections.stopping();
                    connections.spawn(client.to_string(), serve_connection(stream, router.clone(), stop));
                }
                Err(error) => {
                    tracing::warn!("A connection cannot be accepted: {error}");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
            Some(ended) = connections.next_ended() => {
                if let Ending::Panicked(text) = ended.ending {
                    tracing::error!(
                        "A request of {} panicked; this is a bug of the worker: {text}",
                        ended.name
                    );
                }
            }
        }
    }
    // Nobody is accepted any more; whoever waits in the queue of the system is refused now.
    drop(listener);
    // The server's own patience is the shorter one.
    connections.stop(REQUESTS_STOP * 2).await;
}

/// Answers the requests of one client until it or the server has enough.
pub(super) async fn serve_connection<S>(stream: S, router: Router, stop: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(SILENCE_MAX)
        // A client may close its half after the request and still wait for the answer.
        .half_close(true)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    tokio::pin!(connection);
    let outcome = tokio::select! {
        outcome = connection.as_mut() => outcome,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = outcome {
        tracing::debug!("A connection ended: {error}");
    }
}

/// The address of this machine under its own name, for when no setting names a host; Kafka asks
/// `InetAddress.getLocalHost`.
pub async fn local_host() -> String {
    let name = tokio::fs::read_to_string("/proc/sys/kernel/hostname")
        .await
        .unwrap_or_default();
    let resolved = tokio::net::lookup_host((name.trim(), 0)).await.ok();
    let mut addresses: Vec<IpAddr> = resolved
        .into_iter()
        .flatten()
        .map(|address| address.ip())
        .collect();
    addresses.sort_by_key(IpAddr::is_ipv6);
    addresses
        .first()
        .copied()
        .unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))
        .to_string()
}
