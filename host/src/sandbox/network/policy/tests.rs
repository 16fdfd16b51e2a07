use proptest::prelude::*;

use super::*;

fn policy(allow: &str, deny: &str) -> NetworkPolicy {
    let rules = |text: &str| {
        let items = text.split(',').filter(|item| !item.is_empty());
        items.map(|item| NetRule::parse(item).unwrap()).collect()
    };
    NetworkPolicy {
        allow: rules(allow),
        deny: rules(deny),
        own: vec![
            own("the worker's REST interface", "127.0.0.1", 8083),
            own("a bootstrap server of the worker", "kafka.example", 9092),
        ],
    }
}

fn own(what: &'static str, host: &str, port: u16) -> OwnEndpoint {
    OwnEndpoint {
        what,
        host: Host::parse(host).unwrap(),
        port,
    }
}

fn endpoint(text: &str) -> Endpoint {
    crate::config::endpoint::endpoints(text).unwrap().remove(0)
}

/// `-` where it is let, else the reason's name.
fn named(policy: &NetworkPolicy, text: &str, bounded: bool) -> &'static str {
    reason(&policy.check_named(&endpoint(text), bounded))
}

fn reason(checked: &Result<(), NetRefusal>) -> &'static str {
    match checked {
        Ok(()) => "-",
        Err(NetRefusal::NotNamed) => "not named",
        Err(NetRefusal::NotAllowed) => "not allowed",
        Err(NetRefusal::Denied(_)) => "denied",
        Err(NetRefusal::Metadata) => "metadata",
        Err(NetRefusal::Misleading(_)) => "misleading",
        Err(NetRefusal::Own(_)) => "own",
        Err(NetRefusal::TooMany(_)) => "too many",
    }
}

fn reached(policy: &NetworkPolicy, host: &str, address: &str, port: u16) -> &'static str {
    let local = |address: IpAddr| address.is_loopback();
    let host = Host::parse(host).unwrap();
    let address = address.parse().unwrap();
    reason(&policy.check_address(&host, address, port, true, &local))
}

#[test]
fn what_a_configuration_may_name() {
    let rows = [
        // allow, deny, endpoint, over REST, on the command line
        ("*", "", "db.example:5432", "-", "-"),
        ("*", "", "127.0.0.1:5432", "-", "-"),
        ("*", "", "localhost:5432", "-", "-"),
        ("*", "", "169.254.169.254:80", "metadata", "metadata"),
        (
            "*",
            "",
            "[::ffff:169.254.169.254]:80",
            "metadata",
            "metadata",
        ),
        (
            "*",
            "",
            "[64:ff9b::169.254.169.254]:80",
            "metadata",
            "metadata",
        ),
        ("*", "", "[2002:a9fe:a9fe::1]:80", "metadata", "metadata"),
        ("*", "", "2852039166:80", "metadata", "metadata"),
        ("*", "", "[fd00:ec2::254]:80", "metadata", "metadata"),
        ("*", "", "100.100.100.200:80", "metadata", "metadata"),
        ("*", "", "[fe80::1]:80", "metadata", "metadata"),
        ("*,169.254.169.254:80", "", "169.254.169.254:80", "-", "-"),
        ("*,169.254.0.0/16", "", "169.254.169.254:80", "-", "-"),
        (
            "*,169.254.169.254:80",
            "",
            "169.254.169.254:81",
            "metadata",
            "metadata",
        ),
        (
            "0.0.0.0/0",
            "",
            "169.254.169.254:80",
            "metadata",
            "metadata",
        ),
        ("*", "", "127.0.0.1:8083", "own", "own"),
        ("*", "", "localhost:8083", "own", "own"),
        ("*", "", "kafka.example:9092", "own", "own"),
        ("*", "", "kafka.example:9093", "-", "-"),
        ("*,kafka.example:9092", "", "kafka.example:9092", "-", "-"),
        ("*,kafka.example", "", "kafka.example:9092", "own", "own"),
        ("*,*.example:9092", "", "kafka.example:9092", "own", "own"),
        ("*,localhost:8083", "", "localhost:8083", "-", "-"),
        ("", "", "db.example:5432", "not allowed", "-"),
        ("db.example:5432", "", "db.example:5432", "-", "-"),
        ("db.example:5432", "", "db.example:5433", "not allowed", "-"),
        ("db.example:5432", "", "db.example", "-", "-"),
        ("*.example:1-9000", "", "db.example:5432", "-", "-"),
        ("10.0.0.0/8", "", "10.1.1.1:80", "-", "-"),
        ("10.0.0.0/8", "", "11.1.1.1:80", "not allowed", "-"),
        // Decided by the addresses that the name has when it is used.
        ("10.0.0.0/8", "", "db.example:5432", "-", "-"),
        ("*", "db.example", "db.example:5432", "denied", "denied"),
        ("*", "db.example:5432", "db.example", "-", "-"),
        ("*", "10.0.0.0/8", "10.1.1.1:80", "denied", "denied"),
        (
            "*",
            "10.0.0.0/8",
            "[64:ff9b::10.1.1.1]:80",
            "denied",
            "denied",
        ),
        (
            "*,10.1.1.1:80",
            "10.0.0.0/8",
            "10.1.1.1:80",
            "denied",
            "denied",
        ),
        ("*", "*", "db.example:5432", "denied", "denied"),
    ];
    for (allow, deny, text, rest, command_line) in rows {
        let policy = policy(allow, deny);
        assert_eq!(named(&policy, text, true), rest, "{allow} / {deny}: {text}");
        assert_eq!(
            named(&policy, text, false),
            command_line,
            "{allow} / {deny}: {text}"
        );
    }
}

