//! Endpoints in connection texts of databases: JDBC URLs with their drivers' own forms, and lists
//! of `key=value`.

use super::value::{EndpointError, hosts, of_url, strip_word, usual_port};
use super::{Endpoint, Ports};

/// A word and its value.
pub(super) type Pair = (String, String);

/// Databases that live inside the process.
const EMBEDDED: [&str; 6] = ["sqlite", "duckdb", "h2", "hsqldb", "derby", "ucanaccess"];

/// The endpoints of what follows `jdbc:`.
pub(super) fn jdbc(text: &str) -> Result<Vec<Endpoint>, EndpointError> {
    let driver = text
        .split(':')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    match driver.as_str() {
        "oracle" => return oracle(text),
        "sqlserver" | "jtds" => return sql_server(text, &driver),
        "mysql" | "mariadb" | "aurora" | "singlestore" => return mysql(text, &driver),
        _ if driver.ends_with("+srv") => return Err(EndpointError::Srv(format!("jdbc:{driver}"))),
        _ => {}
    }
    match text.split_once("//") {
        Some((words, rest)) => {
            let scheme = words.trim_end_matches(':');
            // `h2:tcp://`, `ch:https://`: the last word that has a usual port decides.
            let known = scheme.rsplit(':').find(|word| usual_port(word).is_some());
            let rest = rest.split(';').next().unwrap_or(rest);
            match driver.as_str() {
                // Its services are on several ports, which the server tells.
                "as400" => hosts(rest.split('/').next().unwrap_or(rest), None, ""),
                "teradata" => of_url(known.unwrap_or(scheme), rest).map(|found| {
                    let port = value_in(rest, "dbs_port=").and_then(|text| text.parse().ok());
                    with_port(found, port)
                }),
                _ => of_url(known.unwrap_or(scheme), rest),
            }
        }
        None if EMBEDDED.contains(&driver.as_str()) => {
            Err(EndpointError::Local(format!("jdbc:{driver}")))
        }
        // `jdbc:postgresql:database`
        None if driver == "postgresql" => hosts("localhost", usual_port(&driver), &driver),
        // `jdbc:sybase:Tds:host:port/database`
        None if driver == "sybase" => {
            let rest = text.splitn(3, ':').nth(2).unwrap_or_default();
            let rest = rest.split(['/', '?']).next().unwrap_or(rest);
            hosts(rest, usual_port(&driver), &driver)
        }
        None => Err(EndpointError::NoHost),
    }
}

fn with_port(mut endpoints: Vec<Endpoint>, port: Option<u16>) -> Vec<Endpoint> {
    if let Some(port) = port {
        for endpoint in &mut endpoints {
            endpoint.ports = Ports::one(port);
        }
    }
    endpoints
}

/// The value after `key=`, up to a separator; `key` is in lower case.
fn value_in<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let lower = text.to_ascii_lowercase();
    let mut from = 0;
    while let Some(found) = lower[from..].find(key) {
        let start = from + found;
        let starts_word = !lower[..start]
            .ends_with(|before: char| before.is_ascii_alphanumeric() || before == '_');
        from = start + key.len();
        if starts_word {
            let value = &text[from..];
            let end = value.find([',', ';', '&', ')', '/']).unwrap_or(value.len());
            return Some(value[..end].trim());
        }
    }
    None
}

/// `oracle:thin:[user/password]@` and a connect string.
fn oracle(text: &str) -> Result<Vec<Endpoint>, EndpointError> {
    let usual = usual_port("oracle");
    let (_, target) = text.rsplit_once('@').ok_or(EndpointError::NoHost)?;
    let target = target.trim();
    if target.starts_with('(') {
        return addresses(target, usual);
    }
    if strip_word(target, "ldap").is_some() && target.contains("://") {
        let (scheme, rest) = target.split_once("://").unwrap_or(("ldap", target));
        return of_url(scheme, rest);
    }
    let bare = target.split_once("//").map_or(target, |(_, rest)| rest);
    let bare = bare.split(['/', '?']).next().unwrap_or(bare);
    let mut found = Vec::new();
    for item in bare.split([',', ';']) {
        // `host:port:SID`
        let mut parts = item.splitn(3, ':');
        let item = match (parts.next(), parts.next(), parts.next()) {
            (Some(host), Some(port), Some(_)) if !host.starts_with('[') => {
                format!("{host}:{port}")
            }
            _ => item.to_owned(),
        };
        found.extend(hosts(&item, usual, "oracle")?);
    }
    Ok(found)
}

