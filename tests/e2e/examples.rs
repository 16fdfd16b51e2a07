//! The connectors of `examples/`, each against the real server that it is for.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use connect_harness::{ConnectorFile, Redis, ScratchDir, TopicRecord, Worker, eventually, guest};

use crate::setup::{SOON, topics, unique, values, worker};

/// A worker with one connector, an example.
fn start(dir: &ScratchDir, example: &str, name: &str, config: &[(&str, &str)]) -> Worker {
    worker(dir.path())
        .set("plugin.path", guest(example).display().to_string())
        .connector(ConnectorFile::properties(name, config))
        .start()
}

fn keyed(key: &str, value: Option<&str>) -> TopicRecord {
    TopicRecord {
        key: Some(key.into()),
        value: value.map(Into::into),
        ..TopicRecord::default()
    }
}

#[test]
fn the_generator_makes_numbered_rows_in_each_task_and_goes_on_after_a_restart() {
    let (dir, topic, name) = (ScratchDir::new("generator"), unique("rows"), unique("rows"));
    topics().create(&topic, 1);
    let config = [
        ("connector.class", "GeneratorSource"),
        ("tasks.max", "2"),
        ("topic", &*topic),
        ("rows.per.second", "200"),
        ("fields", "customer:string,amount:double"),
        (
            "value.converter",
            "org.apache.kafka.connect.json.JsonConverter",
        ),
        ("value.converter.schemas.enable", "false"),
    ];
    for rows in [200, 400] {
        let mut worker = start(&dir, "generator-source", &name, &config);
        topics().await_count(&topic, rows, SOON);
        worker.stop_cleanly();
    }
    let mut last = BTreeMap::from([(0, -1), (1, -1)]);
    for text in values(&topics(), &topic) {
        let row: serde_json::Value = serde_json::from_str(&text).expect("a row is JSON");
        let task = row["task"].as_i64().expect("a row has its task");
        let number = row["number"].as_i64().expect("a row has its number");
        assert!(
            row["customer"].is_string() && row["amount"].is_f64(),
            "{text}"
        );
        let before = last.insert(task, number).expect("there are two tasks");
        assert_eq!(number, before + 1, "of task {task}");
    }
    assert!(last.values().all(|number| *number > 50), "{last:?}");
}

#[test]
fn the_redis_sink_keeps_keys_up_to_date_while_the_server_goes_and_comes_back() {
    let (dir, topic, name) = (ScratchDir::new("redis"), unique("redis"), unique("redis"));
    let mut redis = Redis::start();
    topics().create(&topic, 1);
    topics().write(
        &topic,
        &[
            keyed("a", Some("1")),
            keyed("b", Some("2")),
            keyed("a", Some("3")),
        ],
    );
    let url = redis.url();
    let config = [
        ("connector.class", "RedisSink"),
        ("topics", &*topic),
        ("redis.url", &*url),
        ("redis.prefix", "p:"),
    ];
    let mut worker = start(&dir, "redis-sink", &name, &config);
    let await_value = |redis: &Redis, key: &str, expected: Option<&str>| {
        eventually(&format!("{key} is {expected:?}"), SOON, || {
            match redis.ask(&["GET", key]) {
                Ok(found) if found.as_deref() == expected => Ok(()),
                other => Err(format!("{other:?}")),
            }
        });
    };
    await_value(&redis, "p:a", Some("3"));
    await_value(&redis, "p:b", Some("2"));

    redis.kill();
    topics().write(&topic, &[keyed("b", None), keyed("c", Some("4"))]);
    eventually("the sink notices", SOON, || {
        let noticed = worker.log().contains("did not take the records");
        if noticed {
            Ok(())
        } else {
            Err("not yet".to_owned())
        }
    });
    redis.start_again();
    await_value(&redis, "p:c", Some("4"));
    await_value(&redis, "p:b", None);
    worker.rest().await_state(&name, "RUNNING", SOON);
    worker.stop_cleanly();
}

#[test]
fn the_tcp_sink_commits_what_the_server_has_read() {
    let (dir, topic, name) = (ScratchDir::new("tcp"), unique("tcp"), unique("tcp"));
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it is bound").to_string();
    let lines: Arc<Mutex<Vec<String>>> = Arc::default();
    let (received, breaking) = (lines.clone(), Arc::new(AtomicBool::new(true)));
    // The first connection breaks after one line; those that follow are read to their end.
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let reader = BufReader::new(stream);
            for line in reader.lines().map_while(Result::ok) {
                received.lock().expect("no test fails in it").push(line);
                if breaking.swap(false, Ordering::Relaxed) {
                    break;
                }
            }
        }
    });
    topics().create(&topic, 1);
    let records: Vec<_> = (0..100)
        .map(|n| TopicRecord::of_value(format!("line {n}")))
        .collect();
    topics().write(&topic, &records);
    let config = [
        ("connector.class", "TcpSink"),
        ("topics", &*topic),
        ("address", &*address),
    ];
    let mut worker = start(&dir, "tcp-sink", &name, &config);
    eventually("everything is committed", SOON, || {
        let group = format!("connect-{name}");
        match topics().committed(&group, &topic) {
            Ok(offsets) if offsets == [(0, 100)] => Ok(()),
            other => Err(format!("{other:?}")),
        }
    });
    let received = lines.lock().expect("no test fails in it").clone();
    let in_order = (0..100).map(|n| format!("line {n}"));
    let from_first: Vec<_> = received.iter().skip(1).cloned().collect();
    assert!(
        from_first.ends_with(&in_order.collect::<Vec<_>>()),
        "{received:?}"
    );
    worker.rest().await_state(&name, "RUNNING", SOON);
    worker.stop_cleanly();
}
