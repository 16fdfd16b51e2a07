//! `plugin inspect`: what a file is, without running any connector.
//!
//! Owns how it is shown, with the names that `POST /connector-plugins` answers with. Only `describe`
//! and `config-def` of the plugin are called.

use std::fmt::Write as _;

use clap::ValueEnum;
use serde_json::{Value, json};

use super::PluginFailure;
use super::artifact::{Artifact, PluginArgument};
use crate::config::def::{ConfigKey, DefaultValue};
use crate::plugin::{LoadedPlugin, PluginFacts, PluginOrigin, PluginPlace, RegisteredPlugin};
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
    let loaded = super::runtime()?.block_on(artifact.load())?;
    let found = describe(&loaded);
    match arguments.output {
        Format::Json => super::say(&format!("{found:#}")),
        Format::Text => super::say(text(&loaded.plugin, &found).trim_end()),
    }
}

/// All about a plugin, in the fields of `GET /connector-plugins/{class}/details`, its task class and
/// its keys.
fn describe(loaded: &LoadedPlugin) -> Value {
    let plugin = &loaded.plugin;
    let facts = PluginFacts::from(&RegisteredPlugin {
        plugin: plugin.clone(),
        file: loaded.file.clone(),
        place: PluginPlace {
            origin: PluginOrigin::PluginPath,
            entry: 0,
            path: plugin.path().to_owned(),
        },
    });
    let grants: Vec<Value> = facts
        .grants
        .iter()
        .map(|grant| json!({"key": grant.key, "grant": grant.grant}))
        .collect();
    json!({
        "class": facts.class,
        "type": facts.kind,
        "version": facts.version,
        "task_class": plugin.description().task_class,
        "sha256": facts.sha256,
        "size": facts.size,
        "wit_version": facts.wit_version,
        "imports": facts.imports,
        "grants": grants,
        "path": facts.path,
        "aliases": facts.aliases,
        "documentation": facts.documentation,
        "config": plugin.config_def().keys().map(key).collect::<Vec<_>>(),
    })
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
    row("size", format!("{} bytes", found["size"]));
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
