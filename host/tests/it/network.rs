//! A plugin reaches the endpoints that its configuration names, as far as the worker's policy lets
//! it, and nothing else: over TCP, UDP, HTTP and TLS, by addresses and by names.

mod servers;

use std::sync::Arc;

use connect_wasm::config::endpoint::Host;
use connect_wasm::config::net_rule::NetRule;
use connect_wasm::plugin::{GrantOrigin, GrantPolicy, grants_for};
use connect_wasm::sandbox::{Environment, Limits, NetworkPolicy, OwnEndpoint, SourceTaskInstance};

use crate::guests;

/// The policy of a worker with `sandbox.net.allow` and `sandbox.net.deny`.
fn policy(allow: &str, deny: &str) -> NetworkPolicy {
    let rules = |text: &str| {
        let items = text.split(',').filter(|item| !item.is_empty());
        items.map(|item| NetRule::parse(item).unwrap()).collect()
    };
    NetworkPolicy {
        allow: rules(allow),
        deny: rules(deny),
        own: Vec::new(),
    }
}

/// What the tests' servers, which are on loopback addresses, need to be reached by names.
fn open() -> NetworkPolicy {
    policy("*,127.0.0.0/8", "")
}

/// The answers of a probe with this configuration, which was created over REST.
async fn answers(policy: NetworkPolicy, entries: &[(&str, &str)], script: &str) -> Vec<String> {
    let policy = GrantPolicy {
        network: Arc::new(policy),
        ..GrantPolicy::default()
    };
    answers_within(policy, Limits::default(), entries, script).await
}

async fn answers_within(
    policy: GrantPolicy,
    limits: Limits,
    entries: &[(&str, &str)],
    script: &str,
) -> Vec<String> {
    let plugin = guests::plugin(guests::NETWORK).await;
    let mut config = guests::config(entries);
    config.insert("script".to_owned(), script.to_owned());
    let grants = grants_for(&plugin.config_def(), &config, GrantOrigin::Rest, &policy).unwrap();
    let mut spec = guests::task(&plugin);
    spec.grants = grants;
    spec.limits = limits;
    let mut task = SourceTaskInstance::new(spec).await.unwrap();
    let error = task.start(&config).await.unwrap_err();
    let guest = error
        .guest_error()
        .unwrap_or_else(|| panic!("{}", error.trace()));
    guest.message.lines().map(str::to_owned).collect()
}

/// Checks each operation of a script, written as `operation => answer`.
async fn check(policy: NetworkPolicy, entries: &[(&str, &str)], script: &str) {
    let rows: Vec<(&str, &str)> = script
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| line.split_once(" => ").unwrap())
        .collect();
    let operations: Vec<&str> = rows.iter().map(|(operation, _)| *operation).collect();
    let found = answers(policy, entries, &operations.join("\n")).await;
    let found: Vec<(&str, &str)> = operations
        .into_iter()
        .zip(found.iter().map(String::as_str))
        .collect();
    assert_eq!(found, rows);
}

#[tokio::test]
async fn nothing_is_reached_without_a_grant() {
    let echo = servers::echo("127.0.0.1").await;
    check(
        open(),
        &[],
        &format!(
            "connect 127.0.0.1:{echo} => PermissionDenied
             udp-send 0.0.0.0:0 127.0.0.1:{echo} x => PermissionDenied
             udp-bind 127.0.0.1:0 => PermissionDenied
             listen 127.0.0.1:0 => PermissionDenied
             get http://127.0.0.1:{echo}/ => ErrorCode::HttpRequestDenied
             environment => ok
             read /proc/self/environ => NotFound
             read /proc/1/cmdline => NotFound"
        ),
    )
    .await;
}

#[tokio::test]
async fn a_granted_address_is_reached_and_no_other() {
    let granted = servers::echo("127.0.0.1").await;
    let other = servers::echo("127.0.0.1").await;
    let endpoint = format!("127.0.0.1:{granted}");
    check(
        open(),
        &[("endpoint", &endpoint)],
        &format!(
            "exchange 127.0.0.1:{granted} hi => ok echo hi
             exchange 127.0.0.1:{other} hi => PermissionDenied
             exchange 127.0.0.2:{granted} hi => PermissionDenied
             exchange [::1]:{granted} hi => PermissionDenied
             udp-send 0.0.0.0:0 127.0.0.1:{other} x => PermissionDenied
             exchange 127.0.0.1:{granted} again => ok echo again"
        ),
    )
    .await;
}

#[tokio::test]
async fn a_granted_name_is_looked_up_and_leads_to_its_addresses() {
    let port = servers::echo("127.0.0.1").await;
    guests::names().set("db.test", &[&["127.0.0.1"]]);
    guests::names().set("other.test", &[&["127.0.0.1"]]);
    let endpoint = format!("redis://user:secret@DB.test:{port}/0");
    let found = answers(
        open(),
        &[("endpoint", &endpoint)],
        &format!(
            "lookup db.test
             exchange db.test:{port} hi
             exchange 127.0.0.1:{port} hi
             exchange db.test:1 hi
             lookup other.test
             exchange other.test:{port} hi"
        ),
    )
    .await;
    assert_eq!(
        found[..4],
        [
            "ok 127.0.0.1",
            "ok echo hi",
            "ok echo hi",
            "PermissionDenied"
        ]
    );
    assert!(!found[4].starts_with("ok"), "{found:?}");
    assert!(!found[5].starts_with("ok"), "{found:?}");
}

