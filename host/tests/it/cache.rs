//! Compiled plugins on disk: used when whole and ours, else made again.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use connect_wasm::plugin::PluginRegistry;
use connect_wasm::sandbox::{Sandbox, SandboxConfig, SourceTaskInstance};

use crate::guests;

/// Loads the probe with a cache folder; the log tells what happened to the entry.
async fn load(cache: &Path) -> (PluginRegistry, Vec<String>) {
    let (log, guard) = guests::Log::listen();
    let sandbox = Sandbox::new(&SandboxConfig {
        cache_dir: Some(cache.to_owned()),
        ..SandboxConfig::default()
    })
    .unwrap();
    let paths = [guests::path(guests::PROBE)];
    let registry = PluginRegistry::load(&sandbox, Path::new("/nowhere"), &paths).await;
    drop(guard);
    (registry, log.lines())
}

fn entry(cache: &Path) -> PathBuf {
    let entries: Vec<PathBuf> = cache
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(entries.len(), 1);
    entries[0].clone()
}

async fn assert_usable(registry: &PluginRegistry) {
    let plugin = registry.resolve("Probe", None).unwrap();
    assert_eq!(
        plugin.description().class,
        "connect.wasm.test.ProbeConnector"
    );
    assert!(plugin.config_def().key("script").is_some());
    let mut task = SourceTaskInstance::new(guests::task(&plugin))
        .await
        .unwrap();
    let error = task
        .start(&guests::config(&[("script", "arguments")]))
        .await
        .unwrap_err();
    assert_eq!(error.guest_error().unwrap().message, "ok");
}

#[tokio::test]
async fn an_entry_is_used_and_a_spoilt_one_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    let (registry, _) = load(&cache).await;
    assert_usable(&registry).await;
    let path = entry(&cache);
    let whole = fs::read(&path).unwrap();

    let begun = Instant::now();
    let (registry, log) = load(&cache).await;
    eprintln!("warm load: {:?}", begun.elapsed());
    assert_usable(&registry).await;
    assert!(
        !log.iter().any(|line| line.contains("compiled again")),
        "{log:?}"
    );

    // A byte of the machine code, the end, the engine's mark, everything.
    let mut changed = whole.clone();
    *changed.last_mut().unwrap() ^= 1;
    let mut foreign = whole.clone();
    foreign[8] ^= 1;
    for spoilt in [
        changed,
        whole[..whole.len() / 2].to_vec(),
        foreign,
        Vec::new(),
        b"x".repeat(500),
    ] {
        fs::write(&path, &spoilt).unwrap();
        let (registry, log) = load(&cache).await;
        assert!(
            log.iter()
                .any(|line| line.contains("damaged or foreign and is compiled again")),
            "{log:?}"
        );
        assert_usable(&registry).await;
        assert!(
            fs::read(&path).unwrap().len() > 1000,
            "the entry is replaced"
        );
    }
}

#[tokio::test]
async fn a_cache_that_cannot_be_used_costs_only_time() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let (registry, log) = load(&file.join("cache")).await;
    assert!(
        log.iter().any(|line| line.contains("plugin.cache.dir=")),
        "{log:?}"
    );
    assert_usable(&registry).await;
}
