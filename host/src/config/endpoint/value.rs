//! Endpoints in the values of configuration keys: URLs, `host:port`, lists of them, addresses to
//! listen on.
//!
//! Errors never repeat a value whole, since values carry passwords.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Endpoint, Host, Ports, connection, port};

/// Why no endpoint can be read out of a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// Nothing that could be a host.
    #[error(
        "no host is in it; expected host:port, a URL such as https://host:port/, a JDBC URL, or a \
         list of these, separated by commas"
    )]
    NoHost,
    /// Not a host.
    #[error("'{0}' is neither a host name nor an address")]
    Host(String),
    /// Not a port.
    #[error("'{0}' is not a port between 1 and 65535")]
    Port(String),
    /// An address to listen on without a port.
    #[error("an address to listen on needs a port, such as 0.0.0.0:8080")]
    NoPort,
    /// No port, and nothing says which.
    #[error("the port of {host} is missing, and {scheme}:// has no usual one; write {host}:port")]
    UnknownScheme {
        /// The scheme.
        scheme: String,
        /// The host.
        host: Host,
    },
    /// The servers are found through DNS records that a plugin cannot read.
    #[error(
        "{0}:// finds its servers through SRV records in DNS, which a grant cannot follow; name \
         the servers themselves, as host:port"
    )]
    Srv(String),
    /// Not an endpoint of a network.
    #[error("{0} names no server on a network")]
    Local(String),
}

/// Usual ports by scheme.
const PORTS: &[(&str, u16)] = &[
    ("amqp", 5672),
    ("amqps", 5671),
    ("bolt", 7687),
    ("cassandra", 9042),
    ("ch", 8123),
    ("clickhouse", 8123),
    ("cockroachdb", 26257),
    ("coap", 5683),
    ("couchbase", 11210),
    ("cql", 9042),
    ("db2", 50000),
    ("derby", 1527),
    ("dns", 53),
    ("elasticsearch", 9200),
    ("firebirdsql", 3050),
    ("ftp", 21),
    ("ftps", 990),
    ("h2", 9092),
    ("hive2", 10000),
    ("hsql", 9001),
    ("http", 80),
    ("https", 443),
    ("imap", 143),
    ("imaps", 993),
    ("informix-sqli", 9088),
    ("jtds", 1433),
    ("kafka", 9092),
    ("ldap", 389),
    ("ldaps", 636),
    ("mariadb", 3306),
    ("memcached", 11211),
    ("mongodb", 27017),
    ("mqtt", 1883),
    ("mqtts", 8883),
    ("mysql", 3306),
    ("mysqlx", 33060),
    ("nats", 4222),
    ("neo4j", 7687),
    ("oracle", 1521),
    ("pop3", 110),
    ("pop3s", 995),
    ("postgres", 5432),
    ("postgresql", 5432),
    ("presto", 8080),
    ("pulsar", 6650),
    ("pulsar+ssl", 6651),
    ("redis", 6379),
    ("redis-sentinel", 26379),
    ("rediss", 6379),
    ("redshift", 5439),
    ("sap", 30015),
    ("scylla", 9042),
    ("sftp", 22),
    ("smtp", 25),
    ("smtps", 465),
    ("snowflake", 443),
    ("sqlserver", 1433),
    ("ssh", 22),
    ("stomp", 61613),
    ("sybase", 5000),
    ("syslog", 514),
    ("teradata", 1025),
    ("trino", 8080),
    ("valkey", 6379),
    ("valkeys", 6379),
    ("vertica", 5433),
    ("ws", 80),
    ("wss", 443),
    ("yugabytedb", 5433),
    ("zookeeper", 2181),
];

/// The usual port of a scheme; `postgresql+x` has that of `postgresql`.
pub(super) fn usual_port(scheme: &str) -> Option<u16> {
    let find = |wanted: &str| {
        let found = PORTS.iter().find(|(name, _)| *name == wanted);
        found.map(|(_, port)| *port)
    };
    let scheme = scheme.to_ascii_lowercase();
    find(&scheme).or_else(|| find(scheme.split_once('+')?.0))
}

/// All endpoints that a value names, in their order, each once.
pub fn endpoints(text: &str) -> Result<Vec<Endpoint>, EndpointError> {
    let text = text.trim();
    let mut found = if let Some(jdbc) = strip_word(text, "jdbc:") {
        connection::jdbc(jdbc)?
    } else if let Some(pairs) = connection::pairs(text) {
        connection::of_pairs(&pairs)?
    } else {
        let mut found = Vec::new();
        for item in items(text) {
            found.extend(of_item(&item)?);
        }
        found
    };
    if found.is_empty() {
        return Err(EndpointError::NoHost);
    }
    let mut known = std::collections::HashSet::new();
    found.retain(|endpoint| known.insert(endpoint.clone()));
    Ok(found)
}

