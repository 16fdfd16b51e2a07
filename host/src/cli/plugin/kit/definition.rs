//! Checks of what a plugin says about itself and its keys. Pure.

use super::kinds;
use super::{Findings, Verdict, failed};
use crate::config::connector::{sink_def, source_def};
use crate::config::def::{ConfigDef, ConfigKey, ConfigType, DefaultValue, Grant};
use crate::sandbox::Description;

/// What keys end in that hold secrets.
const SECRETS: [&str; 5] = ["password", "secret", "passphrase", "token", "api.key"];

/// Checks who the plugin says it is.
pub(super) fn describe(description: &Description, findings: &mut Findings) {
    if findings.wants(&kinds::CLASS) {
        findings.note(&kinds::CLASS, classes(description));
    }
    if findings.wants(&kinds::VERSION) {
        findings.note(&kinds::VERSION, version(&description.version));
    }
    if findings.wants(&kinds::ABOUT) {
        let verdict = match description.documentation.trim() {
            "" => failed("the documentation is empty"),
            _ => Ok(()),
        };
        findings.note(&kinds::ABOUT, verdict);
    }
}

fn classes(description: &Description) -> Verdict {
    let Description {
        class, task_class, ..
    } = description;
    // Transformations, predicates and converters have no tasks.
    let tasks = (!task_class.is_empty()).then_some(task_class);
    for name in [class].into_iter().chain(tasks).chain(&description.aliases) {
        let part = |part: &str| {
            let starts = part.starts_with(|first: char| first.is_alphabetic() || first == '_');
            starts
                && part
                    .chars()
                    .all(|c| c.is_alphanumeric() || c == '_' || c == '$')
        };
        if !name.split('.').all(part) {
            return failed(format!("'{name}' is no qualified class name"));
        }
    }
    if class == task_class {
        return failed(format!(
            "connector and task have the same class name, {class}"
        ));
    }
    Ok(())
}

fn version(version: &str) -> Verdict {
    let odd = |c: char| c.is_whitespace() || c.is_control() || "[](),".contains(c);
    if !version.starts_with(|first: char| first.is_ascii_digit()) || version.contains(odd) {
        return failed(format!(
            "'{version}' is no version such as 1.2.3 or 2.0-rc1"
        ));
    }
    Ok(())
}

/// Checks the keys.
pub(super) fn keys(def: &ConfigDef, findings: &mut Findings) {
    for (kind, verdict) in [
        (&kinds::NAMES, names(def)),
        (&kinds::DOCUMENTED, documented(def)),
        (&kinds::GROUPS, groups(def)),
        (&kinds::DEPENDENTS, dependents(def)),
        (&kinds::GRANTS, grants(def)),
        (&kinds::SECRETS, secrets(def)),
    ] {
        if findings.wants(kind) {
            findings.note(kind, verdict);
        }
    }
}

/// The verdict on keys that are wrong: none is.
fn none_of(wrong: &[String], what: &str) -> Verdict {
    match wrong {
        [] => Ok(()),
        wrong => failed(format!("{what}: {}", wrong.join(", "))),
    }
}

fn those(def: &ConfigDef, wrong: impl Fn(&ConfigKey) -> bool) -> Vec<String> {
    let keys = def.keys().filter(|key| wrong(key));
    keys.map(|key| key.name.clone()).collect()
}

fn names(def: &ConfigDef) -> Verdict {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let odd = those(def, |key| {
        key.name.is_empty() || !key.name.chars().all(plain)
    });
    none_of(
        &odd,
        "keys with other characters than letters, digits, '.', '-' and '_'",
    )?;
    let (source, sink) = (source_def(), sink_def());
    let taken = those(def, |key| {
        source.key(&key.name).is_some() || sink.key(&key.name).is_some()
    });
    none_of(&taken, "keys that every connector has already")
}

fn documented(def: &ConfigDef) -> Verdict {
    let silent = those(def, |key| key.documentation.trim().is_empty());
    none_of(&silent, "keys without documentation")
}

fn groups(def: &ConfigDef) -> Verdict {
    let mut places = std::collections::HashMap::new();
    for key in def.keys() {
        let Some(group) = &key.group else { continue };
        let place = (group, key.order_in_group);
        if let Some(other) = places.insert(place, &key.name) {
            return failed(format!(
                "{other} and {} have the same place {} in group {group}",
                key.name, key.order_in_group
            ));
        }
    }
    Ok(())
}

fn dependents(def: &ConfigDef) -> Verdict {
    for key in def.keys() {
        for dependent in &key.dependents {
            if def.key(dependent).is_none() {
                return failed(format!("{} names {dependent}, which is no key", key.name));
            }
            if *dependent == key.name {
                return failed(format!("{dependent} is its own dependent"));
            }
        }
    }
    Ok(())
}

fn grants(def: &ConfigDef) -> Verdict {
    let text = |kind| matches!(kind, ConfigType::String | ConfigType::List);
    for key in def.keys() {
        let kind = key.config_type;
        let fits = match key.grants {
            None => true,
            Some(Grant::PathRead | Grant::PathWrite | Grant::Listen) => text(kind),
            // A URL may hold a password.
            Some(Grant::Endpoint) => text(kind) || kind == ConfigType::Password,
        };
        if !fits {
            let name = &key.name;
            return failed(format!(
                "{name} has a grant, but values of type {kind} name nothing"
            ));
        }
        if key.grants_stdio_when_empty && key.default == DefaultValue::Required {
            let name = &key.name;
            return failed(format!(
                "{name} grants standard input or output when it is empty, but it is required"
            ));
        }
    }
    Ok(())
}

fn secrets(def: &ConfigDef) -> Verdict {
    let open = those(def, |key| {
        let name = key.name.to_ascii_lowercase();
        let secret = SECRETS.iter().any(|ending| {
            let stem = name.strip_suffix(ending);
            stem.is_some_and(|stem| stem.is_empty() || stem.ends_with(['.', '-', '_']))
        });
        // Where the secret lies is not the secret.
        secret && key.grants.is_none() && key.config_type != ConfigType::Password
    });
    none_of(&open, "keys for secrets that are not of type PASSWORD")
}

#[cfg(test)]
mod tests;
