//! Spells out what cases abbreviate: schemas, records, chains. See `cases/README.md`.

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use serde_json::{Map, Value, json};

const TRANSFORMS: &str = "org.apache.kafka.connect.transforms";
const LOGICAL: &str = "org.apache.kafka.connect.data";

/// The configuration keys of a chain. Each transformation has its `type`, with or without its
/// package; `if` names its predicate.
pub fn chain(
    chain: &[Map<String, Value>],
    predicates: &BTreeMap<String, Map<String, Value>>,
) -> anyhow::Result<Map<String, Value>> {
    let mut config = Map::new();
    if !chain.is_empty() {
        let aliases: Vec<String> = (1..=chain.len()).map(|at| format!("t{at}")).collect();
        config.insert("transforms".to_owned(), json!(aliases.join(",")));
    }
    for (at, settings) in chain.iter().enumerate() {
        for (key, value) in settings {
            let (key, value) = match key.as_str() {
                "type" => ("type", qualified(TRANSFORMS, value)?),
                "if" => ("predicate", value.clone()),
                other => (other, value.clone()),
            };
            config.insert(format!("transforms.t{}.{key}", at + 1), value);
        }
    }
    if !predicates.is_empty() {
        let aliases: Vec<&str> = predicates.keys().map(String::as_str).collect();
        config.insert("predicates".to_owned(), json!(aliases.join(",")));
    }
    for (alias, settings) in predicates {
        for (key, value) in settings {
            let value = match key.as_str() {
                "type" => qualified(&format!("{TRANSFORMS}.predicates"), value)?,
                _ => value.clone(),
            };
            config.insert(format!("predicates.{alias}.{key}"), value);
        }
    }
    Ok(config)
}

/// A class with its package; `=` in front keeps it as it is.
fn qualified(package: &str, class: &Value) -> anyhow::Result<Value> {
    let class = class.as_str().context("a type is a text")?;
    Ok(match class.strip_prefix('=') {
        Some(class) => json!(class),
        None => json!(format!("{package}.{class}")),
    })
}

/// The schemas that a group names.
pub struct Schemas<'a>(pub &'a BTreeMap<String, Value>);

impl Schemas<'_> {
    /// A record as the source for comparisons takes it.
    pub fn source_record(&self, record: &Value) -> anyhow::Result<Value> {
        let mut record = object(record)?.clone();
        for half in ["key", "value"] {
            if let Some(content) = record.get_mut(half) {
                *content = self.typed(content)?;
            }
        }
        if let Some(Value::Array(headers)) = record.get_mut("headers") {
            for header in headers {
                header[1] = self.typed(&header[1])?;
            }
        }
        Ok(record.into())
    }

    /// A record to be written to a topic; bytes are texts, `{"hex": ".."}` or null.
    pub fn sink_record(&self, record: &Value) -> anyhow::Result<Value> {
        let mut record = object(record)?.clone();
        for half in ["key", "value"] {
            if let Some(content) = record.get_mut(half) {
                *content = self.bytes(content)?;
            }
        }
        if let Some(Value::Array(headers)) = record.get_mut("headers") {
            for header in headers {
                header[1] = self.bytes(&header[1])?;
            }
        }
        Ok(record.into())
    }

    /// `{"s": schema, "v": value}`, or a value without a schema.
    fn typed(&self, content: &Value) -> anyhow::Result<Value> {
        match content.get("s") {
            Some(schema) => {
                let value = content.get("v").unwrap_or(&Value::Null);
                Ok(json!({ "schema": self.schema(schema)?, "value": value }))
            }
            None => Ok(json!({ "schema": null, "value": content })),
        }
    }

    /// The envelope of JsonConverter for `{"s": schema, "v": payload}`, the JSON of `{"json": ..}`.
    fn bytes(&self, content: &Value) -> anyhow::Result<Value> {
        if let Some(schema) = content.get("s") {
            let mut envelope = json!({ "schema": self.schema(schema)? });
            envelope["payload"] = content.get("v").cloned().unwrap_or_default();
            return Ok(json!(envelope.to_string()));
        }
        Ok(match content.get("json") {
            Some(json) => json!(json.to_string()),
            None => content.clone(),
        })
    }

    fn schema(&self, schema: &Value) -> anyhow::Result<Value> {
        let fields = match schema {
            Value::Null => return Ok(Value::Null),
            Value::String(name) => return self.named(name),
            Value::Object(fields) => fields,
            other => bail!("no schema: {other}"),
        };
        let (form, content) = fields.iter().next().context("a schema is not empty")?;
        let mut spelled = match form.as_str() {
            "type" => return Ok(schema.clone()),
            "of" => object(&self.schema(content)?)?.clone(),
            "array" => object(&json!({
                "type": "array", "items": self.schema(content)?, "optional": false
            }))?
            .clone(),
            "map" => object(&json!({
                "type": "map",
                "keys": self.schema(&content[0])?,
                "values": self.schema(&content[1])?,
                "optional": false,
            }))?
            .clone(),
            "struct" => {
                let mut members = Vec::new();
                for (name, schema) in object(content)? {
                    let mut member = self.schema(schema)?;
                    member["field"] = json!(name);
                    members.push(member);
                }
                object(&json!({ "type": "struct", "fields": members, "optional": false }))?.clone()
            }
            other => bail!("no form of a schema: {other}"),
        };
        spelled.extend(fields.clone().into_iter().skip(1));
        Ok(spelled.into())
    }

    /// A primitive type, a logical one, or a named schema after `$`; optional with `?` behind it.
    fn named(&self, name: &str) -> anyhow::Result<Value> {
        let (plain, optional) = match name.strip_suffix('?') {
            Some(plain) => (plain, true),
            None => (name, false),
        };
        let mut schema = match plain {
            "Date" | "Time" => {
                json!({ "type": "int32", "optional": false, "name": format!("{LOGICAL}.{plain}"), "version": 1 })
            }
            "Timestamp" => {
                json!({ "type": "int64", "optional": false, "name": format!("{LOGICAL}.{plain}"), "version": 1 })
            }
            "float32" => json!({ "type": "float", "optional": false }),
            "float64" => json!({ "type": "double", "optional": false }),
            _ if plain.starts_with("Decimal(") => {
                let scale = plain["Decimal(".len()..].trim_end_matches(')');
                json!({
                    "type": "bytes", "optional": false, "name": format!("{LOGICAL}.Decimal"),
                    "version": 1, "parameters": { "scale": scale },
                })
            }
            _ => match plain.strip_prefix('$') {
                Some(name) => {
                    let schema = self.0.get(name);
                    self.schema(schema.with_context(|| format!("there is no schema {name}"))?)?
                }
                None => json!({ "type": plain, "optional": false }),
            },
        };
        if optional {
            schema["optional"] = json!(true);
        }
        Ok(schema)
    }
}

fn object(value: &Value) -> anyhow::Result<&Map<String, Value>> {
    value
        .as_object()
        .with_context(|| format!("not an object: {value}"))
}
