//! A standalone worker, ours or the JVM's, started with the same files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::{KafkaHome, Process, Rest, free_port};

const STARTS_WITHIN: Duration = Duration::from_secs(120);
const STRING_CONVERTER: &str = "org.apache.kafka.connect.storage.StringConverter";

/// Which worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavor {
    /// `org.apache.kafka.connect.cli.ConnectStandalone`
    Jvm,
    /// `connect-wasm standalone`
    Wasm,
}

/// A file with a connector configuration, given on the command line.
#[derive(Clone, Debug)]
pub struct ConnectorFile {
    /// The file name, made in the worker's folder.
    pub name: String,
    /// What it holds.
    pub content: String,
}

impl ConnectorFile {
    /// A properties file named after the connector.
    pub fn properties(connector: &str, config: &[(&str, &str)]) -> ConnectorFile {
        let mut content = format!("name={connector}\n");
        for (key, value) in config {
            content.push_str(&format!("{key}={}\n", value.replace('\\', "\\\\")));
        }
        ConnectorFile {
            name: format!("{connector}.properties"),
            content,
        }
    }

    /// A properties file with the entries of a JSON object.
    #[track_caller]
    pub fn from_json(config: &Value) -> ConnectorFile {
        let object = config
            .as_object()
            .expect("a connector configuration is an object");
        let name = object["name"].as_str().expect("a connector has a name");
        let entries: Vec<(&str, &str)> = object
            .iter()
            .filter(|(key, _)| key.as_str() != "name")
            .map(|(key, value)| (key.as_str(), value.as_str().expect("values are texts")))
            .collect();
        ConnectorFile::properties(name, &entries)
    }
}

/// How to start a worker. The folder is its working directory, and holds its files.
#[derive(Clone, Debug)]
pub struct WorkerSpec {
    flavor: Flavor,
    dir: PathBuf,
    port: u16,
    properties: BTreeMap<String, String>,
    connectors: Vec<ConnectorFile>,
    env: Vec<(String, String)>,
    program: Option<PathBuf>,
}

impl WorkerSpec {
    /// A worker with string converters, offsets committed every second, and REST on a free port.
    pub fn new(flavor: Flavor, bootstrap: &str, dir: &Path) -> WorkerSpec {
        let port = free_port();
        let mut properties = BTreeMap::new();
        let offsets = dir.join("connect.offsets").display().to_string();
        for (key, value) in [
            ("bootstrap.servers", bootstrap),
            ("key.converter", STRING_CONVERTER),
            ("value.converter", STRING_CONVERTER),
            ("offset.storage.file.filename", &offsets),
            ("offset.flush.interval.ms", "1000"),
            ("listeners", &format!("http://127.0.0.1:{port}")),
            // A worker that was killed leaves its group within seconds, not 45.
            ("consumer.session.timeout.ms", "3000"),
            ("consumer.heartbeat.interval.ms", "500"),
            ("consumer.auto.offset.reset", "earliest"),
        ] {
            properties.insert(key.to_owned(), value.to_owned());
        }
        if flavor == Flavor::Jvm {
            let plugins = KafkaHome::get().plugin_path();
            properties.insert("plugin.path".to_owned(), plugins.display().to_string());
        } else {
            // Not the user's own, which all workers would share.
            let store = dir.join("plugin-store").display().to_string();
            properties.insert("plugin.store.dir".to_owned(), store);
        }
        WorkerSpec {
            flavor,
            dir: dir.to_owned(),
            port,
            properties,
            connectors: Vec::new(),
            env: Vec::new(),
            program: None,
        }
    }

    /// Sets a worker property.
    pub fn set(mut self, key: &str, value: impl AsRef<str>) -> WorkerSpec {
        self.properties
            .insert(key.to_owned(), value.as_ref().to_owned());
        self
    }

    /// Removes a worker property.
    pub fn unset(mut self, key: &str) -> WorkerSpec {
        self.properties.remove(key);
        self
    }

    /// Adds a connector file to the command line.
    pub fn connector(mut self, file: ConnectorFile) -> WorkerSpec {
        self.connectors.push(file);
        self
    }

    /// Sets an environment variable.
    pub fn env(mut self, key: &str, value: &str) -> WorkerSpec {
        self.env.push((key.to_owned(), value.to_owned()));
        self
    }

    /// Runs this program (such as a symlink) with the arguments of `connect-standalone` in place
    /// of `connect-wasm standalone`.
    pub fn program(mut self, program: &Path) -> WorkerSpec {
        self.program = Some(program.to_owned());
        self
    }

    /// The REST port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Starts the process without waiting for anything.
    #[track_caller]
    pub fn spawn(&self) -> Worker {
        let mut text = String::new();
        for (key, value) in &self.properties {
            text.push_str(&format!("{key}={}\n", value.replace('\\', "\\\\")));
        }
        let write = |name: &str, content: &str| {
            fs::write(self.dir.join(name), content).expect("the worker's folder can be written");
        };
        write("worker.properties", &text);
        let mut command = self.command();
        command.arg("worker.properties");
        for file in &self.connectors {
            write(&file.name, &file.content);
            command.arg(&file.name);
        }
        command.current_dir(&self.dir);
        for (key, value) in &self.env {
            command.env(key, value);
        }
        let name = format!("{:?} worker", self.flavor);
        let process = Process::spawn(&name, &command, &self.dir.join("worker.log"));
        Worker {
            spec: self.clone(),
            process,
            rest: Rest::new(self.port),
        }
    }

