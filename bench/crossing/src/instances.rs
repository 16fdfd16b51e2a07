//! What a plugin costs until it has done something: loading, instantiating, the first call.

use std::path::Path;
use std::time::Instant;

use connect_wasm::config::ConfigMap;
use connect_wasm::plugin::PluginRegistry;
use connect_wasm::sandbox::{Sandbox, SandboxConfig, SourceTaskInstance};

use super::instance;

const SAMPLES: usize = 200;
const LOADS: usize = 20;

/// Measures with the source guest of the folder and prints a table.
pub(super) async fn measure(folder: &Path) -> anyhow::Result<()> {
    let path = [folder.join("crossing_source.wasm")];
    let cache = tempfile::tempdir()?;
    let config = SandboxConfig {
        cache_dir: Some(cache.path().to_owned()),
        ..SandboxConfig::default()
    };
    println!("\n| a plugin's start | ms (median, min-max) |");
    println!("|---|---|");
    let mut loads = Vec::new();
    for _ in 0..=LOADS {
        // A process loads with an engine of its own.
        let sandbox = Sandbox::new(&config)?;
        let begun = Instant::now();
        let plugins = PluginRegistry::load(&sandbox, Path::new("/nowhere"), &path).await;
        anyhow::ensure!(plugins.list().len() == 1, "the guest does not load");
        loads.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    let cold = [loads.remove(0)];
    print_row("load: compile, describe", &cold);
    print_row("load from the cache", &loads);
    let sandbox = Sandbox::new(&config)?;
    let plugins = PluginRegistry::load(&sandbox, Path::new("/nowhere"), &path).await;
    let plugin = plugins.resolve("connect.wasm.bench.CrossingSourceConnector", None)?;
    let (mut made, mut called) = (Vec::new(), Vec::new());
    for _ in 0..SAMPLES {
        let begun = Instant::now();
        let mut task = SourceTaskInstance::new(instance(&plugin)).await?;
        made.push(begun.elapsed().as_secs_f64() * 1e3);
        let begun = Instant::now();
        task.start(&ConfigMap::new()).await?;
        called.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    print_row("instantiate", &made);
    print_row("first call (start)", &called);
    Ok(())
}

fn print_row(name: &str, samples: &[f64]) {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (min, max) = (sorted[0], sorted[sorted.len() - 1]);
    let median = sorted[sorted.len() / 2];
    println!("| {name} | {median:.3} ({min:.3}-{max:.3}) |");
}
