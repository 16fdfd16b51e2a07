use std::sync::Arc;

use super::super::{GrantPolicy, grants_for};
use super::*;
use crate::config::def::{ConfigDef, DefaultValue, Importance};
use crate::config::endpoint::Host;
use crate::config::net_rule::NetRule;
use crate::sandbox::{Grants, NetworkPolicy, OwnEndpoint};

fn def(config_type: ConfigType, grant: Grant) -> ConfigDef {
    let mut key = ConfigKey::new(
        "server",
        config_type,
        DefaultValue::Null,
        Importance::High,
        "The server.",
    );
    key.grants = Some(grant);
    ConfigDef::new([key]).unwrap()
}

fn policy(allow: &[&str], deny: &[&str]) -> GrantPolicy {
    let rules = |items: &[&str]| {
        let items = items.iter();
        items.map(|item| NetRule::parse(item).unwrap()).collect()
    };
    GrantPolicy {
        network: Arc::new(NetworkPolicy {
            allow: rules(allow),
            deny: rules(deny),
            own: vec![OwnEndpoint {
                what: "the worker's REST interface",
                host: Host::parse("0.0.0.0").unwrap(),
                port: 8083,
            }],
        }),
        ..GrantPolicy::default()
    }
}

fn grants_of(
    def: &ConfigDef,
    value: &str,
    origin: GrantOrigin,
    policy: &GrantPolicy,
) -> Result<Grants, String> {
    let config = ConfigMap::from([("server".to_owned(), value.to_owned())]);
    grants_for(def, &config, origin, policy).map_err(|refused| {
        let messages: Vec<String> = refused.into_iter().map(|refusal| refusal.message).collect();
        messages.join("\n")
    })
}

fn over_rest(value: &str, policy: &GrantPolicy) -> Result<Grants, String> {
    let def = def(ConfigType::String, Grant::Endpoint);
    grants_of(&def, value, GrantOrigin::Rest, policy)
}

#[test]
fn what_a_key_names_is_granted_with_the_key() {
    let grants = over_rest("mongodb://u:p@a,b:1/db", &policy(&["*"], &[])).unwrap();
    let shown: Vec<String> = grants
        .network
        .endpoints
        .iter()
        .map(|grant| format!("{} {} {}", grant.key, grant.endpoint, grant.bounded))
        .collect();
    assert_eq!(shown, ["server a:27017 true", "server b:1 true"]);
    assert!(
        over_rest(" ", &policy(&[], &[]))
            .unwrap()
            .network
            .endpoints
            .is_empty()
    );
}

#[test]
fn lists_keep_urls_of_several_hosts_together() {
    let def = def(ConfigType::List, Grant::Endpoint);
    let grants = grants_of(
        &def,
        "nats://a,b:2 , c:3",
        GrantOrigin::Rest,
        &policy(&["*"], &[]),
    );
    // `c:3` is a further host of the URL before it, as drivers have it.
    let grants = grants.unwrap();
    let shown = grants.network.endpoints.iter();
    let shown: Vec<String> = shown.map(|grant| grant.endpoint.to_string()).collect();
    assert_eq!(shown, ["a:4222", "b:2", "c:3"]);
}

#[test]
fn refusals_name_the_key_the_endpoint_and_the_line_that_would_allow_it() {
    assert_eq!(
        over_rest(
            "https://u:secret@api.other/x",
            &policy(&["*.example:443"], &[])
        )
        .unwrap_err(),
        "server=api.other:443: a connector created over REST may not use this endpoint: \
         sandbox.net.allow does not; sandbox.net.allow=*.example:443,api.other:443 in the worker's \
         configuration would allow it"
    );
    assert_eq!(
        over_rest("http://169.254.169.254/", &policy(&["*"], &[])).unwrap_err(),
        "server=169.254.169.254:80: a connector may not use this endpoint: it is a link-local or \
         cloud metadata address; sandbox.net.allow=*,169.254.169.254:80 in the worker's \
         configuration would allow it"
    );
    assert_eq!(
        over_rest("http://localhost:8083/", &policy(&["*"], &[])).unwrap_err(),
        "server=localhost:8083: a connector may not use this endpoint: it is the worker's REST \
         interface; sandbox.net.allow=*,localhost:8083 in the worker's configuration would allow it"
    );
    assert_eq!(
        over_rest("a.example:1", &policy(&["*"], &["*.example"])).unwrap_err(),
        "server=a.example:1: a connector may not use this endpoint: sandbox.net.deny forbids it by \
         '*.example'; only sandbox.net.deny without it in the worker's configuration would allow it"
    );
}

#[test]
fn values_that_cannot_be_read_are_refused_without_their_secrets() {
    let policy = policy(&["*"], &[]);
    assert_eq!(
        over_rest("http://u:secret@h:99999/", &policy).unwrap_err(),
        "server: '99999' is not a port between 1 and 65535"
    );
    assert_eq!(
        over_rest("file:///etc/passwd", &policy).unwrap_err(),
        "server=file:///etc/passwd: file:// names no server on a network"
    );
}

#[test]
fn the_operators_files_are_bound_by_the_exceptions_only() {
    let def = def(ConfigType::String, Grant::Endpoint);
    let check = |value: &str, policy: &GrantPolicy| {
        grants_of(&def, value, GrantOrigin::CommandLine, policy).is_ok()
    };
    assert!(check("a.example:1", &policy(&[], &[])));
    assert!(!check("a.example:1", &policy(&[], &["a.example"])));
    assert!(!check("169.254.169.254:80", &policy(&["*"], &[])));
    assert!(!check("127.0.0.1:8083", &policy(&["*"], &[])));
    assert!(check("127.0.0.1:8083", &policy(&["127.0.0.1:8083"], &[])));
}

#[test]
fn addresses_to_listen_on_are_held_against_the_same_rules() {
    let def = def(ConfigType::String, Grant::Listen);
    let check = |value: &str, policy: &GrantPolicy| {
        grants_of(&def, value, GrantOrigin::Rest, policy).map(|grants| grants.network.listen.len())
    };
    assert_eq!(check("0.0.0.0:514", &policy(&["*"], &[])), Ok(1));
    assert_eq!(check(":514", &policy(&["*"], &[])), Ok(2));
    assert!(check("0.0.0.0:514", &policy(&["127.0.0.1"], &[])).is_err());
    assert!(check("127.0.0.1:514", &policy(&["*"], &["*:514"])).is_err());
    assert_eq!(
        check("0.0.0.0:8083", &policy(&["*"], &[])).unwrap_err(),
        "server=0.0.0.0:8083: a connector may not listen on this address: it is the worker's REST \
         interface; sandbox.net.allow=*,0.0.0.0:8083 in the worker's configuration would allow it"
    );
}
