//! The REST API: the HTTP server and what it answers.
//!
//! Owns listeners, routes, entities and the mapping of errors to responses, byte for byte those of
//! Kafka Connect where clients can see it. Sees the herder as a trait; must not know workers,
//! stores or Kafka. The only place that knows axum. Kafka's counterparts: `RestServer`,
//! `ConnectRestServer` and `rest.resources`.
//!
//! Deliberate differences, all of them where Kafka Connect's answer helps nobody:
//! - What Kafka answers with 500 although the client is wrong (malformed JSON, unknown fields, a
//!   missing body, null for a connector's own key) is 400 here, unknown connectors are 404.
//! - Every name that can be created can be addressed: `%2F`, `%25`, `%5C` and `;` in a path segment
//!   are part of the name, and `Location` encodes `/`, `%` and braces so that it leads there.
//! - 405 has an `Allow` header; bodies of 400 for a path that Jetty would refuse are JSON, not HTML.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::config::listener::{Listener, Scheme};
use crate::shutdown::{Children, Ending};

mod entities;
mod error;
mod json;
mod media;
mod path;
mod resources;
mod router;

#[cfg(test)]
mod tests;

pub use self::entities::KAFKA_VERSION;
pub use self::router::router;

/// How long requests may take to be answered once the server stops. Kafka grants 60 s; the whole
/// worker has 10 s to stop here, and tasks come after this.
const REQUESTS_STOP: Duration = Duration::from_secs(2);

/// Why the server cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum RestServerError {
    /// HTTPS is not there yet.
    #[error(
        "The listener {0} cannot be served: HTTPS listeners are not supported yet. \
         Name only http:// listeners in `listeners`, with a TLS proxy before them if needed"
    )]
    Https(Listener),
    /// The address is in use, not this machine's, or not allowed.
    #[error("The listener {listener} cannot be bound: {source}")]
    Bind {
        /// The listener.
        listener: Listener,
        /// What the system says.
        source: io::Error,
    },
}

/// A server that is bound: clients can connect, and wait until it is served.
pub struct RestServer {
    listeners: Vec<TcpListener>,
    addresses: Vec<SocketAddr>,
}

impl RestServer {
    /// Binds all listeners.
    pub async fn bind(listeners: &[Listener]) -> Result<Self, RestServerError> {
        let mut server = Self {
            listeners: Vec::new(),
            addresses: Vec::new(),
        };
        for listener in listeners {
            if listener.scheme == Scheme::Https {
                return Err(RestServerError::Https(listener.clone()));
            }
            let (bound, address) =
                bind(listener)
                    .await
                    .map_err(|source| RestServerError::Bind {
                        listener: listener.clone(),
                        source,
                    })?;
            server.listeners.push(bound);
            server.addresses.push(address);
        }
        Ok(server)
    }

    /// The addresses that were bound, in the order of the listeners.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Serves until `stopping` is raised, then lets requests finish for a short while.
    pub async fn serve(self, router: Router, stopping: CancellationToken) {
        let mut servers = Children::new();
        for (listener, address) in self.listeners.into_iter().zip(self.addresses) {
            let router = router.clone();
            let stop = servers.stopping().cancelled_owned();
            servers.spawn(format!("REST server at {address}"), async move {
                // Accepting goes on after errors; it returns only when it is told to stop.
                let _ = axum::serve(listener, router)
                    .with_graceful_shutdown(stop)
                    .await;
            });
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

async fn bind(listener: &Listener) -> io::Result<(TcpListener, SocketAddr)> {
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
    Ok((bound, address))
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