/// The addresses that a value names to listen on. No host means all addresses of the machine.
pub fn listen_addresses(text: &str) -> Result<Vec<Endpoint>, EndpointError> {
    let mut found = Vec::new();
    for item in text
        .split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
    {
        let bare = scheme_of(item).map_or(item, |(_, rest)| rest);
        let bare = bare.split(['/', '?', '#']).next().unwrap_or(bare);
        let all_hosts = bare
            .strip_prefix("*:")
            .or_else(|| bare.strip_prefix(':'))
            .or_else(|| {
                bare.bytes()
                    .all(|byte| byte.is_ascii_digit())
                    .then_some(bare)
            });
        if let Some(number) = all_hosts {
            let number = port(number).ok_or_else(|| EndpointError::Port(number.to_owned()))?;
            let all: [IpAddr; 2] = [Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::UNSPECIFIED.into()];
            found.extend(all.map(|address| Endpoint::new(Host::Address(address), number)));
            continue;
        }
        let (host, ports) = split_port(bare)?;
        let ports = ports.ok_or(EndpointError::NoPort)?;
        found.push(Endpoint { host, ports });
    }
    if found.is_empty() {
        return Err(EndpointError::NoPort);
    }
    Ok(found)
}

/// Cuts a list at its commas, except those between the hosts of one URL.
fn items(text: &str) -> Vec<String> {
    let mut items: Vec<(bool, String)> = Vec::new();
    for piece in text.split(',') {
        let starts_url = scheme_of(piece.trim_start()).is_some();
        match items.last_mut() {
            Some((true, url)) if !starts_url => {
                url.push(',');
                url.push_str(piece);
            }
            _ => items.push((starts_url, piece.trim().to_owned())),
        }
    }
    let items = items.into_iter().map(|(_, item)| item);
    items.filter(|item| !item.is_empty()).collect()
}

/// The scheme and what follows its `://`.
fn scheme_of(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    let mut bytes = scheme.bytes();
    let valid = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic())
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"+-._".contains(&byte));
    valid.then_some((scheme, rest))
}

fn of_item(item: &str) -> Result<Vec<Endpoint>, EndpointError> {
    match scheme_of(item) {
        Some((scheme, rest)) => of_url(scheme, rest),
        None if strip_word(item, "unix:").is_some() || item.starts_with('/') => {
            Err(EndpointError::Local("a path".to_owned()))
        }
        None => hosts(authority(item), None, ""),
    }
}

/// The endpoints of `scheme://rest`.
pub(super) fn of_url(scheme: &str, rest: &str) -> Result<Vec<Endpoint>, EndpointError> {
    let scheme = scheme.to_ascii_lowercase();
    if scheme.ends_with("+srv") {
        return Err(EndpointError::Srv(scheme));
    }
    if matches!(scheme.as_str(), "file" | "unix" | "jar" | "sqlite")
        || scheme.ends_with("+unix")
        || scheme.ends_with("+socket")
    {
        return Err(EndpointError::Local(format!("{scheme}://")));
    }
    let authority = authority(rest);
    if authority.is_empty()
        && let Some((_, query)) = rest.split_once('?')
    {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let pairs: Vec<_> = pairs
            .map(|(key, value)| (key.to_ascii_lowercase(), value.to_owned()))
            .collect();
        return connection::of_pairs(&pairs);
    }
    hosts(authority, usual_port(&scheme), &scheme)
}

/// What is between `//` and the path, without user and password.
fn authority(rest: &str) -> &str {
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let authority = &rest[..end];
    authority.rsplit('@').next().unwrap_or(authority)
}

/// `host[:port]`, separated by commas. Without a scheme, a missing port means every port.
pub(super) fn hosts(
    list: &str,
    usual: Option<u16>,
    scheme: &str,
) -> Result<Vec<Endpoint>, EndpointError> {
    list.split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .map(|item| {
            let (host, ports) = split_port(item)?;
            let ports = match (ports, usual) {
                (Some(ports), _) => ports,
                (None, Some(usual)) => Ports::one(usual),
                (None, None) if scheme.is_empty() => Ports::ANY,
                (None, None) => {
                    let scheme = scheme.to_owned();
                    return Err(EndpointError::UnknownScheme { scheme, host });
                }
            };
            Ok(Endpoint { host, ports })
        })
        .collect()
}

/// Takes the port off `host:port`, `[v6]:port`, `v6` or `host`.
fn split_port(text: &str) -> Result<(Host, Option<Ports>), EndpointError> {
    let (host, number) = match text.rfind(']') {
        Some(end) => match &text[end + 1..] {
            "" => (text, None),
            after => match after.strip_prefix(':') {
                Some(number) => (&text[..=end], Some(number)),
                None => return Err(EndpointError::Host(text.to_owned())),
            },
        },
        None => match text.split_once(':') {
            // Several colons without brackets: an IPv6 address, or nothing.
            Some((_, rest)) if rest.contains(':') => (text, None),
            Some((host, number)) => (host, Some(number)),
            None => (text, None),
        },
    };
    let parsed = Host::parse(host).ok_or_else(|| EndpointError::Host(host.to_owned()))?;
    let ports = match number {
        None | Some("") => None,
        Some(number) => {
            let port = port(number).ok_or_else(|| EndpointError::Port(number.to_owned()))?;
            Some(Ports::one(port))
        }
    };
    Ok((parsed, ports))
}

/// What follows a word, whatever its case.
pub(super) fn strip_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let head = text.get(..word.len())?;
    head.eq_ignore_ascii_case(word).then(|| &text[word.len()..])
}
