//! What stands between the topic and the task does on our worker what it does on the JVM's.

use std::io::Write;

use connect_golden::{CaseSuite, groups};
use connect_harness::Flavor;

/// Cases that are compared, at least.
const CASES_MIN: usize = 500;

#[test]
fn converters_transforms_headers_and_errors_are_those_of_the_jvm() {
    let groups = groups().expect("the cases are well-formed");
    let count: usize = groups.iter().map(|group| group.cases.len()).sum();
    assert!(
        count >= CASES_MIN,
        "{count} cases are compared, {CASES_MIN} are wanted"
    );
    let broker = CaseSuite::broker();
    let suite = CaseSuite::start(Flavor::Wasm, &broker).expect("the worker starts");
    let differ = suite.compare(&groups).expect("every group has a record");
    // Past the capture of a test's output, so that every run says it.
    writeln!(
        std::io::stderr(),
        "{count} cases of {} groups compared",
        groups.len()
    )
    .expect("there is a standard error");
    assert!(
        differ.is_empty(),
        "{} of {count} cases differ:\n{}",
        differ.len(),
        differ.join("\n")
    );
}
