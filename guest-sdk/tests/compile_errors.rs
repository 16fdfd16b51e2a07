//! What the compiler says to an author who exports a connector wrongly. Each of
//! `compile_errors/*.rs` is checked as a program of a package that depends on this crate.

use std::fs;
use std::path::Path;
use std::process::Command;

/// The programs, with what the compiler's output has to say about each.
const CASES: [(&str, &str, &[&str]); 4] = [
    (
        "exported_twice",
        include_str!("compile_errors/exported_twice.rs"),
        &["`a_crate_exports_one_connector` is defined multiple times"],
    ),
    (
        "not_a_task",
        include_str!("compile_errors/not_a_task.rs"),
        &[
            "`NotATask` is not a source task",
            "does not implement `connect_sdk::SourceTask`",
            "runtime::Async<NotATask>",
        ],
    ),
    (
        "not_a_connector",
        include_str!("compile_errors/not_a_connector.rs"),
        &[
            "`Nothing` is not a sink connector",
            "the first type given to `export_sink!` is the connector",
        ],
    ),
    (
        "task_left_out",
        include_str!("compile_errors/task_left_out.rs"),
        &["export_source!(MyConnector, MyTask);"],
    ),
];

#[test]
fn mistakes_in_exports_are_named() {
    let sdk = Path::new(env!("CARGO_MANIFEST_DIR"));
    let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compile-errors");
    fs::create_dir_all(package.join("src/bin")).unwrap();
    let manifest = format!(
        "[package]\nname = \"mistakes\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
         [dependencies]\nconnect-sdk = {{ path = {sdk:?} }}\n[workspace]\n"
    );
    fs::write(package.join("Cargo.toml"), manifest).unwrap();
    // The versions of this workspace, so that nothing is fetched.
    fs::copy(sdk.join("../Cargo.lock"), package.join("Cargo.lock")).unwrap();
    for (name, program, expected) in CASES {
        fs::write(package.join(format!("src/bin/{name}.rs")), program).unwrap();
        let output = Command::new(env!("CARGO"))
            .args(["check", "--offline", "--bin", name])
            .current_dir(&package)
            .env("CARGO_TARGET_DIR", package.join("target"))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{name} compiles");
        for part in expected {
            assert!(said.contains(part), "{name}: no {part:?} in\n{said}");
        }
    }
}
