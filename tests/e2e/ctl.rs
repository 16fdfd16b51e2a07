//! `connect-wasm ctl` as operators and scripts have it: a process for each command, against our
//! worker and the JVM's.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use connect_harness::{
    Flavor, Process, ScratchDir, WorkerSpec, eventually, free_port, worker_binary,
};
use serde_json::{Value, json};

use crate::setup::{SOON, await_lines, broker, topics, unique};

mod piped;
mod session;
mod terminal;

const DONE: i32 = 0;
const USAGE: i32 = 1;
const UNREACHABLE: i32 = 2;
const REFUSED: i32 = 3;

/// Runs `ctl` on one worker, in a folder with files.
struct Ctl<'a> {
    url: String,
    dir: &'a ScratchDir,
}

/// What a command said.
struct Said {
    command: String,
    code: Option<i32>,
    out: String,
    err: String,
}

impl Said {
    #[track_caller]
    fn expect(self, code: i32) -> Said {
        let Said {
            command, out, err, ..
        } = &self;
        let said = format!("exit {:?} of {command}:\n{out}\n{err}", self.code);
        assert_eq!(self.code, Some(code), "{said}");
        self
    }

    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| {
            panic!("{} printed no JSON ({error}): {}", self.command, self.out)
        })
    }

    /// Asserts that the error has each of these lines, apart from leading blanks.
    #[track_caller]
    fn expect_error(self, code: i32, wanted: &[&str]) -> Said {
        let said = self.expect(code);
        for line in wanted {
            let found = said
                .err
                .lines()
                .any(|found| found.trim_start().starts_with(line));
            assert!(found, "{} lacks {line:?}:\n{}", said.command, said.err);
        }
        assert!(said.err.starts_with("error: "), "{}", said.err);
        said
    }
}

impl Ctl<'_> {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(worker_binary());
        command
            .arg("ctl")
            .args(arguments)
            .env("CONNECT_URL", &self.url)
            .current_dir(self.dir.path());
        command
    }

    #[track_caller]
    fn run(&self, arguments: &[&str]) -> Said {
        self.run_with(arguments, "")
    }

    #[track_caller]
    fn run_with(&self, arguments: &[&str], input: &str) -> Said {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("ctl can be started");
        let mut stdin = child.stdin.take().expect("piped");
        stdin.write_all(input.as_bytes()).expect("it reads");
        drop(stdin);
        let output = child.wait_with_output().expect("it ends");
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
        Said {
            command: format!("ctl {}", arguments.join(" ")),
            code: output.status.code(),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }

    /// Waits until a connector and its tasks (none when it is stopped) are in a state.
    #[track_caller]
    fn await_state(&self, name: &str, state: &str) {
        eventually(&format!("{name} is {state}"), SOON, || {
            let said = self.run(&["status", name, "-o", "json"]);
            let status: Value = serde_json::from_str(&said.out).map_err(|_| said.err)?;
            let tasks = status["tasks"].as_array().cloned().unwrap_or_default();
            let mut states = tasks.iter().map(|task| &task["state"]);
            let stopped = state == "STOPPED";
            if status["connector"]["state"] == state
                && tasks.is_empty() == stopped
                && states.all(|found| found == state)
            {
                Ok(())
            } else {
                Err(status.to_string())
            }
        });
    }
}

fn ctl<'a>(spec: &WorkerSpec, dir: &'a ScratchDir) -> Ctl<'a> {
    Ctl {
        url: format!("http://127.0.0.1:{}", spec.port()),
        dir,
    }
}

fn spec(flavor: Flavor, dir: &ScratchDir) -> WorkerSpec {
    WorkerSpec::new(flavor, &broker().bootstrap(), dir.path())
        .set("sandbox.fs.allow", dir.path().display().to_string())
}

fn source_config(dir: &ScratchDir, topic: &str) -> Value {
    json!({
        "connector.class": "FileStreamSource",
        "file": dir.join("in.txt").display().to_string(),
        "topic": topic,
    })
}