#[tokio::test]
async fn an_address_that_the_guest_kept_is_looked_up_again_by_the_host() {
    let port = servers::echo("127.0.0.1").await;
    guests::names().set("kept.test", &[&["127.0.0.1"]]);
    check(
        open(),
        &[("endpoint", &format!("kept.test:{port}"))],
        &format!("exchange 127.0.0.1:{port} hi => ok echo hi"),
    )
    .await;
}

#[tokio::test]
async fn a_name_that_comes_to_mean_something_else_leads_nowhere() {
    let port = servers::echo("0.0.0.0").await;
    let answers: &[&[&str]] = &[&["127.0.0.2"], &["127.0.0.1"], &["169.254.169.254"]];
    guests::names().set("rebind.test", answers);
    let (log, guard) = guests::Log::listen();
    check(
        policy("*,127.0.0.2", ""),
        &[("endpoint", &format!("rebind.test:{port}"))],
        &format!(
            "exchange rebind.test:{port} hi => ok echo hi
             exchange rebind.test:{port} hi => PermissionDenied
             exchange rebind.test:{port} hi => PermissionDenied"
        ),
    )
    .await;
    drop(guard);
    let lines = log.lines().join("\n");
    assert!(
        lines.contains(&format!(
            "endpoint: the plugin is refused to connect to 127.0.0.1:{port}: rebind.test leads \
             there"
        )),
        "{lines}"
    );
    assert!(
        lines.contains(&format!(
            "link-local or cloud metadata address; sandbox.net.allow=*,127.0.0.2,169.254.169.254:{port} in \
             the worker's configuration would allow it"
        )),
        "{lines}"
    );
}

#[tokio::test]
async fn deny_rules_hold_for_addresses_of_names() {
    let port = servers::echo("127.0.0.1").await;
    guests::names().set("denied.test", &[&["127.0.0.1"]]);
    check(
        policy("*,127.0.0.0/8", "127.0.0.1"),
        &[("endpoint", &format!("denied.test:{port}"))],
        &format!(
            "exchange denied.test:{port} hi => PermissionDenied
             get http://denied.test:{port}/ => ErrorCode::DestinationIpProhibited"
        ),
    )
    .await;
}

#[tokio::test]
async fn the_workers_own_endpoints_are_not_reached_by_other_ways() {
    let rest = servers::echo("127.0.0.1").await;
    let broker = servers::echo("127.0.0.1").await;
    guests::names().set("broker.test", &[&["127.0.0.1"]]);
    let mut policy = open();
    policy.own = vec![
        OwnEndpoint {
            what: "the worker's REST interface",
            host: Host::Address([0, 0, 0, 0].into()),
            port: rest,
        },
        OwnEndpoint {
            what: "a bootstrap server of the worker",
            host: Host::Name("broker.test".to_owned()),
            port: broker,
        },
    ];
    let script = format!(
        "exchange 127.0.0.1:{rest} hi => PermissionDenied
         exchange 127.0.0.1:{broker} hi => PermissionDenied
         get http://127.0.0.1:{rest}/ => ErrorCode::DestinationIpProhibited"
    );
    check(policy.clone(), &[("endpoint", "127.0.0.1")], &script).await;
    policy
        .allow
        .push(NetRule::parse(&format!("127.0.0.1:{rest}")).unwrap());
    check(
        policy,
        &[("endpoint", "127.0.0.1")],
        &format!(
            "exchange 127.0.0.1:{rest} hi => ok echo hi
             exchange 127.0.0.1:{broker} hi => PermissionDenied"
        ),
    )
    .await;
}

#[tokio::test]
async fn datagrams_go_to_granted_endpoints() {
    let port = servers::udp_echo().await;
    let other = servers::udp_echo().await;
    check(
        open(),
        &[("endpoint", &format!("udp://127.0.0.1:{port}"))],
        &format!(
            "udp 0.0.0.0:0 127.0.0.1:{port} hi => ok echo hi
             udp 127.0.0.1:0 127.0.0.1:{port} hi => ok echo hi
             udp 0.0.0.0:0 127.0.0.1:{other} hi => PermissionDenied
             udp-bind 127.0.0.1:{other} => PermissionDenied"
        ),
    )
    .await;
}

