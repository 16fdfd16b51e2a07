//! Plugins that the SDK for Rust and `cargo build` have no part in.

use std::path::Path;

use connect_harness::{ConnectorFile, ScratchDir, python_guest};

use crate::setup::{LATER, SOON, topics, unique, values, worker};

#[test]
fn a_source_in_python_runs_and_goes_on_after_a_restart() {
    let component = python_guest("python-source", "source-plugin");
    let (dir, topic, name) = (
        ScratchDir::new("python"),
        unique("python"),
        unique("python"),
    );
    topics().create(&topic, 1);
    let config = [
        ("connector.class", "PythonSource"),
        ("topic", &*topic),
        ("names", "Ada, Grace"),
    ];
    for greetings in [20, 40] {
        let mut worker = worker(dir.path())
            .set("plugin.path", component.display().to_string())
            .connector(ConnectorFile::properties(&name, &config))
            .start();
        topics().await_count(&topic, greetings, LATER);
        let status = worker.rest().await_state(&name, "RUNNING", SOON);
        assert_eq!(status["tasks"][0]["state"], "RUNNING");
        worker.stop_cleanly();
    }
    for (number, greeting) in values(&topics(), &topic).iter().enumerate() {
        let name = ["Ada", "Grace"][number % 2];
        assert_eq!(*greeting, format!("Hello {name}, for the {number}. time"));
    }
    let records = topics().read(&topic);
    assert_eq!(records[1].key.as_deref(), Some(&b"Grace"[..]));
    assert!(records[1].timestamp > Some(1_700_000_000_000));
}

#[test]
fn a_source_built_by_cargo_component_runs_and_goes_on_after_a_restart() {
    let component = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../artifacts/cargo-component-source.wasm")
        .canonicalize()
        .expect("the component is kept in tests/artifacts");
    let (dir, topic) = (
        ScratchDir::new("cargo-component"),
        unique("cargo-component"),
    );
    topics().create(&topic, 1);
    let config = [
        ("connector.class", "com.example.PriceSourceConnector"),
        ("topic", &*topic),
        ("message", "Hello"),
        ("interval.ms", "50"),
    ];
    for messages in [20, 40] {
        let mut worker = worker(dir.path())
            .set("plugin.path", component.display().to_string())
            .connector(ConnectorFile::properties(&topic, &config))
            .start();
        topics().await_count(&topic, messages, LATER);
        worker.rest().await_state(&topic, "RUNNING", SOON);
        worker.stop_cleanly();
    }
    for (number, message) in values(&topics(), &topic).iter().enumerate() {
        assert_eq!(*message, format!("Hello {number}"));
    }
}
