//! The connectors of `examples/`, each against the real server that it is for.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
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

/// A web server whose page changes when `version` does, and which knows ETags.
fn web_server(version: Arc<AtomicUsize>, not_modified: Arc<AtomicUsize>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let url = format!(
        "http://{}/page",
        listener.local_addr().expect("it is bound")
    );
    let answer = move |mut stream: TcpStream| -> std::io::Result<()> {
        let mut request = String::new();
        let mut reader = BufReader::new(stream.try_clone()?);
        while !request.ends_with("\r\n\r\n") {
            if reader.read_line(&mut request)? == 0 {
                return Ok(());
            }
        }
        let version = version.load(Ordering::Relaxed);
        let etag = format!("\"v{version}\"");
        let body = format!("page {version}");
        if request
            .to_ascii_lowercase()
            .contains(&format!("if-none-match: {etag}"))
        {
            not_modified.fetch_add(1, Ordering::Relaxed);
            stream.write_all(b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n")
        } else {
            let head = format!(
                "HTTP/1.1 200 OK\r\nETag: {etag}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            stream.write_all(format!("{head}{body}").as_bytes())
        }
    };
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            // A client that is gone is no fault of the server.
            let _ = answer(stream);
        }
    });
    url
}

#[test]
fn the_http_source_makes_a_record_of_each_new_page() {
    let (dir, topic, name) = (ScratchDir::new("http"), unique("http"), unique("http"));
    let (version, not_modified) = (Arc::new(AtomicUsize::new(1)), Arc::default());
    let url = web_server(version.clone(), Arc::clone(&not_modified));
    topics().create(&topic, 1);
    let config = [
        ("connector.class", "HttpSource"),
        ("topic", &*topic),
        ("url", &*url),
        ("poll.interval.ms", "20"),
    ];
    let await_not_modified = || {
        let before = not_modified.load(Ordering::Relaxed);
        eventually("the page is asked for again", SOON, || {
            match not_modified.load(Ordering::Relaxed) - before {
                more if more >= 2 => Ok(()),
                more => Err(format!("{more} answers of 304")),
            }
        });
    };
    let mut worker = start(&dir, "http-source", &name, &config);
    topics().await_count(&topic, 1, SOON);
    await_not_modified();
    version.store(2, Ordering::Relaxed);
    topics().await_count(&topic, 2, SOON);
    await_not_modified();
    worker.stop_cleanly();
    // The ETag is in the stored offset: nothing comes twice.
    let mut worker = start(&dir, "http-source", &name, &config);
    await_not_modified();
    worker.stop_cleanly();
    assert_eq!(values(&topics(), &topic), ["page 1", "page 2"]);
}
