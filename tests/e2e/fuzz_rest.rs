//! The REST API under schemathesis (PyPI), which makes requests from `/openapi.json`, good and bad
//! ones: no request hangs, no answer is one that the document does not know, a 5xx is not the
//! client's fault, and the worker lives. `make fuzz` makes more of them, with another seed.

use std::path::Path;

use connect_harness::{Duration, Process, RestClients, ScratchDir};

use crate::setup::{alone, topics, unique, worker};

const CHECKS: &str = "status_code_conformance,content_type_conformance,\
    response_headers_conformance,response_schema_conformance,\
    server_errors_are_not_the_clients_fault";
/// Longer than any answer takes here, shorter than the 90 s after which a worker gives up waiting.
const ANSWERS_WITHIN_SECONDS: &str = "60";
/// LIMIT: requests to each endpoint in each phase; about a minute.
const EXAMPLES: &str = "80";
const SEED: &str = "1";

fn setting(name: &str, default: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| default.to_owned())
}

#[test]
fn no_request_made_from_the_openapi_document_is_answered_beside_it() {
    let _alone = alone();
    let dir = ScratchDir::new("fuzz-rest");
    let topic = unique("fuzz-rest");
    topics().create(&topic, 1);
    dir.write("in.txt", "one\n");
    let spec = worker(dir.path()).set("sandbox.fs.allow", dir.path().display().to_string());
    let mut started = spec.start();
    let hooks = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/schemathesis_hooks.py");
    let examples = setting("CONNECT_FUZZ_EXAMPLES", EXAMPLES);
    let seed = setting("CONNECT_TEST_SEED", SEED);
    let mut command = RestClients::get().schemathesis();
    command
        .arg("run")
        .arg(format!("http://127.0.0.1:{}/openapi.json", spec.port()))
        .args(["--checks", CHECKS])
        .args(["--phases", "coverage,fuzzing,stateful"])
        .args(["--max-examples", &examples, "--seed", &seed])
        .args(["--request-timeout", ANSWERS_WITHIN_SECONDS])
        .args(["--generation-database", "none"])
        .args(["--continue-on-failure", "--warnings", "off", "--no-color"])
        .env("SCHEMATHESIS_HOOKS", hooks)
        .env("CONNECT_FUZZ_DIR", dir.path())
        .env("CONNECT_FUZZ_TOPIC", &topic)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .current_dir(dir.path());
    let mut process = Process::spawn("schemathesis", &command, &dir.join("schemathesis.log"));
    let status = process.wait(Duration::from_secs(3600));
    let log = process.log();
    let summary = log.find("= FAILURES =").or_else(|| log.find("= ERRORS ="));
    assert!(
        status.success(),
        "schemathesis, seed {seed} ({status}):\n{}",
        &log[summary.unwrap_or_default()..]
    );
    assert!(log.contains("No issues found"), "{log}");
    started.rest().get("/health").expect(200);
    let log = started.log();
    for bad in ["panicked", "bug of the worker"] {
        let line = log.lines().find(|line| line.contains(bad));
        assert!(line.is_none(), "in the worker's log: {line:?}");
    }
    started.stop_cleanly();
}
