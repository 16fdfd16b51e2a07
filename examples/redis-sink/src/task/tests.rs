//! Against a server that answers as Redis does, or not at all. The end-to-end tests use a real
//! one.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread::{self, JoinHandle};

use connect_sdk::data::Value;
use connect_sdk::runtime::Async;
use connect_sdk::testing::{SinkRun, text_record};

use super::*;

type Run = SinkRun<RedisSinkConnector, Async<RedisSinkTask>>;

fn config(url: &str) -> Config {
    Config::from([("topics", "t"), (URL, url), (TIMEOUT, "2000")])
}

/// Takes one connection, answers each command with OK, or with `refusal` those that have it in
/// them; returns what it read.
fn server(refusal: Option<(&'static str, &'static str)>) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", listener.local_addr().unwrap());
    let served = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let (mut all, mut part) = (String::new(), [0; 65536]);
        loop {
            let read = stream.read(&mut part).unwrap_or(0);
            if read == 0 {
                return all;
            }
            let text = String::from_utf8_lossy(&part[..read]).into_owned();
            all.push_str(&text);
            for command in text.split('*').skip(1) {
                let answer = match refusal {
                    Some((part, answer)) if command.contains(part) => answer,
                    _ => "+OK\r\n",
                };
                stream.write_all(answer.as_bytes()).unwrap();
            }
        }
    });
    (url, served)
}

fn put(run: &mut Run, key: &str, value: &str) -> Result<(), ConnectError> {
    let mut record = text_record("t", 0, 0, value);
    record.key = Value::from(key);
    run.put(&[record])
}

#[test]
fn records_are_written_and_committed() {
    let (url, served) = server(None);
    let mut run = Run::start(config(&url)).unwrap();
    put(&mut run, "k", "v").unwrap();
    assert_eq!(run.commit().unwrap()[0].offset, 1);
    run.stop().unwrap();
    // The runtime of this thread still holds the connection; what was written is enough.
    drop(served);
}

#[test]
fn a_server_that_is_away_is_retriable() {
    let unused = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", unused.local_addr().unwrap());
    drop(unused);
    let mut run = Run::start(config(&url)).unwrap();
    let error = put(&mut run, "k", "v").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Retriable, "{error}");
    assert!(error.message().contains(URL), "{error}");
}

#[test]
fn what_the_server_refuses_is_fatal() {
    let refusal = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";
    let (url, _served) = server(Some(("forbidden", refusal)));
    let mut run = Run::start(config(&url)).unwrap();
    put(&mut run, "allowed", "v").unwrap();
    let error = put(&mut run, "forbidden", "v").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Fatal, "{error}");
    assert!(error.to_string().contains("WRONGTYPE"), "{error}");
}

#[test]
fn records_that_cannot_be_written_are_reported_where_there_is_a_reporter() {
    let mut run = Run::setup(config("redis://127.0.0.1:1"))
        .with_reporter()
        .start()
        .unwrap();
    run.put_texts(&["no key"]).unwrap();
    assert!(run.reported()[0].2.contains("has no key"));
    let mut run = Run::start(config("redis://127.0.0.1:1")).unwrap();
    let error = run.put_texts(&["no key"]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Data);
}

#[test]
fn a_url_of_something_else_is_refused() {
    let error = Run::start(config("postgres://a/b")).err().unwrap();
    assert!(error.message().contains("redis://host:port"), "{error}");
}
