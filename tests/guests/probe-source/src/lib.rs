//! A source for tests of the sandbox: its task does what the key `script` says when it starts,
//! one operation on a line, and fails with one line of answer for each. The keys `read` and
//! `write` are paths to be granted.

use std::fs;
use std::io::Write;

use connect_sdk::{
    Config, ConfigDef, ConfigKey, ConnectError, ConnectorContext, Description, Grant, SourceBatch,
    SourceConnector, SourceTask, SourceTaskContext, stopping,
};

/// The connector.
pub struct ProbeConnector {
    config: Config,
}

impl SourceConnector for ProbeConnector {
    fn describe() -> Description {
        Description::new(
            "connect.wasm.test.ProbeConnector",
            env!("CARGO_PKG_VERSION"),
        )
        .doc("Tries what it is told to.")
    }

    fn config_def() -> ConfigDef {
        let path = |name: &str, grant| ConfigKey::text(name).default_value("").grants(grant);
        ConfigDef::new()
            .key(ConfigKey::text("script").doc("What to try"))
            .key(path("read", Grant::PathRead))
            .key(path("write", Grant::PathWrite))
    }

    fn start(_: Box<dyn ConnectorContext>, config: Config) -> Result<Self, ConnectError> {
        Ok(Self { config })
    }

    fn task_configs(&mut self, _: u32) -> Result<Vec<Config>, ConnectError> {
        Ok(vec![self.config.clone()])
    }
}

/// The task.
pub struct ProbeTask;

impl SourceTask for ProbeTask {
    fn start(_: SourceTaskContext, config: Config) -> Result<Self, ConnectError> {
        let answers: Vec<String> = config
            .text("script")?
            .lines()
            .map(|line| match run(line) {
                Ok(answer) => format!("ok {answer}").trim_end().to_owned(),
                Err(error) => format!("{:?}", error.kind()),
            })
            .collect();
        Err(ConnectError::fatal(answers.join("\n")))
    }

    fn poll(&mut self, _: &mut SourceBatch) -> Result<(), ConnectError> {
        stopping::wait(std::time::Duration::from_millis(100));
        Ok(())
    }
}

/// One operation.
fn run(line: &str) -> std::io::Result<String> {
    let mut words = line.split(' ');
    let operation = words.next().unwrap_or_default();
    let first = words.next().unwrap_or_default();
    let second = words.next().unwrap_or_default();
    let nothing = |()| String::new();
    match operation {
        "read" => fs::read_to_string(first),
        "write" => fs::write(first, second).map(nothing),
        "append" => fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(first)
            .and_then(|mut file| file.write_all(second.as_bytes()))
            .map(nothing),
        "create" => fs::File::create_new(first).map(|_| String::new()),
        "open-write" => fs::OpenOptions::new()
            .read(true)
            .write(true)
            .open(first)
            .map(|_| String::new()),
        "truncate" => fs::OpenOptions::new()
            .write(true)
            .truncate(true)
            .open(first)
            .map(|_| String::new()),
        "touch" => fs::File::open(first)
            .and_then(|file| file.set_modified(std::time::SystemTime::UNIX_EPOCH))
            .map(nothing),
        "stat" => fs::metadata(first).map(|found| kind_and_size(&found)),
        "lstat" => fs::symlink_metadata(first).map(|found| kind_and_size(&found)),
        "list" => list(first),
        "open-list" => fs::File::open(first).map(|_| String::new()),
        "rename" => fs::rename(first, second).map(nothing),
        "link" => fs::hard_link(first, second).map(nothing),
        "symlink" => symlink(first, second).map(nothing),
        "readlink" => fs::read_link(first).map(|target| target.display().to_string()),
        "unlink" => fs::remove_file(first).map(nothing),
        "mkdir" => fs::create_dir(first).map(nothing),
        "rmdir" => fs::remove_dir(first).map(nothing),
        "environment" => Ok(std::env::vars()
            .map(|(name, value)| format!("{name}={value} "))
            .collect()),
        "arguments" => Ok(std::env::args().collect::<Vec<_>>().join(" ")),
        "connect" => std::net::TcpStream::connect(first).map(|_| String::new()),
        "bind" => std::net::UdpSocket::bind(first).map(|_| String::new()),
        "print" => {
            println!("{first}");
            eprintln!("{second}");
            Ok(String::new())
        }
        "read-line" => {
            let mut line = String::new();
            std::io::stdin().read_line(&mut line).map(|_| line)
        }
        "open-many" => {
            let files: Vec<fs::File> = (0..second.parse().unwrap_or(0))
                .map_while(|_| fs::File::open(first).ok())
                .collect();
            Ok(files.len().to_string())
        }
        other => panic!("the script has no operation {other:?}"),
    }
}

fn kind_and_size(found: &fs::Metadata) -> String {
    let kind = match found.file_type() {
        kind if kind.is_dir() => "folder",
        kind if kind.is_file() => "file",
        kind if kind.is_symlink() => "link",
        _ => "other",
    };
    format!("{kind} {}", found.len())
}

fn list(folder: &str) -> std::io::Result<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names.join(" "))
}

#[cfg(target_os = "wasi")]
#[allow(
    unsafe_code,
    reason = "the standard library's call is not stable for WASI"
)]
fn symlink(target: &str, path: &str) -> std::io::Result<()> {
    unsafe extern "C" {
        fn symlink(target: *const std::ffi::c_char, path: *const std::ffi::c_char) -> i32;
    }
    let target = std::ffi::CString::new(target)?;
    let path = std::ffi::CString::new(path)?;
    // SAFETY: both are NUL-terminated and live through the call.
    match unsafe { symlink(target.as_ptr(), path.as_ptr()) } {
        0 => Ok(()),
        _ => Err(std::io::Error::last_os_error()),
    }
}

#[cfg(not(target_os = "wasi"))]
fn symlink(target: &str, path: &str) -> std::io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

connect_sdk::export_source!(ProbeConnector, ProbeTask);
