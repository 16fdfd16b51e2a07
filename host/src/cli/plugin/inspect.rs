//! `plugin inspect`: what a file is, without running any connector.
//!
//! Owns how it is shown, with the names that `POST /connector-plugins` answers with. Only `describe`
//! and `config-def` of the plugin are called.

use std::fmt::Write as _;

use clap::ValueEnum;
use serde_json::{Value, json};

use super::PluginFailure;
use super::artifact::{Artifact, PluginArgument};
use crate::config::def::{ConfigKey, DefaultValue, Grant};
use crate::sandbox::CompiledPlugin;

/// What `plugin inspect` can be told.
#[derive(clap::Args)]
pub(super) struct InspectArguments {
    #[command(flatten)]
    plugin: PluginArgument,
    /// How it is printed.
    #[arg(short, long, value_enum, default_value = "text", value_name = "FORMAT")]
    output: Format,
}

/// How an answer is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// To read.
    Text,
    /// For programs: one JSON document.
    Json,
}

/// `plugin inspect`
pub(super) fn run(arguments: &InspectArguments) -> Result<(), PluginFailure> {
    let artifact = Artifact::of(&arguments.plugin)?;
    let plugin = super::runtime()?.block_on(artifact.load())?;
    let found = describe(&plugin);
    match arguments.output {
        Format::Json => super::say(&format!("{found:#}")),
        Format::Text => super::say(text(&plugin, &found).trim_end()),
    }
}

/// All about a plugin, in the fields of `GET /connector-plugins/{class}/details`.
fn describe(plugin: &CompiledPlugin) -> Value {
    let description = plugin.description();
    let def = plugin.config_def();
    let grants: Vec<Value> = def.keys().flat_map(grants).collect();
    json!({
        "class": description.class,
        "type": description.kind.name(),
        "version": description.version,
        "task_class": description.task_class,
        "sha256": plugin.digest(),
        "path": plugin.path(),
        "grants": grants,
        "aliases": description.aliases,
        "documentation": description.documentation,
        "config": def.keys().map(key).collect::<Vec<_>>(),
    })
}

fn grants(key: &ConfigKey) -> Vec<Value> {
    let named = key
        .grants
        .map(|grant| json!({"key": key.name, "grant": grant_name(grant)}));
    let stdio = json!({"key": key.name, "grant": "stdio-when-empty"});
    let stdio = key.grants_stdio_when_empty.then_some(stdio);
    named.into_iter().chain(stdio).collect()
}

fn grant_name(grant: Grant) -> &'static str {
    match grant {
        Grant::PathRead => "path-read",
        Grant::PathWrite => "path-write",
        Grant::Endpoint => "endpoint",
        Grant::Listen => "listen",
    }
}

fn key(key: &ConfigKey) -> Value {
    json!({
        "name": key.name,
        "type": key.config_type.name(),
        "required": key.is_required(),
        "default_value": key.default_text(),
        "importance": key.importance.name(),
        "documentation": key.documentation,
    })
}

/// The same to read.
fn text(plugin: &CompiledPlugin, found: &Value) -> String {
    let mut out = String::new();
    let mut row = |label: &str, value: String| {
        if !value.is_empty() {
            // A `String` takes everything.
            let _ = writeln!(out, "{:<14}{value}", format!("{label}:"));
        }
    };
    let said = |name: &str| found[name].as_str().unwrap_or_default().to_owned();
    row("class", said("class"));
    row("type", said("type"));
    row("version", said("version"));
    row("task class", said("task_class"));
    row("aliases", texts(&found["aliases"]));
    row("about", said("documentation"));
    row("sha256", said("sha256"));
    if let Some(size) = found["size"].as_u64() {
        row("size", format!("{size} bytes"));
    }
    row("WIT version", said("wit_version"));
    row("imports", texts(&found["imports"]));
    let grants = found["grants"].as_array().into_iter().flatten();
    let grants: Vec<String> = grants
        .map(|grant| {
            let text = |name: &str| grant[name].as_str().unwrap_or_default();
            format!("{} ({})", text("key"), text("grant"))
        })
        .collect();
    row(
        "wants",
        if grants.is_empty() {
            "nothing".to_owned()
        } else {
            grants.join(", ")
        },
    );
    out.push_str("\nKeys:\n");
    for key in plugin.config_def().keys() {
        out.push_str(&key_text(key));
    }
    out
}

fn texts(list: &Value) -> String {
    let items = list
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    items.collect::<Vec<_>>().join("\n              ")
}

fn key_text(key: &ConfigKey) -> String {
    let default = match &key.default {
        DefaultValue::Required => "required".to_owned(),
        DefaultValue::Null => "optional".to_owned(),
        DefaultValue::Value(text) => format!("default {text:?}"),
    };
    let (name, kind) = (&key.name, key.config_type.name());
    let importance = key.importance.name().to_lowercase();
    let mut text = format!("  {name} ({kind}, {default}, importance {importance})\n");
    let words: Vec<&str> = key.documentation.split_whitespace().collect();
    if !words.is_empty() {
        let _ = writeln!(text, "    {}", words.join(" "));
    }
    text
}
