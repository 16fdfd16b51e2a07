//! Grants of endpoints and of addresses to listen on.

use super::{GrantOrigin, GrantRefused, value};
use crate::config::ConfigMap;
use crate::config::def::{ConfigKey, ConfigType, Grant, java_trim};
use crate::config::endpoint::{self, Endpoint};
use crate::sandbox::{EndpointGrant, NetRefusal, NetworkGrants};

#[cfg(test)]
mod tests;

/// Adds what a key names to `grants`; what it may not name is returned.
pub(super) fn add_grants(
    key: &ConfigKey,
    config: &ConfigMap,
    origin: GrantOrigin,
    grants: &mut NetworkGrants,
) -> Vec<GrantRefused> {
    let text = value(key, config).map_or("", |text| java_trim(text));
    if text.is_empty() {
        return Vec::new();
    }
    let listens = key.grants == Some(Grant::Listen);
    let found = match listens {
        true => endpoint::listen_addresses(text),
        false => endpoint::endpoints(text),
    };
    let found = match found {
        Ok(found) => found,
        Err(error) => {
            return vec![GrantRefused {
                key: key.name.clone(),
                path: String::new(),
                message: format!("{}{}: {error}", key.name, shown(key, text)),
            }];
        }
    };
    let bounded = origin == GrantOrigin::Rest;
    let mut refused = Vec::new();
    for endpoint in found {
        let checked = match listens {
            true => grants.policy.check_listen(&endpoint, bounded),
            false => grants.policy.check_named(&endpoint, bounded),
        };
        if let Err(refusal) = checked {
            refused.push(refusal_of(key, &endpoint, &refusal, grants));
            continue;
        }
        let grant = EndpointGrant {
            key: key.name.clone(),
            endpoint,
            bounded,
        };
        match listens {
            true => grants.listen.push(grant),
            false => grants.endpoints.push(grant),
        }
    }
    refused
}

fn refusal_of(
    key: &ConfigKey,
    endpoint: &Endpoint,
    refusal: &NetRefusal,
    grants: &NetworkGrants,
) -> GrantRefused {
    let who = match refusal {
        NetRefusal::NotAllowed => "a connector created over REST",
        _ => "a connector",
    };
    let what = match key.grants {
        Some(Grant::Listen) => "listen on this address",
        _ => "use this endpoint",
    };
    GrantRefused {
        key: key.name.clone(),
        path: endpoint.to_string(),
        message: format!(
            "{}={endpoint}: {who} may not {what}: {}",
            key.name,
            grants.policy.explain(refusal, endpoint)
        ),
    }
}

/// `=value`, unless it may hold a password.
fn shown(key: &ConfigKey, text: &str) -> String {
    let secret = key.config_type == ConfigType::Password || text.contains(['@', ';', '=', ' ']);
    if secret {
        return String::new();
    }
    format!("={text}")
}
