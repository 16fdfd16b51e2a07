//! Checks of what a plugin says to configurations: validate, recommend, and wrong values at the start.

use super::kinds;
use super::{Fault, Findings, Subject, Verdict, answered, failed, kind_name, skipped};
use crate::config::ConfigMap;
use crate::config::def::{ConfigKey, ConfigType};
use crate::sandbox::{
    ConnectorInstance, ErrorKind, Grants, HostServices, PluginKind, SandboxError, SinkTaskInstance,
    SourceTaskInstance, StopSignal,
};

/// LIMIT: keys that are tried with a bad value, each on an instance of its own.
const BAD_VALUES_MAX: usize = 100;

/// Checks validate and recommend.
pub(super) async fn examine(subject: &Subject, findings: &mut Findings) {
    findings
        .make(&kinds::VALIDATE_SAMPLE, sample(subject))
        .await;
    findings
        .make(&kinds::VALIDATE_EMPTY, validate(subject, &ConfigMap::new()))
        .await;
    findings
        .make(&kinds::VALIDATE_BAD, bad_values(subject))
        .await;
    findings.make(&kinds::RECOMMEND, recommend(subject)).await;
}

async fn sample(subject: &Subject) -> Verdict {
    let configured = &subject.configured;
    let mut errors: Vec<String> = Vec::new();
    for validation in configured.config_def().validate(&configured.config) {
        errors.extend(validation.errors);
    }
    let found = configured
        .plugin
        .validate(&configured.limits, &configured.config)
        .await?;
    errors.extend(
        found
            .into_iter()
            .map(|found| format!("{}: {}", found.name, found.message)),
    );
    match errors.as_slice() {
        [] => Ok(()),
        errors => failed(errors.join("; ")),
    }
}

async fn validate(subject: &Subject, config: &ConfigMap) -> Verdict {
    let configured = &subject.configured;
    answered(configured.plugin.validate(&configured.limits, config).await)
}

/// A value that a key of this type does not take; for texts there is none, but odd ones.
fn bad_value(key: &ConfigKey) -> &'static str {
    match key.config_type {
        ConfigType::Int | ConfigType::Short | ConfigType::Long | ConfigType::Double => "12monkeys",
        ConfigType::Boolean => "perhaps",
        ConfigType::List => ",,\u{0},",
        ConfigType::String | ConfigType::Class | ConfigType::Password => "\u{0}\u{1F980}%zz\n",
    }
}

async fn bad_values(subject: &Subject) -> Verdict {
    let def = subject.configured.config_def();
    for key in def.keys().take(BAD_VALUES_MAX) {
        for value in [bad_value(key), ""] {
            let mut config = subject.configured.config.clone();
            config.insert(key.name.clone(), value.to_owned());
            if let Err(Fault::Failed(why)) = validate(subject, &config).await {
                return failed(format!("with {}={value:?}: {why}", key.name));
            }
        }
    }
    Ok(())
}

async fn recommend(subject: &Subject) -> Verdict {
    let configured = &subject.configured;
    if !configured.config_def().keys().any(|key| key.recommender) {
        return skipped("no key has a recommender");
    }
    for config in [&configured.config, &ConfigMap::new()] {
        answered(
            configured
                .plugin
                .recommend(&configured.limits, config)
                .await,
        )?;
    }
    Ok(())
}

/// A configuration that is wrong in one key, and how.
fn wrong_configs(subject: &Subject) -> Vec<(String, ConfigMap)> {
    let def = subject.configured.config_def();
    let mut wrong = Vec::new();
    for key in def.keys() {
        let mut config = subject.configured.config.clone();
        if key.is_required() {
            config.shift_remove(&key.name);
            wrong.push((format!("without {}", key.name), config));
        } else if is_number(key.config_type) {
            let value = bad_value(key);
            config.insert(key.name.clone(), value.to_owned());
            wrong.push((format!("with {}={value}", key.name), config));
        }
    }
    wrong
}

fn is_number(kind: ConfigType) -> bool {
    use ConfigType::{Double, Int, Long, Short};
    matches!(kind, Int | Short | Long | Double)
}

/// A wrong configuration is found by the connector or by its task, with an error of kind `config`.
pub(super) async fn wrong_config(subject: &Subject) -> Verdict {
    let wrong = wrong_configs(subject);
    if wrong.is_empty() {
        return skipped(
            "no key is required or a number, so that no configuration is wrong by itself",
        );
    }
    for (how, config) in wrong {
        match first_error(subject, &config).await {
            None => return failed(format!("{how}, connector and task start without an error")),
            Some(error) => match error.guest_error() {
                None => return failed(format!("{how}: {error}")),
                Some(guest) if guest.kind != ErrorKind::Config => {
                    let kind = kind_name(guest.kind);
                    let message = &guest.message;
                    return failed(format!(
                        "{how}: expected an error of kind config, but it is of kind {kind}: {message}"
                    ));
                }
                Some(_) => {}
            },
        }
    }
    Ok(())
}

/// The first error on the way from the connector's start to the task's. Grants are those of the
/// sample, since a wrong value grants nothing.
async fn first_error(subject: &Subject, config: &ConfigMap) -> Option<SandboxError> {
    let grants = subject.configured.grants().unwrap_or_default();
    start_all(subject, config, &grants).await.err()
}

/// Starts connector and first task, and stops both again.
pub(super) async fn start_all(
    subject: &Subject,
    config: &ConfigMap,
    grants: &Grants,
) -> Result<(), SandboxError> {
    let configured = &subject.configured;
    let spec = configured.connector(grants.clone(), HostServices::default());
    let mut connector = ConnectorInstance::new(spec).await?;
    connector.start(config).await?;
    let configs = connector.task_configs(1).await?;
    if let Some(task_config) = configs.first() {
        let services = HostServices::default();
        let spec = configured.task(0, grants.clone(), services, StopSignal::new());
        match configured.plugin.description().kind {
            PluginKind::Source => {
                let mut task = SourceTaskInstance::new(spec).await?;
                task.start(task_config).await?;
                task.stop().await?;
            }
            // Only connectors come this far.
            _ => {
                let mut task = SinkTaskInstance::new(spec).await?;
                task.start(task_config).await?;
                task.stop().await?;
            }
        }
    }
    connector.stop().await
}
