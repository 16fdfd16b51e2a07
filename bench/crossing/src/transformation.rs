//! What a transformation costs for a record: the same one in the sandbox, codec included, and built
//! into the worker.

use std::hint::black_box;
use std::time::Instant;

use anyhow::Context as _;
use connect_data::batch::{Direction, Outcome, OutcomeBatch, RecordBatchEncoder, SchemaCache};
use connect_data::{ConnectRecord, Schema, Value};
use connect_wasm::config::ConfigMap;
use connect_wasm::plugin::PluginRegistry;
use connect_wasm::sandbox::{PluginKind, TransformationInstance};
use connect_wasm::transform::create_transformation;

use super::{CALLS, RECORDS, SAMPLES, instance, print_row};

const GUEST: &str = "connect.wasm.bench.Hoist";
const BUILT_IN: &str = "org.apache.kafka.connect.transforms.HoistField$Value";

/// Prints both.
pub async fn measure(plugins: &PluginRegistry) -> anyhow::Result<()> {
    print_row(
        "transformation: HoistField as a guest, host encodes, apply, host takes the changes",
        &guest_samples(plugins).await?,
    );
    print_row(
        "beside it: the worker's own HoistField",
        &built_in_samples()?,
    );
    Ok(())
}

fn settings() -> ConfigMap {
    [("field".to_owned(), "line".to_owned())]
        .into_iter()
        .collect()
}

fn records(line: &str) -> Vec<ConnectRecord<'_>> {
    let record = ConnectRecord {
        topic: Some("lines".into()),
        value_schema: Some(Schema::string()),
        value: Value::from(line),
        ..ConnectRecord::default()
    };
    vec![record; RECORDS as usize]
}

async fn guest_samples(plugins: &PluginRegistry) -> anyhow::Result<Vec<f64>> {
    let plugin = plugins.resolve_kind(PluginKind::Transformation, GUEST, None)?;
    let mut guest = TransformationInstance::new(instance(&plugin)).await?;
    guest.configure(&settings()).await?;
    let line = "x".repeat(100);
    let (mut encoder, mut schemas) = (
        RecordBatchEncoder::new(Direction::Source),
        SchemaCache::new(),
    );
    let mut bytes = Vec::new();
    let mut samples = Vec::with_capacity(SAMPLES);
    for _ in 0..SAMPLES {
        let mut spent = std::time::Duration::ZERO;
        for _ in 0..CALLS {
            let mut records = records(&line);
            let begun = Instant::now();
            for record in &records {
                encoder.push(record)?;
            }
            bytes.clear();
            encoder.finish_into(&mut bytes);
            let answer = guest.apply(&bytes).await?;
            let mut outcomes = OutcomeBatch::decode(&answer, records.len(), &mut schemas)?;
            for record in &mut records {
                let outcome = outcomes.next_outcome()?;
                let Some(Outcome::Changed(changes)) = outcome else {
                    anyhow::bail!("the guest changes every record, not {outcome:?}");
                };
                changes.into_owned().apply_to(record);
            }
            spent += begun.elapsed();
            check(&records)?;
        }
        samples.push(spent.as_secs_f64() * 1e9 / f64::from(CALLS * RECORDS));
    }
    Ok(samples)
}

fn built_in_samples() -> anyhow::Result<Vec<f64>> {
    let created = create_transformation(BUILT_IN, &settings());
    let mut built_in = created.map_err(|failure| anyhow::anyhow!("{failure}"))?;
    let line = "x".repeat(100);
    let mut samples = Vec::with_capacity(SAMPLES);
    for _ in 0..SAMPLES {
        let mut spent = std::time::Duration::ZERO;
        for _ in 0..CALLS {
            let mut records = records(&line);
            let begun = Instant::now();
            for record in &mut records {
                let applied = built_in.apply(black_box(record));
                applied.map_err(|failure| anyhow::anyhow!("{failure}"))?;
            }
            spent += begun.elapsed();
            check(&records)?;
        }
        samples.push(spent.as_secs_f64() * 1e9 / f64::from(CALLS * RECORDS));
    }
    Ok(samples)
}

fn check(records: &[ConnectRecord<'_>]) -> anyhow::Result<()> {
    let last = records.last().context("records")?;
    let hoisted = last.value.as_struct().context("a struct")?;
    anyhow::ensure!(
        hoisted
            .get("line")?
            .as_str()
            .is_some_and(|line| line.len() == 100)
    );
    Ok(())
}
