//! The process `connect-wasm`: arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    connect_wasm::cli::main(std::env::args_os().collect())
}