#[test]
fn what_an_address_of_a_granted_host_may_be() {
    let rows = [
        // allow, deny, granted host, address, port, answer
        ("*", "", "db.example", "10.0.0.5", 80, "-"),
        ("*", "", "db.example", "127.0.0.1", 80, "misleading"),
        ("*", "", "db.example", "::1", 80, "misleading"),
        ("*", "", "db.example", "0.0.0.0", 80, "misleading"),
        ("*", "", "db.example", "224.0.0.1", 80, "misleading"),
        ("*", "", "db.example", "64:ff9b::7f00:1", 80, "misleading"),
        ("*", "", "db.example", "169.254.169.254", 80, "metadata"),
        ("*", "", "db.example", "fd00:ec2::254", 80, "metadata"),
        ("*,127.0.0.1", "", "db.example", "127.0.0.1", 80, "-"),
        (
            "*,127.0.0.0/8:80",
            "",
            "db.example",
            "127.0.0.1",
            81,
            "misleading",
        ),
        ("0.0.0.0/0", "", "db.example", "127.0.0.1", 80, "misleading"),
        (
            "*,169.254.169.254",
            "",
            "db.example",
            "169.254.169.254",
            80,
            "-",
        ),
        ("*", "", "localhost", "127.0.0.1", 80, "-"),
        ("*", "", "localhost", "::1", 80, "-"),
        ("*", "", "localhost", "169.254.169.254", 80, "metadata"),
        ("*", "", "127.0.0.1", "127.0.0.1", 80, "-"),
        ("*", "", "0.0.0.0", "0.0.0.0", 80, "misleading"),
        ("*", "", "127.0.0.1", "127.0.0.1", 8083, "own"),
        ("*", "", "localhost", "127.0.0.1", 8083, "own"),
        ("*,127.0.0.1:8083", "", "localhost", "127.0.0.1", 8083, "-"),
        ("*", "10.0.0.0/8", "db.example", "10.0.0.5", 80, "denied"),
        ("*", "*.example", "db.example", "10.0.0.5", 80, "denied"),
        ("db.example", "", "db.example", "10.0.0.5", 80, "-"),
        ("10.0.0.0/8", "", "db.example", "10.0.0.5", 80, "-"),
        (
            "10.0.0.0/8",
            "",
            "db.example",
            "11.0.0.5",
            80,
            "not allowed",
        ),
        (
            "db.example:81",
            "",
            "db.example",
            "10.0.0.5",
            80,
            "not allowed",
        ),
    ];
    for (allow, deny, host, address, port, answer) in rows {
        let policy = policy(allow, deny);
        assert_eq!(
            reached(&policy, host, address, port),
            answer,
            "{allow} / {deny}: {host} {address}:{port}"
        );
    }
}

#[test]
fn a_listener_of_all_addresses_is_the_workers_at_each_of_them() {
    let mut policy = policy("*", "");
    policy.own = vec![own("the worker's REST interface", "0.0.0.0", 8083)];
    let local = |address: IpAddr| address == IpAddr::from([10, 0, 0, 9]);
    let check = |address: [u8; 4]| {
        let host = Host::Name("db.example".to_owned());
        reason(&policy.check_address(&host, address.into(), 8083, true, &local))
    };
    assert_eq!(check([10, 0, 0, 9]), "own");
    assert_eq!(check([10, 0, 0, 8]), "-");
}

#[test]
fn bootstrap_servers_that_are_names_are_told_by_their_addresses() {
    let policy = policy("*,10.0.0.5:9092", "");
    let host = Host::parse("db.example").unwrap();
    let names = |address: [u8; 4], port| policy.own_names(&host, address.into(), port).count();
    assert_eq!(names([10, 0, 0, 6], 9092), 1);
    assert_eq!(names([10, 0, 0, 6], 9093), 0);
    assert_eq!(names([10, 0, 0, 5], 9092), 0, "written out by the worker");
}

