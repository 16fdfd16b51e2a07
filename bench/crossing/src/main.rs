//! What a record costs on its way into the sandbox and out of it, codec included: batches of 1,000
//! records of 100 bytes. Prints the median and the spread of many samples, and beside it the cost of
//! copying the same bytes once. Then what a plugin costs until it has done something.
//!
//! Usage: `connect-crossing <folder of the guests>`; `make bench` calls it.

mod instances;
mod transformation;

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context as _;
use connect_data::batch::{SchemaCache, SinkBatchEncoder, SourceBatch};
use connect_data::{Schema, SinkRecord, TimestampType, Value};
use connect_wasm::config::ConfigMap;
use connect_wasm::ids::{ConnectorName, ConnectorTaskId, InstanceId};
use connect_wasm::plugin::PluginRegistry;
use connect_wasm::sandbox::{
    CompiledPlugin, Grants, HostServices, InstanceSpec, Limits, Sandbox, SandboxConfig,
    SinkTaskInstance, SourceTaskInstance, StopSignal,
};

const RECORDS: u32 = 1000;
/// Calls of one sample.
const CALLS: u32 = 200;
const SAMPLES: usize = 50;

fn main() -> anyhow::Result<()> {
    let folder: PathBuf = std::env::args_os()
        .nth(1)
        .context("name the folder of the guests")?
        .into();
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(measure(&folder))
}

async fn measure(folder: &Path) -> anyhow::Result<()> {
    let sandbox = Sandbox::new(&SandboxConfig::default())?;
    let names = [
        "crossing_source.wasm",
        "crossing_sink.wasm",
        "crossing_transform.wasm",
    ];
    let paths = names.map(|name| folder.join(name));
    let plugins = PluginRegistry::load(&sandbox, Path::new("/nowhere"), &paths).await;
    let source = plugins.resolve("connect.wasm.bench.CrossingSourceConnector", None)?;
    let sink = plugins.resolve("connect.wasm.bench.CrossingSinkConnector", None)?;
    println!(
        "| crossing, {RECORDS} records of 100 bytes a batch | ns a record (median, min-max of {SAMPLES} samples) |"
    );
    println!("|---|---|");
    print_row(
        "out: guest encodes, poll, host decodes",
        &poll_samples(&source).await?,
    );
    print_row(
        "in: host encodes, put, guest decodes",
        &put_samples(&sink).await?,
    );
    print_row("beside it: one copy of the same bytes", &copy_samples());
    transformation::measure(&plugins).await?;
    instances::measure(folder).await
}

fn print_row(name: &str, samples: &[f64]) {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (median, min, max) = (
        sorted[sorted.len() / 2],
        sorted[0],
        sorted[sorted.len() - 1],
    );
    println!("| {name} | {median:.1} ({min:.1}-{max:.1}) |");
}

fn instance(plugin: &CompiledPlugin) -> InstanceSpec {
    InstanceSpec {
        id: InstanceId::Task(ConnectorTaskId::new(ConnectorName::new("crossing"), 0)),
        plugin: plugin.clone(),
        grants: Grants::default(),
        limits: Limits::default(),
        services: HostServices::default(),
        stop: StopSignal::new(),
    }
}

/// Nanoseconds a record since `begun`, for one sample.
fn cost(begun: Instant) -> f64 {
    begun.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS * RECORDS)
}

async fn poll_samples(plugin: &CompiledPlugin) -> anyhow::Result<Vec<f64>> {
    let mut task = SourceTaskInstance::new(instance(plugin)).await?;
    task.start(&ConfigMap::new()).await?;
    let mut schemas = SchemaCache::default();
    let mut samples = Vec::with_capacity(SAMPLES);
    for _ in 0..SAMPLES {
        let begun = Instant::now();
        for _ in 0..CALLS {
            let bytes = task.poll().await?.context("the guest always has records")?;
            let batch = SourceBatch::decode(&bytes, &mut schemas)?;
            let mut length = 0;
            let mut records = batch.records();
            while let Some(record) = records.next_record()? {
                if let Value::String(text) = &record.value {
                    length += text.len();
                }
            }
            anyhow::ensure!(length == 100 * RECORDS as usize, "{length} bytes came");
        }
        samples.push(cost(begun));
    }
    Ok(samples)
}

async fn put_samples(plugin: &CompiledPlugin) -> anyhow::Result<Vec<f64>> {
    let mut task = SinkTaskInstance::new(instance(plugin)).await?;
    task.start(&ConfigMap::new()).await?;
    let line = "x".repeat(100);
    let schema = Schema::optional_string();
    let mut encoder = SinkBatchEncoder::new();
    let mut bytes = Vec::new();
    let mut record = SinkRecord::new("lines", 0, 0, None, Value::Null);
    record.timestamp_type = TimestampType::CreateTime;
    let mut samples = Vec::with_capacity(SAMPLES);
    for _ in 0..SAMPLES {
        let begun = Instant::now();
        for _ in 0..CALLS {
            for offset in 0..i64::from(RECORDS) {
                // What the worker sets for each record.
                record.value_schema = Some(schema.clone());
                record.value = Value::from(line.as_str());
                record.timestamp = Some(1_700_000_000_000);
                record.kafka_offset = offset;
                record.original_kafka_offset = offset;
                encoder.push(&record)?;
            }
            bytes.clear();
            encoder.finish_into(&mut bytes);
            task.put(&bytes).await?;
        }
        samples.push(cost(begun));
    }
    task.stop().await?;
    Ok(samples)
}

fn copy_samples() -> Vec<f64> {
    let bytes = vec![b'x'; 110 * RECORDS as usize];
    let mut copy = Vec::with_capacity(bytes.len());
    (0..SAMPLES)
        .map(|_| {
            let begun = Instant::now();
            for _ in 0..CALLS {
                copy.clear();
                copy.extend_from_slice(black_box(&bytes));
                black_box(&copy);
            }
            cost(begun)
        })
        .collect()
}
