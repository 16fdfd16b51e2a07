//! Rules about endpoints: the items of `sandbox.net.allow` and `sandbox.net.deny`.
//!
//! Owns their syntax and what one rule matches. Pure. What rules decide together is decided where
//! they are used (`sandbox::NetworkPolicy`).

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;

use super::endpoint::{Host, Ports};

#[cfg(test)]
mod tests;

/// Which hosts a rule is about.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Pattern {
    /// `*`
    All,
    /// A name.
    Name(String),
    /// `*.example.com`: kept as `.example.com`.
    Below(String),
    /// An address or a range.
    Net(IpNet),
}

/// One item: hosts, and ports if it names any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetRule {
    pattern: Pattern,
    ports: Ports,
    text: String,
}

/// What is wrong with an item.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is no host (db.example.com), wildcard (*.example.com or *), address (10.0.0.5, \
     [fd00::5]) or range (10.0.0.0/8, [fd00::/8]), each with an optional port (:5432) or ports \
     (:8000-8100)"
)]
pub struct NetRuleError(String);

impl NetRule {
    /// Reads one item.
    pub fn parse(text: &str) -> Result<Self, NetRuleError> {
        Self::read(text.trim()).ok_or_else(|| NetRuleError(text.to_owned()))
    }

    fn read(text: &str) -> Option<Self> {
        let (host, ports) = split_ports(text)?;
        let ports = match ports {
            None | Some("*") => Ports::ANY,
            Some(ports) => Ports::parse(ports)?,
        };
        let pattern = if host == "*" {
            Pattern::All
        } else if let Some(name) = host.strip_prefix("*.") {
            match Host::parse(name)? {
                Host::Name(name) => Pattern::Below(format!(".{name}")),
                Host::Address(_) => return None,
            }
        } else if let Ok(net) = host.parse::<IpNet>() {
            Pattern::Net(canonical(net))
        } else {
            match Host::parse(host)? {
                Host::Name(name) => Pattern::Name(name),
                Host::Address(address) => Pattern::Net(address.into()),
            }
        };
        Some(Self {
            pattern,
            ports,
            text: text.to_owned(),
        })
    }

    /// The ports that it is about.
    pub fn ports(&self) -> Ports {
        self.ports
    }

    /// Whether it is about every host.
    pub fn is_for_all(&self) -> bool {
        self.pattern == Pattern::All
    }

    /// Whether it is about a name, written out or by a wildcard.
    pub fn matches_name(&self, name: &str) -> bool {
        match &self.pattern {
            Pattern::All => true,
            Pattern::Name(rule) => rule == name,
            Pattern::Below(suffix) => name.len() > suffix.len() && name.ends_with(suffix.as_str()),
            Pattern::Net(_) => false,
        }
    }

    /// Whether it is about an address, given as a number or in a range.
    pub fn matches_address(&self, address: IpAddr) -> bool {
        match &self.pattern {
            Pattern::All => true,
            Pattern::Net(net) => net.contains(&address),
            Pattern::Name(_) | Pattern::Below(_) => false,
        }
    }

    /// Whether it is about a host.
    pub fn matches(&self, host: &Host) -> bool {
        match host {
            Host::Name(name) => self.matches_name(name),
            Host::Address(address) => self.matches_address(*address),
        }
    }

    /// The range of addresses that it writes out.
    pub fn net(&self) -> Option<&IpNet> {
        match &self.pattern {
            Pattern::Net(net) => Some(net),
            Pattern::All | Pattern::Name(_) | Pattern::Below(_) => None,
        }
    }

    /// Whether it writes out exactly this host, and ports.
    pub fn spells_out(&self, host: &Host) -> bool {
        let same = match (&self.pattern, host) {
            (Pattern::Name(rule), Host::Name(name)) => rule == name,
            (Pattern::Net(net), Host::Address(address)) => {
                net.prefix_len() == net.max_prefix_len() && net.addr() == *address
            }
            _ => false,
        };
        same && !self.ports.is_any()
    }
}

impl fmt::Display for NetRule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// IPv4 ranges that are written as mapped IPv6 become IPv4, as addresses do.
fn canonical(net: IpNet) -> IpNet {
    if let IpNet::V6(six) = net
        && six.prefix_len() >= 96
        && let Some(four) = six.addr().to_ipv4_mapped()
        && let Ok(mapped) = ipnet::Ipv4Net::new(four, six.prefix_len() - 96)
    {
        return IpNet::V4(mapped).trunc();
    }
    net.trunc()
}

/// Takes the ports off. An IPv6 address or range has brackets when ports follow.
fn split_ports(text: &str) -> Option<(&str, Option<&str>)> {
    if let Some(rest) = text.strip_prefix('[') {
        let (host, after) = rest.split_once(']')?;
        // Only IPv6 goes in brackets.
        if !host.contains(':') {
            return None;
        }
        return match after {
            "" => Some((host, None)),
            _ => Some((host, Some(after.strip_prefix(':')?))),
        };
    }
    match text.split_once(':') {
        Some((_, rest)) if rest.contains(':') => Some((text, None)),
        Some((host, ports)) => Some((host, Some(ports))),
        None => Some((text, None)),
    }
}