#[test]
fn what_is_wrong_before_a_worker_is_asked_is_said() {
    let dir = ScratchDir::new("ctl-wrong");
    let port = free_port();
    let ctl = Ctl {
        url: format!("http://127.0.0.1:{port}"),
        dir: &dir,
    };
    let asked = format!(
        "error: Cannot list the connectors: GET {}/connectors",
        ctl.url
    );
    let advice = "Is the worker running, and is this its address? Another is given by --url";
    let refused = ctl
        .run(&["list"])
        .expect_error(UNREACHABLE, &[&asked, advice]);
    assert!(
        refused.err.contains("connection refused"),
        "{}",
        refused.err
    );
    ctl.run(&["status", "--watch"])
        .expect_error(UNREACHABLE, &[advice]);
    ctl.run(&["delete", "a", "b"])
        .expect_error(UNREACHABLE, &[advice]);

    dir.write("bad.json", "{\n  \"name\": \"x\",\n  oops\n}");
    dir.write("bad.properties", "name=x\ntopic=\\u00zz\n");
    dir.write("nameless.properties", "connector.class=FileStreamSource\n");
    for (arguments, wanted) in [
        (
            &["create", "-f", "bad.json"][..],
            "bad.json is not JSON: key must be a string at line 3",
        ),
        (
            &["create", "-f", "bad.properties"],
            "from file bad.properties, line 2: malformed",
        ),
        (
            &["create", "-f", "nameless.properties"],
            "nameless.properties has no \"name\"",
        ),
        (
            &["create", "-f", "missing.json"],
            "missing.json cannot be read: No such file",
        ),
        (
            &["config", "a", "key"],
            "'key' is no change: key=value sets a key",
        ),
        (
            &["offsets", "set", "a", "{", "{}"],
            "The partition '{' is not JSON",
        ),
        (
            &["offsets", "set", "a", "-f", "bad.json"],
            "bad.json is not JSON",
        ),
        (&["delete", ""], "A connector's name cannot be empty"),
        (
            &["list", "--url", "ftp://u:secret@w"],
            "begins with http:// or https://, not ftp",
        ),
        (
            &["list", "--user", "anna"],
            "--user (or CONNECT_USER) is NAME:PASSWORD",
        ),
        (
            &["list", "--timeout", "0"],
            "'0' is not a number of seconds above 0",
        ),
        (&["frobnicate"], "unrecognized subcommand 'frobnicate'"),
    ] {
        let said = ctl.run(arguments).expect_error(USAGE, &[]);
        assert!(
            said.err.contains(wanted),
            "{} lacks {wanted:?}: {}",
            said.command,
            said.err
        );
        assert!(!said.err.contains("secret"), "{}", said.err);
    }
    let help = ctl.run(&["--help"]).expect(DONE).out;
    for wanted in [
        "Exit codes:",
        "2  the worker cannot be reached",
        "CONNECT_URL",
    ] {
        assert!(help.contains(wanted), "{wanted} is not in {help}");
    }
}

#[test]
fn a_name_with_a_slash_is_addressed() {
    let dir = ScratchDir::new("ctl-slash");
    dir.write("in.txt", "");
    let spec = spec(Flavor::Wasm, &dir);
    let mut worker = spec.start();
    let ctl = ctl(&spec, &dir);
    let mut config = source_config(&dir, &unique("ctl-slash"));
    let name = unique("a/b 100%");
    config["name"] = json!(name);
    ctl.run_with(&["create", "-f", "-"], &config.to_string())
        .expect(DONE);
    ctl.await_state(&name, "RUNNING");
    ctl.run(&["restart", &name, "--task", "0"]).expect(DONE);
    ctl.run(&["delete", &name]).expect(DONE);
    worker.stop_cleanly();
}

#[test]
fn https_is_trusted_when_its_authority_is() {
    let dir = ScratchDir::new("ctl-https");
    let (store, certificate) = (dir.join("store.p12"), dir.join("worker.pem"));
    keytool(
        &[
            "-genkeypair",
            "-keyalg",
            "EC",
            "-dname",
            "CN=localhost",
            "-ext",
            "SAN=dns:localhost",
        ],
        &store,
    );
    keytool(
        &[
            "-exportcert",
            "-rfc",
            "-file",
            &certificate.display().to_string(),
        ],
        &store,
    );
    let port = free_port();
    let spec = spec(Flavor::Jvm, &dir);
    let both = format!("http://127.0.0.1:{},https://127.0.0.1:{port}", spec.port());
    let mut worker = spec
        .set("listeners", both)
        .set("ssl.keystore.type", "PKCS12")
        .set("ssl.keystore.location", store.display().to_string())
        .set("ssl.keystore.password", "secret")
        .set("ssl.key.password", "secret")
        .start();
    let ctl = Ctl {
        url: format!("https://localhost:{port}"),
        dir: &dir,
    };
    let refused = ctl
        .run(&["list"])
        .expect_error(UNREACHABLE, &["Does the worker speak https"]);
    assert!(
        refused.err.contains("no secure connection"),
        "{}",
        refused.err
    );
    let mut trusting = ctl.command(&["list", "-o", "json"]);
    let output = trusting
        .env("SSL_CERT_FILE", &certificate)
        .output()
        .expect("ctl can be started");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(DONE), "{said}");
    assert_eq!(output.stdout, b"{}\n");
    let plain = ctl.run(&["list", "--url", &format!("http://localhost:{port}")]);
    plain.expect_error(UNREACHABLE, &["Is this the port of the worker's REST API"]);
    worker.stop_cleanly();
}

fn keytool(arguments: &[&str], store: &Path) {
    let output = Command::new("keytool")
        .args(arguments)
        .args([
            "-alias",
            "worker",
            "-storetype",
            "PKCS12",
            "-storepass",
            "secret",
            "-keystore",
        ])
        .arg(store)
        .output()
        .expect("keytool comes with java");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
}

#[test]
fn completions_are_scripts_that_know_the_subcommands() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = Command::new(worker_binary())
            .args(["completions", shell])
            .output()
            .expect("it can be started");
        assert_eq!(output.status.code(), Some(DONE), "{shell}");
        let script = String::from_utf8(output.stdout).expect("UTF-8");
        for wanted in ["standalone", "ctl", "include-tasks"] {
            assert!(
                script.contains(wanted),
                "the script for {shell} lacks {wanted}"
            );
        }
    }
}
