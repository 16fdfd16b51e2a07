//! What the worker lets plugins reach, whoever asks: `sandbox.net.allow`, `sandbox.net.deny`, and
//! the addresses that are never reached by accident.
//!
//! Pure. Invariants: what a deny rule matches is refused, whatever else is said. Link-local and
//! cloud metadata addresses, and the worker's own endpoints, are refused unless an allow rule
//! writes them out. A name does not lead to this machine unless it is `localhost`.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;

use crate::config::endpoint::{Endpoint, Host, Ports};
use crate::config::net_rule::NetRule;

#[cfg(test)]
mod tests;

/// Addresses that only a rule of the worker opens: link-local ones, and those at which clouds
/// give credentials to whoever asks.
const METADATA: [&str; 8] = [
    "169.254.0.0/16",
    "fe80::/10",
    // Amazon, Google, Alibaba, Azure, Oracle.
    "fd00:ec2::/32",
    "fd20:ce::/32",
    "100.100.100.200/32",
    "168.63.129.16/32",
    "192.0.0.192/32",
    "fd00:c1::a9fe:a9fe/128",
];

/// Addresses that a name does not lead to: this machine, and groups of machines.
const NOT_BY_NAME: [&str; 7] = [
    "127.0.0.0/8",
    "::1/128",
    "0.0.0.0/8",
    "::/128",
    "224.0.0.0/4",
    "255.255.255.255/32",
    "ff00::/8",
];

fn range_of(address: IpAddr, ranges: &[&'static str]) -> Option<IpNet> {
    ranges
        .iter()
        .filter_map(|range| range.parse::<IpNet>().ok())
        .find(|range| range.contains(&address))
}

/// An endpoint of the worker itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnEndpoint {
    /// What is there, for messages, such as `the worker's REST interface`.
    pub what: &'static str,
    /// Its host; an unspecified address stands for every address of this machine.
    pub host: Host,
    /// Its port.
    pub port: u16,
}

/// The worker's policy for endpoints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkPolicy {
    /// `sandbox.net.allow`
    pub allow: Vec<NetRule>,
    /// `sandbox.net.deny`
    pub deny: Vec<NetRule>,
    /// The worker's REST listeners and bootstrap servers.
    pub own: Vec<OwnEndpoint>,
}

impl Default for NetworkPolicy {
    /// The policy of a worker that is told nothing: `*`.
    fn default() -> Self {
        Self {
            allow: NetRule::parse("*").into_iter().collect(),
            deny: Vec::new(),
            own: Vec::new(),
        }
    }
}

/// Why an endpoint is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NetRefusal {
    /// No key of the connector's configuration names it.
    NotNamed,
    /// No allow rule matches.
    NotAllowed,
    /// This deny rule matches.
    Denied(String),
    /// A link-local or metadata address.
    Metadata,
    /// A name that leads to this machine or to a group.
    Misleading(String),
    /// It belongs to the worker.
    Own(&'static str),
    /// The instance has as many sockets as it may.
    TooMany(String),
}

impl NetworkPolicy {
    /// Whether a configuration may name `endpoint`; `bounded` by `sandbox.net.allow`, or the
    /// operator's own. What depends on addresses of names is decided when they are connected to.
    pub fn check_named(&self, endpoint: &Endpoint, bounded: bool) -> Result<(), NetRefusal> {
        let Endpoint { host, ports } = endpoint;
        if let Some(rule) = self
            .deny
            .iter()
            .find(|rule| rule.ports().covers(*ports) && self.denies(rule, host))
        {
            return Err(NetRefusal::Denied(rule.to_string()));
        }
        if let Host::Address(address) = host
            && let Some(range) = self.metadata_range(*address)
            && !self.writes_out(*address, *ports, &range)
        {
            return Err(NetRefusal::Metadata);
        }
        if let Some(own) = ports.single().and_then(|port| self.own_by_name(host, port)) {
            return Err(NetRefusal::Own(own.what));
        }
        let possible = |rule: &NetRule| {
            rule.ports().overlaps(*ports)
                && (rule.matches(host) || (rule.net().is_some() && matches!(host, Host::Name(_))))
        };
        if bounded && !self.allow.iter().any(possible) {
            return Err(NetRefusal::NotAllowed);
        }
        Ok(())
    }

