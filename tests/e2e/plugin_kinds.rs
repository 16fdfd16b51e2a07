//! Transformations and converters that are plugins of files: uploaded, validated, on the way of
//! records in both directions, and what becomes of records and tasks when they fail.

use std::fs;
use std::path::Path;

use connect_harness::{Rest, ScratchDir, TopicRecord, Worker, eventually, guest};
use serde_json::{Value, json};

use crate::setup::{SOON, topics, unique, values, worker};

const MASK: &str = "com.example.MaskPattern";
const CSV: &str = "com.example.CsvConverter";
const MISBEHAVING: &str = "connect.wasm.test.MisbehavingTransform";

/// A worker whose connectors may use the folder, with these plugins uploaded.
fn start(dir: &Path, plugins: &[&str]) -> Worker {
    let running = worker(dir)
        .set("sandbox.fs.allow", dir.display().to_string())
        .set("sandbox.call.timeout.ms", "2000")
        .start();
    for plugin in plugins {
        let wasm = fs::read(guest(plugin)).expect("the plugin is built");
        let headers = [("content-type".to_owned(), "application/wasm".to_owned())];
        let answer =
            running
                .rest()
                .try_request("POST", "/connector-plugins", &headers, Some(&wasm));
        answer.expect("an upload is answered").expect(201);
    }
    running
}

#[track_caller]
fn create(rest: &Rest, name: &str, config: &Value) {
    let body = json!({"name": name, "config": config});
    rest.post("/connectors", Some(&body)).expect(201);
}

fn source(file: &Path, topic: &str, more: Value) -> Value {
    let mut config = json!({
        "connector.class": "FileStreamSource",
        "file": file.display().to_string(),
        "topic": topic,
        "value.converter": "org.apache.kafka.connect.storage.StringConverter",
    });
    extend(&mut config, more);
    config
}

fn sink(file: &Path, topic: &str, more: Value) -> Value {
    let mut config = json!({
        "connector.class": "FileStreamSink",
        "file": file.display().to_string(),
        "topics": topic,
        "value.converter": "org.apache.kafka.connect.storage.StringConverter",
    });
    extend(&mut config, more);
    config
}

fn extend(config: &mut Value, more: Value) {
    let Value::Object(more) = more else {
        panic!("settings are an object");
    };
    for (key, value) in more {
        config[key] = value;
    }
}

fn mask() -> Value {
    json!({
        "transforms": "mask",
        "transforms.mask.type": MASK,
        "transforms.mask.pattern": r"\d{4}-\d{4}",
    })
}

#[track_caller]
fn await_lines(file: &Path, expected: &[&str]) {
    eventually(
        &format!("{} has {expected:?}", file.display()),
        SOON,
        || {
            let text = fs::read_to_string(file).unwrap_or_default();
            let lines: Vec<&str> = text.lines().collect();
            if lines == expected {
                Ok(())
            } else {
                Err(format!("{lines:?}"))
            }
        },
    );
}

/// The types under which a class is listed.
fn listed(rest: &Rest, class: &str) -> Vec<String> {
    let plugins = rest.get("/connector-plugins?connectorsOnly=false");
    let plugins = plugins.expect(200).json();
    let plugins = plugins.as_array().expect("a list").iter();
    let named = plugins.filter(|plugin| plugin["class"] == class);
    named
        .map(|plugin| plugin["type"].as_str().expect("a type").to_owned())
        .collect()
}

/// The errors of a key in an answer of validate.
fn errors(answer: &Value, key: &str) -> Vec<String> {
    let entries = answer["configs"].as_array().expect("entries").iter();
    let mut found = entries.filter(|entry| entry["value"]["name"] == key);
    let entry = found.next().unwrap_or_else(|| panic!("no entry {key}"));
    let errors = entry["value"]["errors"].as_array().expect("errors").iter();
    errors
        .map(|error| error.as_str().expect("a text").to_owned())
        .collect()
}

