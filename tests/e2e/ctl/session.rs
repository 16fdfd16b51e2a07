//! A whole session of an operator, the same with both workers.

use super::*;

/// The names in a session. The sink's is one that needs encoding, and that both workers can be
/// asked for.
struct Names {
    source: String,
    sink: String,
    stopped: String,
    /// Written by the source and read by the sink, and by nothing else.
    topic: String,
    other_topic: String,
}

impl Names {
    fn new() -> Names {
        Names {
            source: unique("ctl-source"),
            sink: unique("senke käse 日本"),
            stopped: unique("ctl-stopped"),
            topic: unique("ctl-topic"),
            other_topic: unique("ctl-other-topic"),
        }
    }
}

fn session(flavor: Flavor) {
    let dir = ScratchDir::new("ctl");
    let names = Names::new();
    topics().create(&names.topic, 1);
    dir.write("in.txt", "one\ntwo\nthree\n");
    let spec = spec(flavor, &dir);
    let mut worker = spec.start();
    let ctl = ctl(&spec, &dir);
    creates(&ctl, &names);
    shows(&ctl, &names);
    configures(&ctl, &names);
    validates(&ctl, &names);
    changes_states(&ctl, &names);
    restarts(&ctl, &names);
    changes_offsets(&ctl, &names);
    shows_plugins(&ctl);
    sets_levels(&ctl);
    deletes(&ctl, &names);
    worker.stop_cleanly();
}

#[test]
fn a_session_with_our_worker() {
    session(Flavor::Wasm);
}

#[test]
fn a_session_with_the_jvm_worker() {
    session(Flavor::Jvm);
}

fn creates(ctl: &Ctl, names: &Names) {
    let none = ctl.run(&["list"]).expect(DONE);
    assert_eq!(none.out, "");
    assert!(none.err.contains("no connectors"), "{}", none.err);

    let body = json!({"name": names.source, "config": source_config(ctl.dir, &names.topic)});
    ctl.dir.write("source.json", body.to_string());
    let created = ctl.run(&["create", "-f", "source.json"]).expect(DONE);
    assert_eq!(
        created.out,
        format!("{}: created (source, 1 task)\n", names.source)
    );

    let flat = json!({
        "name": names.sink,
        "connector.class": "FileStreamSink",
        "file": ctl.dir.join("out.txt").display().to_string(),
        "topics": names.topic,
        "tasks.max": 1,
    });
    let created = ctl.run_with(&["create", "-f", "-", "-o", "json"], &flat.to_string());
    assert_eq!(created.expect(DONE).json()["name"], names.sink.as_str());

    let file = ctl.dir.join("in.txt");
    let properties = format!(
        "name={}\nconnector.class=FileStreamSource\nfile={}\ntopic=\\\n  {}\n",
        names.stopped,
        file.display(),
        names.other_topic
    );
    ctl.dir.write("stopped.properties", properties);
    let arguments = [
        "create",
        "-f",
        "stopped.properties",
        "--initial-state",
        "stopped",
        "-o",
        "name",
    ];
    let created = ctl.run(&arguments).expect(DONE);
    assert_eq!(created.out, format!("{}\n", names.stopped));

    let again = ctl.run(&["create", "-f", "source.json"]);
    let asked = format!(
        "error: Cannot create connector \"{}\": POST {}/connectors answered 409 Conflict",
        names.source, ctl.url
    );
    let message = format!("Connector {} already exists", names.source);
    let advice = format!("`connect-wasm ctl config {} -f FILE`", names.source);
    again.expect_error(REFUSED, &[&asked, &message, &advice]);

    let mut bad = body;
    bad["config"]["tasks.max"] = json!(0);
    bad["name"] = json!("bad");
    let config = bad["config"].as_object_mut().expect("an object");
    config.remove("topic");
    ctl.dir.write("bad.json", bad.to_string());
    let lines = [
        "tasks.max: Invalid value 0 for configuration tasks.max",
        "topic: Missing required",
    ];
    ctl.run(&["create", "-f", "bad.json"])
        .expect_error(REFUSED, &lines);
}

