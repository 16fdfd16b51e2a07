//! The network of one instance: which addresses it may reach, bind and look up.
//!
//! Owns the decision for every socket call and every outgoing HTTP connection: the address must
//! be granted, or come from a granted name that the host itself looked up, and the worker's policy
//! must let it pass now. What the policy says is `policy`'s affair; which keys grant what was
//! decided above (`plugin::grants`). Refusals are logged, each once in a while.

mod policy;
mod refusals;
mod seen;
pub(super) mod sockets;

#[cfg(test)]
mod tests;

use std::future::Future;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio::net::TcpStream;
use wasmtime_wasi::sockets::SocketAddrUse;

use self::refusals::Refusals;
use self::seen::SeenAddresses;
use super::limits::SOCKETS_MAX;
use super::names::NameResolver;
use super::output::InstanceLog;
use crate::config::endpoint::{Endpoint, Host};
use crate::metrics::InstanceUsage;

pub use self::policy::{NetRefusal, NetworkPolicy, OwnEndpoint};

const NET_ALLOW: &str = "sandbox.net.allow";
const NET_DENY: &str = "sandbox.net.deny";

/// An endpoint that a configuration names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointGrant {
    /// The config key that names it.
    pub key: String,
    /// The endpoint.
    pub endpoint: Endpoint,
    /// Whether `sandbox.net.allow` bounds it; it does not bound the operator's own files.
    pub bounded: bool,
}

/// What an instance may reach and bind, and the policy that each use is held against.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetworkGrants {
    /// Endpoints to connect and send to.
    pub endpoints: Vec<EndpointGrant>,
    /// Addresses to listen on.
    pub listen: Vec<EndpointGrant>,
    /// The worker's policy.
    pub policy: Arc<NetworkPolicy>,
}

/// Why a name is not looked up for a guest.
#[derive(Debug)]
pub(super) enum LookupError {
    /// No key names it.
    NotGranted,
    /// It is no name.
    Invalid,
    /// The resolver's answer.
    Unresolvable,
}

/// Why there is no connection.
#[derive(Debug)]
pub(super) enum OpenError {
    /// No key names the host and port.
    NotNamed,
    /// The addresses of the host are refused.
    Refused,
    /// The host's name cannot be looked up.
    NotFound,
    /// The address does not answer.
    Connect(std::io::Error),
}

/// Counts an HTTP connection as a socket while it lives.
pub(super) struct SocketPermit(Arc<AtomicUsize>);

impl Drop for SocketPermit {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The network of one instance.
pub(super) struct Network {
    grants: NetworkGrants,
    /// Connections that are in no table of resources.
    connections: Arc<AtomicUsize>,
    resolver: Arc<dyn NameResolver>,
    seen: Mutex<SeenAddresses>,
    refusals: Refusals,
}

type Verdict = Pin<Box<dyn Future<Output = bool> + Send + Sync>>;

impl Network {
    /// The network that `grants` open.
    pub(super) fn new(
        grants: NetworkGrants,
        resolver: Arc<dyn NameResolver>,
        log: Arc<InstanceLog>,
        usage: Arc<InstanceUsage>,
    ) -> Self {
        Self {
            grants,
            connections: Arc::default(),
            resolver,
            seen: Mutex::default(),
            refusals: Refusals::new(log, usage),
        }
    }

    fn seen(&self) -> MutexGuard<'_, SeenAddresses> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answer to a socket's question, for wasmtime: at once when no name has to be looked up.
    pub(super) fn verdict(self: &Arc<Self>, address: SocketAddr, used: SocketAddrUse) -> Verdict {
        let network = Arc::clone(self);
        let mut check = Box::pin(async move { network.permits(address, used).await });
        match check.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(answer) => Box::pin(std::future::ready(answer)),
            Poll::Pending => Box::pin(wasmtime_wasi::runtime::spawn(check)),
        }
    }

    async fn permits(&self, address: SocketAddr, used: SocketAddrUse) -> bool {
        let address = SocketAddr::new(address.ip().to_canonical(), address.port());
        match used {
            SocketAddrUse::TcpConnect | SocketAddrUse::UdpSend => {
                let checked = self.check_reach(None, address).await;
                checked
                    .map_err(|refusal| self.refuse(&format!("to connect to {address}"), &refusal))
                    .is_ok()
            }
            // A server answers whoever comes; a client hears those that it may send to.
            SocketAddrUse::TcpAccept => !self.grants.listen.is_empty(),
            SocketAddrUse::UdpReceive => {
                !self.grants.listen.is_empty() || self.check_reach(None, address).await.is_ok()
            }
            SocketAddrUse::TcpBind | SocketAddrUse::UdpBind if address.port() == 0 => {
                // Every client is bound to some port; what it sends and hears is checked.
                address.ip().is_unspecified()
                    || !self.grants.endpoints.is_empty()
                    || !self.grants.listen.is_empty()
            }
            SocketAddrUse::TcpBind | SocketAddrUse::UdpBind | SocketAddrUse::TcpListen => {
                let listening = matches!(used, SocketAddrUse::TcpListen);
                let checked = self.check_bind(address, listening).await;
                checked
                    .map_err(|refusal| self.refuse(&format!("to listen on {address}"), &refusal))
                    .is_ok()
            }
        }
    }

