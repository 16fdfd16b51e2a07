//! Files and arguments that say what to create or change.
//!
//! Owns the forms that `-f` takes: JSON of `POST /connectors`, a JSON object of the configuration,
//! `.properties` as Kafka's standalone worker reads them, and offsets. What they mean is the worker's
//! business: values go to it as they are written.

use std::io::Read as _;
use std::path::Path;

use serde_json::{Map, Value, json};
use thiserror::Error;

use crate::config::properties::{self, PropertiesFileError};

use super::error::CtlError;

const STANDARD_INPUT: &str = "standard input";
const NAME: &str = "name";
const CONFIG: &str = "config";
const CONNECTOR_CLASS: &str = "connector.class";

/// Why a file, or JSON in an argument, cannot be used.
#[derive(Debug, Error)]
pub(super) enum FileError {
    /// It cannot be read.
    #[error("{file} cannot be read: {error}")]
    Unreadable { file: String, error: std::io::Error },
    /// Nothing in it.
    #[error("{file} is empty: it holds a connector in JSON or .properties")]
    Empty { file: String },
    /// YAML.
    #[error("{file} looks like YAML, which is not read: write JSON or .properties")]
    Yaml { file: String },
    /// Neither form of JSON.
    #[error("{file} is not JSON: {error}")]
    Json {
        file: String,
        error: serde_json::Error,
    },
    /// JSON, but no object.
    #[error(
        "{file} holds {found}, but a connector is a JSON object: its configuration, or \
         {{\"name\": ..., \"config\": {{...}}}}"
    )]
    NoObject { file: String, found: &'static str },
    /// A configuration with an object or array as a value.
    #[error("{file}: the value of \"{key}\" is {found}, but configuration values are texts")]
    NoScalar {
        file: String,
        key: String,
        found: &'static str,
    },
    /// `config` that is no object.
    #[error("{file}: \"config\" is {found}, but must be an object with the configuration")]
    NoConfig { file: String, found: &'static str },
    /// Bad `.properties`.
    #[error(transparent)]
    Properties(#[from] PropertiesFileError),
    /// No name to create it under.
    #[error(
        "{file} has no \"name\" for the connector; add it, or use `connect-wasm ctl config NAME -f FILE`"
    )]
    NoName { file: String },
    /// Nothing to validate against.
    #[error("{file} has no \"connector.class\", which says what validates it")]
    NoClass { file: String },
    /// Offsets of another shape.
    #[error(
        "{file} holds no offsets, which look like \
         {{\"offsets\": [{{\"partition\": {{...}}, \"offset\": {{...}}}}]}}"
    )]
    NoOffsets { file: String },
    /// A partition or offset that is not JSON.
    #[error("The {what} '{text}' is not JSON ({error}); it looks like {example}")]
    Argument {
        what: &'static str,
        text: String,
        error: serde_json::Error,
        example: &'static str,
    },
}

/// A connector as a file describes it.
#[derive(Debug, PartialEq)]
pub(super) struct ConnectorFile {
    /// How errors name the file.
    label: String,
    form: Form,
}

#[derive(Debug, PartialEq)]
enum Form {
    /// The body of `POST /connectors`.
    Body(Map<String, Value>),
    /// The configuration alone.
    Config(Map<String, Value>),
}

/// Reads a connector; `-` is standard input.
pub(super) fn connector(path: &str) -> Result<ConnectorFile, CtlError> {
    let (label, content) = read(path)?;
    Ok(parse_connector(label, &content)?)
}

fn read(path: &str) -> Result<(String, Vec<u8>), FileError> {
    if path == "-" {
        let mut content = Vec::new();
        let read = std::io::stdin().lock().read_to_end(&mut content);
        return match read {
            Ok(_) => Ok((STANDARD_INPUT.to_owned(), content)),
            Err(error) => Err(FileError::Unreadable {
                file: STANDARD_INPUT.to_owned(),
                error,
            }),
        };
    }
    match std::fs::read(path) {
        Ok(content) => Ok((path.to_owned(), content)),
        Err(error) => Err(FileError::Unreadable {
            file: path.to_owned(),
            error,
        }),
    }
}

fn parse_connector(label: String, content: &[u8]) -> Result<ConnectorFile, FileError> {
    let text = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    if text.trim_ascii().is_empty() {
        return Err(FileError::Empty { file: label });
    }
    let form = if is_json(&label, text) {
        json_form(&label, text)?
    } else if has_extension(&label, &["yaml", "yml"]) {
        return Err(FileError::Yaml { file: label });
    } else {
        let entries = properties::parse_file(&label, content)?;
        let entries = entries.into_iter();
        Form::Config(
            entries
                .map(|(key, text)| (key, Value::from(text)))
                .collect(),
        )
    };
    Ok(ConnectorFile { label, form })
}

/// No key of a `.properties` file begins with one of these, or it would be escaped.
fn is_json(label: &str, text: &[u8]) -> bool {
    matches!(text.trim_ascii().first(), Some(b'{' | b'[')) || has_extension(label, &["json"])
}