fn shows(ctl: &Ctl, names: &Names) {
    ctl.await_state(&names.source, "RUNNING");
    ctl.await_state(&names.sink, "RUNNING");
    await_lines(&ctl.dir.join("out.txt"), 3, SOON);

    let listed = ctl.run(&["list", "-o", "name"]).expect(DONE);
    let mut expected = [&names.source, &names.sink, &names.stopped].map(String::as_str);
    expected.sort_unstable();
    assert_eq!(listed.out.lines().collect::<Vec<_>>(), expected);
    let table = ctl.run(&["list"]).expect(DONE).out;
    let header: Vec<&str> = table
        .lines()
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    assert_eq!(header, ["NAME", "TYPE", "STATE", "TASKS", "CLASS"]);
    let row = table
        .lines()
        .find(|line| line.starts_with(&names.stopped))
        .expect("a row");
    assert!(row.contains("STOPPED  0/0"), "{table}");
    let json = ctl.run(&["list", "-o", "json"]).expect(DONE).json();
    assert_eq!(json[&names.sink]["info"]["type"], "sink");

    let status = ctl.run(&["status", &names.sink]).expect(DONE).out;
    let rows: Vec<&str> = status.lines().collect();
    assert_eq!(rows.len(), 3, "{status}");
    assert!(rows[2].contains("sink  0     RUNNING"), "{status}");
    let all = ctl.run(&["status", "-o", "json"]).expect(DONE).json();
    assert_eq!(all.as_object().map(serde_json::Map::len), Some(3), "{all}");
    let unknown = [
        "No status found for connector nobody",
        "Is there such a connector?",
    ];
    ctl.run(&["status", "nobody"])
        .expect_error(REFUSED, &unknown);
}

fn configures(ctl: &Ctl, names: &Names) {
    let changed = ctl
        .run(&["config", &names.source, "batch.size=50", "own.key=a=b"])
        .expect(DONE);
    assert!(
        changed
            .out
            .starts_with(&format!("{}: 2 keys changed", names.source)),
        "{}",
        changed.out
    );
    let config = ctl
        .run(&["config", &names.source, "-o", "json"])
        .expect(DONE)
        .json();
    assert_eq!(config["batch.size"], "50");
    assert_eq!(config["own.key"], "a=b");
    let after = ctl
        .run(&["config", &names.source, "own.key-", "-o", "json"])
        .expect(DONE)
        .json();
    assert!(after["config"].get("own.key").is_none(), "{after}");
    let shown = ctl.run(&["config", &names.source]).expect(DONE).out;
    assert!(shown.contains("\nbatch.size       50\n"), "{shown}");

    let refused = ["topic: Missing required configuration \"topic\""];
    ctl.run(&["config", &names.source, "topic-"])
        .expect_error(REFUSED, &refused);
    let replaced = ctl
        .run(&["config", &names.source, "-f", "source.json"])
        .expect(DONE);
    assert!(
        replaced.out.contains("configuration replaced"),
        "{}",
        replaced.out
    );
    let config = ctl
        .run(&["config", &names.source, "-o", "json"])
        .expect(DONE)
        .json();
    assert!(config.get("batch.size").is_none(), "{config}");

    let made = unique("ctl-made");
    ctl.dir.write(
        "flat.json",
        source_config(ctl.dir, &names.other_topic).to_string(),
    );
    let created = ctl.run(&["config", &made, "-f", "flat.json"]).expect(DONE);
    assert_eq!(created.out, format!("{made}: created (source, 1 task)\n"));
    ctl.run(&["delete", &made]).expect(DONE);
    ctl.run(&["config", "nobody"])
        .expect_error(REFUSED, &["Connector nobody not found"]);
}

fn validates(ctl: &Ctl, names: &Names) {
    let valid = ctl.run(&["validate", "-f", "source.json"]).expect(DONE);
    assert_eq!(valid.out, "source.json: valid for FileStreamSource\n");
    let bad = ctl.run(&["validate", "-f", "bad.json"]);
    let bad = bad.expect_error(REFUSED, &["error: The configuration has 2 errors"]);
    let keys: Vec<&str> = bad
        .out
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!(keys, ["KEY", "tasks.max", "topic"], "{}", bad.out);
    let json = ctl
        .run(&["validate", "-f", "bad.json", "-o", "json"])
        .expect(REFUSED)
        .json();
    assert_eq!(json["error_count"], 2);
    let mut misspelt = source_config(ctl.dir, &names.topic);
    misspelt["name"] = json!("x");
    misspelt["batch.szie"] = json!(1);
    let misspelt = misspelt.to_string();
    let said = ctl
        .run_with(&["validate", "-f", "-"], &misspelt)
        .expect(DONE);
    assert!(said.err.contains("defines: batch.szie\n"), "{}", said.err);
    let nothing = ctl.run_with(
        &["validate", "-f", "-"],
        "connector.class=Nothing\nname=x\n",
    );
    nothing.expect_error(REFUSED, &["error: Cannot validate standard input"]);
}

