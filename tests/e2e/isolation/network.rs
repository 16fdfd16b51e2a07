//! Hostile guests on the network, and the server that sends one of them elsewhere.
//!
//! In values, `{broker}` and `{rest}` are the worker's own endpoints, `{redirecting}` is a server
//! whose every answer leads to the REST interface.
//!
//! Names that come to mean something else need a resolver of the test: host/tests/it/network.rs.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

use super::cases::{Case, End};

const PROBE: &str = "connect.wasm.test.NetworkProbeConnector";

/// A guest that tries each line of a script when its task starts, and fails with the answers.
const fn network(
    name: &'static str,
    config: &'static [(&'static str, &'static str)],
    end: End,
) -> Case {
    Case {
        name,
        class: PROBE,
        mode: "probe",
        config,
        end,
    }
}

pub(super) const CONNECTING: &[Case] = &[
    network(
        "connect-to-what-is-not-granted",
        &[(
            "script",
            "connect {broker}\nconnect {rest}\nget http://{rest}/connectors\nconnect 169.254.169.254:80",
        )],
        End::TaskFailed(&[
            "PermissionDenied\n\tPermissionDenied\n\tErrorCode::HttpRequestDenied\n\tPermissionDenied",
        ]),
    ),
    network(
        "connect-to-the-worker-through-another-port-of-the-host",
        &[
            ("endpoint", "127.0.0.1"),
            (
                "script",
                "connect {broker}\nconnect {rest}\nget http://{rest}/connectors",
            ),
        ],
        End::TaskFailed(&[
            "PermissionDenied\n\tPermissionDenied\n\tErrorCode::DestinationIpProhibited",
        ]),
    ),
    network(
        "name-the-broker",
        &[("endpoint", "{broker}"), ("script", "connect {broker}")],
        End::Refused(
            400,
            &[
                "endpoint={broker}",
                "it is a bootstrap server of the worker",
                "sandbox.net.allow=*,{broker} in the worker's configuration would allow it",
            ],
        ),
    ),
    network(
        "name-the-rest-interface",
        &[("endpoint", "http://{rest}/connectors"), ("script", "")],
        End::Refused(
            400,
            &[
                "endpoint={rest}",
                "it is the worker's REST interface",
                "sandbox.net.allow=*,{rest} in the worker's configuration would allow it",
            ],
        ),
    ),
    network(
        "name-cloud-metadata",
        &[
            ("endpoint", "http://169.254.169.254/latest/meta-data/"),
            ("script", ""),
        ],
        End::Refused(
            400,
            &["endpoint=169.254.169.254:80", "cloud metadata address"],
        ),
    ),
    network(
        "redirect-to-a-refused-host",
        &[
            ("endpoint", "http://{redirecting}/"),
            ("script", "get http://{redirecting}/connectors"),
        ],
        End::TaskFailed(&["ErrorCode::HttpRequestDenied"]),
    ),
    network(
        "read-environment-and-proc",
        &[(
            "script",
            "environment\nread /proc/self/environ\nread /proc/1/cmdline",
        )],
        End::TaskFailed(&["ok\n\tNotFound\n\tNotFound"]),
    ),
    network(
        "socket-leak",
        &[
            ("endpoint", "{redirecting}"),
            ("sandbox.sockets.max", "16"),
            ("script", "sockets {redirecting} 1000"),
        ],
        End::TaskFailed(&["ok 16"]),
    ),
    network(
        "listen-without-a-grant",
        &[("script", "listen 0.0.0.0:0\nudp-bind 127.0.0.1:0")],
        End::TaskFailed(&["PermissionDenied\n\tPermissionDenied"]),
    ),
];

/// Starts a server that answers everything with a redirect to `target`; its address. It ends with
/// the test program.
pub(super) fn redirecting(target: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it is bound").to_string();
    let answer = format!(
        "HTTP/1.1 302 Found\r\nlocation: http://{target}/connectors\r\ncontent-length: 0\r\n\r\n"
    );
    std::thread::spawn(move || {
        while let Ok((stream, _)) = listener.accept() {
            let answer = answer.clone();
            std::thread::spawn(move || {
                let mut lines = BufReader::new(&stream).lines();
                while lines
                    .next()
                    .is_some_and(|line| line.is_ok_and(|line| !line.is_empty()))
                {}
                // A client that only connects is gone by now.
                let _ = (&stream).write_all(answer.as_bytes());
            });
        }
    });
    address
}
