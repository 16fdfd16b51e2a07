//! `-daemon`: goes on in the background, as Kafka's launch scripts do.

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitCode, Stdio};

use super::exit;

/// Starts this program again with the same arguments but `--daemon`, in a process group of its own
/// and with its output in `$LOG_DIR/connectStandalone.out` (default: `logs`).
pub(super) fn start(arguments: &[OsString]) -> ExitCode {
    match spawn(arguments) {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(exit::SETUP)
        }
    }
}

fn spawn(arguments: &[OsString]) -> Result<String, String> {
    let folder = std::path::PathBuf::from(
        std::env::var_os("LOG_DIR").unwrap_or_else(|| OsString::from("logs")),
    );
    let path = folder.join("connectStandalone.out");
    let open = || {
        std::fs::create_dir_all(&folder)?;
        OpenOptions::new().create(true).append(true).open(&path)
    };
    let output = open()
        .map_err(|error| format!("The log file {} cannot be opened: {error}", path.display()))?;
    let errors = output
        .try_clone()
        .map_err(|error| format!("The log file {} cannot be opened: {error}", path.display()))?;
    let program = std::env::current_exe()
        .map_err(|error| format!("The path of this program is unknown: {error}"))?;
    let child = Command::new(program)
        .args(
            arguments
                .iter()
                .skip(1)
                .filter(|argument| *argument != "--daemon"),
        )
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(errors)
        .process_group(0)
        .spawn()
        .map_err(|error| format!("The worker cannot be started in the background: {error}"))?;
    Ok(format!(
        "Started process {} in the background; its log is {}",
        child.id(),
        path.display()
    ))
}