#[tokio::test]
async fn a_granted_address_is_listened_on_and_no_other() {
    let taken = servers::echo("127.0.0.1").await;
    check(
        open(),
        &[("listen", "127.0.0.1:0"), ("endpoint", "127.0.0.1")],
        &format!(
            "serve 127.0.0.1:0 => ok hello
             listen 127.0.0.2:0 => PermissionDenied
             listen 127.0.0.1:{taken} => PermissionDenied
             listen 0.0.0.0:0 => PermissionDenied"
        ),
    )
    .await;
    check(
        open(),
        &[("endpoint", "127.0.0.1")],
        "listen 127.0.0.1:0 => PermissionDenied",
    )
    .await;
}

#[tokio::test]
async fn http_goes_to_granted_hosts_and_redirects_are_checked() {
    let refused = servers::echo("127.0.0.1").await;
    let port = servers::http(vec![
        ("/hello", servers::page("hello")),
        ("/again", servers::redirect("http://web.test:{port}/hello")),
        (
            "/away",
            servers::redirect(&format!("http://127.0.0.1:{refused}/")),
        ),
        (
            "/metadata",
            servers::redirect("http://169.254.169.254/latest/meta-data/"),
        ),
        ("/elsewhere", servers::redirect("http://evil.test/")),
        ("/long", servers::long_head()),
    ])
    .await;
    guests::names().set("web.test", &[&["127.0.0.1"]]);
    check(
        open(),
        &[("endpoint", &format!("http://web.test:{port}/hello"))],
        &format!(
            "get http://web.test:{port}/hello => ok 200 hello
             get http://WEB.test.:{port}/again => ok 200 hello
             get http://web.test:{port}/away => ErrorCode::HttpRequestDenied
             get http://web.test:{port}/metadata => ErrorCode::HttpRequestDenied
             get http://web.test:{port}/elsewhere => ErrorCode::HttpRequestDenied
             get http://web.test:{port}@evil.test/hello => ErrorCode::HttpRequestDenied
             get http://web.test/hello => ErrorCode::HttpRequestDenied
             get ftp://web.test:{port}/hello => ErrorCode::HttpProtocolError
             get http://web.test:{port}/long => ErrorCode::HttpResponseHeaderSectionSize(None)
             get-with http://web.test:{port}/hello host evil.test => HeaderError::Forbidden
             get-with http://web.test:{port}/hello x-mine 1 => ok 200 hello"
        ),
    )
    .await;
}

#[tokio::test]
async fn http_is_refused_when_a_name_comes_to_mean_something_else() {
    let port = servers::http(vec![("/", servers::page("hello"))]).await;
    let answers: &[&[&str]] = &[&["127.0.0.1"], &["169.254.169.254"], &["127.0.0.2"]];
    guests::names().set("moving.test", answers);
    check(
        policy("*,127.0.0.1", ""),
        &[("endpoint", &format!("moving.test:{port}"))],
        &format!(
            "get http://moving.test:{port}/ => ok 200 hello
             get http://moving.test:{port}/ => ErrorCode::DestinationIpProhibited
             get http://moving.test:{port}/ => ErrorCode::DestinationIpProhibited"
        ),
    )
    .await;
}

#[tokio::test]
async fn tls_is_spoken_by_the_host_with_granted_servers() {
    let port = servers::tls_echo().await;
    guests::names().set("tls.test", &[&["127.0.0.1"]]);
    guests::names().set("wrong.test", &[&["127.0.0.1"]]);
    let found = answers(
        open(),
        &[
            ("endpoint", &format!("tls.test:{port}")),
            ("also", &format!("wrong.test:{port}")),
        ],
        &format!(
            "tls 127.0.0.1:{port} tls.test hi
             tls 127.0.0.1:{port} wrong.test hi
             tls 127.0.0.1:{port} evil.test hi
             get https://tls.test:{port}/
             get https://wrong.test:{port}/"
        ),
    )
    .await;
    assert_eq!(found[0], "ok echo hi");
    assert!(found[1].contains("certificate"), "{found:?}");
    assert!(
        found[2].contains("no key of the connector's configuration names the server evil.test"),
        "{found:?}"
    );
    assert_eq!(found[3], "ok 200 hello");
    assert_eq!(found[4], "ErrorCode::TlsCertificateError");
}

#[tokio::test]
async fn sockets_are_counted() {
    let port = servers::echo("127.0.0.1").await;
    let limits = Limits {
        sockets: 3,
        ..Limits::default()
    };
    let policy = GrantPolicy {
        network: Arc::new(open()),
        ..GrantPolicy::default()
    };
    let script = format!(
        "sockets 127.0.0.1:{port} 10
         sockets 127.0.0.1:{port} 10"
    );
    let endpoint = format!("127.0.0.1:{port}");
    let found = answers_within(policy, limits, &[("endpoint", &endpoint)], &script).await;
    assert_eq!(found, ["ok 3", "ok 3"], "and are given back");
}

#[tokio::test]
async fn only_allowed_variables_are_seen() {
    let policy = GrantPolicy {
        environment: Environment::new(vec![("SEEN".to_owned(), "1".to_owned())]),
        ..GrantPolicy::default()
    };
    let found = answers_within(policy, Limits::default(), &[], "environment").await;
    assert_eq!(found, ["ok SEEN=1"]);
}
