//! Records that fail: tolerance, dead letter queues of sinks and sources, reports of tasks, counters. Nothing is
//! lost, whatever the outcome.

use std::fs;

use connect_harness::{
    ConnectorFile, ScratchDir, TopicRecord, Worker, WorkerSpec, eventually, guest,
};
use serde_json::json;

use crate::setup::{SOON, await_lines, file_source_with, topics, unique, values, worker};

const JSON: [(&str, &str); 2] = [
    (
        "value.converter",
        "org.apache.kafka.connect.json.JsonConverter",
    ),
    ("value.converter.schemas.enable", "false"),
];

/// A file sink that reads JSON, with further settings.
fn json_sink(name: &str, dir: &ScratchDir, topic: &str, settings: &[(&str, &str)]) -> WorkerSpec {
    let file = dir.join("out.txt").display().to_string();
    let mut config = vec![
        ("connector.class", "FileStreamSink"),
        ("file", &*file),
        ("topics", topic),
        JSON[0],
        JSON[1],
    ];
    config.extend_from_slice(settings);
    worker(dir.path()).connector(ConnectorFile::properties(name, &config))
}

#[track_caller]
fn await_committed(name: &str, topic: &str, offset: i64) {
    let group = format!("connect-{name}");
    eventually(
        &format!("{group} commits {offset}"),
        SOON,
        || match topics().committed(&group, topic) {
            Ok(committed) if committed == [(0, offset)] => Ok(()),
            other => Err(format!("{other:?}")),
        },
    );
}

#[track_caller]
fn failed_trace(worker: &Worker, name: &str) -> String {
    let status = worker
        .rest()
        .await_states(name, "RUNNING", Some("FAILED"), SOON);
    status["tasks"][0]["trace"]
        .as_str()
        .expect("there is a trace")
        .to_owned()
}

/// The value of a task's counter.
fn counter(worker: &Worker, name: &str, metric: &str) -> Option<f64> {
    let text = worker.rest().get("/metrics").expect(200).body;
    let start = format!("connect_wasm_task_{metric}{{connector=\"{name}\",task=\"0\"}} ");
    let line = text.lines().find_map(|line| line.strip_prefix(&start))?;
    line.parse().ok()
}

fn header<'a>(record: &'a TopicRecord, name: &str) -> &'a str {
    let name = format!("__connect.errors.{name}");
    let found = record.headers.iter().find(|(key, _)| *key == name);
    let (_, value) = found.unwrap_or_else(|| panic!("no header {name} in {record:?}"));
    str::from_utf8(value.as_deref().expect("it has a value")).expect("it is text")
}

#[test]
fn without_tolerance_a_bad_record_fails_the_task_and_is_not_passed() {
    let dir = ScratchDir::new("none");
    let (topic, name) = (unique("none"), unique("none"));
    topics().create(&topic, 1);
    topics().write(&topic, &[TopicRecord::of_value("1")]);
    let mut worker = json_sink(&name, &dir, &topic, &[]).start();
    await_committed(&name, &topic, 1);
    topics().write(&topic, &[TopicRecord::of_value("{")]);
    let trace = failed_trace(&worker, &name);
    assert!(
        trace.starts_with(
            "org.apache.kafka.connect.errors.ConnectException: Tolerance exceeded in error handler"
        ),
        "{trace}"
    );
    assert!(
        trace.contains("Caused by: org.apache.kafka.connect.errors.DataException: "),
        "{trace}"
    );
    worker.stop_cleanly();
    await_committed(&name, &topic, 1);
}

