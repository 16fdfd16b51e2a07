//! The text for Prometheus: names, types, help and labels. The only place that knows the library.
//!
//! The names are a contract (docs/sandbox.md); `tests.rs` has the list. Instances with equal labels
//! (one that is being left behind, and the one that follows it) are shown as one, since a text with
//! a sample twice is refused as a whole.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{
    DescriptorEncoder, EncodeCounterValue, EncodeGaugeValue, EncodeMetric as _, MetricEncoder,
    text::encode,
};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;

use super::instance::{InstanceLabels, InstanceUsage, OwnMetric};
use super::task::{Count, TaskErrors, TaskLabels};

/// Prefix of all names.
const PREFIX: &str = "connect_wasm";

/// Labels of an instance with one more, which may be missing.
type Key = (InstanceLabels, Option<(&'static str, String)>);

/// One metric of all instances.
struct Family<Value> {
    name: &'static str,
    help: &'static str,
    samples: BTreeMap<Key, Value>,
}

/// What is shown of instances, added up.
#[derive(Debug)]
struct Snapshot(Vec<Arc<InstanceUsage>>);

/// What is shown of tasks, added up.
#[derive(Debug)]
struct TaskSnapshot(Vec<Arc<TaskErrors>>);

/// Name, help and value of a counter of tasks.
type TaskCounter = (&'static str, &'static str, fn(&TaskErrors) -> &Count);

const TASK_COUNTERS: [TaskCounter; 7] = [
    (
        "task_record_failures",
        "Tries of an operation on a record that failed, also those that were repeated",
        |errors| &errors.record_failures,
    ),
    (
        "task_record_errors",
        "Operations on records that failed for good",
        |errors| &errors.record_errors,
    ),
    (
        "task_records_skipped",
        "Records left out because of errors",
        |errors| &errors.records_skipped,
    ),
    (
        "task_retries",
        "Operations on records that were tried again",
        |errors| &errors.retries,
    ),
    (
        "task_errors_logged",
        "Errors logged because of errors.log.enable",
        |errors| &errors.errors_logged,
    ),
    (
        "task_dead_letter_queue_produce_requests",
        "Records sent to the dead letter queue",
        |errors| &errors.dead_letter_requests,
    ),
    (
        "task_dead_letter_queue_produce_failures",
        "Records that could not be written to the dead letter queue",
        |errors| &errors.dead_letter_failures,
    ),
];

/// The text of these instances and tasks.
pub(super) fn text(instances: Vec<Arc<InstanceUsage>>, tasks: Vec<Arc<TaskErrors>>) -> String {
    let mut registry = Registry::with_prefix(PREFIX);
    registry.register_collector(Box::new(Snapshot(instances)));
    registry.register_collector(Box::new(TaskSnapshot(tasks)));
    let mut text = String::new();
    // Writing to a text does not fail.
    let _ = encode(&mut text, &registry);
    text
}

impl Collector for Snapshot {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        let encoder = &mut encoder;
        self.counter(
            encoder,
            "guest_cpu_seconds",
            "Time of a processor that the plugin instance has run",
            |usage| usage.cpu().as_secs_f64(),
        )?;
        self.gauge(
            encoder,
            "guest_memory_bytes",
            "Linear memory of the plugin instance",
            |usage| usage.memory_now() as f64,
        )?;
        self.gauge(
            encoder,
            "guest_memory_peak_bytes",
            "Most linear memory that the plugin instance had",
            |usage| usage.memory_peak() as f64,
        )?;
        self.named(
            encoder,
            "guest_calls",
            "Calls into the plugin instance by export",
            "call",
            |usage| usage.calls().collect(),
        )?;
        self.counter(
            encoder,
            "guest_host_call_bytes",
            "Bytes of batches, log text and written files between the plugin instance and the worker",
            |usage| usage.host_call_bytes() as f64,
        )?;
        self.named(
            encoder,
            "guest_refusals",
            "How often a limit of the sandbox refused, delayed or cut something",
            "limit",
            |usage| usage.refusals().collect(),
        )?;
        self.own(encoder)
    }
}

impl Collector for TaskSnapshot {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        for (name, help, count) in TASK_COUNTERS {
            let mut family = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
            for (labels, value) in self.samples(|errors| count(errors).get(), |a, b| a + b) {
                let labels = [("connector", &*labels.connector), ("task", &*labels.task)];
                ConstCounter::new(value).encode(family.encode_family(&labels)?)?;
            }
        }
        let mut family = encoder.encode_descriptor(
            "task_last_error_timestamp_seconds",
            "When an operation on a record last failed for good, since 1970; 0 for never",
            None,
            MetricType::Gauge,
        )?;
        for (labels, value) in self.samples(|errors| errors.last_error_timestamp.get(), i64::max) {
            let labels = [("connector", &*labels.connector), ("task", &*labels.task)];
            let seconds = value as f64 / 1000.0;
            ConstGauge::new(seconds).encode(family.encode_family(&labels)?)?;
        }
        Ok(())
    }
}

