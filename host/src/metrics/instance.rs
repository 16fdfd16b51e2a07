//! What one instance of a plugin uses, as atomics that its owner adds to.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

/// LIMIT: the exports of a connector are nine, those of a task eight; one more for each to come.
const CALLS_MAX: usize = 12;
/// LIMIT: as many as there are limits, and some to come.
const LIMITS_MAX: usize = 20;

/// Whose usage it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstanceLabels {
    /// The connector's name.
    pub connector: String,
    /// The task's number; empty for the connector's own instance.
    pub task: String,
    /// The plugin's class.
    pub plugin: String,
    /// The plugin's version.
    pub version: String,
}

/// What one instance has used since it was made.
#[derive(Debug)]
pub struct InstanceUsage {
    pub(super) labels: InstanceLabels,
    cpu_nanos: AtomicU64,
    memory_bytes: AtomicU64,
    memory_peak_bytes: AtomicU64,
    host_call_bytes: AtomicU64,
    calls: Named<CALLS_MAX>,
    refusals: Named<LIMITS_MAX>,
    own: Mutex<Vec<Own>>,
}

/// A metric of the plugin itself.
#[derive(Clone, Debug)]
pub(super) struct Own {
    pub(super) name: String,
    pub(super) metric: OwnMetric,
}

/// A metric of the plugin itself; clones share the value.
#[derive(Clone, Debug)]
pub enum OwnMetric {
    /// It grows.
    Counter(Arc<AtomicU64>),
    /// It is set; the bits of a floating-point number.
    Gauge(Arc<AtomicU64>),
}

impl OwnMetric {
    /// A counter at zero.
    pub fn counter() -> Self {
        Self::Counter(Arc::default())
    }

    /// A gauge at zero.
    pub fn gauge() -> Self {
        Self::Gauge(Arc::default())
    }

    /// Adds to a counter.
    pub fn add(&self, value: u64) {
        if let Self::Counter(counter) = self {
            counter.fetch_add(value, Relaxed);
        }
    }

    /// Sets a gauge.
    pub fn set(&self, value: f64) {
        if let Self::Gauge(gauge) = self {
            gauge.store(value.to_bits(), Relaxed);
        }
    }
}

impl Default for InstanceUsage {
    fn default() -> Self {
        Self::new(InstanceLabels::default())
    }
}

impl InstanceUsage {
    /// Usage that nobody is shown.
    pub fn new(labels: InstanceLabels) -> Self {
        Self {
            labels,
            cpu_nanos: AtomicU64::new(0),
            memory_bytes: AtomicU64::new(0),
            memory_peak_bytes: AtomicU64::new(0),
            host_call_bytes: AtomicU64::new(0),
            calls: Named::new(),
            refusals: Named::new(),
            own: Mutex::default(),
        }
    }

    /// The guest ran for this time of a processor.
    pub fn ran(&self, time: Duration) {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.cpu_nanos.fetch_add(nanos, Relaxed);
    }

    /// The time of a processor that the guest has run.
    pub fn cpu(&self) -> Duration {
        Duration::from_nanos(self.cpu_nanos.load(Relaxed))
    }

    /// The guest has this much memory now.
    pub fn memory(&self, bytes: u64) {
        self.memory_bytes.store(bytes, Relaxed);
        self.memory_peak_bytes.fetch_max(bytes, Relaxed);
    }

    /// The memory that the guest has now.
    pub fn memory_now(&self) -> u64 {
        self.memory_bytes.load(Relaxed)
    }

    /// The most memory that the guest had.
    pub fn memory_peak(&self) -> u64 {
        self.memory_peak_bytes.load(Relaxed)
    }

    /// The guest's memory was given back.
    pub fn dropped(&self) {
        self.memory_bytes.store(0, Relaxed);
    }

    /// An export is called.
    pub fn called(&self, export: &'static str) {
        self.calls.add(export);
    }

    /// Bytes went from the guest to the worker or back.
    pub fn carried(&self, bytes: usize) {
        self.host_call_bytes.fetch_add(bytes as u64, Relaxed);
    }

    /// The bytes that went from the guest to the worker or back.
    pub fn host_call_bytes(&self) -> u64 {
        self.host_call_bytes.load(Relaxed)
    }

    /// The limit of this key refused, delayed or cut something.
    pub fn refused(&self, limit: &'static str) {
        self.refusals.add(limit);
    }

    /// How often each export was called.
    pub fn calls(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.calls.counts()
    }

    /// How often each limit refused something.
    pub fn refusals(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.refusals.counts()
    }

    /// Shows a metric of the plugin itself. The number of names is the caller's to bound.
    pub fn show(&self, name: &str, metric: &OwnMetric) {
        let name = name.to_owned();
        let metric = metric.clone();
        self.own
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Own { name, metric });
    }

    /// The metrics of the plugin itself.
    pub(super) fn own(&self) -> Vec<Own> {
        self.own
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// Counters by names that the program knows. The first use of a name takes a place for it; names
/// for which there is no place are counted together as `other`.
#[derive(Debug)]
struct Named<const PLACES: usize> {
    places: [(OnceLock<&'static str>, AtomicU64); PLACES],
    other: AtomicU64,
}

impl<const PLACES: usize> Named<PLACES> {
    fn new() -> Self {
        Self {
            places: std::array::from_fn(|_| (OnceLock::new(), AtomicU64::new(0))),
            other: AtomicU64::new(0),
        }
    }

    fn add(&self, name: &'static str) {
        let place = self
            .places
            .iter()
            .find(|(taken, _)| *taken.get_or_init(|| name) == name);
        let count = place.map_or(&self.other, |(_, count)| count);
        count.fetch_add(1, Relaxed);
    }

    fn counts(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let other = Some(("other", self.other.load(Relaxed))).filter(|(_, count)| *count > 0);
        self.places
            .iter()
            .map_while(|(name, count)| Some((*name.get()?, count.load(Relaxed))))
            .chain(other)
    }
}
