//! Metrics of the plugin, shown with connector and task. At most 100 names for each instance.

use crate::host;

/// Adds to a counter.
pub fn counter_add(name: &str, value: u64) {
    host::counter_add(name, value);
}

/// Sets a gauge.
pub fn gauge_set(name: &str, value: f64) {
    host::gauge_set(name, value);
}