#[test]
fn uploaded_plugins_transform_and_convert_in_both_directions() {
    let dir = ScratchDir::new("kinds");
    let running = start(dir.path(), &["mask-transform", "csv-converter"]);
    let rest = running.rest();
    assert_eq!(listed(rest, MASK), ["transformation"]);
    assert_eq!(listed(rest, CSV), ["converter", "header_converter"]);

    let (input, topic) = (
        dir.write("in.txt", "pay 1234-5678 now\nnothing\n"),
        unique("kinds"),
    );
    let path = "/connector-plugins/FileStreamSource/config/validate";
    let mut wrong = source(&input, &topic, mask());
    wrong["transforms.mask.pattern"] = json!("a(");
    wrong["name"] = json!("x");
    let answer = rest.put(path, Some(&wrong)).expect(200).json();
    let found = errors(&answer, "transforms.mask.pattern");
    assert!(found[0].contains("unclosed group"), "{found:?}");
    wrong["transforms.mask.plugin.version"] = json!("[7.0,)");
    let answer = rest.put(path, Some(&wrong)).expect(200).json();
    let found = errors(&answer, "transforms.mask.plugin.version");
    assert!(
        found[0].contains("available versions: [0.1.0]"),
        "{found:?}"
    );

    create(rest, "source", &source(&input, &topic, mask()));
    topics().await_count(&topic, 2, SOON);
    assert_eq!(values(&topics(), &topic), ["pay **** now", "nothing"]);

    let (output, lines) = (dir.path().join("out.txt"), unique("kinds"));
    topics().create(&lines, 1);
    let line = |text: &str| TopicRecord::of_value(text);
    topics().write(&lines, &[line("1,Anna 1234-5678"), line("2,\"B, C\"")]);
    let mut config = sink(&output, &lines, mask());
    let more = json!({
        "value.converter": CSV,
        "value.converter.columns": "id,name",
        "transforms.mask.fields": "name",
    });
    extend(&mut config, more);
    create(rest, "sink", &config);
    await_lines(
        &output,
        &["Struct{id=1,name=Anna ****}", "Struct{id=2,name=B, C}"],
    );

    let details = format!("/connector-plugins/{MASK}/details");
    let details = rest.get(&details).expect(200).json();
    assert_eq!(details["used_by"], json!(["sink", "source"]));
    let plugin = format!("/connector-plugins/{MASK}");
    rest.delete(&plugin).expect(409);
    rest.delete("/connectors/source").expect(204);
    rest.delete("/connectors/sink").expect(204);
    rest.delete(&plugin).expect(204);
}

#[test]
fn records_that_fail_are_tried_again_tolerated_and_kept_as_dead_letters() {
    let dir = ScratchDir::new("kinds-errors");
    let running = start(dir.path(), &["misbehaving-transform"]);
    let rest = running.rest();
    let (topic, letters) = (unique("kinds-errors"), unique("kinds-letters"));
    topics().create(&topic, 1);
    let texts = ["a", "data", "drop", "retry-twice", "no-match", "keep", "b"];
    let records = texts.map(TopicRecord::of_value);
    topics().write(&topic, &records);
    let output = dir.path().join("out.txt");
    let config = json!({
        "transforms": "obey",
        "transforms.obey.type": MISBEHAVING,
        "errors.tolerance": "all",
        "errors.retry.timeout": "30000",
        "errors.retry.delay.max.ms": "300",
        "errors.deadletterqueue.topic.name": letters,
        "errors.deadletterqueue.topic.replication.factor": "1",
        "errors.deadletterqueue.context.headers.enable": "true",
    });
    create(rest, "sink", &sink(&output, &topic, config));
    await_lines(&output, &["a!", "third time", "keep", "b!"]);
    let dead = topics().await_records(&letters, 2, SOON);
    let texts: Vec<&str> = dead.iter().map(TopicRecord::text).collect();
    assert_eq!(texts, ["data", "no-match"]);
    let header = |name: &str| {
        let header = dead[0].headers.iter().find(|(key, _)| key == name);
        let value = header.and_then(|(_, value)| value.clone());
        String::from_utf8(value.expect("a header with a value")).expect("text")
    };
    assert_eq!(header("__connect.errors.stage"), "TRANSFORMATION");
    assert_eq!(header("__connect.errors.class.name"), MISBEHAVING);
    assert_eq!(
        header("__connect.errors.exception.message"),
        "The record is bad"
    );
}

#[test]
fn a_trap_fails_its_task_whatever_is_tolerated_and_harms_no_neighbour() {
    let dir = ScratchDir::new("kinds-trap");
    let running = start(dir.path(), &["misbehaving-transform"]);
    let rest = running.rest();
    let (topic, other) = (unique("kinds-trap"), unique("kinds-trap"));
    let input = dir.write("in.txt", "a\npanic\nb\n");
    let calm = dir.write("calm.txt", "a\n");
    let obey = json!({
        "transforms": "obey",
        "transforms.obey.type": "MisbehavingTransform",
        "errors.tolerance": "all",
    });
    create(rest, "neighbour", &source(&calm, &other, obey.clone()));
    create(rest, "trap", &source(&input, &topic, obey));
    let status = rest.await_states("trap", "RUNNING", Some("FAILED"), SOON);
    let trace = status["tasks"][0]["trace"].as_str().expect("a trace");
    for part in ["transformation.apply", "as the record says", MISBEHAVING] {
        assert!(
            trace.contains(part),
            "{part:?} is not in the trace:\n{trace}"
        );
    }
    crate::setup::append(&calm, "b\n");
    topics().await_count(&other, 2, SOON);
    assert_eq!(values(&topics(), &other), ["a!", "b!"]);

    // A wrong setting is an error of the task's start, which names the place.
    let mut refused = source(&calm, &unique("kinds-trap"), json!({}));
    extend(
        &mut refused,
        json!({
            "transforms": "obey",
            "transforms.obey.type": MISBEHAVING,
            "transforms.obey.suffix": "refuse",
        }),
    );
    create(rest, "refused", &refused);
    let status = rest.await_states("refused", "RUNNING", Some("FAILED"), SOON);
    let trace = status["tasks"][0]["trace"].as_str().expect("a trace");
    assert!(trace.contains("transforms.obey"), "{trace}");
    assert!(
        trace.contains("This suffix is refused at the start"),
        "{trace}"
    );
}