impl TaskSnapshot {
    fn samples<Value>(
        &self,
        value: impl Fn(&TaskErrors) -> Value,
        together: impl Fn(Value, Value) -> Value,
    ) -> BTreeMap<&TaskLabels, Value> {
        let mut samples = BTreeMap::new();
        for errors in &self.0 {
            let value = match samples.remove(&errors.labels) {
                Some(other) => together(other, value(errors)),
                None => value(errors),
            };
            samples.insert(&errors.labels, value);
        }
        samples
    }
}

impl Snapshot {
    fn counter(
        &self,
        encoder: &mut DescriptorEncoder<'_>,
        name: &'static str,
        help: &'static str,
        value: fn(&InstanceUsage) -> f64,
    ) -> fmt::Result {
        self.family(name, help, value).counters(encoder)
    }

    fn gauge(
        &self,
        encoder: &mut DescriptorEncoder<'_>,
        name: &'static str,
        help: &'static str,
        value: fn(&InstanceUsage) -> f64,
    ) -> fmt::Result {
        self.family(name, help, value).gauges(encoder)
    }

    fn family(
        &self,
        name: &'static str,
        help: &'static str,
        value: fn(&InstanceUsage) -> f64,
    ) -> Family<f64> {
        let mut family = Family::new(name, help);
        for usage in &self.0 {
            *family.sample(usage, None) += value(usage);
        }
        family
    }

    fn named(
        &self,
        encoder: &mut DescriptorEncoder<'_>,
        name: &'static str,
        help: &'static str,
        label: &'static str,
        values: fn(&InstanceUsage) -> Vec<(&'static str, u64)>,
    ) -> fmt::Result {
        let mut family = Family::<u64>::new(name, help);
        for usage in &self.0 {
            for (by, value) in values(usage) {
                *family.sample(usage, Some((label, by.to_owned()))) += value;
            }
        }
        family.counters(encoder)
    }

    /// What plugins count themselves, with the plugin's name of it as a label.
    fn own(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let mut counters = Family::<u64>::new("plugin_counter", "A counter of the plugin itself");
        let mut gauges = Family::<f64>::new("plugin_gauge", "A gauge of the plugin itself");
        for usage in &self.0 {
            for own in usage.own() {
                let label = Some(("name", own.name));
                match own.metric {
                    OwnMetric::Counter(value) => {
                        *counters.sample(usage, label) += value.load(Relaxed);
                    }
                    OwnMetric::Gauge(bits) => {
                        *gauges.sample(usage, label) = f64::from_bits(bits.load(Relaxed));
                    }
                }
            }
        }
        counters.counters(encoder)?;
        gauges.gauges(encoder)
    }
}

impl<Value: Copy + Default> Family<Value> {
    fn new(name: &'static str, help: &'static str) -> Self {
        Self {
            name,
            help,
            samples: BTreeMap::new(),
        }
    }

    fn sample(
        &mut self,
        usage: &InstanceUsage,
        label: Option<(&'static str, String)>,
    ) -> &mut Value {
        self.samples
            .entry((usage.labels.clone(), label))
            .or_default()
    }

    fn each(
        &self,
        encoder: &mut DescriptorEncoder<'_>,
        kind: MetricType,
        write: impl Fn(MetricEncoder<'_>, Value) -> fmt::Result,
    ) -> fmt::Result {
        let mut family = encoder.encode_descriptor(self.name, self.help, None, kind)?;
        for ((labels, label), value) in &self.samples {
            let mut all = vec![("connector", labels.connector.as_str())];
            if !labels.task.is_empty() {
                all.push(("task", &labels.task));
            }
            all.push(("plugin", &labels.plugin));
            all.push(("version", &labels.version));
            if let Some((name, value)) = label {
                all.push((name, value));
            }
            write(family.encode_family(&all)?, *value)?;
        }
        Ok(())
    }

    fn counters(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result
    where
        Value: EncodeCounterValue + fmt::Debug,
    {
        self.each(encoder, MetricType::Counter, |sample, value| {
            ConstCounter::new(value).encode(sample)
        })
    }

    fn gauges(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result
    where
        Value: EncodeGaugeValue + fmt::Debug,
    {
        self.each(encoder, MetricType::Gauge, |sample, value| {
            ConstGauge::new(value).encode(sample)
        })
    }
}
