//! `docs/tutorial.md`, taken at its word: every command of its console blocks is run, in order, in
//! one folder, and what the page shows must be in the output.

use std::path::{Path, PathBuf};
use std::process::Command;

use connect_harness::{ScratchDir, worker_binary};

use crate::setup::{broker, topics, worker};

/// Stands for anything in the output that the page shows.
const ANYTHING: &str = "...";

/// A command with the lines that the page shows below it.
struct Step {
    command: String,
    shown: Vec<String>,
}

/// The steps of a page.
fn steps(page: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut inside = false;
    for line in page.lines() {
        match (inside, line.strip_prefix("```")) {
            (false, Some("console")) => inside = true,
            (_, Some(_)) => inside = false,
            (true, None) => match (line.strip_prefix("$ "), steps.last_mut()) {
                (Some(command), _) => steps.push(Step {
                    command: command.to_owned(),
                    shown: Vec::new(),
                }),
                (None, Some(step)) => step.shown.push(line.to_owned()),
                (None, None) => panic!("output before the first command: {line}"),
            },
            (false, None) => {}
        }
    }
    steps
}

/// The first shown line that does not come, in order, in the output.
fn missing<'s>(shown: &'s [String], output: &str) -> Option<&'s str> {
    let mut lines = output.lines();
    shown.iter().map(String::as_str).find(|shown| {
        // A line fits if it has the parts between the gaps in order, and no more where no gap is.
        !lines.any(|line| fits(shown, line))
    })
}

fn fits(shown: &str, line: &str) -> bool {
    let parts: Vec<&str> = shown.split(ANYTHING).collect();
    let [first, middle @ .., last] = parts.as_slice() else {
        return shown == line;
    };
    let Some(mut rest) = line.strip_prefix(first) else {
        return false;
    };
    for part in middle {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// The toolchain of this workspace, which has the target for plugins.
fn toolchain() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rust-toolchain.toml");
    let text = std::fs::read_to_string(file).expect("the workspace names its toolchain");
    let channel = text
        .lines()
        .find_map(|line| line.strip_prefix("channel = "))
        .expect("it is a channel");
    channel.trim_matches('"').to_owned()
}

/// Runs a command as in a terminal: what it prints on standard output, and the folder that it
/// leaves behind as the current one.
fn run(command: &str, folder: &Path, scratch: &ScratchDir) -> (String, PathBuf) {
    let left = scratch.join("folder");
    let bin = worker_binary()
        .parent()
        .expect("the worker lies in a folder")
        .display()
        .to_string();
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("bash")
        .args([
            "-c",
            &format!("{command}\ncode=$?; pwd > \"$LEFT\"; exit $code"),
        ])
        .current_dir(folder)
        .env("PATH", format!("{bin}:{path}"))
        .env("RUSTUP_TOOLCHAIN", toolchain())
        .env("LEFT", &left)
        .env_remove("CARGO_TARGET_DIR")
        .output()
        .expect("bash can be run");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "$ {command}\n{text}{}ends with {}",
        String::from_utf8_lossy(&output.stderr),
        output.status
    );
    let folder = std::fs::read_to_string(&left).expect("bash wrote it");
    (text, PathBuf::from(folder.trim_end()))
}

#[test]
fn every_command_of_the_tutorial_does_what_it_shows() {
    let page = include_str!("../../docs/tutorial.md");
    let scratch = ScratchDir::new("tutorial");
    topics().create("hello-source", 1);
    let spec = worker(scratch.path());
    let rest = format!("localhost:{}", spec.port());
    let mut worker = spec.start();
    let mut folder = scratch.path().to_owned();
    let steps = steps(page);
    assert!(steps.len() > 10, "the page has {} commands", steps.len());
    for step in steps {
        let command = step
            .command
            .replace("localhost:8083", &rest)
            .replace("localhost:9092", &broker().bootstrap());
        let output;
        (output, folder) = run(&command, &folder, &scratch);
        if let Some(line) = missing(&step.shown, &output) {
            panic!("$ {command}\nshows no line {line:?}, but:\n{output}");
        }
    }
    worker.stop_cleanly();
}

#[test]
fn shown_lines_are_looked_for_in_order_and_in_full() {
    let shown = |lines: &[&str]| {
        lines
            .iter()
            .map(|&line| line.to_owned())
            .collect::<Vec<_>>()
    };
    let output = "one\ntwo {\"a\":1,\"b\":2}\nthree\n";
    assert_eq!(
        missing(&shown(&["one", "...\"a\":1...\"b\"..."]), output),
        None
    );
    assert_eq!(missing(&shown(&["three", "one"]), output), Some("one"));
    assert_eq!(missing(&shown(&["tw"]), output), Some("tw"));
    assert_eq!(
        missing(&shown(&["...\"b\"...\"a\"..."]), output),
        Some("...\"b\"...\"a\"...")
    );
}