fn has_extension(label: &str, extensions: &[&str]) -> bool {
    let extension = Path::new(label).extension();
    extension.is_some_and(|found| {
        extensions
            .iter()
            .any(|extension| found.eq_ignore_ascii_case(extension))
    })
}

fn json_form(label: &str, text: &[u8]) -> Result<Form, FileError> {
    let file = || label.to_owned();
    let value = parse_json(label, text)?;
    let Value::Object(object) = value else {
        return Err(FileError::NoObject {
            file: file(),
            found: kind_of(&value),
        });
    };
    // A configuration may have a key `config`, but only with a text.
    match object.get(CONFIG) {
        Some(Value::Object(config)) => {
            scalars_only(label, config)?;
            Ok(Form::Body(object))
        }
        Some(other) if !object.contains_key(CONNECTOR_CLASS) => Err(FileError::NoConfig {
            file: file(),
            found: kind_of(other),
        }),
        _ => {
            scalars_only(label, &object)?;
            Ok(Form::Config(object))
        }
    }
}

fn parse_json(label: &str, text: &[u8]) -> Result<Value, FileError> {
    serde_json::from_slice(text).map_err(|error| FileError::Json {
        file: label.to_owned(),
        error,
    })
}

fn scalars_only(label: &str, config: &Map<String, Value>) -> Result<(), FileError> {
    let wrong = config
        .iter()
        .find(|(_, value)| value.is_array() || value.is_object());
    match wrong {
        None => Ok(()),
        Some((key, value)) => Err(FileError::NoScalar {
            file: label.to_owned(),
            key: key.clone(),
            found: kind_of(value),
        }),
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

impl ConnectorFile {
    /// How messages name the file.
    pub(super) fn label(&self) -> &str {
        &self.label
    }

    /// The body of `POST /connectors`, and the connector's name in it.
    pub(super) fn into_body(
        self,
        initial_state: Option<String>,
    ) -> Result<(String, Value), FileError> {
        let Self { label, form } = self;
        let mut body = match form {
            Form::Body(body) => body,
            Form::Config(config) => {
                let mut body = Map::new();
                body.insert(CONFIG.to_owned(), Value::Object(config));
                body
            }
        };
        // The API wants the name outside of the configuration, where it is in most files.
        if !body.contains_key(NAME)
            && let Some(name) = body[CONFIG].get(NAME).cloned()
        {
            body.shift_insert(0, NAME.to_owned(), name);
        }
        if let Some(state) = initial_state {
            body.insert("initial_state".to_owned(), Value::from(state));
        }
        match body.get(NAME).map(text_of) {
            Some(name) if !name.is_empty() => Ok((name, Value::Object(body))),
            _ => Err(FileError::NoName { file: label }),
        }
    }

    /// The configuration alone. It has a name if the file gives one anywhere.
    pub(super) fn into_config(self) -> Map<String, Value> {
        match self.form {
            Form::Config(config) => config,
            Form::Body(mut body) => {
                let name = body.remove(NAME);
                let Some(Value::Object(mut config)) = body.remove(CONFIG) else {
                    return Map::new();
                };
                if let Some(name) = name {
                    config.entry(NAME).or_insert(name);
                }
                config
            }
        }
    }

    /// The connector's class, which `validate` needs for its path.
    pub(super) fn class(&self) -> Result<String, FileError> {
        let config = match &self.form {
            Form::Config(config) => Some(config),
            Form::Body(body) => body.get(CONFIG).and_then(Value::as_object),
        };
        let class = config.and_then(|config| config.get(CONNECTOR_CLASS));
        match class.map(text_of) {
            Some(class) if !class.is_empty() => Ok(class),
            _ => Err(FileError::NoClass {
                file: self.label.clone(),
            }),
        }
    }
}

/// The text that the worker makes of a scalar.
pub(super) fn text_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Reads offsets: what `GET /connectors/{name}/offsets` answers, or the list in it.
pub(super) fn offsets(path: &str) -> Result<Value, CtlError> {
    let (label, content) = read(path)?;
    Ok(parse_offsets(&label, &content)?)
}

fn parse_offsets(label: &str, content: &[u8]) -> Result<Value, FileError> {
    match parse_json(label, content)? {
        list @ Value::Array(_) => Ok(json!({ "offsets": list })),
        Value::Object(object) if object.get("offsets").is_some_and(Value::is_array) => {
            Ok(Value::Object(object))
        }
        _ => Err(FileError::NoOffsets {
            file: label.to_owned(),
        }),
    }
}

/// Reads a partition, or an offset, that is an argument.
pub(super) fn argument(what: &'static str, text: &str) -> Result<Value, CtlError> {
    let example = match what {
        "partition" => r#"'{"kafka_topic":"t","kafka_partition":0}'"#,
        _ => r#"'{"kafka_offset":10}' or null"#,
    };
    let read = serde_json::from_str(text).map_err(|error| FileError::Argument {
        what,
        text: text.to_owned(),
        error,
        example,
    });
    Ok(read?)
}

#[cfg(test)]
mod tests;
