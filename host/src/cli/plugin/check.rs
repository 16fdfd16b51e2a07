//! `plugin check`: the conformance kit's report.
//!
//! Owns arguments, the folder that the kit works in, and how the report looks. What is checked is in
//! `kit.rs`.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::{Value, json};
use thiserror::Error;

use super::PluginFailure;
use super::artifact::{Artifact, PluginArgument};
use super::config::{self, ConfigArguments};
use super::inspect::Format;
use super::instances::Configured;
use super::kit::settings::{Settings, SettingsError};
use super::kit::{self, Finding, Findings, Outcome, Subject, kinds};
use crate::plugin::LoadError;

/// Where the settings of a crate are.
const SETTINGS: &str = "check.properties";

/// Shown by `plugin check --help` behind the options.
pub(super) const AFTER_HELP: &str = "\
The kit runs the plugin in the sandbox, in an empty folder of its own, and prints a line for each
check: `pass`, `FAIL` with what to do, or `skip` with the reason.

check.properties (of the crate, or by --settings) tells it what it needs; paths are relative to it:
  config=FILE           the sample configuration [default: config.properties of the crate]
  set.KEY=VALUE         changes a key of the configuration for the check
  file.NAME=FILE        puts a copy of FILE under that name into the kit's folder
  records=FILE          what a sink is given: lines as `plugin run` prints them
  skip.CHECK=REASON     leaves a check out
  wait.ms=N             how long a source may take for its next record [default: 3000]
  count=N               how many records of a source are read [default: 20]

Exit codes: 0 all checks are passed or skipped; 1 a check failed; 2 nothing could be checked.

Examples:
  connect-wasm plugin check .
  connect-wasm plugin check price_source.wasm --config price.properties -o json";

/// Exit codes of `plugin check`.
mod exit {
    /// A check failed.
    pub(super) const FAILED: u8 = 1;
    /// Nothing could be checked.
    pub(super) const NOTHING: u8 = 2;
}

/// What `plugin check` can be told.
#[derive(clap::Args)]
pub(super) struct CheckArguments {
    #[command(flatten)]
    plugin: PluginArgument,
    #[command(flatten)]
    config: ConfigArguments,
    /// What the kit needs beside the configuration [default: check.properties of the crate].
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Makes only this check; may be given several times.
    #[arg(long, value_name = "CHECK", value_parser = check_id)]
    only: Vec<String>,
    /// How the report is printed.
    #[arg(short, long, value_enum, default_value = "text", value_name = "FORMAT")]
    output: Format,
}

fn check_id(text: &str) -> Result<String, String> {
    let known = kinds::ALL.iter().any(|kind| kind.id == text);
    known.then(|| text.to_owned()).ok_or_else(|| {
        let ids: Vec<&str> = kinds::ALL.iter().map(|kind| kind.id).collect();
        format!("there is no such check; there are {}", ids.join(", "))
    })
}

/// Why nothing could be checked.
#[derive(Debug, Error)]
enum CheckError {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error("The folder of the check cannot be prepared: {what}: {source}")]
    Folder {
        /// The file or folder.
        what: String,
        /// Why.
        source: io::Error,
    },
    #[error(transparent)]
    Other(#[from] PluginFailure),
}

/// `plugin check`. Returns the exit code.
pub(super) fn run(arguments: &CheckArguments) -> ExitCode {
    match examine(arguments) {
        Ok(findings) => {
            let failed = findings
                .iter()
                .any(|one| matches!(one.outcome, Outcome::Failed(_)));
            let printed = match arguments.output {
                Format::Text => super::say(&text(&findings)),
                Format::Json => super::say(&format!("{:#}", report(&findings))),
            };
            match printed {
                Err(failure) if !failure.is_broken_pipe() => refused(&failure.into()),
                _ if failed => ExitCode::from(exit::FAILED),
                _ => ExitCode::SUCCESS,
            }
        }
        Err(error) => refused(&error),
    }
}

fn refused(error: &CheckError) -> ExitCode {
    super::note(&format!("error: {error}"));
    ExitCode::from(exit::NOTHING)
}

