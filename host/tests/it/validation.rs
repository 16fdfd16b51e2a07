//! What plugins find out about configurations, and what becomes of those that do harm instead of
//! answering: an error that names the plugin and the call, within the deadline.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use connect_wasm::plugin::PluginRegistry;
use connect_wasm::sandbox::{Limits, Sandbox, SandboxConfig};

use crate::guests::{self, SOURCE_ZOO};

/// A deadline that is short for a test and long for a call.
const SOON: Duration = Duration::from_millis(300);
/// What an instance that is stopped by its deadline may take beyond it.
const SLACK: Duration = Duration::from_secs(2);

const CLASS: &str = "connect.wasm.test.MisbehavingSourceConnector";

#[tokio::test]
async fn a_plugin_tells_errors_and_recommends_values() {
    let plugin = guests::plugin(SOURCE_ZOO).await;
    let limits = Limits::default();
    let issues = plugin
        .validate(&limits, &guests::config(&[("mode", "unknown")]))
        .await
        .unwrap();
    assert_eq!(
        (issues[0].name.as_str(), issues[0].message.as_str()),
        ("mode", "There is no such mode")
    );
    let recommended = plugin
        .recommend(&limits, &guests::config(&[]))
        .await
        .unwrap();
    assert_eq!(recommended[0].name, "mode");
    assert_eq!(recommended[0].values, ["panic-in-poll", "spin-in-poll"]);
    // A key that only the configuration has may be wrong, too.
    let config = guests::config(&[("mode", "unknown-key-in-validate"), ("mood", "bad")]);
    let issues = plugin.validate(&limits, &config).await.unwrap();
    assert_eq!(issues[0].name, "mood");
}

#[tokio::test]
async fn harm_in_validation_is_told_with_class_and_call_within_the_deadline() {
    let plugin = guests::plugin(SOURCE_ZOO).await;
    let limits = Limits {
        memory_bytes: 16 << 20,
        ..Limits::default()
    };
    // A busy machine is slow at everything; only what never ends is to meet its deadline.
    let mut hurried = limits.clone();
    hurried.deadlines.call = SOON;
    for (harm, told) in [
        ("panic", "the plugin trapped"),
        ("exit", "the plugin trapped"),
        ("overflow-stack", "the plugin trapped"),
        (
            "spin",
            "did not return within 300 ms (sandbox.call.timeout.ms)",
        ),
        (
            "block",
            "did not return within 300 ms (sandbox.call.timeout.ms)",
        ),
        ("allocate", "sandbox.memory.max.bytes"),
        ("unknown-key", "a wrong result"),
        ("flood", "a wrong result: more than 10000"),
    ] {
        for call in ["validate", "recommend"] {
            let config = guests::config(&[("mode", &format!("{harm}-in-{call}"))]);
            let endless = ["spin", "block"].contains(&harm);
            let limits = if endless { &hurried } else { &limits };
            let begun = Instant::now();
            let error = match call {
                "validate" => plugin.validate(limits, &config).await.unwrap_err(),
                _ => plugin.recommend(limits, &config).await.unwrap_err(),
            };
            let took = begun.elapsed();
            let error = error.to_string();
            for part in [CLASS, &format!("call plugin.{call}: "), told] {
                assert!(error.contains(part), "{harm} in {call}: {part}: {error}");
            }
            let in_time = !endless || took < SOON + SLACK;
            assert!(in_time, "{harm} in {call} took {took:?}");
        }
    }
    let config = guests::config(&[("mode", "fatal-error-in-validate")]);
    let error = plugin.validate(&limits, &config).await.unwrap_err();
    assert_eq!(
        error.guest_error().unwrap().message,
        "fatal in validate",
        "{error}"
    );
    // The plugin is as good as new.
    assert!(
        plugin
            .validate(&Limits::default(), &guests::config(&[]))
            .await
            .unwrap()
            .is_empty()
    );
}

/// The guest's file with the text changed that says what its `config-def` does wrong.
fn harmful_definition(folder: &Path, harm: &str) -> PathBuf {
    let mut bytes = fs::read(guests::path(SOURCE_ZOO)).unwrap();
    let marker = b"harm-in-config-def:.............";
    let at = bytes
        .windows(marker.len())
        .position(|window| window == marker)
        .expect("the guest has the text");
    let mut text = format!("harm-in-config-def:{harm}").into_bytes();
    text.resize(marker.len(), b'.');
    bytes[at..at + marker.len()].copy_from_slice(&text);
    let path = folder.join(format!("{harm}.wasm"));
    fs::write(&path, bytes).unwrap();
    path
}

#[tokio::test]
async fn a_plugin_with_a_harmful_definition_is_left_out_and_the_others_load() {
    let folder = tempfile::tempdir().unwrap();
    let mut paths: Vec<PathBuf> = ["panic", "allocate", "twice", "bad-default"]
        .iter()
        .map(|harm| harmful_definition(folder.path(), harm))
        .collect();
    paths.push(guests::path(guests::PROBE));
    let (log, guard) = guests::Log::listen();
    let sandbox = Sandbox::new(&SandboxConfig::default()).unwrap();
    let registry = PluginRegistry::load(&sandbox, Path::new("/nowhere"), &paths).await;
    drop(guard);
    let log = log.lines();
    let told = |file: &str, text: &str| {
        let told = log.iter().any(|line| {
            line.contains("a plugin is left out") && line.contains(file) && line.contains(text)
        });
        assert!(told, "{file}: {text}: {log:#?}");
    };
    told("panic.wasm", "call plugin.config-def: the plugin trapped");
    told("allocate.wasm", "sandbox.memory.max.bytes");
    told("twice.wasm", "Configuration twice is defined twice.");
    told(
        "bad-default.wasm",
        "Invalid value [ for configuration regex",
    );
    assert_eq!(registry.list().len(), 1);
}
