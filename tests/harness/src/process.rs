//! Processes under test: each in a process group of its own, its output in a log file, killed with
//! its group when the handle is dropped and when this program ends in any way.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::eventually::nap;

/// Lines of a log that are shown: of a broker few, since it is seldom the one to blame.
const LOG_TAIL_LINES: usize = 60;
const BROKER_LOG_TAIL_LINES: usize = 8;

/// A running process.
pub struct Process {
    name: String,
    child: Child,
    log: PathBuf,
    status: Option<ExitStatus>,
}

/// What a process has used so far.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    /// User and system time of all its threads.
    pub cpu: Duration,
    /// Resident memory now, in bytes.
    pub resident: u64,
    /// The most resident memory it ever had, in bytes.
    pub resident_peak: u64,
    /// Its threads now.
    pub threads: u64,
    /// Its open files now, sockets included.
    pub files: u64,
}

impl Process {
    /// Starts `command` with its output appended to `log`.
    pub fn spawn(name: &str, command: &Command, log: &Path) -> Process {
        let output = File::options()
            .create(true)
            .append(true)
            .open(log)
            .unwrap_or_else(|error| panic!("cannot open {}: {error}", log.display()));
        let errors = output.try_clone().expect("a file handle can be cloned");
        let mut wrapped = die_with_this_program(command);
        wrapped
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .process_group(0);
        let child = spawn_on_lasting_thread(wrapped)
            .unwrap_or_else(|error| panic!("cannot start {name} ({command:?}): {error}"));
        Process {
            name: name.to_owned(),
            child,
            log: log.to_owned(),
            status: None,
        }
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// All that it has written to its standard output and error.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// The path of its log.
    pub fn log_path(&self) -> &Path {
        &self.log
    }

    /// Sends a signal to its whole group.
    pub fn signal(&self, signal: Signal) {
        if self.status.is_none()
            && let Some(pid) = Pid::from_raw(self.child.id().cast_signed())
        {
            // It may have ended by itself a moment ago, which the caller learns by `wait`.
            let _ = kill_process_group(pid, signal);
        }
    }

    /// Asks it to end, as a service manager does.
    pub fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Sends SIGINT, as Ctrl-C does.
    pub fn interrupt(&self) {
        self.signal(Signal::INT);
    }

    /// Kills it with SIGKILL and waits until it is gone.
    pub fn kill(&mut self) {
        self.signal(Signal::KILL);
        if self.status.is_none() {
            self.status = self.child.wait().ok();
        }
    }

    /// Holds it with SIGSTOP.
    pub fn hold(&self) {
        self.signal(Signal::STOP);
    }

    /// Lets it go on after `hold`.
    pub fn go_on(&self) {
        self.signal(Signal::CONT);
    }

    /// Its exit status, if it has ended.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        if self.status.is_none() {
            self.status = self
                .child
                .try_wait()
                .expect("own children can be waited for");
        }
        self.status
    }

    /// Waits for its end; panics when it has not ended within `deadline`.
    #[track_caller]
    pub fn wait(&mut self, deadline: Duration) -> ExitStatus {
        let started = Instant::now();
        loop {
            if let Some(status) = self.ended() {
                return status;
            }
            assert!(
                started.elapsed() < deadline,
                "{} has not ended within {deadline:?}",
                self.name
            );
            nap(Duration::from_millis(5));
        }
    }

    /// What it has used so far, from /proc. None when it has ended.
    pub fn usage(&self) -> Option<Usage> {
        let proc = PathBuf::from(format!("/proc/{}", self.pid()));
        let stat = fs::read_to_string(proc.join("stat")).ok()?;
        // The command name, in parentheses, may hold blanks; fields are counted after it.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks: u64 =
            fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
        let status = fs::read_to_string(proc.join("status")).ok()?;
        let number = |key: &str| -> Option<u64> {
            let line = status.lines().find(|line| line.starts_with(key))?;
            line.split_whitespace().nth(1)?.parse().ok()
        };
        Some(Usage {
            // USER_HZ is 100 on every Linux that Rust supports.
            cpu: Duration::from_millis(ticks * 10),
            resident: number("VmRSS:")? * 1024,
            resident_peak: number("VmHWM:")? * 1024,
            threads: number("Threads:")?,
            files: fs::read_dir(proc.join("fd")).ok()?.count() as u64,
        })
    }

    fn show_log(&self) {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        let shown = if self.name == "broker" {
            BROKER_LOG_TAIL_LINES
        } else {
            LOG_TAIL_LINES
        };
        let tail = &lines[lines.len().saturating_sub(shown)..];
        eprintln!("--- last lines of {} ({})", self.name, self.log.display());
        for line in tail {
            eprintln!("{line}");
        }
        eprintln!("---");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.show_log();
        }
        self.kill();
    }
}

/// `setpriv --pdeathsig` makes the kernel kill the process when this program is gone, however it
/// ended. Rust can set that itself only in unsafe code.
fn die_with_this_program(command: &Command) -> Command {
    let mut wrapped = Command::new("setpriv");
    wrapped.args(["--pdeathsig", "KILL"]).arg("--");
    wrapped.arg(command.get_program()).args(command.get_args());
    for (key, value) in command.get_envs() {
        match value {
            Some(value) => wrapped.env(key, value),
            None => wrapped.env_remove(key),
        };
    }
    if let Some(dir) = command.get_current_dir() {
        wrapped.current_dir(dir);
    }
    wrapped
}

type Order = (Command, SyncSender<std::io::Result<Child>>);

/// Starts a process from one thread that lives as long as this program: the kernel sends the
/// signal above when the parent thread ends, and each test has a thread of its own.
fn spawn_on_lasting_thread(command: Command) -> std::io::Result<Child> {
    static SPAWNER: OnceLock<Mutex<SyncSender<Order>>> = OnceLock::new();
    let spawner = SPAWNER.get_or_init(|| {
        let (orders, inbox) = sync_channel::<Order>(1);
        std::thread::Builder::new()
            .name("spawner".to_owned())
            .spawn(move || {
                for (mut command, reply) in inbox {
                    // A caller that panicked meanwhile does not wait for its process.
                    let _ = reply.send(command.spawn());
                }
            })
            .expect("a thread can be started");
        Mutex::new(orders)
    });
    let (reply, child) = sync_channel(1);
    spawner
        .lock()
        .expect("sending an order does not panic")
        .send((command, reply))
        .expect("the spawner lives as long as this program");
    child.recv().expect("the spawner answers every order")
}
