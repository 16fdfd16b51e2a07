use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;

use super::*;

/// A worker that gives answers made before, one for each connection, and keeps what it was asked.
pub(in crate::cli::ctl) struct MadeUpWorker {
    port: u16,
    thread: JoinHandle<Vec<String>>,
}

impl MadeUpWorker {
    pub(in crate::cli::ctl) fn start(answers: &[(u16, &str)]) -> Self {
        let answers = answers.iter().map(|(status, body)| {
            let length = body.len();
            format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n\r\n{body}")
        });
        Self::start_raw(answers.collect())
    }

    fn start_raw(mut answers: VecDeque<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("bound").port();
        let thread = std::thread::spawn(move || {
            let mut requests = Vec::new();
            while let Some(answer) = answers.pop_front() {
                let (stream, _) = listener.accept().expect("a connection");
                requests.push(exchange(stream, &answer));
            }
            requests
        });
        Self { port, thread }
    }

    pub(in crate::cli::ctl) fn client(&self) -> Client {
        self.client_at("")
    }

    fn client_at(&self, path: &str) -> Client {
        let address = format!("http://anna:secret@127.0.0.1:{}{path}", self.port);
        let address = Address::parse(&address, None).expect("an address");
        Client::new(address, Duration::from_secs(20))
    }

    /// The requests: method, path and body.
    pub(in crate::cli::ctl) fn requests(self) -> Vec<String> {
        let requests = self.thread.join().expect("the thread goes on to its end");
        requests.iter().map(|request| in_short(request)).collect()
    }
}

/// Reads a request and answers it.
fn exchange(mut stream: TcpStream, answer: &str) -> String {
    let mut reader = BufReader::new(stream.try_clone().expect("a handle"));
    let mut request = String::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a line");
        let lower = line.to_ascii_lowercase();
        if let Some(text) = lower.strip_prefix("content-length:") {
            length = text.trim().parse().expect("a number");
        }
        request.push_str(&line);
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body");
    request.push_str(&String::from_utf8(body).expect("UTF-8"));
    stream.write_all(answer.as_bytes()).expect("answered");
    request
}

fn in_short(request: &str) -> String {
    let (head, body) = request.split_once("\r\n\r\n").expect("a head");
    let line = head.lines().next().expect("a first line");
    let line = line.trim_end_matches(" HTTP/1.1");
    format!("{line} {body}").trim_end().to_owned()
}

fn get(client: &Client) -> Result<Answer, CtlError> {
    client.send(Request::new("GET", &["connectors"], "list".to_owned()))
}

#[test]
fn a_request_has_the_headers_that_the_api_wants() {
    let worker = MadeUpWorker::start(&[(200, "{}"), (204, "")]);
    let client = worker.client_at("/base/");
    let body = serde_json::json!({"ü": 1});
    let put = Request::new("PUT", &["connectors", "a/b", "config"], "x".to_owned());
    client.send(put.query("q=1").body(&body)).expect("answered");
    let stop = Request::new("PUT", &["connectors", "a", "stop"], "x".to_owned());
    assert!(
        client
            .send(stop)
            .expect("answered")
            .json()
            .expect("empty")
            .is_none()
    );
    let requests = worker.thread.join().expect("ended");
    let first = requests[0].to_ascii_lowercase();
    assert!(
        first.starts_with("put /base/connectors/a%2fb/config?q=1 http/1.1\r\n"),
        "{first}"
    );
    for header in [
        "accept: application/json\r\n",
        "content-type: application/json\r\n",
        "authorization: basic yw5uytpzzwnyzxq=\r\n",
        "user-agent: connect-wasm-ctl/",
    ] {
        assert!(first.contains(header), "{first} lacks {header}");
    }
    assert!(requests[0].ends_with("\r\n\r\n{\"ü\":1}"), "{first}");
    assert!(!requests[1].to_ascii_lowercase().contains("content-type"));
}

#[test]
fn statuses_other_than_2xx_are_refusals_and_redirects_are_not_followed() {
    for status in [302, 400, 404, 500, 503] {
        let worker = MadeUpWorker::start(&[(status, "why")]);
        match get(&worker.client()) {
            Err(CtlError::Refused(refusal)) => {
                assert_eq!((refusal.status, refusal.body.as_str()), (status, "why"));
                assert!(!refusal.to_string().contains("secret"), "{refusal}");
            }
            other => panic!("{status}: {other:?}"),
        }
    }
}

#[test]
fn an_answer_that_is_not_kafka_connects_is_told_as_such() {
    for (body, wanted) in [
        ("<html>", "the body is not JSON"),
        ("", "there is no body"),
        ("{\"a\":1}", "the body is another"),
    ] {
        let worker = MadeUpWorker::start(&[(200, body)]);
        let answer = get(&worker.client()).expect("answered");
        let error = answer.read::<Vec<String>>().expect_err(body);
        assert_eq!(error.exit_code(), 2);
        assert!(error.to_string().contains(wanted), "{error}");
    }
}

fn unreachable(result: Result<Answer, CtlError>) -> Unreachable {
    match result {
        Err(CtlError::Unreachable { why, .. }) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn no_answer_is_told_by_its_cause() {
    let closed = MadeUpWorker::start_raw(VecDeque::from([String::new()]));
    let why = unreachable(get(&closed.client()));
    assert!(matches!(why, Unreachable::NotHttp(_)), "{why:?}");
    let other = MadeUpWorker::start_raw(VecDeque::from(["SSH-2.0-x\r\n\r\n".to_owned()]));
    let why = unreachable(get(&other.client()));
    assert!(matches!(why, Unreachable::NotHttp(_)), "{why:?}");

    let at = |text: &str, timeout| Client::new(Address::parse(text, None).expect(text), timeout);
    let second = Duration::from_secs(1);
    // Bound and dropped: nothing listens there.
    let free = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = free.local_addr().expect("bound").to_string();
    drop(free);
    assert_eq!(
        unreachable(get(&at(&address, second))),
        Unreachable::Refused
    );
    // Accepts by the system, never answers.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = silent.local_addr().expect("bound").to_string();
    let why = unreachable(get(&at(&address, Duration::from_millis(50))));
    assert_eq!(why, Unreachable::Timeout("0.05".to_owned()));
}

#[test]
fn a_name_is_a_word_for_the_shell() {
    for (name, word) in [
        ("plain-1", "plain-1"),
        ("käse/日本", "käse/日本"),
        ("a b", "'a b'"),
        ("it's", r"'it'\''s'"),
        ("-x", "'-x'"),
        ("$(rm)", "'$(rm)'"),
    ] {
        assert_eq!(shell_word(name), word);
    }
}
