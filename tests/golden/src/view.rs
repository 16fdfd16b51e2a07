//! The part of an answer that a scenario wants recorded, and how records are laid out.

use serde_json::{Map, Value, json};

use crate::scenario::View;

/// Columns of a record's lines.
const LINE: usize = 160;

/// What a view leaves of a body.
pub fn view(body: Value, view: &View) -> Value {
    match (view, body) {
        (View::Names, Value::Object(fields)) => {
            let mut names: Vec<&String> = fields.keys().collect();
            names.sort();
            json!(names)
        }
        (View::Fields(wanted), Value::Object(fields)) => Value::Object(
            fields
                .into_iter()
                .filter(|(name, _)| wanted.contains(name))
                .collect(),
        ),
        (View::Fields(wanted), Value::Array(names)) => Value::Array(
            names
                .into_iter()
                .filter(|name| wanted.iter().any(|wanted| name == wanted.as_str()))
                .collect(),
        ),
        (View::Values(wanted), Value::Object(fields)) => Value::Object(rows(fields, |row| {
            let value = row["value"].clone();
            let has_errors = value["errors"]
                .as_array()
                .is_some_and(|errors| !errors.is_empty());
            let is_wanted = wanted.iter().any(|name| value["name"] == name.as_str());
            (has_errors || is_wanted).then_some(value)
        })),
        (View::Rows(wanted), Value::Object(fields)) => Value::Object(rows(fields, |row| {
            begins(&row["value"]["name"], wanted).then(|| row.clone())
        })),
        (View::Rows(wanted), Value::Array(definitions)) => Value::Array(
            definitions
                .into_iter()
                .filter(|definition| begins(&definition["name"], wanted))
                .collect(),
        ),
        // An error, most likely, which is shown as it is.
        (_, body) => body,
    }
}

fn begins(name: &Value, wanted: &[String]) -> bool {
    let name = name.as_str().unwrap_or_default();
    wanted.iter().any(|start| name.starts_with(start.as_str()))
}

/// Replaces `configs`; what is not there is not an answer to a validation.
fn rows(
    mut fields: Map<String, Value>,
    row: impl Fn(&Value) -> Option<Value>,
) -> Map<String, Value> {
    if let Some(Value::Array(configs)) = fields.get_mut("configs") {
        *configs = configs.iter().filter_map(row).collect();
    }
    fields
}

/// A record as text: what fits on a line stands on one.
#[must_use]
pub fn record_text(record: &Value) -> String {
    let mut text = String::new();
    write(record, 0, &mut text);
    text.push('\n');
    text
}

fn write(value: &Value, depth: usize, text: &mut String) {
    let line = value.to_string();
    let items: Vec<(Option<&String>, &Value)> = match value {
        Value::Array(items) => items.iter().map(|item| (None, item)).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (Some(name), value))
            .collect(),
        _ => Vec::new(),
    };
    if items.is_empty() || depth > 1 && depth * 2 + line.len() <= LINE {
        text.push_str(&line);
        return;
    }
    let (open, close) = if value.is_array() {
        ("[", "]")
    } else {
        ("{", "}")
    };
    text.push_str(open);
    for (index, (name, item)) in items.iter().enumerate() {
        text.push_str(if index == 0 { "\n" } else { ",\n" });
        text.push_str(&"  ".repeat(depth + 1));
        if let Some(name) = name {
            text.push_str(&json!(name).to_string());
            text.push_str(": ");
        }
        write(item, depth + 1, text);
    }
    text.push('\n');
    text.push_str(&"  ".repeat(depth));
    text.push_str(close);
}