#[test]
fn tolerated_records_go_to_the_dead_letter_queue_as_they_were_with_the_reason() {
    let dir = ScratchDir::new("dlq");
    let (topic, name, dlq) = (unique("dlq-in"), unique("dlq"), unique("dlq-out"));
    topics().create(&topic, 1);
    let bad = TopicRecord {
        key: Some(b"k".to_vec()),
        value: Some(b"{".to_vec()),
        timestamp: Some(1_700_000_000_123),
        headers: vec![
            ("own".to_owned(), Some(b"\"h\"".to_vec())),
            ("null".to_owned(), None),
        ],
        ..TopicRecord::default()
    };
    let records = [
        TopicRecord::of_value("1"),
        bad.clone(),
        TopicRecord::of_value("2"),
    ];
    topics().write(&topic, &records);
    let settings = [
        ("errors.tolerance", "all"),
        ("errors.log.enable", "true"),
        ("errors.log.include.messages", "true"),
        ("errors.deadletterqueue.topic.name", dlq.as_str()),
        ("errors.deadletterqueue.topic.replication.factor", "1"),
        ("errors.deadletterqueue.context.headers.enable", "true"),
    ];
    let mut worker = json_sink(&name, &dir, &topic, &settings).start();
    await_lines(&dir.join("out.txt"), 2, SOON);
    let letters = topics().await_records(&dlq, 1, SOON);
    await_committed(&name, &topic, 3);
    for (metric, wanted) in [
        ("record_failures_total", 1.0),
        ("record_errors_total", 1.0),
        ("records_skipped_total", 1.0),
        ("retries_total", 0.0),
        ("errors_logged_total", 1.0),
        ("dead_letter_queue_produce_requests_total", 1.0),
        ("dead_letter_queue_produce_failures_total", 0.0),
    ] {
        assert_eq!(counter(&worker, &name, metric), Some(wanted), "{metric}");
    }
    let logged = format!(
        "Error encountered in task {name}-0. Executing stage 'VALUE_CONVERTER' with class \
         'org.apache.kafka.connect.json.JsonConverter', where consumed record is {{topic='{topic}', \
         partition=0, offset=1, timestamp=1700000000123, timestampType=CreateTime}}."
    );
    assert!(worker.log().contains(&logged), "{}", worker.log());
    worker.stop_cleanly();
    let [letter] = &letters[..] else {
        panic!("one letter: {letters:?}");
    };
    assert_eq!(letter.key, bad.key);
    assert_eq!(letter.value, bad.value);
    assert_eq!(letter.timestamp, bad.timestamp);
    assert_eq!(letter.headers[..2], bad.headers[..]);
    let names: Vec<&str> = letter.headers[2..]
        .iter()
        .map(|(key, _)| key.strip_prefix("__connect.errors.").unwrap_or(key))
        .collect();
    assert_eq!(
        names,
        [
            "topic",
            "partition",
            "offset",
            "connector.name",
            "task.id",
            "stage",
            "class.name",
            "exception.class.name",
            "exception.message",
            "exception.stacktrace",
        ]
    );
    assert_eq!(header(letter, "topic"), topic);
    assert_eq!(header(letter, "offset"), "1");
    assert_eq!(header(letter, "connector.name"), name);
    assert_eq!(header(letter, "stage"), "VALUE_CONVERTER");
    assert_eq!(
        header(letter, "exception.class.name"),
        "org.apache.kafka.connect.errors.DataException"
    );
    let stacktrace = header(letter, "exception.stacktrace");
    assert!(stacktrace.contains("\nCaused by: "), "{stacktrace}");
}

#[test]
fn without_tolerance_the_record_reaches_the_dead_letter_queue_before_the_task_fails() {
    let dir = ScratchDir::new("dlq-none");
    let (topic, name, dlq) = (
        unique("dlq-none-in"),
        unique("dlq-none"),
        unique("dlq-none-out"),
    );
    topics().create(&topic, 1);
    topics().write(&topic, &[TopicRecord::of_value("{")]);
    let settings = [
        ("errors.deadletterqueue.topic.name", dlq.as_str()),
        ("errors.deadletterqueue.topic.replication.factor", "1"),
    ];
    let mut worker = json_sink(&name, &dir, &topic, &settings).start();
    failed_trace(&worker, &name);
    let letters = topics().await_records(&dlq, 1, SOON);
    worker.stop_cleanly();
    assert_eq!(letters[0].text(), "{");
    assert_eq!(letters[0].headers, []);
}

#[test]
fn a_dead_letter_queue_that_cannot_be_made_fails_the_task_before_it_starts() {
    let dir = ScratchDir::new("dlq-factor");
    let (topic, name) = (unique("dlq-factor"), unique("dlq-factor"));
    topics().create(&topic, 1);
    // The default replication factor is 3, and there is one broker.
    let settings = [("errors.deadletterqueue.topic.name", "dlq-factor-out")];
    let mut worker = json_sink(&name, &dir, &topic, &settings).start();
    let trace = failed_trace(&worker, &name);
    worker.stop_cleanly();
    let wanted = "org.apache.kafka.connect.errors.ConnectException: Could not initialize dead letter queue with \
                  topic=dlq-factor-out\nCaused by: java.util.concurrent.ExecutionException: \
                  org.apache.kafka.common.errors.InvalidReplicationFactorException: ";
    assert!(trace.starts_with(wanted), "{trace}");
    assert!(!dir.join("out.txt").exists(), "the task was not started");
}

