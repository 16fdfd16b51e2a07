//! Plugins that come and go while the worker runs: over REST, and as files in its folders.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::process::Command;
use std::thread;

use connect_harness::{
    Duration, Rest, RestResponse, ScratchDir, Worker, WorkerSpec, eventually, guest, guest_edition,
    seeded_random, throughout, worker_binary,
};
use serde_json::{Value, json};

use crate::setup::{LATER, SOON, alone, topics, unique, worker};

const CLASS: &str = "connect.wasm.test.CountingSourceConnector";
const COUNTING: &str = "counting-source";
/// Longer than the worker lets a file settle.
const A_WHILE: Duration = Duration::from_secs(2);

/// The counting source in a version.
fn version(version: &str) -> Vec<u8> {
    guest_edition(COUNTING, &format!("version={version}"))
}

/// The same plugin with other bytes: a custom section that means nothing.
fn with_note(mut wasm: Vec<u8>) -> Vec<u8> {
    wasm.extend([0, 6, 4, b'n', b'o', b't', b'e', b'!']);
    wasm
}

fn try_upload(rest: &Rest, wasm: &[u8]) -> Result<RestResponse, String> {
    let headers = [("content-type".to_owned(), "application/wasm".to_owned())];
    rest.try_request("POST", "/connector-plugins", &headers, Some(wasm))
        .map_err(|error| format!("{error:#}"))
}

#[track_caller]
fn upload(rest: &Rest, wasm: &[u8]) -> RestResponse {
    try_upload(rest, wasm).expect("an upload is answered")
}

/// The versions of the counting source that the worker lists.
fn listed(rest: &Rest) -> Vec<String> {
    let plugins = rest.get("/connector-plugins").expect(200).json();
    let plugins = plugins.as_array().expect("a list");
    plugins
        .iter()
        .filter(|plugin| plugin["class"] == CLASS)
        .map(|plugin| plugin["version"].as_str().expect("a version").to_owned())
        .collect()
}

#[track_caller]
fn await_listed(rest: &Rest, versions: &[&str]) {
    eventually(&format!("{versions:?} are listed"), SOON, || {
        let listed = listed(rest);
        if listed == versions {
            Ok(())
        } else {
            Err(format!("{listed:?}"))
        }
    });
}

/// A connector that makes `count` numbers and no more.
fn counting(topic: &str, count: u64, rate: u32) -> Value {
    json!({
        "connector.class": "CountingSource",
        "topic": topic,
        "rate": rate.to_string(),
        "count": (count - 1).to_string(),
    })
}

#[track_caller]
fn create(rest: &Rest, name: &str, config: &Value) {
    let body = json!({"name": name, "config": config});
    rest.post("/connectors", Some(&body)).expect(201);
}

/// Panics unless the topic holds 0, 1, 2 and so on, each once and in order.
#[track_caller]
fn expect_numbers(topic: &str, count: u64) {
    topics().await_count(topic, count, LATER);
    let records = topics().read(topic);
    let numbers: Vec<&str> = records.iter().map(|record| record.text()).collect();
    let expected: Vec<String> = (0..count).map(|number| number.to_string()).collect();
    assert_eq!(numbers, expected);
}

fn details(rest: &Rest, version: &str) -> Value {
    let path = format!("/connector-plugins/{CLASS}/details?version={version}");
    rest.get(&path).expect(200).json()
}