#[test]
fn explanations_name_the_line_that_would_allow_it() {
    let policy = policy("*.example,10.0.0.0/8", "");
    let text = policy.explain(&NetRefusal::NotAllowed, &"db.other:5432");
    assert_eq!(
        text,
        "sandbox.net.allow does not; sandbox.net.allow=*.example,10.0.0.0/8,db.other:5432 in the \
         worker's configuration would allow it"
    );
}

fn address() -> impl Strategy<Value = IpAddr> {
    let near = prop::sample::select(vec![
        "127.0.0.1",
        "169.254.169.254",
        "10.0.0.1",
        "::1",
        "fe80::1",
        "64:ff9b::a00:1",
        "::ffff:10.0.0.1",
    ]);
    prop_oneof![
        any::<[u8; 4]>().prop_map(IpAddr::from),
        any::<[u8; 16]>().prop_map(IpAddr::from),
        near.prop_map(|text| text.parse().unwrap()),
    ]
}

fn host() -> impl Strategy<Value = Host> {
    prop_oneof![
        "[a-c]\\.example".prop_map(Host::Name),
        address().prop_map(|address| Host::Address(address.to_canonical())),
    ]
}

fn rule() -> impl Strategy<Value = NetRule> {
    let host = prop_oneof![
        Just("*".to_owned()),
        Just("*.example".to_owned()),
        "[a-c]\\.example",
        (any::<[u8; 4]>(), 0u8..=32)
            .prop_map(|(octets, bits)| format!("{}/{bits}", Ipv4Addr::from(octets))),
        Just("10.0.0.0/8".to_owned()),
        Just("169.254.169.254".to_owned()),
        Just("127.0.0.1".to_owned()),
    ];
    let ports = prop_oneof![
        Just(String::new()),
        (1u16..5).prop_map(|port| format!(":{port}"))
    ];
    (host, ports).prop_map(|(host, ports)| NetRule::parse(&format!("{host}{ports}")).unwrap())
}

proptest! {
    /// Nothing that a deny rule matches is let through, whatever is allowed, however it is written.
    #[test]
    fn nothing_denied_is_ever_allowed(
        allow in prop::collection::vec(rule(), 0..4),
        deny in prop::collection::vec(rule(), 1..4),
        host in host(),
        address in address(),
        port in 1u16..6,
        bounded: bool,
    ) {
        let policy = NetworkPolicy { allow, deny: deny.clone(), own: Vec::new() };
        let canonical = address.to_canonical();
        let denied = |host: &Host| deny.iter().any(|rule| {
            rule.ports().contains(port) && (rule.matches(host) || rule.matches_address(canonical))
        });
        if denied(&host) {
            let checked = policy.check_address(&host, address, port, bounded, &|_| false);
            prop_assert!(checked.is_err());
        }
        let endpoint = Endpoint::new(host, port);
        if deny.iter().any(|rule| rule.ports().contains(port) && rule.matches(&endpoint.host)) {
            prop_assert!(policy.check_named(&endpoint, bounded).is_err());
            prop_assert!(policy.check_listen(&endpoint, bounded).is_err());
        }
    }

    /// Metadata addresses need a rule that is about them.
    #[test]
    fn metadata_is_reached_only_where_a_rule_means_it(
        allow in prop::collection::vec(rule(), 0..4),
        host in host(),
        last in any::<[u8; 2]>(),
        port in 1u16..6,
        bounded: bool,
    ) {
        let address = IpAddr::from([169, 254, last[0], last[1]]);
        let meant = allow.iter().any(|rule| {
            rule.net().is_some_and(|net| net.prefix_len() >= 16 && net.contains(&address))
        });
        let policy = NetworkPolicy { allow, ..NetworkPolicy::default() };
        let checked = policy.check_address(&host, address, port, bounded, &|_| false);
        prop_assert!(meant || checked == Err(NetRefusal::Metadata));
    }

    /// What a connector over REST reaches has an allow rule.
    #[test]
    fn what_is_reached_was_allowed(
        allow in prop::collection::vec(rule(), 0..4),
        host in host(),
        address in address(),
        port in 1u16..6,
    ) {
        let policy = NetworkPolicy { allow: allow.clone(), ..NetworkPolicy::default() };
        if policy.check_address(&host, address, port, true, &|_| false).is_ok() {
            let allowed = allow.iter().any(|rule| rule.ports().contains(port)
                && (rule.matches(&host) || rule.matches_address(address)));
            prop_assert!(allowed);
        }
    }
}