fn changes_states(ctl: &Ctl, names: &Names) {
    ctl.run(&["pause", &names.source, &names.sink]).expect(DONE);
    ctl.await_state(&names.source, "PAUSED");
    ctl.await_state(&names.sink, "PAUSED");
    ctl.run(&["resume", &names.source, &names.sink, &names.stopped])
        .expect(DONE);
    for name in [&names.source, &names.sink, &names.stopped] {
        ctl.await_state(name, "RUNNING");
    }
    let said = ctl.run(&["stop", &names.stopped, "nobody"]);
    let said = said.expect_error(REFUSED, &["error: Refused for 1 of 2 connectors"]);
    assert_eq!(said.out, format!("{}: stopping\n", names.stopped));
    ctl.await_state(&names.stopped, "STOPPED");
    for command in ["pause", "resume", "stop"] {
        let advice = ["Is there such a connector? `connect-wasm ctl list`"];
        ctl.run(&[command, "nobody"]).expect_error(REFUSED, &advice);
    }
}

fn restarts(ctl: &Ctl, names: &Names) {
    let only = ctl.run(&["restart", &names.source]).expect(DONE);
    assert!(only.out.contains("connector restarted"), "{}", only.out);
    ctl.await_state(&names.source, "RUNNING");
    let planned = ctl
        .run(&["restart", &names.source, "--include-tasks"])
        .expect(DONE);
    let expected = format!("{}: restarting the connector and task 0\n", names.source);
    assert_eq!(planned.out, expected);
    ctl.await_state(&names.source, "RUNNING");
    let nothing = ctl
        .run(&["restart", &names.source, "--include-tasks", "--only-failed"])
        .expect(DONE);
    assert_eq!(
        nothing.out,
        format!("{}: nothing to restart\n", names.source)
    );
    let arguments = [
        "restart",
        &names.source,
        &names.sink,
        "--include-tasks",
        "-o",
        "json",
    ];
    let plans = ctl.run(&arguments).expect(DONE).json();
    assert_eq!(plans[1]["connector"]["state"], "RESTARTING", "{plans}");
    for name in [&names.source, &names.sink] {
        ctl.await_state(name, "RUNNING");
    }
    ctl.run(&["restart", &names.source, "--task", "0"])
        .expect(DONE);
    ctl.await_state(&names.source, "RUNNING");
    ctl.run(&["restart", &names.source, &names.sink, "--task", "0"])
        .expect_error(USAGE, &[]);
    ctl.run(&["restart", "nobody"])
        .expect_error(REFUSED, &["Is there such a connector?"]);
}

fn changes_offsets(ctl: &Ctl, names: &Names) {
    eventually("the sink has committed", SOON, || {
        let shown = ctl.run(&["offsets", "show", &names.sink]).expect(DONE);
        let expected = format!("{}  0          3", names.topic);
        if shown.out.lines().nth(1) == Some(&expected) {
            Ok(())
        } else {
            Err(shown.out + &shown.err)
        }
    });
    let partition = json!({"kafka_topic": names.topic, "kafka_partition": 0}).to_string();
    let set = [
        "offsets",
        "set",
        &names.sink,
        &partition,
        r#"{"kafka_offset":1}"#,
    ];
    let advice = format!("`connect-wasm ctl stop '{}'` stops it.", names.sink);
    ctl.run(&set).expect_error(
        REFUSED,
        &["Connectors must be in the STOPPED state", &advice],
    );
    ctl.run(&["stop", &names.sink, &names.source]).expect(DONE);
    ctl.await_state(&names.sink, "STOPPED");
    let done = ctl.run(&set).expect(DONE);
    assert!(
        done.out.ends_with("have been altered successfully\n"),
        "{}",
        done.out
    );
    let json = ctl
        .run(&["offsets", "show", &names.sink, "-o", "json"])
        .expect(DONE)
        .json();
    assert_eq!(json["offsets"][0]["offset"]["kafka_offset"], 1);

    let shown = ctl
        .run(&["offsets", "show", &names.source, "-o", "json"])
        .expect(DONE);
    let position = &shown.json()["offsets"][0]["offset"]["position"];
    assert_eq!(position, 14, "{}", shown.out);
    let reset = ctl.run(&["offsets", "reset", &names.source]).expect(DONE);
    assert!(reset.out.contains("reset successfully"), "{}", reset.out);
    let none = ctl.run(&["offsets", "show", &names.source]).expect(DONE);
    assert_eq!(none.out, "");
    // What `show` printed is what `set` takes.
    ctl.run_with(&["offsets", "set", &names.source, "-f", "-"], &shown.out)
        .expect(DONE);
    let again = ctl
        .run(&["offsets", "show", &names.source, "-o", "json"])
        .expect(DONE);
    assert_eq!(again.json(), shown.json());
    let partition = ctl
        .run(&["offsets", "show", &names.source, "-o", "name"])
        .expect(DONE)
        .out;
    ctl.run(&["offsets", "reset", &names.source, partition.trim()])
        .expect(DONE);
    assert_eq!(
        ctl.run(&["offsets", "show", &names.source])
            .expect(DONE)
            .out,
        ""
    );

    let used = ctl
        .run(&["topics", &names.source, "-o", "name"])
        .expect(DONE)
        .out;
    assert_eq!(used, format!("{}\n", names.topic));
    ctl.run(&["topics", &names.source, "--reset"]).expect(DONE);
    assert_eq!(ctl.run(&["topics", &names.source]).expect(DONE).out, "");
    ctl.run(&["offsets", "show", "nobody"])
        .expect_error(REFUSED, &["Connector nobody not found"]);
}