/// A recording sink that reports records.
fn reporting(dir: &ScratchDir, name: &str, topic: &str, settings: &[(&str, &str)]) -> WorkerSpec {
    let file = dir.join("calls.txt").display().to_string();
    let mut config = vec![
        (
            "connector.class",
            "connect.wasm.test.RecordingSinkConnector",
        ),
        ("file", &*file),
        ("topics", topic),
        ("report.value", "bad"),
    ];
    config.extend_from_slice(settings);
    worker(dir.path())
        .set("plugin.path", guest("recording-sink").display().to_string())
        .connector(ConnectorFile::properties(name, &config))
}

#[test]
fn records_that_a_task_reports_reach_the_dead_letter_queue_before_their_offset_is_committed() {
    let dir = ScratchDir::new("errant");
    let (topic, name, dlq) = (unique("errant-in"), unique("errant"), unique("errant-out"));
    topics().create(&topic, 1);
    let bad = TopicRecord {
        key: Some(b"k".to_vec()),
        headers: vec![("own".to_owned(), Some(b"h".to_vec()))],
        ..TopicRecord::of_value("bad")
    };
    topics().write(&topic, &[TopicRecord::of_value("good"), bad.clone()]);
    let settings = [
        ("errors.tolerance", "all"),
        ("errors.deadletterqueue.topic.name", dlq.as_str()),
        ("errors.deadletterqueue.topic.replication.factor", "1"),
        ("errors.deadletterqueue.context.headers.enable", "true"),
        ("transforms", "route"),
        ("transforms.route.type", "RegexRouter"),
        ("transforms.route.regex", ".*"),
        ("transforms.route.replacement", "elsewhere"),
    ];
    let mut worker = reporting(&dir, &name, &topic, &settings).start();
    await_committed(&name, &topic, 2);
    let letters = topics().read(&dlq);
    worker.stop_cleanly();
    let [letter] = &letters[..] else {
        panic!("one letter when the offset is committed: {letters:?}");
    };
    assert_eq!((&letter.key, &letter.value), (&bad.key, &bad.value));
    assert_eq!(letter.headers[0], bad.headers[0]);
    assert_eq!(
        header(letter, "topic"),
        topic,
        "not what a transformation made of it"
    );
    assert_eq!(header(letter, "offset"), "1");
    assert_eq!(header(letter, "stage"), "TASK_PUT");
    assert_eq!(
        header(letter, "class.name"),
        "org.apache.kafka.connect.sink.SinkTask"
    );
    assert_eq!(header(letter, "exception.message"), "reported by the test");
}

#[test]
fn records_of_the_task_s_own_are_converted_for_the_dead_letter_queue() {
    let dir = ScratchDir::new("errant-other");
    let (topic, name) = (unique("errant-other-in"), unique("errant-other"));
    let dlq = unique("errant-other-out");
    topics().create(&topic, 1);
    topics().write(&topic, &[TopicRecord::of_value("bad")]);
    let settings = [
        ("errors.tolerance", "all"),
        ("report.as", "made by the task"),
        ("errors.deadletterqueue.topic.name", dlq.as_str()),
        ("errors.deadletterqueue.topic.replication.factor", "1"),
    ];
    let mut worker = reporting(&dir, &name, &topic, &settings).start();
    let letters = topics().await_records(&dlq, 1, SOON);
    worker.stop_cleanly();
    assert_eq!(letters[0].text(), "made by the task");
}

#[test]
fn a_report_that_is_not_tolerated_fails_the_task() {
    let dir = ScratchDir::new("errant-none");
    let (topic, name, dlq) = (
        unique("errant-none-in"),
        unique("errant-none"),
        unique("errant-none-out"),
    );
    topics().create(&topic, 1);
    topics().write(&topic, &[TopicRecord::of_value("bad")]);
    let settings = [
        ("errors.deadletterqueue.topic.name", dlq.as_str()),
        ("errors.deadletterqueue.topic.replication.factor", "1"),
    ];
    let mut worker = reporting(&dir, &name, &topic, &settings).start();
    let trace = failed_trace(&worker, &name);
    assert!(
        trace.contains("Tolerance exceeded in error handler"),
        "{trace}"
    );
    let letters = topics().await_records(&dlq, 1, SOON);
    worker.stop_cleanly();
    assert_eq!(letters[0].text(), "bad");
    let committed = topics().committed(&format!("connect-{name}"), &topic);
    assert_eq!(committed.expect("the broker answers"), []);
}