    /// Whether an address may be reached, through `host` when that is given, else through any
    /// grant that leads there.
    async fn check_reach(&self, host: Option<&Host>, address: SocketAddr) -> Result<(), Refused> {
        let mut leading = self.grants_leading_to(host, address);
        if leading.is_empty() && host.is_none() {
            self.look_up_for(address.port()).await;
            leading = self.grants_leading_to(host, address);
        }
        let mut refused = Refused::new(None, NetRefusal::NotNamed, address);
        for grant in leading {
            match self.check_grant(grant, address).await {
                Ok(()) => return Ok(()),
                Err(refusal) => refused = Refused::new(Some(grant), refusal, address),
            }
        }
        Err(refused)
    }

    fn grants_leading_to(&self, host: Option<&Host>, address: SocketAddr) -> Vec<&EndpointGrant> {
        let seen = self.seen();
        self.grants
            .endpoints
            .iter()
            .filter(|grant| grant.endpoint.ports.contains(address.port()))
            .filter(|grant| match (host, &grant.endpoint.host) {
                (Some(host), granted) => host == granted,
                (None, Host::Address(granted)) => *granted == address.ip(),
                (None, Host::Name(name)) => seen.leads_to(name, address.ip()),
            })
            .collect()
    }

    async fn check_grant(
        &self,
        grant: &EndpointGrant,
        address: SocketAddr,
    ) -> Result<(), NetRefusal> {
        let host = &grant.endpoint.host;
        let (ip, port) = (address.ip(), address.port());
        let policy = &self.grants.policy;
        policy.check_address(host, ip, port, grant.bounded, &is_local)?;
        for (name, what) in policy.own_names(host, ip, port) {
            // When the name cannot be looked up, the worker does not reach it either.
            let own = self.resolver.addresses(name).await.unwrap_or_default();
            if own.contains(&ip) {
                return Err(NetRefusal::Own(what));
            }
        }
        Ok(())
    }

    async fn check_bind(&self, address: SocketAddr, listening: bool) -> Result<(), Refused> {
        for grant in &self.grants.listen {
            let ports = grant.endpoint.ports;
            // Port 0 was bound as such; by now it has become a number.
            if !ports.contains(address.port()) && !(listening && ports.single() == Some(0)) {
                continue;
            }
            let hosts = match &grant.endpoint.host {
                Host::Address(granted) => vec![*granted],
                Host::Name(name) => self.resolver.addresses(name).await.unwrap_or_default(),
            };
            let covers = |host: &IpAddr| {
                *host == address.ip()
                    || (host.is_unspecified() && host.is_ipv4() == address.is_ipv4())
            };
            if hosts.iter().any(covers) {
                let policy = &self.grants.policy;
                return policy
                    .check_listen(&grant.endpoint, grant.bounded)
                    .map_err(|refusal| Refused::new(Some(grant), refusal, address));
            }
        }
        Err(Refused::new(None, NetRefusal::NotNamed, address))
    }

    /// Looks a name up for the guest, which may then use the addresses.
    pub(super) async fn look_up(&self, name: &str) -> Result<Vec<IpAddr>, LookupError> {
        let host = Host::parse(name).ok_or(LookupError::Invalid)?;
        let name = match host {
            // Nothing to look up; whether it may be used is decided at its use.
            Host::Address(address) => return Ok(vec![address]),
            Host::Name(name) => name,
        };
        if !self.names_to_look_up().any(|granted| granted == name) {
            let refused = Refused::new(None, NetRefusal::NotNamed, &name);
            self.refuse(&format!("to look up {name}"), &refused);
            return Err(LookupError::NotGranted);
        }
        self.resolve(&name).await
    }