#[test]
fn an_uploaded_plugin_is_used_kept_and_deleted() {
    let dir = ScratchDir::new("upload");
    let topic = unique("upload");
    topics().create(&topic, 1);
    let spec = worker(dir.path());
    let mut running = spec.start();
    let rest = running.rest().clone();
    let (first, second) = (version("1.0.0"), version("1.10.0"));
    let created = upload(&rest, &first).expect(201);
    let json = created.json();
    let location = created.header("location").expect("a location").to_owned();
    assert!(
        location.ends_with(&format!("/connector-plugins/{CLASS}/details?version=1.0.0")),
        "{location}"
    );
    assert_eq!(json["class"], CLASS);
    assert_eq!(json["type"], "source");
    assert_eq!(json["version"], "1.0.0");
    assert_eq!(json["size"], first.len());
    assert_eq!(json["wit_version"], "0.1.0");
    assert!(
        json["imports"]
            .as_array()
            .is_some_and(|all| !all.is_empty())
    );
    assert_eq!(upload(&rest, &first).expect(200).json(), json);
    let conflict = upload(&rest, &with_note(first.clone()))
        .expect(409)
        .message();
    assert!(conflict.contains("1.0.0 is there already with other content"));
    upload(&rest, &second).expect(201);
    assert_eq!(listed(&rest), ["1.0.0", "1.10.0"]);
    let mut config = counting(&topic, 50, 1000);
    config["connector.plugin.version"] = json!("[1.0,1.1)");
    create(&rest, "counter", &config);
    expect_numbers(&topic, 50);
    let status = rest.get("/connectors/counter/status").expect(200).json();
    assert_eq!(status["connector"]["version"], "1.0.0");
    assert_eq!(details(&rest, "1.0.0")["used_by"], json!(["counter"]));
    assert_eq!(details(&rest, "1.10.0")["used_by"], json!([]));
    let one = format!("/connector-plugins/{CLASS}?version=1.0.0");
    let used = rest.delete(&one).expect(409).message();
    assert!(
        used.contains("is used by these connectors: counter."),
        "{used}"
    );
    rest.delete(&format!("/connector-plugins/{CLASS}"))
        .expect(400);
    // What was uploaded is there after a restart, byte for byte.
    running.stop_cleanly();
    let mut running = spec.start();
    let rest = running.rest().clone();
    assert_eq!(listed(&rest), ["1.0.0", "1.10.0"]);
    let copy = dir.join("copy.wasm");
    ctl(
        &running,
        &[
            "download",
            "CountingSource",
            "--version",
            "1.0.0",
            "--to",
            &text(&copy),
        ],
    );
    assert_eq!(fs::read(&copy).expect("a download"), first);
    rest.delete(&one).expect(204);
    rest.get(&format!("/connector-plugins/{CLASS}/details?version=1.0.0"))
        .expect(404);
    assert_eq!(listed(&rest), ["1.10.0"]);
    rest.delete("/connector-plugins/FileStreamSource")
        .expect(409);
    running.stop_cleanly();
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

/// Runs `connect-wasm ctl plugins` and gives what it prints.
#[track_caller]
fn ctl(worker: &Worker, arguments: &[&str]) -> String {
    let output = Command::new(worker_binary())
        .args([
            "ctl",
            "--url",
            &format!("http://{}", worker.rest().address()),
            "plugins",
        ])
        .args(arguments)
        .output()
        .expect("ctl can be run");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn ctl_uploads_shows_and_deletes() {
    let dir = ScratchDir::new("ctl-plugins");
    let mut running = worker(dir.path()).start();
    let file = dir.write("a.wasm", version("3.0"));
    let uploaded = ctl(&running, &["upload", &text(&file)]);
    assert_eq!(uploaded, format!("{CLASS} 3.0 uploaded\n"));
    assert!(ctl(&running, &[]).contains(CLASS));
    assert!(ctl(&running, &["versions", "CountingSource"]).contains("3.0"));
    assert!(ctl(&running, &["details", CLASS]).contains("plugin-store"));
    assert_eq!(
        ctl(&running, &["delete", CLASS]),
        format!("{CLASS} deleted\n")
    );
    running.stop_cleanly();
}

#[test]
fn files_come_and_go_while_the_worker_runs() {
    let dir = ScratchDir::new("dropped");
    let topic = unique("dropped");
    topics().create(&topic, 1);
    let folder = dir.join("plugins");
    fs::create_dir(&folder).expect("a folder");
    let mut running = worker(dir.path()).set("plugin.path", text(&folder)).start();
    let rest = running.rest().clone();
    let file = folder.join("counting.wasm");
    // Half of it, and then the rest, as a slow copy writes it.
    let wasm = version("1.0.0");
    let (half, rest_of_it) = wasm.split_at(wasm.len() / 2);
    let mut writing = fs::File::create(&file).expect("a file");
    writing.write_all(half).expect("written");
    throughout("half a file is left alone", A_WHILE, || {
        match listed(&rest) {
            none if none.is_empty() => Ok(()),
            some => Err(format!("{some:?}")),
        }
    });
    writing.write_all(rest_of_it).expect("written");
    drop(writing);
    await_listed(&rest, &["1.0.0"]);
    let told = "counting.wasm: not a whole WebAssembly component";
    assert_eq!(running.log().matches(told).count(), 1, "it is told once");
    create(&rest, "counter", &counting(&topic, 2_000, 500));
    rest.await_state("counter", "RUNNING", SOON);
    // Replaced in one step, as careful people do it.
    let next = dir.write("next.wasm", version("1.1.0"));
    fs::rename(&next, &file).expect("renamed");
    await_listed(&rest, &["1.1.0"]);
    let at_rest = rest
        .delete(&format!("/connector-plugins/{CLASS}"))
        .expect(409)
        .message();
    assert!(at_rest.contains(&text(&file)), "{at_rest}");
    fs::remove_file(&file).expect("removed");
    await_listed(&rest, &[]);
    // The connector has what it was started with.
    expect_numbers(&topic, 2_000);
    running.stop_cleanly();
}

#[test]
fn what_cannot_be_taken_is_refused_in_words() {
    let dir = ScratchDir::new("refused-uploads");
    let mut running = worker(dir.path())
        .set("plugin.upload.max.bytes", "1000000")
        .start();
    let rest = running.rest();
    let refused = |wasm: &[u8]| upload(rest, wasm).expect(400).message();
    assert!(refused(b"PK\x03\x04").contains("the uploaded file: not a WebAssembly file"));
    assert!(refused(b"\0asm\x01\0\0\0").contains("a WebAssembly core module, not a component"));
    let wasm = version("1.0.0");
    assert!(refused(&wasm[..wasm.len() / 2]).contains("not a whole WebAssembly component"));
    assert!(refused(b"").contains("it is empty"));
    assert!(refused(&version("latest")).contains("its version \"latest\" is not a version"));
    let large = upload(rest, &vec![0; 1_000_001]).expect(413).message();
    assert!(large.contains("plugin.upload.max.bytes"), "{large}");
    rest.post("/connector-plugins", Some(&json!({})))
        .expect(415);
    let incoming = dir.join("plugin-store/.incoming");
    let left = fs::read_dir(incoming).expect("a folder").count();
    assert_eq!(left, 0, "refused uploads leave nothing behind");
    assert!(listed(rest).is_empty());
    running.stop_cleanly();
}

#[test]
fn a_worker_without_uploads_runs_all_the_same() {
    let dir = ScratchDir::new("no-uploads");
    let wasm = version("1.0.0");
    for (key, value, status, told) in [
        (
            "plugin.upload.enable",
            "false".to_owned(),
            403,
            "plugin.upload.enable=true",
        ),
        (
            "plugin.store.dir",
            text(&dir.write("file", "")) + "/store",
            503,
            "cannot be written",
        ),
    ] {
        let mut running = worker(dir.path()).set(key, value).start();
        let message = upload(running.rest(), &wasm).expect(status).message();
        assert!(message.contains(told), "{message}");
        running.stop_cleanly();
    }
}

/// Sends the head of an upload and the first bytes of its body.
fn begin_upload(spec: &WorkerSpec, wasm: &[u8], bytes: usize) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", spec.port())).expect("a connection");
    let head = format!(
        "POST /connector-plugins HTTP/1.1\r\nHost: x\r\nContent-Type: application/wasm\r\n\
         Content-Length: {}\r\n\r\n",
        wasm.len()
    );
    stream.write_all(head.as_bytes()).expect("sent");
    stream.write_all(&wasm[..bytes]).expect("sent");
    stream
}

fn incoming(dir: &ScratchDir) -> usize {
    let folder = fs::read_dir(dir.join("plugin-store/.incoming"));
    folder.map_or(0, Iterator::count)
}

#[track_caller]
fn await_incoming(dir: &ScratchDir, count: usize) {
    eventually(
        &format!("{count} files are arriving"),
        SOON,
        || match incoming(dir) {
            found if found == count => Ok(()),
            found => Err(format!("{found}")),
        },
    );
}

#[test]
fn an_upload_that_is_cut_off_leaves_nothing_behind() {
    let mut random = seeded_random("cut uploads");
    let dir = ScratchDir::new("cut-uploads");
    let spec = worker(dir.path());
    let mut running = spec.start();
    let wasm = version("1.0.0");
    // The client goes.
    let stream = begin_upload(&spec, &wasm, random.usize(1..wasm.len()));
    await_incoming(&dir, 1);
    stream.shutdown(Shutdown::Both).expect("closed");
    await_incoming(&dir, 0);
    // The worker goes.
    for _ in 0..3 {
        let stream = begin_upload(&spec, &wasm, random.usize(1..wasm.len()));
        await_incoming(&dir, 1);
        running.kill();
        drop(stream);
        running = spec.start();
        assert_eq!(incoming(&dir), 0, "leftovers are removed at the start");
        assert!(listed(running.rest()).is_empty());
    }
    upload(running.rest(), &wasm).expect(201);
    running.kill();
    let mut running = spec.start();
    assert_eq!(listed(running.rest()), ["1.0.0"]);
    running.stop_cleanly();
}

#[test]
fn a_store_is_whole_after_kills_while_plugins_are_compiled() {
    const KILLS: u32 = 6;
    let mut random = seeded_random("compile kills");
    let dir = ScratchDir::new("compile-kills");
    let spec = worker(dir.path()).set("plugin.cache.dir", text(&dir.join("cache")));
    let mut running = spec.start();
    for kill in 0..KILLS {
        let number = format!("1.{kill}.0");
        let wasm = version(&number);
        let before = running
            .log()
            .matches("Compiling the plugin the uploaded")
            .count();
        let mut stream = begin_upload(&spec, &wasm, wasm.len());
        eventually("the upload is compiled", SOON, || {
            let log = running.log();
            let compiled = log.matches("Compiling the plugin the uploaded").count();
            if compiled > before { Ok(()) } else { Err(log) }
        });
        let moment = Duration::from_millis(random.u64(0..1_500));
        throughout("the worker is at it", moment, || Ok(()));
        running.kill();
        let mut answer = String::new();
        // Whatever came of it.
        let _ = stream.read_to_string(&mut answer);
        running = spec.start();
        let rest = running.rest();
        let there = listed(rest).contains(&number);
        println!("kill {kill} after {moment:?}: the plugin is there: {there}");
        if answer.contains(" 201 ") {
            assert!(there, "what was answered with 201 is kept");
        }
        assert_eq!(incoming(&dir), 0);
        let again = upload(rest, &wasm).expect(if there { 200 } else { 201 });
        assert_eq!(again.json()["size"], wasm.len());
    }
    let all: Vec<String> = (0..KILLS).map(|kill| format!("1.{kill}.0")).collect();
    assert_eq!(listed(running.rest()), all);
    running.stop_cleanly();
}

#[test]
fn the_same_plugin_may_be_uploaded_by_many_at_once() {
    let dir = ScratchDir::new("many-uploads");
    let mut running = worker(dir.path()).start();
    let rest = running.rest();
    let wasm = version("1.0.0");
    let mut answers: Vec<u16> = thread::scope(|scope| {
        let uploads: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| upload(rest, &wasm).status))
            .collect();
        let joined = uploads.into_iter().map(|upload| upload.join());
        joined.map(|status| status.expect("an answer")).collect()
    });
    answers.sort_unstable();
    assert_eq!(answers, [200, 200, 200, 200, 200, 200, 200, 201]);
    assert_eq!(listed(rest), ["1.0.0"]);
    running.stop_cleanly();
}

