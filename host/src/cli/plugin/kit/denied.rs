//! The check of a plugin that is not given what its configuration names.

use std::time::Duration;

use tokio::time::Instant;

use super::{Findings, Subject, Verdict, failed, kinds, sink, skipped, told};
use crate::config::ConfigMap;
use crate::config::def::{java_trim, split_list};
use crate::sandbox::{
    ErrorKind, Grants, HostServices, PluginKind, SandboxError, SourceTaskInstance, StopSignal,
};

/// How long a source may go on without saying anything.
const TIME: Duration = Duration::from_secs(2);
/// LIMIT: polls in that time; more, and the task spins.
const POLLS_MAX: u32 = 500;

/// Checks the task without grants.
pub(super) async fn examine(subject: &Subject, config: &ConfigMap, findings: &mut Findings) {
    findings.make(&kinds::DENIED, check(subject, config)).await;
}

/// What the configuration names in keys with grants.
fn named(subject: &Subject, config: &ConfigMap) -> Vec<String> {
    let def = subject.configured.config_def();
    let keys = def.keys().filter(|key| key.grants.is_some());
    let values = keys.filter_map(|key| Some((key, config.get(&key.name)?)));
    let items = values.flat_map(|(key, value)| {
        let mut items = split_list(value);
        items.push(java_trim(value).to_owned());
        items.retain(|item| !item.is_empty());
        if !items.is_empty() {
            items.push(key.name.clone());
        }
        items
    });
    items.collect()
}

async fn check(subject: &Subject, config: &ConfigMap) -> Verdict {
    let named = named(subject, config);
    if named.is_empty() {
        return skipped("the sample configuration names nothing that is granted");
    }
    let outcome = match subject.configured.plugin.description().kind {
        PluginKind::Source => source(subject, config).await,
        // Only connectors come this far.
        _ => deny_sink(subject, config).await,
    };
    let outcome = match outcome {
        Ok(how) => how,
        Err(error) => {
            if error.instance_lost() {
                return failed(error.to_string());
            }
            How::Error(error)
        }
    };
    match outcome {
        // A source may wait for a file or a server that is not there yet.
        How::Waiting => Ok(()),
        How::Spinning(polls) => failed(format!(
            "{polls} polls without records in {} s",
            TIME.as_secs()
        )),
        How::Records => failed("records came although nothing could be read"),
        How::Written => failed("put and flush succeeded although nothing could be written"),
        How::Error(error) => clear(&error, &named),
    }
}

/// How a task without grants goes on.
enum How {
    Waiting,
    Spinning(u32),
    Records,
    Written,
    Error(SandboxError),
}

/// Whether the error names what could not be opened.
fn clear(error: &SandboxError, named: &[String]) -> Verdict {
    let guest = error.guest_error();
    let said = guest.map(|guest| {
        let detail = guest.detail.as_deref().unwrap_or_default();
        format!("{}\n{detail}", guest.message)
    });
    let said = said.unwrap_or_default();
    if named.iter().any(|name| said.contains(name.as_str())) {
        return Ok(());
    }
    failed(format!(
        "the error does not name what could not be opened ({}): {}",
        named.join(", "),
        told(error)
    ))
}

async fn source(subject: &Subject, config: &ConfigMap) -> Result<How, SandboxError> {
    let signal = StopSignal::new();
    let services = HostServices::default();
    let spec = subject
        .configured
        .task(0, Grants::default(), services, signal.clone());
    let mut task = SourceTaskInstance::new(spec).await?;
    task.start(config).await?;
    let began = Instant::now();
    let mut polls = 0;
    let mut last = None;
    while began.elapsed() < TIME && polls <= POLLS_MAX {
        polls += 1;
        match task.poll().await {
            Ok(None) => {}
            Ok(Some(_)) => return Ok(How::Records),
            Err(error)
                if error
                    .guest_error()
                    .is_some_and(|e| e.kind == ErrorKind::Retriable) =>
            {
                last = Some(error);
                // As long as a worker waits.
                signal.wait(Duration::from_millis(100)).await;
            }
            Err(error) => return Err(error),
        }
        tokio::task::yield_now().await;
    }
    task.stop().await?;
    Ok(match last {
        Some(error) => How::Error(error),
        None if polls > POLLS_MAX => How::Spinning(polls),
        None => How::Waiting,
    })
}

async fn deny_sink(subject: &Subject, config: &ConfigMap) -> Result<How, SandboxError> {
    let services = HostServices::default();
    let spec = subject
        .configured
        .task(0, Grants::default(), services, StopSignal::new());
    let mut task = crate::sandbox::SinkTaskInstance::new(spec).await?;
    task.start(config).await?;
    sink::put_denied(&mut task, subject).await?;
    task.stop().await?;
    Ok(How::Written)
}