    /// Connects to a granted host for the guest. Every address is checked, and the one that was
    /// checked is the one that is connected to.
    pub(super) async fn connect(&self, host: &Host, port: u16) -> Result<TcpStream, OpenError> {
        let named = |grant: &EndpointGrant| {
            grant.endpoint.host == *host && grant.endpoint.ports.contains(port)
        };
        let by_grant = self.grants.endpoints.iter().any(named);
        let addresses = match host {
            Host::Address(address) => vec![*address],
            Host::Name(name) if by_grant => {
                let found = self.resolve(name).await;
                found.map_err(|_| OpenError::NotFound)?
            }
            Host::Name(_) => {
                let target = Endpoint::new(host.clone(), port);
                let refused = Refused::new(None, NetRefusal::NotNamed, &target);
                self.refuse(&format!("to connect to {target}"), &refused);
                return Err(OpenError::NotNamed);
            }
        };
        let host = by_grant.then_some(host);
        let mut last = OpenError::NotFound;
        for address in addresses {
            let address = SocketAddr::new(address, port);
            last = match self.check_reach(host, address).await {
                Ok(()) => match TcpStream::connect(address).await {
                    Ok(stream) => return Ok(stream),
                    Err(error) => OpenError::Connect(error),
                },
                Err(refused) => {
                    self.refuse(&format!("to connect to {address}"), &refused);
                    match refused.refusal {
                        NetRefusal::NotNamed => OpenError::NotNamed,
                        _ => OpenError::Refused,
                    }
                }
            };
        }
        Err(last)
    }

    /// Whether TLS may be spoken with a server of that name.
    pub(super) fn permits_server_name(&self, server: &Host) -> bool {
        let mut grants = self.grants.endpoints.iter();
        let named = grants.any(|grant| grant.endpoint.host == *server);
        if !named {
            let refused = Refused::new(None, NetRefusal::NotNamed, server);
            self.refuse(&format!("to meet the TLS server {server}"), &refused);
        }
        named
    }

    /// Connections that are in no table of resources.
    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// Counts a connection that will be in no table of resources.
    pub(super) fn open_socket(&self) -> SocketPermit {
        self.connections.fetch_add(1, Ordering::Relaxed);
        SocketPermit(Arc::clone(&self.connections))
    }

    /// The instance has as many sockets as it may.
    pub(super) fn too_many(&self, max: usize) {
        let limit = format!("{max} sockets are open, more are not allowed ({SOCKETS_MAX})");
        let refused = Refused::new(None, NetRefusal::TooMany(limit), "");
        self.refuse("another socket", &refused);
    }

    fn names_to_look_up(&self) -> impl Iterator<Item = &str> {
        let grants = self.grants.endpoints.iter().chain(&self.grants.listen);
        grants.filter_map(|grant| match &grant.endpoint.host {
            Host::Name(name) => Some(name.as_str()),
            Host::Address(_) => None,
        })
    }

    async fn resolve(&self, name: &str) -> Result<Vec<IpAddr>, LookupError> {
        let found = self.resolver.addresses(name).await;
        let found: Vec<IpAddr> = found
            .map_err(|_| LookupError::Unresolvable)?
            .into_iter()
            .map(|address| address.to_canonical())
            .collect();
        self.seen().remember(name, &found);
        Ok(found)
    }

    /// Looks up the granted names that have this port, so that a guest which keeps addresses for
    /// long can still use them.
    async fn look_up_for(&self, port: u16) {
        for grant in &self.grants.endpoints {
            if let Host::Name(name) = &grant.endpoint.host
                && grant.endpoint.ports.contains(port)
                && self.seen().may_look_up_again(name)
            {
                // A name that cannot be looked up leads nowhere.
                let _ = self.resolve(name).await;
            }
        }
    }

    fn refuse(&self, wish: &str, refused: &Refused) {
        let policy = &self.grants.policy;
        let why = policy.explain(&refused.refusal, &refused.target);
        let key = refused.key.as_deref();
        self.refusals
            .log(wish, key, limit_of(&refused.refusal), &why);
    }
}

/// The worker's key that a refusal is counted by.
fn limit_of(refusal: &NetRefusal) -> &'static str {
    match refusal {
        NetRefusal::Denied(_) => NET_DENY,
        NetRefusal::TooMany(_) => SOCKETS_MAX,
        NetRefusal::NotNamed
        | NetRefusal::NotAllowed
        | NetRefusal::Metadata
        | NetRefusal::Misleading(_)
        | NetRefusal::Own(_) => NET_ALLOW,
    }
}

/// A refusal with what was wanted.
struct Refused {
    key: Option<String>,
    refusal: NetRefusal,
    target: String,
}

impl Refused {
    fn new(
        grant: Option<&EndpointGrant>,
        refusal: NetRefusal,
        target: impl std::fmt::Display,
    ) -> Self {
        Self {
            key: grant.map(|grant| grant.key.clone()),
            refusal,
            target: target.to_string(),
        }
    }
}

/// Whether an address belongs to this machine: only such an address can be bound.
fn is_local(address: IpAddr) -> bool {
    address.is_loopback() || UdpSocket::bind((address, 0)).is_ok()
}