/// Every group of parentheses with a `host=` in it, such as `(ADDRESS=(HOST=a)(PORT=1))`: a port
/// belongs to the host before it.
fn addresses(text: &str, usual: Option<u16>) -> Result<Vec<Endpoint>, EndpointError> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let lower = compact.to_ascii_lowercase();
    let starts: Vec<usize> = lower
        .match_indices("(host=")
        .map(|(start, _)| start)
        .collect();
    let mut found = Vec::new();
    for (number, start) in starts.iter().enumerate() {
        let end = starts.get(number + 1).copied().unwrap_or(compact.len());
        let part = &compact[*start..end];
        let host = value_in(part, "host=").ok_or(EndpointError::NoHost)?;
        found.push(host_and_port(host, value_in(part, "port="), usual)?);
    }
    Ok(found)
}

fn host_and_port(
    host: &str,
    port: Option<&str>,
    usual: Option<u16>,
) -> Result<Endpoint, EndpointError> {
    let host = super::Host::parse(host).ok_or_else(|| EndpointError::Host(host.to_owned()))?;
    let ports = match port {
        Some(text) => {
            let port = super::port(text).ok_or_else(|| EndpointError::Port(text.to_owned()))?;
            Ports::one(port)
        }
        None => usual.map_or(Ports::ANY, Ports::one),
    };
    Ok(Endpoint { host, ports })
}

/// `sqlserver://host\instance:port;key=value` and jTDS's `jtds:sqlserver://host:port/db;..`.
fn sql_server(text: &str, driver: &str) -> Result<Vec<Endpoint>, EndpointError> {
    let (_, rest) = text.split_once("//").ok_or(EndpointError::NoHost)?;
    let (server, properties) = rest.split_once(';').unwrap_or((rest, ""));
    let server = server.split('/').next().unwrap_or(server);
    let property = |names: &[&str]| names.iter().find_map(|name| value_in(properties, name));
    let named = property(&["servername=", "server=", "datasource="]);
    let (server, tail) = match (server, named) {
        ("", Some(named)) => (named, ""),
        (server, _) => match server.split_once('\\') {
            Some((host, tail)) => (host, tail),
            None => (server, ""),
        },
    };
    let port = property(&["portnumber=", "port="]).or_else(|| tail.split_once(':').map(|(_, p)| p));
    // The port of a named instance is told by the server's browser service.
    let by_instance = !tail.is_empty() || property(&["instancename=", "instance="]).is_some();
    let usual = if by_instance {
        None
    } else {
        usual_port(driver)
    };
    let mut found = hosts(server, usual, "")?;
    if let Some(port) = port {
        let port = super::port(port).ok_or_else(|| EndpointError::Port(port.to_owned()))?;
        found = with_port(found, Some(port));
    }
    if let Some(partner) = property(&["failoverpartner="]) {
        found.extend(hosts(partner, usual_port(driver), "")?);
    }
    Ok(found)
}