#[test]
fn fifty_connectors_run_on_while_a_plugin_is_uploaded() {
    const CONNECTORS: usize = 50;
    const NUMBERS: u64 = 400;
    let _alone = alone();
    let dir = ScratchDir::new("busy-upload");
    let mut running = worker(dir.path())
        .set("plugin.path", text(&guest(COUNTING)))
        .set("plugin.cache.dir", text(&dir.join("cache")))
        .start();
    let rest = running.rest().clone();
    let streams: Vec<String> = (0..CONNECTORS).map(|_| unique("stream")).collect();
    for topic in &streams {
        topics().create(topic, 1);
        let mut config = counting(topic, NUMBERS, 20);
        config["connector.plugin.version"] = json!("0.1.0");
        create(&rest, topic, &config);
    }
    rest.await_state(&streams[CONNECTORS - 1], "RUNNING", SOON);
    thread::scope(|scope| {
        let upload = scope.spawn(|| upload(&rest, &version("1.0.0")).status);
        while !upload.is_finished() {
            rest.get("/connectors?expand=status").expect(200);
            rest.get("/connector-plugins").expect(200);
        }
        assert_eq!(upload.join().expect("an answer"), 201);
    });
    assert_eq!(listed(&rest), ["0.1.0", "1.0.0"]);
    for topic in &streams {
        expect_numbers(topic, NUMBERS);
        rest.await_state(topic, "RUNNING", SOON);
    }
    running.stop_cleanly();
}