fn shows_plugins(ctl: &Ctl) {
    let sink = "org.apache.kafka.connect.file.FileStreamSinkConnector";
    let connectors = ctl.run(&["plugins", "-o", "name"]).expect(DONE).out;
    assert!(
        connectors.lines().any(|class| class == sink),
        "{connectors}"
    );
    let all = ctl.run(&["plugins", "--all"]).expect(DONE).out;
    for wanted in ["JsonConverter", "header_converter"] {
        assert!(
            all.contains(wanted) && !connectors.contains(wanted),
            "{all}"
        );
    }
    let keys = ctl.run(&["plugins", "FileStreamSource"]).expect(DONE).out;
    let topic = keys
        .lines()
        .find(|line| line.starts_with("topic "))
        .expect("a row");
    assert!(
        topic.contains("STRING") && topic.contains("(required)"),
        "{topic}"
    );
    let json = ctl
        .run(&["plugins", "FileStreamSource", "-o", "json"])
        .expect(DONE)
        .json();
    assert!(
        json.as_array().is_some_and(|keys| keys.len() > 20),
        "{json}"
    );
    let advice = [
        "Unknown plugin Nothing.",
        "`connect-wasm ctl plugins --all`",
    ];
    ctl.run(&["plugins", "Nothing"])
        .expect_error(REFUSED, &advice);
}

fn sets_levels(ctl: &Ctl) {
    let json = ctl.run(&["loggers", "-o", "json"]).expect(DONE).json();
    assert!(json["root"]["level"].is_string(), "{json}");
    let changed = ctl
        .run(&["loggers", "set", "root", "warn", "-o", "json"])
        .expect(DONE)
        .json();
    assert!(
        changed
            .as_array()
            .is_some_and(|names| names.contains(&json!("root"))),
        "{changed}"
    );
    let shown = ctl.run(&["loggers", "show", "root"]).expect(DONE).out;
    let row: Vec<&str> = shown
        .lines()
        .last()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    assert_eq!(row[..2], ["root", "WARN"], "{shown}");
    assert_eq!(row.len(), 4, "the time of the change is shown: {shown}");
    let cluster = ctl
        .run(&["loggers", "set", "root", "info", "--scope", "cluster"])
        .expect(DONE);
    assert_eq!(cluster.out, "root: info\n");
    let listed = ctl.run(&["loggers", "list"]).expect(DONE).out;
    assert!(
        listed
            .lines()
            .any(|line| line.starts_with("root ") && line.contains(" INFO ")),
        "{listed}"
    );
    let bad = [
        "error: Cannot set the level of logger \"root\"",
        "invalid log level 'loud'",
    ];
    ctl.run(&["loggers", "set", "root", "loud"])
        .expect_error(REFUSED, &bad);
}

fn deletes(ctl: &Ctl, names: &Names) {
    let said = ctl.run(&[
        "delete",
        &names.source,
        "nobody",
        &names.sink,
        &names.stopped,
    ]);
    let lines = [
        "error: Refused for 1 of 4 connectors",
        "Connector nobody not found",
    ];
    let said = said.expect(REFUSED);
    assert!(
        lines.iter().all(|line| said.err.contains(line)),
        "{}",
        said.err
    );
    assert_eq!(said.out.lines().count(), 3, "{}", said.out);
    assert_eq!(
        ctl.run(&["list", "-o", "json"]).expect(DONE).json(),
        json!({})
    );
    assert_eq!(ctl.run(&["list", "-o", "name"]).expect(DONE).out, "");
}
