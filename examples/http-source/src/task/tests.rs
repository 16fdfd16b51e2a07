use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use connect_sdk::testing::{self, SourceRun, assert_values};

use super::*;

type Run = SourceRun<HttpSourceConnector, HttpSourceTask>;

/// Answers in order, and what was asked.
#[derive(Clone, Default)]
struct Server {
    answers: Rc<RefCell<VecDeque<Result<Response, HttpErrorReason>>>>,
    asked: Rc<RefCell<Vec<Request>>>,
}

impl Server {
    fn start(answers: impl IntoIterator<Item = Result<Response, HttpErrorReason>>) -> (Self, Run) {
        let config = [
            (URL, "http://h/x"),
            (TOPIC, "t"),
            (AUTHORIZATION, "Bearer b"),
        ];
        let run = Run::start(config).unwrap();
        let server = Server::default();
        server.answers.borrow_mut().extend(answers);
        server.listen();
        (server, run)
    }

    fn listen(&self) {
        let server = self.clone();
        testing::on_http(move |request| {
            server.asked.borrow_mut().push(request.clone());
            let answer = server.answers.borrow_mut().pop_front();
            let answer = answer.unwrap_or_else(|| Ok(Response::new(304, "")));
            answer.map_err(|reason| HttpError::new(request, reason))
        });
    }

    fn asked(&self) -> usize {
        self.asked.borrow().len()
    }
}

fn answer(body: &str, etag: &str) -> Result<Response, HttpErrorReason> {
    Ok(Response::new(200, body).with_header("etag", etag))
}

#[test]
fn new_answers_become_records_and_the_etag_is_kept_over_a_restart() {
    let (server, mut run) = Server::start([answer("one", "\"1\""), answer("two", "\"2\"")]);
    let records = run.take(2);
    assert_values(&records, ["one", "two"]);
    assert_eq!(records[0].key, Value::from("http://h/x"));
    {
        let asked = server.asked.borrow();
        assert_eq!(asked[0].header("if-none-match"), None);
        assert_eq!(asked[0].header("authorization"), Some("Bearer b"));
        assert_eq!(asked[1].header("if-none-match"), Some("\"1\""));
    }
    run.commit().unwrap();
    run.restart().unwrap();
    assert_eq!(run.poll().unwrap(), []);
    let asked = server.asked.borrow();
    assert_eq!(asked[2].header("if-none-match"), Some("\"2\""));
}

#[test]
fn requests_keep_their_interval() {
    let (server, mut run) = Server::start([answer("one", "\"1\"")]);
    let begun = clock::monotonic();
    while server.asked() < 3 {
        run.poll().unwrap();
    }
    let took = (clock::monotonic() - begun).as_secs();
    assert!((119..125).contains(&took), "{took} s");
    assert!(testing::waits().iter().all(|wait| *wait <= POLL_WAIT_MAX));
}

#[test]
fn an_answer_that_is_the_same_makes_no_record() {
    let plain = |body: &str| Ok(Response::new(200, body));
    let (server, mut run) = Server::start([plain("one"), plain("one"), plain("two")]);
    assert_values(&run.take(2), ["one", "two"]);
    assert_eq!(server.asked(), 3);
}

#[test]
fn failures_are_waited_out_longer_and_longer() {
    let away = || Err(HttpErrorReason::Failed("connection refused".to_owned()));
    let busy = Ok(Response::new(503, "").with_header("Retry-After", "100"));
    let (server, mut run) = Server::start([away(), away(), away(), busy, answer("one", "\"1\"")]);
    let begun = clock::monotonic();
    assert_values(&run.take(1), ["one"]);
    let took = (clock::monotonic() - begun).as_secs();
    assert!(
        (106..110).contains(&took),
        "{took} s instead of 1 + 2 + 4 + 100"
    );
    assert_eq!(server.asked(), 5);
    assert_eq!(testing::logs().len(), 4);
}

#[test]
fn what_does_not_get_better_fails_the_task() {
    let moved = Response::new(301, "").with_header("Location", "https://h/x");
    for (answer, part) in [
        (Ok(Response::new(404, "")), "status 404"),
        (Ok(moved), "it is at https://h/x"),
        (Err(HttpErrorReason::Denied), "sandbox.net.allow"),
    ] {
        let (_, mut run) = Server::start([answer]);
        let error = run.poll().unwrap_err();
        assert!(error.message().contains(part), "{error}");
    }
}

#[test]
fn a_stop_ends_the_wait() {
    let (server, mut run) = Server::start([answer("one", "\"1\"")]);
    run.take(1);
    testing::set_stopping(true);
    assert_eq!(run.poll().unwrap(), []);
    assert_eq!(server.asked(), 1);
}

#[test]
fn bytes_that_are_no_text_are_bytes() {
    let (_, mut run) = Server::start([Ok(Response::new(200, [0xff, 0xfe]))]);
    let record = run.take(1).remove(0);
    assert_eq!(record.value_schema, Some(Schema::bytes()));
}

#[test]
fn other_urls_are_refused() {
    let error = Run::start([(URL, "ftp://h"), (TOPIC, "t")]).err().unwrap();
    assert!(error.message().contains("begins with http://"), "{error}");
}
