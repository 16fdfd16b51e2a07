//! Answers that refuse: the status, Kafka's message made readable, and what to do.
//!
//! Kafka Connect puts all errors of a configuration into one text of many lines; here each key gets
//! its line.

use std::fmt;

use serde_json::Value;

use super::super::output::visible;
use super::{Asked, heading};

/// LIMIT: how much of a body that is not Kafka's is shown; the rest is some server's error page.
const STRANGE_BODY_CHARACTERS_MAX: usize = 300;

/// What is before the key in Kafka's text about a value.
const BEFORE_KEY: &str = " for configuration ";

/// An answer with a status that is not 2xx.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Refusal {
    /// What was asked.
    pub(in super::super) asked: Asked,
    /// The HTTP status.
    pub(in super::super) status: u16,
    /// The body.
    pub(in super::super) body: String,
}

impl std::error::Error for Refusal {}

impl Refusal {
    /// Kafka's message, if the body is an error of Kafka Connect.
    fn message(&self) -> Option<String> {
        let body: Value = serde_json::from_str(&self.body).ok()?;
        body.as_object()?.get("error_code")?;
        Some(body["message"].as_str().unwrap_or_default().to_owned())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            asked,
            status,
            body,
        } = self;
        write!(formatter, "{} answered {status}", heading(asked))?;
        if let Some(reason) = reason(*status) {
            write!(formatter, " {reason}")?;
        }
        let message = self.message();
        for line in message.as_deref().map_or_else(|| plain(body), readable) {
            write!(formatter, "\n  {line}")?;
        }
        if let Some(advice) = advice(asked, *status, message.as_deref()) {
            write!(formatter, "\n  {advice}")?;
        }
        Ok(())
    }
}

fn reason(status: u16) -> Option<&'static str> {
    let status = ureq::http::StatusCode::from_u16(status).ok()?;
    status.canonical_reason()
}

/// The lines of a message; of a list of configuration errors, one line for each key.
fn readable(message: &str) -> Vec<String> {
    let mut lines = message.lines();
    let first = lines.next().unwrap_or_default();
    if !(first.starts_with("Connector configuration is invalid") && first.ends_with("error(s):")) {
        return message.lines().map(visible).collect();
    }
    let mut errors: Vec<(Option<&str>, String)> = Vec::new();
    for line in lines.filter(|line| !line.starts_with("You can also find the above list")) {
        let key = key_of(line);
        match errors.last_mut() {
            Some((last, text)) if key.is_some() && *last == key => {
                text.push_str("; ");
                text.push_str(line);
            }
            _ => errors.push((key, line.to_owned())),
        }
    }
    let mut readable = vec!["The configuration is invalid:".to_owned()];
    readable.extend(errors.into_iter().map(|(key, text)| match key {
        Some(key) => format!("  {}: {}", visible(key), visible(&text)),
        None => format!("  {}", visible(&text)),
    }));
    readable
}

/// The key that an error of a configuration is about, as Kafka's texts name it.
fn key_of(error: &str) -> Option<&str> {
    if let Some(rest) = error.strip_prefix("Missing required configuration \"") {
        return rest.split_once('"').map(|(key, _)| key);
    }
    if !error.starts_with("Invalid value") {
        return None;
    }
    // The value goes before the key and may hold the same words; a key is one word before a colon.
    let rests = error
        .rmatch_indices(BEFORE_KEY)
        .map(|(start, words)| &error[start + words.len()..]);
    let named = rests.clone().filter_map(|rest| rest.split_once(": "));
    let mut keys = named.map(|(key, _)| key).chain(rests);
    keys.find(|key| !key.is_empty() && !key.contains(char::is_whitespace))
}

/// The text of a body that is not Kafka's: without tags, on one line, not all of a long one.
fn plain(body: &str) -> Vec<String> {
    let mut text = String::new();
    let mut inside_tag = false;
    for character in body.chars() {
        match character {
            '<' => {
                inside_tag = true;
                text.push(' ');
            }
            '>' if inside_tag => inside_tag = false,
            _ if inside_tag => {}
            other => text.push(other),
        }
    }
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        return Vec::new();
    }
    let mut shown: String = text.chars().take(STRANGE_BODY_CHARACTERS_MAX).collect();
    if shown.len() < text.len() {
        shown.push_str(" ...");
    }
    vec![visible(&shown)]
}

fn advice(asked: &Asked, status: u16, message: Option<&str>) -> Option<String> {
    let text = message.unwrap_or_default();
    let connector = asked.connector.as_deref().unwrap_or("NAME");
    let advice = match status {
        300..400 => "It sends to another address: give that by --url.".to_owned(),
        401 => "Give name and password by --user or CONNECT_USER.".to_owned(),
        404 | 405 if message.is_none() || text.starts_with("HTTP ") => match asked.since {
            Some(version) => format!(
                "Is the path in --url right? A worker knows this request from Kafka Connect {version} on."
            ),
            None => "Is the path in --url right?".to_owned(),
        },
        409 if text.ends_with("already exists") => {
            format!("`connect-wasm ctl config {connector} -f FILE` replaces its configuration.")
        }
        409 => "The cluster is changing; try again in a moment.".to_owned(),
        400 if text.contains("must be in the STOPPED state") => {
            format!("`connect-wasm ctl stop {connector}` stops it.")
        }
        404 | 500 if tells_of_unknown_connector(text) => {
            "Is there such a connector? `connect-wasm ctl list` shows what there is.".to_owned()
        }
        404 if text.starts_with("Unknown plugin") => {
            "`connect-wasm ctl plugins --all` shows what there is.".to_owned()
        }
        404 if text.starts_with("Logger ") => {
            "`connect-wasm ctl loggers` shows what there is.".to_owned()
        }
        400 if message.is_none() && asked.url.contains('%') => {
            "Some workers cannot be asked for names with a slash, backslash, percent or control \
             character."
                .to_owned()
        }
        _ => return None,
    };
    Some(advice)
}

/// Kafka's texts for a connector that is not there; standalone workers have some of their own.
fn tells_of_unknown_connector(text: &str) -> bool {
    (text.starts_with("Connector ") && text.ends_with(" not found"))
        || text.starts_with("No status found for connector")
        || text.starts_with("Unknown connector")
        || text.starts_with("No connector `")
        || text.ends_with("because \"connProps\" is null")
        || text.ends_with("since it is not a recognizable type (source or sink)")
}
