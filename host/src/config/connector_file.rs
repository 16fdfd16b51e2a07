//! Connector files, as the standalone command line takes them.
//!
//! Owns the three forms: a JSON object of scalars, the JSON of `POST /connectors`, and
//! `.properties`. Must not know ConfigDef or what becomes of the configuration.
//!
//! Kafka counterpart: ConnectStandalone.parseConnectorConfigurationFile.

use indexmap::IndexMap;
use serde::Deserialize as _;
use serde_json::value::RawValue;
use thiserror::Error;

use super::ConfigMap;
use super::json_object::JsonObject;
use super::properties::{self, PropertiesFileError};

#[cfg(test)]
mod tests;

const NAME: &str = "name";

/// The state that a connector is to be created in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InitialState {
    /// Connector and tasks run.
    Running,
    /// Connector and tasks are there, but paused.
    Paused,
    /// Nothing runs.
    Stopped,
}

impl InitialState {
    /// The state of that name, in any case.
    pub fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_uppercase().as_str() {
            "RUNNING" => Some(Self::Running),
            "PAUSED" => Some(Self::Paused),
            "STOPPED" => Some(Self::Stopped),
            _ => None,
        }
    }
}

/// A connector to create, as a file describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectorRequest {
    /// Its name, which the configuration has as well.
    pub name: String,
    /// Its configuration.
    pub config: ConfigMap,
    /// Keys that the file gives as JSON null; they are not in `config`.
    pub nulls: Vec<String>,
    /// The state to create it in, if the file says so.
    pub initial_state: Option<InitialState>,
}

impl ConnectorRequest {
    /// A connector with this configuration, which must have a `name`.
    pub fn new(config: ConfigMap) -> Self {
        Self {
            name: config.get(NAME).cloned().unwrap_or_default(),
            config,
            nulls: Vec::new(),
            initial_state: None,
        }
    }
}

/// Why a connector file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ConnectorFileError {
    /// No name, in whatever form.
    #[error(
        "Connector configuration at '{file}' is missing the mandatory 'name' configuration{}",
        because(.not_json)
    )]
    MissingName {
        /// The file.
        file: String,
        /// Why what looks like JSON was not read as JSON.
        not_json: Option<String>,
    },
    /// Two different names.
    #[error(
        "Connector name configuration in 'config' doesn't match the one specified in 'name' at '{file}'"
    )]
    NameMismatch {
        /// The file.
        file: String,
    },
    /// Neither JSON nor `.properties`.
    #[error(transparent)]
    Properties(#[from] PropertiesFileError),
}

fn because(why: &Option<String>) -> String {
    match why {
        Some(why) => {
            format!(" (it was read as properties, because it is not a connector in JSON: {why})")
        }
        None => String::new(),
    }
}

/// Reads the content of `file`. The extension of its name does not matter.
pub fn parse(content: &[u8], file: &str) -> Result<ConnectorRequest, ConnectorFileError> {
    let json = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    let not_json = match json_map(json) {
        Ok(map) => {
            let (config, nulls) = map;
            return with_name(file, config, nulls, None);
        }
        Err(_) => match json_request(json) {
            Ok(request) => return request.into_connector(file),
            Err(why) => why,
        },
    };
    let config = properties::parse_file(file, content)?;
    let looks_like_json = json.trim_ascii_start().starts_with(b"{");
    with_name(
        file,
        config,
        Vec::new(),
        looks_like_json.then(|| not_json.to_string()),
    )
}

fn with_name(
    file: &str,
    config: ConfigMap,
    nulls: Vec<String>,
    not_json: Option<String>,
) -> Result<ConnectorRequest, ConnectorFileError> {
    match config.get(NAME) {
        Some(name) => Ok(ConnectorRequest {
            name: name.clone(),
            config,
            nulls,
            initial_state: None,
        }),
        None => Err(ConnectorFileError::MissingName {
            file: file.to_owned(),
            not_json,
        }),
    }
}

/// Why JSON has not the shape that was tried.
#[derive(Debug, Error)]
enum ShapeError {
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    #[error("the value of '{0}' is not a scalar")]
    NotScalar(String),
    #[error("there is no 'config' object")]
    NoConfig,
    #[error("'initial_state' is not one of RUNNING, PAUSED, STOPPED")]
    InitialState,
}

/// Form 1: an object whose values are all scalars.
fn json_map(json: &[u8]) -> Result<(ConfigMap, Vec<String>), ShapeError> {
    scalars(read_object(json)?)
}

fn read_object(json: &[u8]) -> Result<IndexMap<String, &RawValue>, serde_json::Error> {
    // COMPAT: what follows the object is ignored, as Jackson's readValue does by default.
    let object = JsonObject::deserialize(&mut serde_json::Deserializer::from_slice(json))?;
    Ok(object.0)
}

/// The texts of an object of scalars, numbers as they are written, and the keys that are null.
fn scalars(object: IndexMap<String, &RawValue>) -> Result<(ConfigMap, Vec<String>), ShapeError> {
    let mut config = ConfigMap::new();
    let mut nulls = Vec::new();
    for (key, raw) in object {
        match scalar(raw) {
            Some(Some(text)) => {
                config.insert(key, text);
            }
            Some(None) => nulls.push(key),
            None => return Err(ShapeError::NotScalar(key)),
        }
    }
    Ok((config, nulls))
}

/// The text of a scalar, nothing inside for null, nothing at all for an array or object.
fn scalar(raw: &RawValue) -> Option<Option<String>> {
    match raw.get().as_bytes().first() {
        Some(b'{' | b'[') => None,
        Some(b'"') => serde_json::from_str(raw.get()).ok().map(Some),
        Some(b'n') => Some(None),
        _ => Some(Some(raw.get().to_owned())),
    }
}

/// Form 2: what `POST /connectors` takes.
struct Request {
    name: Option<String>,
    config: ConfigMap,
    nulls: Vec<String>,
    initial_state: Option<InitialState>,
}

fn json_request(json: &[u8]) -> Result<Request, ShapeError> {
    let object = read_object(json)?;
    let field = |key: &str| match object.get(key) {
        None => Ok(None),
        Some(raw) => scalar(raw).ok_or_else(|| ShapeError::NotScalar(key.to_owned())),
    };
    let initial_state = match field("initial_state")? {
        None => None,
        Some(text) => Some(InitialState::parse(&text).ok_or(ShapeError::InitialState)?),
    };
    let config = object.get("config").ok_or(ShapeError::NoConfig)?;
    let (config, nulls) = json_map(config.get().as_bytes())?;
    Ok(Request {
        name: field(NAME)?,
        config,
        nulls,
        initial_state,
    })
}

impl Request {
    fn into_connector(mut self, file: &str) -> Result<ConnectorRequest, ConnectorFileError> {
        if let Some(inner) = self.config.get(NAME) {
            if self.name.as_ref() != Some(inner) {
                return Err(ConnectorFileError::NameMismatch {
                    file: file.to_owned(),
                });
            }
        } else if let Some(name) = &self.name {
            self.config.insert(NAME.to_owned(), name.clone());
            self.nulls.retain(|key| key != NAME);
        }
        let mut connector = with_name(file, self.config, self.nulls, None)?;
        connector.initial_state = self.initial_state;
        Ok(connector)
    }
}
