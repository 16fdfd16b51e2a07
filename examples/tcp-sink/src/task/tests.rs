use std::io::Read;
use std::net::{TcpListener, TcpStream as Stream};
use std::thread::{self, JoinHandle};

use connect_sdk::ErrorKind;
use connect_sdk::runtime::Async;
use connect_sdk::testing::SinkRun;

use super::*;

type Run = SinkRun<TcpSinkConnector, Async<TcpSinkTask>>;

fn run(address: &str, confirm: &str) -> Run {
    let config = [
        ("topics", "t"),
        (ADDRESS, address),
        (CONFIRM, confirm),
        (TIMEOUT, "2000"),
    ];
    Run::start(config).unwrap()
}

/// A server that treats each of its connections as one of these says; the texts it read.
fn server<const N: usize>(serve: [fn(Stream) -> String; N]) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let served = thread::spawn(move || {
        let connections = serve
            .iter()
            .map(|serve| serve(listener.accept().unwrap().0));
        connections.collect()
    });
    (address, served)
}

fn read_to_end(mut stream: Stream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_commit_waits_until_the_server_has_read_everything() {
    let (address, served) = server([read_to_end, read_to_end]);
    let mut run = run(&address, "close");
    run.put_texts(&["a", "b"]).unwrap();
    assert_eq!(run.commit().unwrap()[0].offset, 2);
    run.put_texts(&["c"]).unwrap();
    run.stop().unwrap();
    assert_eq!(served.join().unwrap(), ["a\nb\n", "c\n"]);
}

#[test]
fn what_a_broken_connection_took_is_sent_again() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut run = run(&listener.local_addr().unwrap().to_string(), "close");
    run.put_texts(&["a"]).unwrap();
    let (mut first, _) = listener.accept().unwrap();
    first.read_exact(&mut [0; 2]).unwrap();
    drop(first);
    let served = thread::spawn(move || read_to_end(listener.accept().unwrap().0));
    run.put_texts(&["b"]).unwrap();
    assert_eq!(run.commit().unwrap()[0].offset, 2);
    assert_eq!(served.join().unwrap(), "a\nb\n");
}

#[test]
fn a_server_that_ends_first_confirms_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut run = run(&listener.local_addr().unwrap().to_string(), "close");
    run.put_texts(&["a"]).unwrap();
    drop(listener.accept().unwrap());
    drop(listener);
    let error = run.commit().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Retriable, "{error}");
}

#[test]
fn without_confirmation_one_connection_serves_all_commits() {
    let (address, served) = server([read_to_end]);
    let mut run = run(&address, "none");
    run.put_texts(&["a"]).unwrap();
    run.commit().unwrap();
    run.put_texts(&["b"]).unwrap();
    run.stop().unwrap();
    assert_eq!(served.join().unwrap(), ["a\nb\n"]);
}

#[test]
fn a_server_that_is_away_is_retriable_and_gets_the_records_once_it_is_there() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let mut run = run(&address, "close");
    let error = run.put_texts(&["a"]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Retriable);
    assert!(error.message().contains(&address), "{error}");
    let listener = TcpListener::bind(&address).unwrap();
    let served = thread::spawn(move || read_to_end(listener.accept().unwrap().0));
    run.put_again().unwrap();
    run.stop().unwrap();
    assert_eq!(served.join().unwrap(), "a\n");
}

#[test]
fn a_server_that_never_ends_confirms_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut run = run(&address, "close");
    run.put_texts(&["a"]).unwrap();
    let error = run.commit().unwrap_err();
    assert!(error.message().contains("not within 2000 ms"), "{error}");
}

#[test]
fn records_that_are_no_lines_are_reported() {
    let setup = Run::setup([("topics", "t"), (ADDRESS, "127.0.0.1:1")]);
    let mut run = setup.with_reporter().start().unwrap();
    run.put_texts(&["a\nb"]).unwrap();
    assert!(run.reported()[0].2.contains("line feed"));
}

#[test]
fn an_address_has_a_host_and_a_port() {
    for address in ["localhost", ":80", "localhost:http"] {
        let error = Run::start([(ADDRESS, address)]).err().unwrap();
        assert!(error.message().contains("host:port"), "{error}");
    }
}
