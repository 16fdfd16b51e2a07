//! Files that are no plugins are told one by one and stop nothing.

use std::fs;
use std::path::{Path, PathBuf};

use connect_wasm::plugin::{PluginError, PluginRegistry};
use connect_wasm::sandbox::{Sandbox, SandboxConfig};

use crate::guests;

#[tokio::test]
async fn a_bad_file_is_left_out_with_its_reason_and_the_others_load() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let probe = guests::path(guests::PROBE);
    fs::create_dir(root.join("probe")).unwrap();
    fs::copy(&probe, root.join("probe/probe.wasm")).unwrap();
    fs::write(root.join("text.wasm"), "hello").unwrap();
    fs::write(root.join("core.wasm"), b"\0asm\x01\0\0\0").unwrap();
    let whole = fs::read(&probe).unwrap();
    fs::write(root.join("cut.wasm"), &whole[..whole.len() / 2]).unwrap();
    fs::write(root.join("empty.wasm"), b"\0asm\x0d\0\x01\0").unwrap();
    fs::write(root.join("jdbc.jar"), "PK").unwrap();
    fs::write(root.join("file.jar"), "PK").unwrap();

    let (log, guard) = guests::Log::listen();
    let sandbox = Sandbox::new(&SandboxConfig::default()).unwrap();
    let paths: Vec<PathBuf> = vec![root.to_owned(), root.join("gone")];
    let registry = PluginRegistry::load(&sandbox, Path::new("/nowhere"), &paths).await;
    drop(guard);
    let log = log.lines();

    let told = |text: &str| {
        assert!(
            log.iter().any(|line| line.contains(text)),
            "{text}: {log:#?}"
        )
    };
    let shown = root.display();
    told(&format!(
        "ERROR connect_wasm::plugin::registry: a plugin is left out: {shown}/text.wasm: not a WebAssembly file"
    ));
    told(&format!(
        "{shown}/core.wasm: a WebAssembly core module, not a component"
    ));
    told(&format!(
        "{shown}/cut.wasm: not a whole WebAssembly component: "
    ));
    told(&format!(
        "{shown}/empty.wasm: a WebAssembly component, but not a connector plugin: it does not export"
    ));
    told(&format!(
        "plugin.path: {shown}/gone is passed over: it does not exist"
    ));
    told(&format!(
        "Java archives need the JVM worker and are passed over; connectors here are .wasm components: {shown}/file.jar, {shown}/jdbc.jar"
    ));
    assert_eq!(registry.list().len(), 1);

    let version = registry.list()[0].description().version.clone();
    let error = registry.resolve("org.example.Missing", None).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "Failed to find any class that implements Connector and which name matches org.example.Missing, available \
             connectors are: PluginDesc{{klass=class connect.wasm.test.ProbeConnector, \
             name='connect.wasm.test.ProbeConnector', version='{version}', encodedVersion={version}, type=source, \
             typeName='source', location='file:{shown}/probe/probe.wasm'}}"
        )
    );
    assert!(matches!(error, PluginError::Unknown { .. }));
}

#[tokio::test]
async fn a_class_that_comes_twice_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let again = folder.path().join("again.wasm");
    fs::copy(guests::path(guests::PROBE), &again).unwrap();
    let (log, guard) = guests::Log::listen();
    let sandbox = Sandbox::new(&SandboxConfig {
        cache_dir: Some(folder.path().join("cache")),
        ..SandboxConfig::default()
    })
    .unwrap();
    let paths = [guests::path(guests::PROBE), again.clone()];
    let registry = PluginRegistry::load(&sandbox, Path::new("/nowhere"), &paths).await;
    drop(guard);
    assert_eq!(registry.list().len(), 1);
    let told = format!("the plugin {} is left out: ", again.display());
    assert!(
        log.lines().iter().any(|line| line.contains(&told)),
        "{:?}",
        log.lines()
    );
}