/// `mysql:[mode:]//[user:password@]hosts/db`, where a host is `host:port`,
/// `address=(host=..)(port=..)` or `(host=..,port=..)`, and several may be in brackets.
fn mysql(text: &str, driver: &str) -> Result<Vec<Endpoint>, EndpointError> {
    let usual = usual_port(driver).or(usual_port("mysql"));
    let (words, rest) = text.split_once("//").ok_or(EndpointError::NoHost)?;
    if words.contains("+srv") {
        return Err(EndpointError::Srv(format!(
            "jdbc:{}",
            words.trim_end_matches(':')
        )));
    }
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let list = rest[..end].rsplit('@').next().unwrap_or_default();
    let inner = list
        .strip_prefix('[')
        .and_then(|list| list.strip_suffix(']'))
        .filter(|inner| inner.parse::<std::net::Ipv6Addr>().is_err());
    let mut found = Vec::new();
    for item in outside_parentheses(inner.unwrap_or(list)) {
        if item.contains('(') {
            let host = value_in(item, "host=").ok_or(EndpointError::NoHost)?;
            found.push(host_and_port(host, value_in(item, "port="), usual)?);
        } else {
            found.extend(hosts(item, usual, driver)?);
        }
    }
    if found.is_empty() {
        // `jdbc:mysql:///db`
        return hosts("localhost", usual, driver);
    }
    Ok(found)
}

/// The items between commas that are not in parentheses.
fn outside_parentheses(text: &str) -> Vec<&str> {
    let mut items = Vec::new();
    let (mut depth, mut start) = (0_i32, 0);
    for (at, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                items.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    items.push(&text[start..]);
    items.retain(|item| !item.is_empty());
    items
}

/// The pairs of `host=a port=1`, `Server=a;Port=1`, and of Go's `user@tcp(a:1)/db`; none when the
/// text is no such list.
pub(super) fn pairs(text: &str) -> Option<Vec<Pair>> {
    if let Some((_, rest)) = text.split_once("tcp(")
        && !text.contains("://")
    {
        let address = rest.split(')').next()?;
        return Some(vec![("host".to_owned(), address.to_owned())]);
    }
    if text.contains("://") || !text.contains('=') {
        return None;
    }
    let separators: &[char] = if text.contains(';') {
        &[';']
    } else {
        &[' ', '\t', '\n']
    };
    let pairs: Vec<Pair> = text
        .split(separators)
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| {
            let value = value.trim().trim_matches('\'');
            (key.trim().to_ascii_lowercase(), value.to_owned())
        })
        .collect();
    Some(pairs)
}

/// The endpoints that pairs name: hosts and ports by their place in two lists, as libpq has it.
pub(super) fn of_pairs(pairs: &[Pair]) -> Result<Vec<Endpoint>, EndpointError> {
    let value = |names: &[&str]| {
        let found = pairs.iter().find(|(key, _)| names.contains(&key.as_str()));
        found.map(|(_, value)| value.as_str())
    };
    let listed = value(&["hostaddr"])
        .or_else(|| value(&["host", "server", "data source", "servername"]))
        .ok_or(EndpointError::NoHost)?;
    if listed.starts_with('/') {
        return Err(EndpointError::Local("a path".to_owned()));
    }
    // `Server=tcp:host,1433` of SQL Server has its port after a comma.
    let server = listed.strip_prefix("tcp:");
    let mut found = match (server.unwrap_or(listed).split_once(','), server) {
        (Some((host, port)), Some(_)) => vec![host_and_port(host, Some(port.trim()), None)?],
        _ => hosts(server.unwrap_or(listed), None, "")?,
    };
    let ports: Vec<&str> = value(&["port"]).map_or(Vec::new(), |ports| ports.split(',').collect());
    for (number, endpoint) in found.iter_mut().enumerate() {
        let Some(text) = ports.get(number).or(ports.last()).map(|text| text.trim()) else {
            continue;
        };
        let port = super::port(text).ok_or_else(|| EndpointError::Port(text.to_owned()))?;
        endpoint.ports = Ports::one(port);
    }
    // Without a port libpq takes its own.
    let is_libpq = value(&["dbname"]).is_some() || value(&["user"]).is_some();
    if is_libpq && value(&["server", "data source"]).is_none() {
        for endpoint in found.iter_mut().filter(|endpoint| endpoint.ports.is_any()) {
            endpoint.ports = Ports::one(5432);
        }
    }
    Ok(found)
}
