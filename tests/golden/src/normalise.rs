//! Everything that is no difference between our worker and the JVM's: what changes from run to run,
//! what is in the order of a hash table, what is said by Java alone; each entry with its reason.
//! What ours does differently on purpose is in `differences.rs`. There is no other place for either.

use serde_json::{Map, Value, json};

/// Where a run took place: what differs from run to run even with the same worker.
#[derive(Clone, Debug)]
pub struct Places {
    /// The folder of the run: fresh each time.
    pub dir: String,
    /// The broker's address: a free port each time.
    pub bootstrap: String,
    /// The worker's address and id: a free port each time.
    pub worker: String,
    /// Another address that the worker may listen on.
    pub second: String,
    /// Yet another.
    pub admin: String,
}

impl Places {
    fn named(&self) -> [(&'static str, &String); 5] {
        [
            ("<dir>", &self.dir),
            ("<bootstrap>", &self.bootstrap),
            ("<worker>", &self.worker),
            ("<second>", &self.second),
            ("<admin>", &self.admin),
        ]
    }

    /// Puts the places into a text of a scenario.
    #[must_use]
    pub fn fill(&self, text: &str) -> String {
        self.named()
            .iter()
            .fold(text.to_owned(), |text, (name, place)| {
                text.replace(name, place)
            })
    }

    /// Takes the places out of a text that was seen.
    fn blank(&self, text: &str) -> String {
        self.named()
            .iter()
            .fold(text.to_owned(), |text, (name, place)| {
                text.replace(place.as_str(), name)
            })
    }
}

/// Our plugins have versions of their own, which messages list.
fn without_versions(text: &str) -> String {
    const LIST: &str = "available versions: [";
    match text.split_once(LIST) {
        Some((before, after)) => {
            let rest = after.split_once(']').map_or("", |(_, rest)| rest);
            format!("{before}{LIST}..]{rest}")
        }
        None => text.to_owned(),
    }
}

/// How a value is made comparable.
enum Rule {
    /// Any text becomes this one.
    Text(&'static str),
    /// Any number becomes this text.
    Number(&'static str),
    /// Only what the exceptions say, without the lines that say where in the code.
    ExceptionLines,
    /// The text ends behind this, if it has it.
    CutBehind(&'static str),
    /// A list of texts is put in order.
    Sorted,
    /// A list is put in order of its items' JSON.
    SortedTexts,
    /// The rows of client and converter settings, which come last, are put in order.
    SortedTail,
    /// The field is left out.
    Absent,
}

/// Values by the name of their field, wherever it stands in a body.
const FIELDS: [(&str, Rule, &str); 10] = [
    (
        "version",
        Rule::Text("<version>"),
        "our worker and plugins have versions of their own",
    ),
    ("commit", Rule::Text("<commit>"), "so are their commits"),
    (
        "kafka_cluster_id",
        Rule::Text("<cluster>"),
        "the harness may change its cluster id",
    ),
    (
        "trace",
        Rule::ExceptionLines,
        "we have no Java stack; class and message of each cause stay",
    ),
    (
        "message",
        Rule::CutBehind("available connectors are: "),
        "the list shows how and where plugins are installed",
    ),
    (
        "body",
        Rule::Sorted,
        "GET /connectors has no order; the JVM's is that of a hash table",
    ),
    (
        "documentation",
        Rule::Absent,
        "prose for people, which is Kafka's own and has no contract",
    ),
    (
        "last_modified",
        Rule::Number("<time>"),
        "the time of the run",
    ),
    (
        "offsets",
        Rule::SortedTexts,
        "the JVM keeps offsets in a hash table",
    ),
    (
        "configs",
        Rule::SortedTail,
        "the JVM keeps client and converter settings in hash tables",
    ),
];

/// Prefixes of the rows that end a validation result, each with an order of its own.
const TAIL: [&str; 6] = [
    "producer.override.",
    "consumer.override.",
    "admin.override.",
    "header.converter.",
    "key.converter.",
    "value.converter.",
];

/// What is said of an answer that Jetty wrote before Kafka Connect had seen the request.
const ERROR_PAGE: &str = "<error page>";

/// Takes the places out of what was seen.
pub fn blank_places(seen: &mut Value, places: &Places) {
    match seen {
        Value::String(text) => *text = places.blank(text),
        Value::Array(items) => items.iter_mut().for_each(|item| blank_places(item, places)),
        Value::Object(fields) => fields
            .values_mut()
            .for_each(|value| blank_places(value, places)),
        _ => {}
    }
}

/// Makes what was seen in a run comparable with other runs and with the other worker. Done again,
/// it changes nothing.
pub fn normalise(seen: &mut Value) {
    match seen {
        Value::String(text) => *text = without_versions(text),
        Value::Array(items) => items.iter_mut().for_each(normalise),
        Value::Object(fields) => {
            if fields.contains_key("status") && fields.contains_key("headers") {
                normalise_answer(fields);
            }
            normalise_version_row(fields);
            fields.retain(|name, _| !is_left_out(name));
            for (name, value) in fields {
                normalise(value);
                for (_, rule, _) in FIELDS.iter().filter(|(field, _, _)| field == name) {
                    rule.apply(value);
                }
            }
        }
        _ => {}
    }
}

/// The versions of our plugins, where a key asks for one.
fn normalise_version_row(row: &mut Map<String, Value>) {
    let is_version = |name: &Value| {
        name.as_str()
            .is_some_and(|name| name.ends_with("plugin.version"))
    };
    if !row.get("name").is_some_and(is_version) {
        return;
    }
    for field in ["default_value", "value", "recommended_values"] {
        match row.get_mut(field) {
            Some(Value::Array(versions)) => versions.iter_mut().for_each(blank_version),
            Some(version) => blank_version(version),
            None => {}
        }
    }
}

fn blank_version(version: &mut Value) {
    let is_version = version.as_str().is_some_and(|text| {
        text.contains('.') && text.chars().all(|c| c.is_ascii_digit() || c == '.')
    });
    if is_version {
        *version = json!("<version>");
    }
}

/// What is known of an answer by its status and headers.
fn normalise_answer(answer: &mut Map<String, Value>) {
    let status = answer["status"].as_u64().unwrap_or_default();
    let headers = answer["headers"]
        .as_object_mut()
        .expect("headers are an object");
    if status == 405 {
        // Ours is sent with 405 too, as HTTP demands.
        headers.remove("allow");
    }
    // The JVM keeps the methods of CORS in a hash table.
    headers
        .get_mut("access-control-allow-methods")
        .map(sort_list);
    // Dates that the configuration of response headers asks for are those of the run.
    for value in headers.values_mut() {
        if value.as_str().is_some_and(|value| value.ends_with(" GMT")) {
            *value = json!("<date>");
        }
    }
    // The JVM's order of methods is that of a hash table.
    let lists_methods = headers.get_mut("allow").is_some_and(sort_list);
    if is_error_page(status, &answer["body"]) {
        // It shows the server's name and version, as HTML or as JSON of its own kind.
        answer["body"] = json!(ERROR_PAGE);
        if let Some(headers) = answer["headers"].as_object_mut() {
            headers.remove("content-type");
            headers.remove("cache-control");
        }
    } else if lists_methods && let Some(body) = answer.get_mut("body") {
        sort_list(body);
    }
}

fn is_error_page(status: u64, body: &Value) -> bool {
    let is_html = body.as_str().is_some_and(|body| body.starts_with("<html>"));
    // Jetty leaves it out where the client does not read it.
    let is_nothing = matches!(status, 400 | 426) && body == "";
    status >= 400 && (is_html || is_nothing || body.get("url").is_some())
}

fn sort_list(list: &mut Value) -> bool {
    if let Value::String(text) = list {
        let mut items: Vec<&str> = text.split(',').map(str::trim).collect();
        items.sort_unstable();
        *text = items.join(", ");
    }
    true
}

fn is_left_out(name: &str) -> bool {
    FIELDS
        .iter()
        .any(|(field, rule, _)| *field == name && matches!(rule, Rule::Absent))
}

impl Rule {
    fn apply(&self, value: &mut Value) {
        match (self, value) {
            (Rule::Text(placeholder), Value::String(text)) => (*placeholder).clone_into(text),
            (Rule::Number(placeholder), value) if value.is_number() => *value = json!(placeholder),
            (Rule::ExceptionLines, Value::String(text)) => *text = exception_lines(text),
            (Rule::CutBehind(mark), Value::String(text)) => {
                if let Some(start) = text.find(mark) {
                    text.truncate(start + mark.len());
                }
            }
            (Rule::Sorted, Value::Array(items)) if items.iter().all(Value::is_string) => {
                items.sort_by(|left, right| left.as_str().cmp(&right.as_str()));
            }
            (Rule::SortedTexts, Value::Array(items)) => items.sort_by_cached_key(sorted_text),
            (Rule::SortedTail, Value::Array(rows)) => sort_tail(rows),
            _ => {}
        }
    }
}

/// JSON with its fields in order.
fn sorted_text(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let mut texts: Vec<String> = fields
                .iter()
                .map(|(name, value)| format!("{name}:{}", sorted_text(value)))
                .collect();
            texts.sort();
            texts.join(",")
        }
        other => other.to_string(),
    }
}

fn exception_lines(trace: &str) -> String {
    let lines: Vec<&str> = trace
        .lines()
        .filter(|line| !line.starts_with("\tat ") && !line.starts_with("\t... "))
        .collect();
    lines.join("\n")
}

/// The name of a row: of its value or, where there are values alone, its own.
fn row_name(row: &Value) -> &str {
    let name = row.pointer("/value/name").or_else(|| row.get("name"));
    name.and_then(Value::as_str).unwrap_or_default()
}

fn tail_prefix(row: &Value) -> Option<usize> {
    TAIL.iter()
        .position(|prefix| row_name(row).starts_with(prefix))
}

fn sort_tail(rows: &mut [Value]) {
    let begin = rows
        .iter()
        .rposition(|row| tail_prefix(row).is_none())
        .map_or(0, |last| last + 1);
    for part in rows[begin..].chunk_by_mut(|left, right| tail_prefix(left) == tail_prefix(right)) {
        part.sort_by(|left, right| row_name(left).cmp(row_name(right)));
    }
}
