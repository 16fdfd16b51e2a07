//! Where the REST server listens, and the address that the worker is known by.
//!
//! Owns the syntax of `listeners`, the choice of the advertised address and the rules of
//! `response.http.headers.config`. Pure: addresses that were bound are parameters. Must not know
//! axum.
//!
//! Kafka counterparts: RestServerConfig and RestServer.advertisedUrl.

use std::fmt;
use std::net::SocketAddr;
use std::sync::LazyLock;

use regex::Regex;
use thiserror::Error;

#[cfg(test)]
mod tests;

/// The protocol of a listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// Plain.
    Http,
    /// Over TLS.
    Https,
}

impl fmt::Display for Scheme {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Http => "http",
            Self::Https => "https",
        })
    }
}

/// What is wrong with a listener. The texts begin as Kafka's do.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ListenerError {
    /// Not `protocol://host:port`.
    #[error("Listener doesn't have the right format (protocol://hostname:port). Found: '{0}'")]
    Format(String),
    /// Neither http nor https.
    #[error("Listener protocol must be either \"http\" or \"https\". Found: '{0}'")]
    Protocol(String),
    /// No port of TCP.
    #[error("Listener port must be between 0 and 65535. Found: '{0}'")]
    Port(String),
}

/// An address to listen on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    /// The protocol.
    pub scheme: Scheme,
    /// The host without brackets, empty for all interfaces.
    pub host: String,
    /// The port, 0 for any free one.
    pub port: u16,
}

static LISTENER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(.*)://\[?([0-9a-zA-Z\-%._:]*)\]?:(-?[0-9]+)$").expect("the pattern is constant")
});

impl Listener {
    /// Parses `protocol://host:port`.
    pub fn parse(text: &str) -> Result<Self, ListenerError> {
        let parts = LISTENER
            .captures(text)
            .ok_or_else(|| ListenerError::Format(text.to_owned()))?;
        let scheme = match parts[1].to_ascii_lowercase().as_str() {
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            _ => return Err(ListenerError::Protocol(text.to_owned())),
        };
        let port = parts[3]
            .parse()
            .map_err(|_| ListenerError::Port(text.to_owned()))?;
        Ok(Self {
            scheme,
            host: parts[2].to_owned(),
            port,
        })
    }
}

impl fmt::Display for Listener {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = bracketed(&self.host);
        write!(formatter, "{}://{host}:{}", self.scheme, self.port)
    }
}

/// What the user says about the advertised address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AdvertisedSettings {
    /// `rest.advertised.host.name`
    pub host: Option<String>,
    /// `rest.advertised.port`
    pub port: Option<u16>,
    /// `rest.advertised.listener`, in lower case.
    pub protocol: Option<String>,
}

/// The address that a worker is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdvertisedAddress {
    /// The protocol.
    pub scheme: Scheme,
    /// The host; an IPv6 address in brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

impl AdvertisedAddress {
    /// Chooses the address. `bound` are the addresses that `listeners` got, in their order;
    /// `local_host` is the host's own name for when nothing names one.
    pub fn choose(
        settings: &AdvertisedSettings,
        listeners: &[Listener],
        bound: &[SocketAddr],
        local_host: &str,
    ) -> Self {
        let scheme = match settings.protocol.as_deref() {
            Some("https") => Scheme::Https,
            Some(_) => Scheme::Http,
            None if listeners.iter().any(|one| one.scheme == Scheme::Http) => Scheme::Http,
            None => Scheme::Https,
        };
        let index = listeners.iter().position(|one| one.scheme == scheme);
        // COMPAT: without a listener of that protocol, the server's first address serves
        // (RestServer.advertisedUrl), and it is not an error.
        let listener = index.and_then(|index| listeners.get(index));
        let bound_port = bound.get(index.unwrap_or(0)).map_or(0, SocketAddr::port);
        let host = settings
            .host
            .as_deref()
            .filter(|host| !host.is_empty())
            .or_else(|| {
                listener
                    .map(|one| one.host.as_str())
                    .filter(|host| !host.is_empty())
            })
            .unwrap_or(local_host);
        let port = settings.port.unwrap_or_else(|| {
            listener
                .map(|one| one.port)
                .filter(|&port| port > 0)
                .unwrap_or(bound_port)
        });
        Self {
            scheme,
            host: bracketed(host),
            port,
        }
    }