    /// Starts it and waits until it is healthy, which is after its connectors were created.
    #[track_caller]
    pub fn start(&self) -> Worker {
        let worker = self.spawn();
        worker.await_ready()
    }

    /// Starts a worker that must end by itself, and gives its exit status and log.
    #[track_caller]
    pub fn run_to_end(&self, deadline: Duration) -> (ExitStatus, String) {
        let mut worker = self.spawn();
        let status = worker.process.wait(deadline);
        (status, worker.process.log())
    }

    fn command(&self) -> Command {
        if let Some(program) = &self.program {
            return Command::new(program);
        }
        match self.flavor {
            Flavor::Jvm => KafkaHome::get().java(
                &["-Xms256M", "-Xmx2G"],
                "org.apache.kafka.connect.cli.ConnectStandalone",
            ),
            Flavor::Wasm => {
                let mut command = Command::new(worker_binary());
                command.arg("standalone");
                command
            }
        }
    }
}

/// A running worker, killed on drop.
pub struct Worker {
    spec: WorkerSpec,
    process: Process,
    rest: Rest,
}

impl Worker {
    /// Its REST interface.
    pub fn rest(&self) -> &Rest {
        &self.rest
    }

    /// Its process.
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// Its log so far.
    pub fn log(&self) -> String {
        self.process.log()
    }

    /// Waits until it is healthy; panics at once when it ends instead.
    #[track_caller]
    pub fn await_ready(mut self) -> Worker {
        let started = Instant::now();
        let pause = match self.spec.flavor {
            // It takes seconds, and longer if it is asked all the time.
            Flavor::Jvm => Duration::from_millis(100),
            Flavor::Wasm => Duration::from_millis(5),
        };
        loop {
            let answer = self.rest.try_request("GET", "/health", &[], None);
            if answer.is_ok_and(|response| response.status == 200) {
                return self;
            }
            if let Some(status) = self.process.ended() {
                panic!("the worker ended with {status} before it was ready");
            }
            assert!(
                started.elapsed() < STARTS_WITHIN,
                "the worker is not ready within {STARTS_WITHIN:?}"
            );
            crate::eventually::nap(pause);
        }
    }

    /// SIGTERM, then waits for the end: its status and how long it took.
    #[track_caller]
    pub fn stop(&mut self, deadline: Duration) -> (ExitStatus, Duration) {
        let started = Instant::now();
        self.process.terminate();
        let status = self.process.wait(deadline);
        (status, started.elapsed())
    }

    /// Stops a worker and asserts that it went as promised: within 10 s and with exit 0 (the JVM,
    /// which ends by the signal, with 143).
    #[track_caller]
    pub fn stop_cleanly(&mut self) {
        let (status, took) = self.stop(Duration::from_secs(30));
        let wanted = match self.spec.flavor {
            Flavor::Jvm => 143,
            Flavor::Wasm => 0,
        };
        assert_eq!(
            status.code(),
            Some(wanted),
            "exit status after SIGTERM: {status}"
        );
        assert!(took < Duration::from_secs(10), "stopping took {took:?}");
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Waits for its end by itself.
    #[track_caller]
    pub fn wait(&mut self, deadline: Duration) -> ExitStatus {
        self.process.wait(deadline)
    }

    /// Sends SIGINT, as Ctrl-C does.
    pub fn interrupt(&self) {
        self.process.interrupt();
    }
}

/// `connect-wasm` as it was built: CONNECT_WASM_BIN, or target/release of this workspace.
pub fn worker_binary() -> PathBuf {
    match std::env::var_os("CONNECT_WASM_BIN") {
        Some(path) => PathBuf::from(path),
        None => workspace().join("target/release/connect-wasm"),
    }
}

/// The bundled plugins, beside the binary.
pub fn plugins_dir() -> PathBuf {
    worker_binary().with_file_name("plugins")
}

/// A guest program for tests (`tests/guests`), built beside the worker's own plugins.
#[track_caller]
pub fn guest(package: &str) -> PathBuf {
    let name = format!("{}.wasm", package.replace('-', "_"));
    let binary = worker_binary();
    let target = binary
        .ancestors()
        .nth(2)
        .expect("the worker lies in target/release");
    let path = target.join("wasm32-wasip2/guest").join(name);
    assert!(
        path.is_file(),
        "{} is missing: run `cargo xtask guests`",
        path.display()
    );
    path
}

/// What stands before the text that tells one build of a test guest from another (`tests/guests/edition.rs`).
const EDITION_MARK: &[u8] = b"edition of a test guest: ";
/// The length of that text, with its mark.
const EDITION_LENGTH: usize = 160;

/// The bytes of a test guest in another edition, such as `version=2.0.0 panic=start`.
#[track_caller]
pub fn guest_edition(package: &str, edition: &str) -> Vec<u8> {
    let mut wasm = fs::read(guest(package)).expect("the guest can be read");
    // The mark stands for itself as well, without a text behind it.
    let mark = [EDITION_MARK, b"version="].concat();
    let start = wasm
        .windows(mark.len())
        .position(|window| window == mark)
        .unwrap_or_else(|| panic!("{package} has no edition"));
    let room = start + EDITION_MARK.len()..start + EDITION_LENGTH;
    let padded = format!("{edition:<width$}", width = room.len());
    assert_eq!(
        padded.len(),
        room.len(),
        "the edition is too long: {edition}"
    );
    wasm[room].copy_from_slice(padded.as_bytes());
    wasm
}

fn workspace() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.join("../..")
        .canonicalize()
        .expect("the workspace holds this crate")
}