    /// Whether an instance that was granted `host` may reach `address` and `port` by it.
    /// `is_local` tells addresses of this machine.
    pub fn check_address(
        &self,
        host: &Host,
        address: IpAddr,
        port: u16,
        bounded: bool,
        is_local: &dyn Fn(IpAddr) -> bool,
    ) -> Result<(), NetRefusal> {
        let ports = Ports::one(port);
        let faces = faces(address);
        for rule in self.deny.iter().filter(|rule| rule.ports().contains(port)) {
            let by_address = faces.iter().any(|face| rule.matches_address(*face));
            if by_address || rule.matches(host) {
                return Err(NetRefusal::Denied(rule.to_string()));
            }
        }
        if let Some(range) = self.metadata_range(address)
            && !self.writes_out(address, ports, &range)
        {
            return Err(NetRefusal::Metadata);
        }
        if address.is_unspecified() {
            return Err(NetRefusal::Misleading(host.to_string()));
        }
        if let Host::Name(name) = host
            && let Some(range) = faces.iter().find_map(|face| range_of(*face, &NOT_BY_NAME))
            && !(host.is_localhost() && address.is_loopback())
            && !self.writes_out(address, ports, &range)
        {
            return Err(NetRefusal::Misleading(name.clone()));
        }
        if let Some(own) = self.own_at(host, address, port, is_local) {
            return Err(NetRefusal::Own(own.what));
        }
        let allowed = |rule: &NetRule| {
            rule.ports().contains(port) && (rule.matches(host) || rule.matches_address(address))
        };
        if bounded && !self.allow.iter().any(allowed) {
            return Err(NetRefusal::NotAllowed);
        }
        Ok(())
    }

    /// Whether an address may be bound that a configuration names to listen on.
    pub fn check_listen(&self, endpoint: &Endpoint, bounded: bool) -> Result<(), NetRefusal> {
        let Endpoint { host, ports } = endpoint;
        let covers = |rule: &&NetRule| rule.ports().covers(*ports);
        if let Some(rule) = self
            .deny
            .iter()
            .filter(covers)
            .find(|rule| self.denies(rule, host))
        {
            return Err(NetRefusal::Denied(rule.to_string()));
        }
        if let Some(own) = ports.single().and_then(|port| self.own_by_name(host, port)) {
            return Err(NetRefusal::Own(own.what));
        }
        let matches = |rule: &NetRule| rule.matches(host) && rule.ports().covers(*ports);
        if bounded && !self.allow.iter().any(matches) {
            return Err(NetRefusal::NotAllowed);
        }
        Ok(())
    }

    fn denies(&self, rule: &NetRule, host: &Host) -> bool {
        match host {
            Host::Name(name) => rule.matches_name(name),
            Host::Address(address) => faces(*address)
                .iter()
                .any(|face| rule.matches_address(*face)),
        }
    }

    fn metadata_range(&self, address: IpAddr) -> Option<IpNet> {
        faces(address)
            .iter()
            .find_map(|face| range_of(*face, &METADATA))
    }

    /// Whether an allow rule is about this address because it means it: it lies in the range.
    fn writes_out(&self, address: IpAddr, ports: Ports, range: &IpNet) -> bool {
        self.allow.iter().any(|rule| {
            rule.ports().covers(ports)
                && rule
                    .net()
                    .is_some_and(|net| net.contains(&address) && range.contains(net))
        })
    }

    /// The worker's endpoint that a configuration names.
    fn own_by_name(&self, host: &Host, port: u16) -> Option<&OwnEndpoint> {
        self.own.iter().find(|own| {
            own.port == port
                && (own.host == *host || (own.is_on_this_machine() && means_this_machine(host)))
                && !self.spells_out(own, host, None)
        })
    }