#[test]
fn without_queue_and_log_there_is_no_reporter() {
    let dir = ScratchDir::new("errant-absent");
    let (topic, name) = (unique("errant-absent"), unique("errant-absent"));
    topics().create(&topic, 1);
    topics().write(&topic, &[TopicRecord::of_value("bad")]);
    let mut worker = reporting(&dir, &name, &topic, &[("errors.tolerance", "all")]).start();
    let trace = failed_trace(&worker, &name);
    worker.stop_cleanly();
    assert!(
        trace.contains("there is no reporter of errant records"),
        "{trace}"
    );
}

/// The position that a file source has stored.
fn stored_position(dir: &ScratchDir) -> Option<String> {
    let bytes = fs::read(dir.join("connect.offsets")).ok()?;
    let entries = connect_harness::decode_offset_file(&bytes).ok()?;
    entries.into_iter().next_back()?.value
}

#[track_caller]
fn await_position(dir: &ScratchDir, position: u64) {
    let wanted = format!(r#"{{"position":{position}}}"#);
    eventually(&format!("{wanted} is stored"), SOON, || {
        let found = stored_position(dir);
        if found.as_ref() == Some(&wanted) {
            Ok(())
        } else {
            Err(format!("{found:?}"))
        }
    });
}

#[test]
fn source_records_that_fail_go_to_the_dead_letter_queue_of_the_source() {
    let dir = ScratchDir::new("source-dlq");
    let (topic, name, dlq) = (
        unique("source-dlq"),
        unique("source-dlq"),
        unique("source-dlq-out"),
    );
    topics().create(&topic, 1);
    let input = dir.write("in.txt", "a\nb\n");
    let settings = [
        ("errors.tolerance", "all"),
        ("errors.deadletterqueue.topic.name", dlq.as_str()),
        ("errors.deadletterqueue.topic.replication.factor", "1"),
        ("errors.deadletterqueue.context.headers.enable", "true"),
        ("transforms", "extract"),
        (
            "transforms.extract.type",
            "org.apache.kafka.connect.transforms.ExtractField$Value",
        ),
        ("transforms.extract.field", "none"),
    ];
    let spec = worker(dir.path()).connector(file_source_with(&name, &input, &topic, &settings));
    let mut first = spec.start();
    await_position(&dir, 4);
    let letters = topics().read(&dlq);
    first.stop_cleanly();
    let wanted = ["a", "b"].map(|line| {
        json!({"schema": {"type": "string", "optional": false}, "payload": line}).to_string()
    });
    let found: Vec<&str> = letters.iter().map(TopicRecord::text).collect();
    assert_eq!(found, wanted);
    assert_eq!(header(&letters[0], "topic"), topic);
    assert_eq!(header(&letters[0], "stage"), "TRANSFORMATION");
    assert_eq!(
        header(&letters[0], "class.name"),
        "org.apache.kafka.connect.transforms.ExtractField$Value"
    );
    assert_eq!(header(&letters[1], "source.offset"), "{position=4}");
    assert_eq!(topics().count(&topic).expect("the broker answers"), 0);
    // What is in the queue is not read again.
    let mut second = spec.start();
    second.rest().await_state(&name, "RUNNING", SOON);
    await_position(&dir, 4);
    second.stop_cleanly();
    assert_eq!(topics().count(&dlq).expect("the broker answers"), 2);
}

#[test]
fn a_record_that_is_too_large_goes_to_the_dead_letter_queue_of_the_source() {
    let dir = ScratchDir::new("source-large");
    let (topic, name, dlq) = (
        unique("source-large"),
        unique("source-large"),
        unique("source-large-out"),
    );
    // One is too large for the producer, one for the broker.
    topics().create_with(&topic, 1, &[("max.message.bytes", "5000")]);
    let (for_broker, for_producer) = ("b".repeat(10_000), "p".repeat(2_000_000));
    let text = format!("small\n{for_broker}\n{for_producer}\nlast\n");
    let input = dir.write("in.txt", &text);
    let settings = [
        ("errors.tolerance", "all"),
        ("errors.deadletterqueue.topic.name", dlq.as_str()),
        ("errors.deadletterqueue.topic.replication.factor", "1"),
        // A request of its own for each record: the broker refuses requests, not records.
        ("producer.override.batch.size", "0"),
    ];
    let mut worker = worker(dir.path())
        .set("connector.client.config.override.policy", "All")
        .connector(file_source_with(&name, &input, &topic, &settings))
        .start();
    await_position(&dir, text.len() as u64);
    assert_eq!(counter(&worker, &name, "record_failures_total"), Some(2.0));
    worker.stop_cleanly();
    assert_eq!(values(&topics(), &topic), ["small", "last"]);
    let mut letters = values(&topics(), &dlq);
    letters.sort();
    assert!(
        letters == [for_broker, for_producer],
        "the bytes are the same"
    );
}

#[test]
fn a_source_record_that_the_dead_letter_queue_refuses_is_not_passed() {
    let dir = ScratchDir::new("source-dlq-refused");
    let (topic, name, dlq) = (
        unique("source-refused"),
        unique("source-refused"),
        unique("source-refused-out"),
    );
    topics().create(&topic, 1);
    topics().create_with(&dlq, 1, &[("max.message.bytes", "200")]);
    let input = dir.write("in.txt", &("x".repeat(1000) + "\nafter\n"));
    let settings = [
        ("errors.tolerance", "all"),
        ("errors.deadletterqueue.topic.name", dlq.as_str()),
        (
            "value.converter",
            "org.apache.kafka.connect.converters.IntegerConverter",
        ),
    ];
    let mut worker = worker(dir.path())
        .connector(file_source_with(&name, &input, &topic, &settings))
        .start();
    let trace = failed_trace(&worker, &name);
    worker.stop_cleanly();
    assert!(
        trace.contains(&format!(
            "could not be written to the dead letter queue {dlq}"
        )),
        "{trace}"
    );
    assert_eq!(stored_position(&dir), None, "it is read again");
}

#[test]
fn a_transformation_that_recovers_is_tried_again_until_its_time_is_over() {
    let dir = ScratchDir::new("retries");
    let (topic, name, dlq) = (unique("retries"), unique("retries"), unique("retries-out"));
    topics().create(&topic, 1);
    let text = "a\nretry-twice\ndrop\ndata\nretry\nb\n";
    let input = dir.write("in.txt", text);
    let settings = [
        ("errors.retry.timeout", "2000"),
        ("errors.tolerance", "all"),
        ("errors.deadletterqueue.topic.name", dlq.as_str()),
        ("errors.deadletterqueue.topic.replication.factor", "1"),
        ("errors.deadletterqueue.context.headers.enable", "true"),
        ("transforms", "guest"),
        (
            "transforms.guest.type",
            "connect.wasm.test.MisbehavingTransform",
        ),
    ];
    let plugins = guest("misbehaving-transform").display().to_string();
    let mut worker = worker(dir.path())
        .set("plugin.path", plugins)
        .connector(file_source_with(&name, &input, &topic, &settings))
        .start();
    await_position(&dir, text.len() as u64);
    // Two tries that failed before the third; three waits that fill the time, and the last try.
    assert_eq!(counter(&worker, &name, "retries_total"), Some(5.0));
    assert_eq!(counter(&worker, &name, "records_skipped_total"), Some(2.0));
    worker.stop_cleanly();
    assert_eq!(values(&topics(), &topic), ["a!", "third time", "b!"]);
    let letters = topics().read(&dlq);
    let reasons: Vec<&str> = letters
        .iter()
        .map(|letter| header(letter, "exception.class.name"))
        .collect();
    assert_eq!(
        reasons,
        [
            "org.apache.kafka.connect.errors.DataException",
            "org.apache.kafka.connect.errors.RetriableException",
        ]
    );
}

#[test]
fn validation_lists_the_dead_letter_queue_of_a_source_when_it_is_used() {
    let dir = ScratchDir::new("source-dlq-keys");
    let mut worker = worker(dir.path()).start();
    let keys = |extra: &[(&str, &str)]| -> Vec<String> {
        let mut config = json!({"name": "v", "connector.class": "FileStreamSource", "topic": "t"});
        for (key, value) in extra {
            config[*key] = json!(value);
        }
        let path = "/connector-plugins/FileStreamSource/config/validate";
        let answer = worker.rest().put(path, Some(&config)).expect(200).json();
        let configs = answer["configs"].as_array().cloned().unwrap_or_default();
        configs
            .iter()
            .filter_map(|config| config["value"]["name"].as_str().map(str::to_owned))
            .filter(|key| key.starts_with("errors.deadletterqueue."))
            .collect()
    };
    let unused = keys(&[]);
    let used = keys(&[("errors.deadletterqueue.topic.name", "dlq")]);
    worker.stop_cleanly();
    assert_eq!(unused, Vec::<String>::new());
    assert_eq!(used.len(), 3, "{used:?}");
}
