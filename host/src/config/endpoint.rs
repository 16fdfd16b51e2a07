//! Hosts, ports and endpoints, as configurations write them.
//!
//! Owns the one spelling of a host that everything else compares: names in lower case and ASCII,
//! addresses as numbers whatever notation they were written in. `value` reads endpoints out of
//! URLs and connection texts. Pure: no name is looked up here. Must not know who may use what.

mod connection;
mod value;

#[cfg(test)]
mod tests;

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

pub use value::{EndpointError, endpoints, listen_addresses};

/// A name or an address.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Host {
    /// A name, in lower case, without a dot at its end.
    Name(String),
    /// An address; an IPv4 address is never written as IPv6.
    Address(IpAddr),
}

impl Host {
    /// Reads a host as browsers do: names become ASCII, all notations of an address that address.
    /// An IPv6 address may have brackets.
    pub fn parse(text: &str) -> Option<Self> {
        let bare = text
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        if let Ok(address) = bare.unwrap_or(text).parse::<Ipv6Addr>() {
            return Some(Self::Address(IpAddr::V6(address).to_canonical()));
        }
        match url::Host::parse(text).ok()? {
            url::Host::Ipv4(address) => Some(Self::Address(address.into())),
            url::Host::Ipv6(address) => Some(Self::Address(IpAddr::V6(address).to_canonical())),
            url::Host::Domain(name) => {
                let name = name.strip_suffix('.').unwrap_or(&name);
                let plain = !name.is_empty() && !name.contains(['*', ',', ';', '=', '(', ')']);
                plain.then(|| Self::Name(name.to_ascii_lowercase()))
            }
        }
    }

    /// Whether it is a name that always means this machine.
    pub fn is_localhost(&self) -> bool {
        matches!(self, Self::Name(name) if name == "localhost" || name.ends_with(".localhost"))
    }
}

impl fmt::Display for Host {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => formatter.write_str(name),
            Self::Address(IpAddr::V4(address)) => address.fmt(formatter),
            Self::Address(IpAddr::V6(address)) => write!(formatter, "[{address}]"),
        }
    }
}

/// One port or a range of ports, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ports {
    first: u16,
    last: u16,
}

impl Ports {
    /// Every port.
    pub const ANY: Self = Self {
        first: 0,
        last: u16::MAX,
    };

    /// One port.
    pub fn one(port: u16) -> Self {
        Self {
            first: port,
            last: port,
        }
    }

    /// Reads `8080` or `8000-8100`.
    pub fn parse(text: &str) -> Option<Self> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let ports = Self {
            first: port(first)?,
            last: port(last)?,
        };
        (ports.first <= ports.last).then_some(ports)
    }

    /// Whether `port` is one of them.
    pub fn contains(self, port: u16) -> bool {
        (self.first..=self.last).contains(&port)
    }

    /// Whether all of `others` are among them.
    pub fn covers(self, others: Self) -> bool {
        self.first <= others.first && others.last <= self.last
    }

    /// Whether any of `others` is among them.
    pub fn overlaps(self, others: Self) -> bool {
        self.first <= others.last && others.first <= self.last
    }

    /// Whether they are all that there are.
    pub fn is_any(self) -> bool {
        self == Self::ANY
    }

    /// The only one.
    pub fn single(self) -> Option<u16> {
        (self.first == self.last).then_some(self.first)
    }
}

/// Digits only: no sign, no space.
fn port(text: &str) -> Option<u16> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok())?
}

impl fmt::Display for Ports {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.single() {
            Some(port) => port.fmt(formatter),
            None => write!(formatter, "{}-{}", self.first, self.last),
        }
    }
}

/// A host with ports, as a configuration names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Endpoint {
    /// The host.
    pub host: Host,
    /// Its ports; all of them when the configuration names none.
    pub ports: Ports,
}

impl Endpoint {
    /// One port of a host.
    pub fn new(host: Host, port: u16) -> Self {
        Self {
            host,
            ports: Ports::one(port),
        }
    }
}

impl From<SocketAddr> for Endpoint {
    fn from(address: SocketAddr) -> Self {
        Self::new(Host::Address(address.ip().to_canonical()), address.port())
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.host.fmt(formatter)?;
        if self.ports.is_any() {
            return Ok(());
        }
        write!(formatter, ":{}", self.ports)
    }
}