/// Builds, loads and examines the plugin.
fn examine(arguments: &CheckArguments) -> Result<Vec<Finding>, CheckError> {
    let artifact = Artifact::of(&arguments.plugin).map_err(PluginFailure::from)?;
    let settings_file = arguments
        .settings
        .clone()
        .or_else(|| artifact.beside(SETTINGS));
    let settings = match &settings_file {
        Some(file) => Settings::read(&absolute(file)?)?,
        None => Settings::default(),
    };
    let mut findings = Findings::new(settings.skip.clone(), arguments.only.clone());
    let runtime = super::runtime()?;
    let plugin = match runtime.block_on(artifact.load()) {
        Ok(loaded) => loaded.plugin,
        Err(error @ LoadError::Read { .. }) => return Err(PluginFailure::from(error).into()),
        Err(error) => {
            kit::not_loaded(&mut findings, &error.to_string());
            return Ok(findings.into_list());
        }
    };
    let mut given = arguments.config.clone();
    // What the command line sets goes before what the settings do.
    let set = settings
        .set
        .iter()
        .map(|(key, value)| format!("{key}={value}"));
    given.set.splice(0..0, set);
    let sample = settings.config.clone().or_else(|| artifact.sample_config());
    let config = config::written(&given, sample.as_deref(), plugin.description());
    let config = config
        .and_then(|config| config::resolved(&config))
        .map_err(PluginFailure::from)?;
    let scratch = scratch(&settings)?;
    let configured = Configured::new(plugin, config);
    runtime.block_on(kit::examine(
        &Subject::new(configured, settings),
        &mut findings,
    ));
    runtime.shutdown_background();
    drop(scratch);
    Ok(findings.into_list())
}

/// A file's path that stays right in another folder.
fn absolute(file: &Path) -> Result<PathBuf, CheckError> {
    file.canonicalize().map_err(|source| CheckError::Folder {
        what: file.display().to_string(),
        source,
    })
}

/// An empty folder with the files of the settings, which is the current one from now on: relative
/// paths of the configuration lead there, and what a sink writes goes away with it.
fn scratch(settings: &Settings) -> Result<tempfile::TempDir, CheckError> {
    let failed = |what: &Path| {
        let what = what.display().to_string();
        move |source| CheckError::Folder { what, source }
    };
    let scratch = tempfile::tempdir().map_err(failed(&std::env::temp_dir()))?;
    for (name, from) in &settings.files {
        let to = scratch.path().join(name);
        if let Some(folder) = to.parent() {
            std::fs::create_dir_all(folder).map_err(failed(folder))?;
        }
        std::fs::copy(from, &to).map_err(failed(from))?;
    }
    std::env::set_current_dir(scratch.path()).map_err(failed(scratch.path()))?;
    Ok(scratch)
}

/// One line for each check, and the sum.
fn text(findings: &[Finding]) -> String {
    let width = findings
        .iter()
        .map(|one| one.kind.id.len())
        .max()
        .unwrap_or_default();
    let mut lines: Vec<String> = Vec::new();
    for finding in findings {
        let (id, about) = (finding.kind.id, finding.kind.about);
        lines.push(match &finding.outcome {
            Outcome::Passed => format!("pass  {id:<width$}  {about}"),
            Outcome::Failed(why) => {
                let why = why.replace('\n', "\n          ");
                let advice = finding.kind.advice;
                format!("FAIL  {id:<width$}  {about}\n          {why}\n          -> {advice}")
            }
            Outcome::Skipped(why) => format!("skip  {id:<width$}  {why}"),
        });
    }
    let (passed, failed, skipped) = counts(findings);
    lines.push(format!(
        "{passed} passed, {failed} failed, {skipped} skipped"
    ));
    lines.join("\n")
}

fn counts(findings: &[Finding]) -> (usize, usize, usize) {
    let count =
        |wanted: fn(&Outcome) -> bool| findings.iter().filter(|one| wanted(&one.outcome)).count();
    (
        count(|outcome| *outcome == Outcome::Passed),
        count(|outcome| matches!(outcome, Outcome::Failed(_))),
        count(|outcome| matches!(outcome, Outcome::Skipped(_))),
    )
}

/// The report for programs.
fn report(findings: &[Finding]) -> Value {
    let checks: Vec<Value> = findings
        .iter()
        .map(|finding| {
            let (result, why, advice) = match &finding.outcome {
                Outcome::Passed => ("pass", None, None),
                Outcome::Failed(why) => ("fail", Some(why), Some(finding.kind.advice)),
                Outcome::Skipped(why) => ("skip", Some(why), None),
            };
            json!({
                "check": finding.kind.id,
                "about": finding.kind.about,
                "result": result,
                "message": why,
                "advice": advice,
            })
        })
        .collect();
    let (passed, failed, skipped) = counts(findings);
    json!({"checks": checks, "passed": passed, "failed": failed, "skipped": skipped})
}
