//! The conformance kit: drives a plugin through its contract and judges what it does.
//!
//! Owns which checks there are, their order, and what counts as passed. Every check has instances of
//! its own, so that one failure does not spoil the next. Knows nothing of arguments and printing,
//! which `check.rs` has, and nothing of Kafka.

use std::time::Duration;

use super::instances::Configured;
use crate::sandbox::{Deadlines, ErrorKind, Limits, PluginKind, SandboxError};

mod configuration;
mod connector;
mod definition;
mod denied;
pub(super) mod kinds;
mod reader;
mod restart;
pub(super) mod settings;
mod sink;
mod source;

use self::kinds::Kind;
use self::settings::Settings;

/// LIMIT: what a call may take that the contract wants back at once or within a second. Three times
/// as much, because a machine may be busy.
const PROMPT: Duration = Duration::from_secs(3);

/// What became of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The plugin does as the contract says.
    Passed,
    /// It does not; what was expected and what came.
    Failed(String),
    /// It was not tried, and why.
    Skipped(String),
}

/// A check and what became of it.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    /// Which check.
    pub(super) kind: &'static Kind,
    /// What became of it.
    pub(super) outcome: Outcome,
}

/// Why a check is not passed.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fault {
    Failed(String),
    Skipped(String),
}

/// What a check comes to.
type Verdict = Result<(), Fault>;

fn failed<T>(why: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::Failed(why.into()))
}

fn skipped<T>(why: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::Skipped(why.into()))
}

impl From<SandboxError> for Fault {
    fn from(error: SandboxError) -> Self {
        Self::Failed(told(&error))
    }
}

/// An error of the sandbox with its call.
fn told(error: &SandboxError) -> String {
    match error.guest_error() {
        Some(guest) => format!(
            "an error of kind {}: {}",
            kind_name(guest.kind),
            guest.message
        ),
        None => error.to_string(),
    }
}

fn kind_name(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Retriable => "retriable",
        ErrorKind::Data => "data",
        ErrorKind::Config => "config",
        ErrorKind::Fatal => "fatal",
    }
}

/// A call that may be refused with an error value, but has to leave the instance in order.
fn answered<T>(result: Result<T, SandboxError>) -> Verdict {
    match result {
        Err(error) if error.instance_lost() => Err(error.into()),
        _ => Ok(()),
    }
}

/// What was found so far.
pub(super) struct Findings {
    skip: Vec<(String, String)>,
    /// The only checks that are made; all, when it is empty.
    only: Vec<String>,
    list: Vec<Finding>,
}

impl Findings {
    /// None, with the checks that are not wanted and why, and the only ones that are, if not all.
    pub(super) fn new(skip: Vec<(String, String)>, only: Vec<String>) -> Self {
        Self {
            skip,
            only,
            list: Vec::new(),
        }
    }

    /// All of them, in order.
    pub(super) fn into_list(self) -> Vec<Finding> {
        self.list
    }

    /// Whether a check is among those that are to be made.
    fn is_asked_for(&self, kind: &Kind) -> bool {
        self.only.is_empty() || self.only.iter().any(|id| id == kind.id)
    }

    /// Whether a check is to be made; if not, it is noted as skipped.
    fn wants(&mut self, kind: &'static Kind) -> bool {
        if !self.is_asked_for(kind) {
            return false;
        }
        let unwanted = self.skip.iter().find(|(id, _)| id == kind.id);
        let Some((_, why)) = unwanted else {
            return true;
        };
        let outcome = Outcome::Skipped(why.clone());
        self.list.push(Finding { kind, outcome });
        false
    }

    /// Notes what a check came to.
    fn note(&mut self, kind: &'static Kind, verdict: Verdict) {
        let outcome = match verdict {
            Ok(()) => Outcome::Passed,
            Err(Fault::Failed(why)) => Outcome::Failed(why),
            Err(Fault::Skipped(why)) => Outcome::Skipped(why),
        };
        // Whether a plugin loads is said whatever was asked for, if it does not.
        if self.is_asked_for(kind) || matches!(outcome, Outcome::Failed(_)) {
            self.list.push(Finding { kind, outcome });
        }
    }

    /// Makes a check and notes what it came to, unless it is not wanted.
    async fn make(&mut self, kind: &'static Kind, check: impl Future<Output = Verdict>) {
        if self.wants(kind) {
            let verdict = check.await;
            self.note(kind, verdict);
        }
    }

    /// Makes a check that others build on, whether it is wanted or not. Returns whether they may.
    async fn need(&mut self, kind: &'static Kind, check: impl Future<Output = Verdict>) -> bool {
        let verdict = check.await;
        let failed = matches!(verdict, Err(Fault::Failed(_)));
        if failed || self.wants(kind) {
            self.note(kind, verdict);
        }
        !failed
    }

    /// Notes that these checks were not made.
    fn skip_all(&mut self, kinds: &[&'static Kind], why: &str) {
        for kind in kinds {
            if self.wants(kind) {
                self.note(kind, skipped(why));
            }
        }
    }
}

/// What is examined.
pub(super) struct Subject {
    /// The plugin with its sample configuration.
    pub(super) configured: Configured,
    /// What the kit was told beside.
    pub(super) settings: Settings,
}

impl Subject {
    /// With deadlines that a test can wait for.
    pub(super) fn new(mut configured: Configured, settings: Settings) -> Self {
        configured.limits = Limits {
            deadlines: Deadlines {
                poll: Duration::from_secs(10),
                put: Duration::from_secs(20),
                call: Duration::from_secs(20),
                start: Duration::from_secs(30),
                stop: Duration::from_secs(10),
            },
            ..Limits::default()
        };
        Self {
            configured,
            settings,
        }
    }
}

/// Notes what loading says when the plugin could not be loaded: nothing else can be tried.
pub(super) fn not_loaded(findings: &mut Findings, error: &str) {
    let definition = error.contains("its ConfigDef is wrong");
    if definition {
        findings.note(&kinds::LOAD, Ok(()));
        findings.note(&kinds::CONFIG_DEF, failed(error));
    } else {
        findings.note(&kinds::LOAD, failed(error));
    }
}

/// Makes all checks of a plugin that was loaded.
pub(super) async fn examine(subject: &Subject, findings: &mut Findings) {
    let description = subject.configured.plugin.description();
    findings.note(&kinds::LOAD, Ok(()));
    definition::describe(description, findings);
    findings.note(&kinds::CONFIG_DEF, Ok(()));
    definition::keys(&subject.configured.config_def(), findings);
    if !description.kind.is_connector() {
        return;
    }
    configuration::examine(subject, findings).await;
    let task_config = connector::examine(subject, findings).await;
    let tasks: &[&Kind] = match description.kind {
        PluginKind::Source => &kinds::OF_SOURCE_TASKS,
        _ => &kinds::OF_SINK_TASKS,
    };
    match task_config {
        Some(config) => {
            match description.kind {
                PluginKind::Source => source::examine(subject, &config, findings).await,
                _ => sink::examine(subject, &config, findings).await,
            }
            denied::examine(subject, &config, findings).await;
        }
        None => {
            let why = "the connector gave no configuration for a task";
            findings.skip_all(tasks, why);
            findings.skip_all(&[&kinds::DENIED], why);
        }
    }
}
