//! The configurations that a connector gives its tasks, as they are stored.
//!
//! Owns what the framework adds to them and how many there may be. Knows no instance. Kafka's
//! counterpart: the end of `Worker.connectorTaskConfigs`.

use crate::config::ConfigMap;
use crate::config::connector::{TOPICS, TOPICS_REGEX};
use crate::ids::ConnectorName;

/// Adds what the framework adds: the class of the task, and the topics that a sink reads.
/// References are stored as references, so that no secret is shown.
pub(super) fn completed(
    generated: Vec<ConfigMap>,
    config: &ConfigMap,
    task_class: &str,
) -> Vec<ConfigMap> {
    generated
        .into_iter()
        .map(|mut task| {
            task.insert("task.class".to_owned(), task_class.to_owned());
            for key in [TOPICS, TOPICS_REGEX] {
                if let Some(value) = config.get(key) {
                    task.insert(key.to_owned(), value.clone());
                }
            }
            for (key, value) in &mut task {
                if let Some(raw) = config.get(key).filter(|raw| raw.contains("${")) {
                    value.clone_from(raw);
                }
            }
            task
        })
        .collect()
}

/// What is said of a connector that gives more tasks than it may.
pub(super) fn too_many_tasks(name: &ConnectorName, generated: usize, max_tasks: u32) -> String {
    format!(
        "The connector {name} has generated {generated} tasks, which is greater than {max_tasks}, \
         the maximum number of tasks it is configured to create. This behaviour should be \
         considered a bug and is disallowed. If necessary, it can be permitted by reconfiguring \
         the connector with 'tasks.max.enforce' set to false; however, this option will be removed \
         in a future release of Kafka Connect."
    )
}