    /// The worker's id: host and port.
    pub fn worker_id(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// The URL, which ends in a slash.
    pub fn url(&self) -> String {
        format!("{}://{}:{}/", self.scheme, self.host, self.port)
    }
}

fn bracketed(host: &str) -> String {
    if host.contains(':') && !host.starts_with('[') {
        format!("[{host}]")
    } else {
        host.to_owned()
    }
}

/// How a response header is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderAction {
    /// Replaces the header.
    Set,
    /// Adds to the header.
    Add,
    /// Replaces the header by a date.
    SetDate,
    /// Adds a date.
    AddDate,
}

/// A rule of `response.http.headers.config`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderRule {
    /// What to do.
    pub action: HeaderAction,
    /// The header.
    pub name: String,
    /// The value; for dates, milliseconds from now.
    pub value: String,
}

/// The rules of a `response.http.headers.config`; the error is Kafka's text.
pub fn parse_header_rules(text: &str) -> Result<Vec<HeaderRule>, String> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    split_quoted(text)
        .iter()
        .map(|item| parse_header_rule(item))
        .collect()
}

fn parse_header_rule(item: &str) -> Result<HeaderRule, String> {
    let Some((action, header)) = item.trim().split_once(char::is_whitespace) else {
        return Err(format!(
            "Invalid format of header config '{item}'. Expected: '[action] [header name]:[header value]'"
        ));
    };
    let header = header.trim_start();
    let known = ["set", "add", "setDate", "addDate"];
    if !known.iter().any(|known| known.eq_ignore_ascii_case(action)) {
        return Err(format!(
            "Invalid header config action: '{action}'. Expected one of [{}]",
            known.join(", ")
        ));
    }
    // Java's split leaves empty texts at the end out.
    let parts = header.trim().trim_end_matches(':').split(':').count();
    let (name, value) = match header.trim().split_once(':') {
        Some((name, value)) if parts == 2 => (name.trim(), value.trim()),
        _ => {
            return Err(format!(
                "Invalid format of header name and header value pair '{header}'. Expected: '[header name]:[header value]'"
            ));
        }
    };
    if name.is_empty() || name.contains(char::is_whitespace) {
        return Err(format!(
            "Invalid header name '{name}'. The '[header name]' cannot contain whitespace"
        ));
    }
    // COMPAT: Kafka takes an action in any case, but Jetty's HeaderFilter looks for a leading `add`
    // and a trailing `Date` in just this case: `setdate` sets the number as it stands.
    let action = match (action.starts_with("add"), action.ends_with("Date")) {
        (false, false) => HeaderAction::Set,
        (true, false) => HeaderAction::Add,
        (false, true) => HeaderAction::SetDate,
        (true, true) => HeaderAction::AddDate,
    };
    Ok(HeaderRule {
        action,
        name: name.to_owned(),
        value: value.to_owned(),
    })
}

/// Splits at commas. An item that begins with a double quote goes on to the next one, in which a
/// backslash hides a quote; other items are trimmed. A comma at the end is passed over, two in a row
/// have an empty item between them.
fn split_quoted(text: &str) -> Vec<String> {
    let mut items = Vec::new();
    let mut characters = text.chars().peekable();
    loop {
        while characters
            .next_if(|character| character.is_whitespace())
            .is_some()
        {}
        let mut item = String::new();
        let quoted = match characters.peek() {
            None => return items,
            Some(&first) => first == '"',
        };
        if quoted {
            characters.next();
            while let Some(character) = characters.next() {
                match character {
                    '"' => break,
                    '\\' => item.extend(characters.next()),
                    other => item.push(other),
                }
            }
            // What follows the closing quote belongs to nothing.
            while characters.next_if(|&character| character != ',').is_some() {}
        } else {
            while let Some(character) = characters.next_if(|&character| character != ',') {
                item.push(character);
            }
            item.truncate(item.trim_end().len());
        }
        items.push(item);
        characters.next();
    }
}
