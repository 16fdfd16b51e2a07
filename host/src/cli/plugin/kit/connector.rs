//! Checks of the connector's half.

use connect_data::OffsetMap;

use super::kinds;
use super::{Fault, Findings, Subject, Verdict, answered, configuration, failed, skipped};
use crate::config::ConfigMap;
use crate::sandbox::{
    ConnectorInstance, HostServices, PartitionOffset, PluginKind, SandboxError, TopicPartition,
};

/// How many tasks are asked for.
const TASKS: [u32; 4] = [1, 2, 3, 8];

/// Checks the connector. Returns a configuration for a task, if it gives one.
pub(super) async fn examine(subject: &Subject, findings: &mut Findings) -> Option<ConfigMap> {
    let mut connector = None;
    let started = findings
        .need(&kinds::CONNECTOR_START, async {
            connector = Some(start(subject).await?);
            Ok(())
        })
        .await;
    let Some(mut connector) = connector.filter(|_| started) else {
        let why = "the connector does not start";
        let rest = [
            &kinds::TASK_CLASS,
            &kinds::TASK_CONFIGS,
            &kinds::MONITOR,
            &kinds::CONNECTOR_STOP,
        ];
        findings.skip_all(&rest, why);
        findings
            .make(&kinds::ALTER_OFFSETS, alter_offsets(subject))
            .await;
        return None;
    };
    findings
        .make(&kinds::TASK_CLASS, task_class(subject, &mut connector))
        .await;
    let mut first = None;
    let configs = task_configs(&mut connector, &mut first);
    findings.need(&kinds::TASK_CONFIGS, configs).await;
    findings
        .make(&kinds::MONITOR, async {
            gone(&connector)?;
            Ok(connector.monitor().await?)
        })
        .await;
    findings
        .make(&kinds::CONNECTOR_STOP, async {
            gone(&connector)?;
            Ok(connector.stop().await?)
        })
        .await;
    findings
        .make(&kinds::ALTER_OFFSETS, alter_offsets(subject))
        .await;
    if first.is_some() {
        let wrong = configuration::wrong_config(subject);
        findings.make(&kinds::WRONG_CONFIG, wrong).await;
    }
    first
}

/// A call cannot be tried on an instance that an earlier one has ended.
fn gone(connector: &ConnectorInstance) -> Verdict {
    match connector.is_lost() {
        true => skipped("an earlier call ended the instance"),
        false => Ok(()),
    }
}

async fn start(subject: &Subject) -> Result<ConnectorInstance, Fault> {
    let configured = &subject.configured;
    let grants = configured
        .grants()
        .or_else(|refused| failed(crate::cli::plugin::instances::refusals(&refused)))?;
    let spec = configured.connector(grants, HostServices::default());
    let mut connector = ConnectorInstance::new(spec).await?;
    connector.start(&configured.config).await?;
    Ok(connector)
}

async fn task_class(subject: &Subject, connector: &mut ConnectorInstance) -> Verdict {
    let said = connector.task_class().await?;
    let described = &subject.configured.plugin.description().task_class;
    if said != *described {
        return failed(format!("describe says {described}, task-class says {said}"));
    }
    Ok(())
}

async fn task_configs(connector: &mut ConnectorInstance, first: &mut Option<ConfigMap>) -> Verdict {
    gone(connector)?;
    for tasks in TASKS {
        let configs = connector.task_configs(tasks).await?;
        if configs.len() > tasks as usize {
            let made = configs.len();
            return failed(format!(
                "task-configs({tasks}) returned {made} configurations"
            ));
        }
        let again = connector.task_configs(tasks).await?;
        if configs != again {
            return failed(format!(
                "task-configs({tasks}) returned something else the second time"
            ));
        }
        if first.is_none() {
            *first = configs.into_iter().next();
        }
    }
    match first {
        Some(_) => Ok(()),
        None => skipped("there is no work for a task; the sample configuration should give some"),
    }
}

/// Offsets of nothing that the connector knows, on instances that are not started.
async fn alter_offsets(subject: &Subject) -> Verdict {
    let configured = &subject.configured;
    let config = &configured.config;
    let instance = || {
        let grants = configured.grants().unwrap_or_default();
        ConnectorInstance::new(configured.connector(grants, HostServices::default()))
    };
    let strange = || OffsetMap::of("no such field", 1);
    match configured.plugin.description().kind {
        PluginKind::Source => {
            for change in [
                (None, None),
                (Some(strange()), None),
                (None, Some(strange())),
                (Some(strange()), Some(strange())),
            ] {
                let changes = [change];
                answered(
                    instance()
                        .await?
                        .alter_source_offsets(config, &changes)
                        .await,
                )?;
            }
            let mut asked = instance().await?;
            answered(asked.exactly_once_support(config).await)?;
            answered(asked.can_define_transaction_boundaries(config).await)
        }
        // Only connectors come this far.
        _ => {
            let topic = || "no-such-topic".to_owned();
            let set = [PartitionOffset {
                topic: topic(),
                partition: 7,
                offset: i64::MAX,
            }];
            let reset = [TopicPartition {
                topic: topic(),
                partition: 8,
            }];
            let altered: Result<bool, SandboxError> = instance()
                .await?
                .alter_sink_offsets(config, &set, &reset)
                .await;
            answered(altered)
        }
    }
}
