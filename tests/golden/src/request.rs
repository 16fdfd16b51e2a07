//! Sends the requests of a scenario and gives what is recorded of the answers.

use std::fmt::Write as _;

use anyhow::Context;
use connect_harness::{Duration, eventually};
use serde_json::{Map, Value, json};

use crate::normalise::Places;
use crate::scenario::{Request, Scenario, Wire};
use crate::view::view;
use crate::wire::{Answer, Connection};

/// Response headers that clients look at.
const HEADERS: [&str; 8] = [
    "content-type",
    "location",
    "allow",
    "access-control-allow-origin",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-allow-credentials",
    "access-control-max-age",
];

/// Sends requests to the worker of a run.
pub struct Sender<'a> {
    scenario: &'a Scenario,
    places: Places,
}

impl<'a> Sender<'a> {
    pub fn new(scenario: &'a Scenario, places: Places) -> Sender<'a> {
        Sender { scenario, places }
    }

    #[track_caller]
    pub fn request(&self, request: &Request, deadline: Duration) -> Option<Map<String, Value>> {
        let name = request.name();
        let answer = eventually(&name, deadline, || {
            let answer = self
                .send(request)
                .unwrap_or_else(|error| panic!("{name}: {error:#}"));
            let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
            let arrived = request
                .until
                .iter()
                .all(|(pointer, wanted)| body.pointer(pointer).unwrap_or(&Value::Null) == wanted);
            if arrived {
                Ok(answer)
            } else {
                Err(format!("{} {}", answer.status, answer.body))
            }
        });
        if !request.record {
            return None;
        }
        let mut seen = self.seen(&answer);
        let body = seen.get_mut("body").expect("every answer has a body");
        if let Some(wanted) = &request.view {
            *body = view(body.take(), wanted);
        }
        let mut named = Map::new();
        named.insert("request".to_owned(), json!(name));
        named.append(&mut seen);
        Some(named)
    }

    /// Bytes on a connection of their own, and the answers to them.
    #[track_caller]
    pub fn wire(&self, wire: &Wire) -> Map<String, Value> {
        let answers = self
            .exchange(wire)
            .unwrap_or_else(|error| panic!("{}: {error:#}", wire.label));
        let answers: Vec<Value> = answers
            .iter()
            .map(|answer| Value::Object(self.seen(answer)))
            .collect();
        let mut seen = Map::new();
        seen.insert("wire".to_owned(), json!(wire.label));
        seen.insert("answers".to_owned(), json!(answers));
        seen
    }

    fn exchange(&self, wire: &Wire) -> anyhow::Result<Vec<Answer>> {
        let mut connection = Connection::open(&self.places.worker)?;
        let mut answers = Vec::new();
        for (index, part) in wire.send.iter().enumerate() {
            if wire.turns && index > 0 {
                answers.extend(connection.answer("GET")?);
            }
            let bytes: Vec<u8> = part
                .chars()
                .map(|character| u8::try_from(u32::from(character)))
                .collect::<Result<_, _>>()
                .context("characters stand for bytes")?;
            connection.send(&bytes)?;
        }
        if wire.shut {
            connection.shut()?;
        }
        while wire.answers.is_none_or(|wanted| answers.len() < wanted) {
            match connection.answer("GET")? {
                Some(answer) => answers.push(answer),
                None => break,
            }
        }
        Ok(answers)
    }

    fn send(&self, request: &Request) -> anyhow::Result<Answer> {
        let address = match &request.to {
            Some(place) => self.places.fill(place),
            None => self.places.worker.clone(),
        };
        let body = self.body(request)?;
        let mut headers = request.headers.clone().unwrap_or_default();
        if request.headers.is_none() && request.json.is_some() {
            headers.insert("content-type".to_owned(), "application/json".to_owned());
        }
        headers
            .entry("host".to_owned())
            .or_insert_with(|| address.clone());
        if let Some(body) = &body {
            headers.insert("content-length".to_owned(), body.len().to_string());
        }
        // Each request has a connection of its own, which ends with the answer.
        headers.insert("connection".to_owned(), "close".to_owned());
        let mut head = format!(
            "{} {} HTTP/1.1\r\n",
            request.method,
            self.places.fill(&request.path)
        );
        for (name, value) in headers {
            write!(head, "{name}: {value}\r\n")?;
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend(body.unwrap_or_default());
        let mut connection = Connection::open(&address)?;
        connection.send(&bytes)?;
        let answer = connection.answer(&request.method)?;
        answer.context("the worker closed the connection without an answer")
    }

    fn body(&self, request: &Request) -> anyhow::Result<Option<Vec<u8>>> {
        if let Some(hex) = &request.hex {
            let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16);
            let bytes: Result<Vec<u8>, _> = (0..hex.len()).step_by(2).map(byte).collect();
            return Ok(Some(bytes?));
        }
        let text = match (&request.json, &request.text) {
            (Some(json), _) => self.spread(json)?.to_string(),
            (None, Some(text)) => text.replace("<filler>", &"x".repeat(request.filler)),
            (None, None) => return Ok(None),
        };
        Ok(Some(self.places.fill(&text).into_bytes()))
    }

    /// Puts the parts in that `...` names.
    fn spread(&self, json: &Value) -> anyhow::Result<Value> {
        Ok(match json {
            Value::Object(fields) => {
                let mut whole = Map::new();
                for (name, value) in fields {
                    if name != "..." {
                        whole.insert(name.clone(), self.spread(value)?);
                        continue;
                    }
                    let names = match value {
                        Value::Array(names) => names.as_slice(),
                        name => std::slice::from_ref(name),
                    };
                    for name in names {
                        let part = name
                            .as_str()
                            .and_then(|name| self.scenario.define.get(name));
                        let part = part.with_context(|| format!("{name} is not defined"))?;
                        whole.extend(part.clone());
                    }
                }
                Value::Object(whole)
            }
            Value::Array(items) => Value::Array(
                items
                    .iter()
                    .map(|item| self.spread(item))
                    .collect::<Result<_, _>>()?,
            ),
            other => other.clone(),
        })
    }

    fn seen(&self, answer: &Answer) -> Map<String, Value> {
        let wanted = HEADERS
            .iter()
            .copied()
            .chain(self.scenario.headers.iter().map(String::as_str));
        let headers: Map<String, Value> = wanted
            .filter_map(|name| Some((name.to_owned(), json!(answer.header(name)?))))
            .collect();
        let body =
            serde_json::from_str(&answer.body).unwrap_or_else(|_| json!(answer.body.as_str()));
        let mut seen = Map::new();
        seen.insert("status".to_owned(), json!(answer.status));
        seen.insert("headers".to_owned(), Value::Object(headers));
        seen.insert("body".to_owned(), body);
        seen
    }
}

impl Request {
    /// What it is called in records and reports.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.label {
            Some(label) => label.clone(),
            None => format!("{} {}", self.method, self.path),
        }
    }
}
