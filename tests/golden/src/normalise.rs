//! Everything in which our worker may differ from the JVM's, each entry with its reason. The only
//! place for that.

use serde_json::{Value, json};

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
    /// The field is left out.
    Absent,
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
        Rule::Absent,
        "ours is sent with 405 too, as HTTP demands; the JVM's order is that of a hash table",
    ),
];

/// Makes what was seen in a run comparable with other runs and with the other worker.
pub fn normalise(seen: &mut Value, places: &Places) {
    match seen {
        Value::String(text) => *text = places.blank(text),
        Value::Array(items) => items.iter_mut().for_each(|item| normalise(item, places)),
        Value::Object(fields) => {
            fields.retain(|name, _| !is_left_out(name));
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

fn is_left_out(name: &str) -> bool {
    FIELDS
        .iter()
        .any(|(field, rule, _)| *field == name && matches!(rule, Rule::Absent))
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

/// An answer of ours that differs on purpose: the design says that the client's mistakes, which the
/// JVM answers with 500 and the text of some Java exception, get 400 (or 404) and a text that helps.
struct Answer {
    scenario: &'static str,
    /// The name of the request.
    request: &'static str,
    status: u16,
    message: &'static str,
}

/// Answers to the client's mistakes.
const ANSWERS: [Answer; 12] = [
    Answer {
        scenario: "rest-config",
        request: "not an object",
        status: 400,
        message: "Expected the configuration to be a JSON object: invalid type: sequence, expected a JSON object at line 1 column 0",
    },
    Answer {
        scenario: "rest-config",
        request: "not JSON",
        status: 400,
        message: "Malformed JSON in the configuration: EOF while parsing a value at line 1 column 5",
    },
    Answer {
        scenario: "rest-create",
        request: "no config",
        status: 400,
        message: "The request has no \"config\": an object with the connector's configuration",
    },
    Answer {
        scenario: "rest-create",
        request: "unknown field",
        status: 400,
        message: "Unrecognized field \"surplus\", 3 known properties: \"name\", \"config\", \"initial_state\"",
    },
    Answer {
        scenario: "rest-create",
        request: "unknown initial state",
        status: 400,
        message: "\"NONSENSE\" is not an initial_state; expected RUNNING, PAUSED or STOPPED",
    },
    Answer {
        scenario: "rest-create",
        request: "nested value",
        status: 400,
        message: "The value of \"x\" is an object; expected a string, a number, a boolean or null",
    },
    Answer {
        scenario: "rest-create",
        request: "an array",
        status: 400,
        message: "Expected the request to be a JSON object: invalid type: sequence, expected a JSON object at line 1 column 0",
    },
    Answer {
        scenario: "rest-create",
        request: "not JSON",
        status: 400,
        message: "Malformed JSON in the request: EOF while parsing a value at line 1 column 8",
    },
    Answer {
        scenario: "rest-create",
        request: "empty body",
        status: 400,
        message: "The request has no body; expected a JSON object with \"name\", \"config\" and, if wanted, \"initial_state\"",
    },
    Answer {
        scenario: "rest-lifecycle",
        request: "PUT /connectors/no/stop",
        status: 404,
        message: "Unknown connector no",
    },
    Answer {
        scenario: "rest-lifecycle",
        request: "POST /connectors/no/restart",
        status: 404,
        message: "Unknown connector: no",
    },
    Answer {
        scenario: "rest-lifecycle",
        request: "POST /connectors/no/tasks/0/restart",
        status: 404,
        message: "Unknown connector: no",
    },
];

/// Something else that ours does differently on purpose.
struct Decided {
    scenario: &'static str,
    /// JSON pointer into what was seen; `/seen/<index>` counts recorded steps.
    pointer: &'static str,
    /// What ours gives, as JSON.
    ours: &'static str,
    #[allow(dead_code, reason = "for the reader of the table")]
    reason: &'static str,
}

/// Everything else that ours does differently on purpose.
const DECIDED: [Decided; 2] = [
    Decided {
        scenario: "source-text",
        pointer: "/seen/1/offsets/0/1",
        ours: r#""{\"position\":29}""#,
        reason: "the JVM counts characters and skips bytes, which resumes at the wrong place",
    },
    Decided {
        scenario: "rest-create",
        pointer: "/seen/17/body/message",
        ours: r#""Connector config {topic=t, name=no-class} contains no connector type""#,
        reason: "the JVM's order is that of a hash table",
    },
];

/// What our worker must give, made from the record of the JVM worker.
///
/// # Panics
///
/// When an entry of the tables is of no use: it points nowhere, or names what the JVM gives too.
#[must_use]
pub fn expected_of_ours(scenario: &str, recorded: &Value) -> Value {
    let mut expected = recorded.clone();
    for answer in ANSWERS.iter().filter(|answer| answer.scenario == scenario) {
        let steps = expected["seen"].as_array_mut().expect("a record has steps");
        let step = steps
            .iter_mut()
            .find(|step| step["request"] == answer.request)
            .unwrap_or_else(|| panic!("{scenario} has no request {:?}", answer.request));
        let body = json!({ "error_code": answer.status, "message": answer.message });
        assert_ne!(
            step["body"], body,
            "{scenario}: {} is the same on the JVM",
            answer.request
        );
        step["status"] = json!(answer.status);
        step["body"] = body;
    }
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
