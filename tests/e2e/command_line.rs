//! Arguments, exit codes and what is said about them.

use std::path::Path;
use std::process::{Command, Output};

use connect_harness::worker_binary;

fn run(program: &Path, arguments: &[&str]) -> Output {
    Command::new(program)
        .args(arguments)
        .output()
        .expect("the worker can be started")
}

fn text(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    format!(
        "{}{}",
        String::from_utf8_lossy(out),
        String::from_utf8_lossy(err)
    )
}

#[test]
fn without_arguments_the_usage_is_shown_with_exit_code_1() {
    let output = run(&worker_binary(), &["standalone"]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output);
    let wanted = "connect-standalone.properties [connector1.properties connector2.json ...]";
    assert!(said.contains(wanted), "{said}");
}

#[test]
fn help_teaches_and_has_exit_code_1_for_standalone_as_in_kafka() {
    let output = run(&worker_binary(), &["standalone", "--help"]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output);
    for wanted in ["bootstrap.servers", "Exit codes", "sandbox.fs.allow"] {
        assert!(said.contains(wanted), "{wanted} is not in {said}");
    }
    let output = run(&worker_binary(), &["--help"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output).contains("quickstart"));
}

#[test]
fn an_unknown_command_is_refused() {
    let output = run(&worker_binary(), &["nonsense"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert!(text(&output).contains("nonsense"));
}

#[test]
fn a_bad_log_level_is_refused() {
    let output = run(
        &worker_binary(),
        &["--log-level", "loud", "standalone", "x"],
    );
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert!(text(&output).contains("loud"));
}
