//! Everything in which our worker may differ from the JVM's, each entry with its reason. The only
//! place for that.

use serde_json::Value;

/// Where a run took place: what differs from run to run even with the same worker.
#[derive(Clone, Debug)]
pub struct Places {
    /// The folder of the run: fresh each time.
    pub dir: String,
    /// The broker's address: a free port each time.
    pub bootstrap: String,
    /// The worker's address and id: a free port each time.
    pub worker: String,
}

impl Places {
    /// Puts the places into a text of a scenario.
    #[must_use]
    pub fn fill(&self, text: &str) -> String {
        text.replace("<dir>", &self.dir)
            .replace("<bootstrap>", &self.bootstrap)
    }

    /// Takes the places out of a text that was seen.
    fn blank(&self, text: &str) -> String {
        text.replace(&self.dir, "<dir>")
            .replace(&self.bootstrap, "<bootstrap>")
            .replace(&self.worker, "<worker>")
    }
}

/// How a value is made comparable.
enum Rule {
    /// Any text becomes this one.
    Text(&'static str),
    /// Only what the exceptions say, without the lines that say where in the code.
    ExceptionLines,
    /// The text ends behind this, if it has it.
    CutBehind(&'static str),
    /// A list of texts is put in order.
    Sorted,
}

/// Values by the name of their field, wherever it stands in a body.
const FIELDS: [(&str, Rule, &str); 7] = [
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
        "allow",
        Rule::Text("<methods>"),
        "the order of methods is that of a hash table",
    ),
];

/// Makes what was seen in a run comparable with other runs and with the other worker.
pub fn normalise(seen: &mut Value, places: &Places) {
    match seen {
        Value::String(text) => *text = places.blank(text),
        Value::Array(items) => items.iter_mut().for_each(|item| normalise(item, places)),
        Value::Object(fields) => {
            for (name, value) in fields {
                normalise(value, places);
                for (_, rule, _) in FIELDS.iter().filter(|(field, _, _)| field == name) {
                    rule.apply(value);
                }
            }
        }
        _ => {}
    }
}

impl Rule {
    fn apply(&self, value: &mut Value) {
        match (self, value) {
            (Rule::Text(placeholder), Value::String(text)) => (*placeholder).clone_into(text),
            (Rule::ExceptionLines, Value::String(text)) => *text = exception_lines(text),
            (Rule::CutBehind(mark), Value::String(text)) => {
                if let Some(start) = text.find(mark) {
                    text.truncate(start + mark.len());
                }
            }
            (Rule::Sorted, Value::Array(items)) if items.iter().all(Value::is_string) => {
                items.sort_by(|left, right| left.as_str().cmp(&right.as_str()));
            }
            _ => {}
        }
    }
}

fn exception_lines(trace: &str) -> String {
    let lines: Vec<&str> = trace
        .lines()
        .filter(|line| !line.starts_with("\tat ") && !line.starts_with("\t... "))
        .collect();
    lines.join("\n")
}

/// A place where our worker does something else on purpose.
struct Decided {
    scenario: &'static str,
    /// JSON pointer into what was seen; `/seen/<index>` counts recorded steps.
    pointer: &'static str,
    /// What ours gives, as JSON.
    ours: &'static str,
    #[allow(dead_code, reason = "for the reader of the table")]
    reason: &'static str,
}

/// Where our worker does something else on purpose.
const DECIDED: [Decided; 0] = [];

/// What our worker must give, made from the record of the JVM worker.
///
/// # Panics
///
/// When an entry of the table is of no use: it points nowhere, or names what the JVM gives too.
#[must_use]
pub fn expected_of_ours(scenario: &str, recorded: &Value) -> Value {
    let mut expected = recorded.clone();
    for decided in DECIDED
        .iter()
        .filter(|decided| decided.scenario == scenario)
    {
        let ours: Value = serde_json::from_str(decided.ours).expect("the table holds JSON");
        let place = expected
            .pointer_mut(decided.pointer)
            .unwrap_or_else(|| panic!("{scenario} has nothing at {}", decided.pointer));
        assert_ne!(
            *place, ours,
            "{scenario}: {} is the same on the JVM",
            decided.pointer
        );
        *place = ours;
    }
    expected
}
