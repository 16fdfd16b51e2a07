//! `ctl plugins` and `ctl validate`: what a worker can run, and what it says to a configuration.

use std::collections::BTreeSet;

use serde_json::Value;

use super::client::{Client, Request};
use super::entities::{Key, Plugin, Validation};
use super::error::CtlError;
use super::files;
use super::output::{Format, Output, count, note, visible};
use super::table::Table;

/// Keys that are read when tasks start, and that no definition lists.
const UNLISTED: &str = "topic.creation.";

/// `ctl plugins`
pub(super) fn list(client: &Client, all: bool, output: &mut Output) -> Result<(), CtlError> {
    let mut request = Request::new("GET", &["connector-plugins"], "list the plugins".to_owned());
    if all {
        request = request.query("connectorsOnly=false").since("3.2");
    }
    let (json, plugins) = client.send(request)?.read::<Vec<Plugin>>()?;
    match output.format() {
        Format::Json => output.json(&json),
        Format::Name => {
            // A class that is a converter of both kinds is there twice.
            let mut seen = BTreeSet::new();
            let classes = plugins.iter().map(|plugin| plugin.class.as_str());
            output.names(classes.filter(|class| seen.insert(*class)))
        }
        Format::Table => {
            let mut table = Table::new(&["CLASS", "TYPE", "VERSION"]);
            for plugin in &plugins {
                let kind = plugin.kind.as_deref().unwrap_or_default();
                let version = plugin.version.as_deref().unwrap_or_default();
                table.row([&plugin.class, kind, version]);
            }
            output.table(&table, "The worker has no plugins.")
        }
    }
}

/// `ctl plugins CLASS`
pub(super) fn keys(client: &Client, class: &str, output: &mut Output) -> Result<(), CtlError> {
    let purpose = format!("show the configuration keys of {}", visible(class));
    let segments = ["connector-plugins", class, "config"];
    let request = Request::new("GET", &segments, purpose).since("3.2");
    let (json, keys) = client.send(request)?.read::<Vec<Key>>()?;
    match output.format() {
        Format::Json => output.json(&json),
        Format::Name => output.names(keys.iter().map(|key| &key.name)),
        Format::Table => output.table(&keys_table(&keys), "The plugin has no configuration keys."),
    }
}

fn keys_table(keys: &[Key]) -> Table {
    let header = ["KEY", "TYPE", "DEFAULT", "IMPORTANCE", "DOCUMENTATION"];
    let mut table = Table::new(&header).wrap_last();
    for key in keys {
        let default = match &key.default_value {
            _ if key.required => "(required)",
            None => "(null)",
            Some(text) if text.is_empty() => "(empty)",
            Some(text) => text,
        };
        let documentation = key.documentation.as_deref().unwrap_or_default();
        let words: Vec<&str> = documentation.split_whitespace().collect();
        table.row([
            &key.name,
            key.kind.as_deref().unwrap_or_default(),
            default,
            key.importance.as_deref().unwrap_or_default(),
            &words.join(" "),
        ]);
    }
    table
}

/// `ctl validate`
pub(super) fn validate(client: &Client, file: &str, output: &mut Output) -> Result<(), CtlError> {
    let file = files::connector(file)?;
    let class = file.class()?;
    let label = file.label().to_owned();
    let config = file.into_config();
    let given: Vec<String> = config.keys().cloned().collect();
    let purpose = format!("validate {}", visible(&label));
    let segments = ["connector-plugins", &class, "config", "validate"];
    let request = Request::new("PUT", &segments, purpose).body(&Value::Object(config));
    let (json, validation) = client.send(request)?.read::<Validation>()?;
    match output.format() {
        Format::Json => output.json(&json)?,
        Format::Name => output.names(wrong_keys(&validation).map(|(name, _, _)| name))?,
        Format::Table => show_validation(&label, &class, &validation, output)?,
    }
    let unknown = unknown_keys(&given, &validation);
    if output.format() == Format::Table && !unknown.is_empty() {
        note(&format!(
            "Neither the connector nor Kafka Connect defines: {}",
            visible(&unknown.join(", "))
        ));
    }
    match usize::try_from(validation.error_count) {
        Ok(0) => Ok(()),
        errors => Err(CtlError::Invalid(count(
            errors.unwrap_or_default(),
            "error",
        ))),
    }
}

/// Each key that has errors: its name, value and errors.
fn wrong_keys(validation: &Validation) -> impl Iterator<Item = (&str, Option<&str>, &[String])> {
    let values = validation
        .configs
        .iter()
        .filter_map(|key| key.value.as_ref());
    let wrong = values.filter(|value| !value.errors.is_empty());
    wrong.map(|value| {
        let errors = value.errors.as_slice();
        (value.name.as_str(), value.value.as_deref(), errors)
    })
}

fn show_validation(
    label: &str,
    class: &str,
    validation: &Validation,
    output: &mut Output,
) -> Result<(), CtlError> {
    if validation.error_count == 0 {
        let (label, class) = (visible(label), visible(class));
        return output.line(&format!("{label}: valid for {class}"));
    }
    let mut table = Table::new(&["KEY", "ERROR"]).wrap_last();
    for (name, _, errors) in wrong_keys(validation) {
        table.row([name, &errors.join("; ")]);
    }
    output.table(&table, "The worker does not say which keys are wrong.")
}

/// Keys of the file that the answer does not list: the worker ignores them, so they may be misspelt.
fn unknown_keys<'a>(given: &'a [String], validation: &Validation) -> Vec<&'a str> {
    let mut known = BTreeSet::new();
    for key in &validation.configs {
        known.extend(
            key.definition
                .as_ref()
                .map(|definition| definition.name.as_str()),
        );
        known.extend(key.value.as_ref().map(|value| value.name.as_str()));
    }
    let given = given.iter().map(String::as_str);
    given
        .filter(|key| !known.contains(key) && !key.starts_with(UNLISTED))
        .collect()
}

#[cfg(test)]
mod tests;
