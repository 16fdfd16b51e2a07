//! `connect-wasm completions`: scripts that make a shell complete this program's arguments.

use std::io::Write as _;
use std::process::ExitCode;

use clap::CommandFactory as _;
use clap_complete::Shell;

/// How each shell takes its script.
pub(super) const AFTER_HELP: &str = "\
Examples:
  bash   connect-wasm completions bash > ~/.local/share/bash-completion/completions/connect-wasm
  zsh    connect-wasm completions zsh > \"${fpath[1]}/_connect-wasm\"
  fish   connect-wasm completions fish > ~/.config/fish/completions/connect-wasm.fish";

/// Prints the script for a shell.
pub(super) fn run(shell: Shell) -> ExitCode {
    let mut script = Vec::new();
    let mut command = super::Arguments::command();
    clap_complete::generate(shell, &mut command, "connect-wasm", &mut script);
    match std::io::stdout().write_all(&script) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            eprintln!("error: The script cannot be written: {error}");
            ExitCode::from(super::exit::SETUP)
        }
        _ => ExitCode::SUCCESS,
    }
}