    /// The worker's endpoint at an address, as far as that can be told without looking up names.
    fn own_at(
        &self,
        host: &Host,
        address: IpAddr,
        port: u16,
        is_local: &dyn Fn(IpAddr) -> bool,
    ) -> Option<&OwnEndpoint> {
        let here = |own: &OwnEndpoint| match &own.host {
            Host::Address(own) if own.is_unspecified() => is_local(address),
            Host::Address(own) => faces(address).contains(own),
            Host::Name(_) => {
                own.host == *host || (own.host.is_localhost() && address.is_loopback())
            }
        };
        let mut same_port = self.own.iter().filter(|own| own.port == port);
        same_port.find(|own| here(own) && !self.spells_out(own, host, Some(address)))
    }

    /// The worker's endpoints with this port whose address has to be looked up, unless an allow
    /// rule spells them out.
    pub fn own_names<'a>(
        &'a self,
        host: &'a Host,
        address: IpAddr,
        port: u16,
    ) -> impl Iterator<Item = (&'a str, &'static str)> {
        self.own.iter().filter_map(move |own| match &own.host {
            Host::Name(name) if own.port == port && !self.spells_out(own, host, Some(address)) => {
                Some((name.as_str(), own.what))
            }
            _ => None,
        })
    }

    /// Whether an allow rule spells out the worker's endpoint, by any of the ways to name it.
    fn spells_out(&self, own: &OwnEndpoint, host: &Host, address: Option<IpAddr>) -> bool {
        let address = address.map(Host::Address);
        self.allow.iter().any(|rule| {
            rule.ports().contains(own.port)
                && (rule.spells_out(&own.host)
                    || rule.spells_out(host)
                    || address.as_ref().is_some_and(|host| rule.spells_out(host)))
        })
    }

    /// What is wrong with `target` and which line of the worker's configuration would allow it.
    pub fn explain(&self, refusal: &NetRefusal, target: &dyn fmt::Display) -> String {
        let adding = || {
            let mut rules: Vec<String> = self.allow.iter().map(NetRule::to_string).collect();
            rules.push(target.to_string());
            format!(
                "sandbox.net.allow={} in the worker's configuration would allow it",
                rules.join(",")
            )
        };
        match refusal {
            NetRefusal::NotNamed => "no key of the connector's configuration names it".to_owned(),
            NetRefusal::NotAllowed => format!("sandbox.net.allow does not; {}", adding()),
            NetRefusal::Denied(rule) => format!(
                "sandbox.net.deny forbids it by '{rule}'; only sandbox.net.deny without it in the \
                 worker's configuration would allow it"
            ),
            NetRefusal::Metadata => {
                format!("it is a link-local or cloud metadata address; {}", adding())
            }
            NetRefusal::Misleading(name) => format!(
                "{name} leads there, and a name may not lead to this machine or to a group; a \
                 configuration that names the address itself, or {}",
                adding()
            ),
            NetRefusal::Own(what) => format!("it is {what}; {}", adding()),
            NetRefusal::TooMany(limit) => limit.clone(),
        }
    }
}

impl OwnEndpoint {
    fn is_on_this_machine(&self) -> bool {
        match &self.host {
            Host::Address(address) => address.is_unspecified() || address.is_loopback(),
            Host::Name(_) => self.host.is_localhost(),
        }
    }
}

fn means_this_machine(host: &Host) -> bool {
    match host {
        Host::Address(address) => address.is_loopback() || address.is_unspecified(),
        Host::Name(_) => host.is_localhost(),
    }
}

/// An address and the IPv4 addresses that translators make of it (NAT64, 6to4, the deprecated
/// compatible form), so that none of them is a way around a rule.
fn faces(address: IpAddr) -> Vec<IpAddr> {
    let address = address.to_canonical();
    let mut faces = vec![address];
    if let IpAddr::V6(six) = address {
        let segments = six.segments();
        let four = |high: u16, low: u16| {
            let [a, b] = high.to_be_bytes();
            let [c, d] = low.to_be_bytes();
            IpAddr::V4(Ipv4Addr::new(a, b, c, d))
        };
        match segments {
            [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x64, 0xff9b, 1, _, _, _, high, low] => {
                faces.push(four(high, low));
            }
            [0x2002, high, low, ..] => faces.push(four(high, low)),
            [0, 0, 0, 0, 0, 0, high, low] if high != 0 => faces.push(four(high, low)),
            _ => {}
        }
    }
    faces
}
