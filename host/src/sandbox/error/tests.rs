use super::*;

fn site() -> Box<CallSite> {
    Box::new(CallSite {
        instance: "[lines|task-0]".to_owned(),
        class: "org.example.Lines".to_owned(),
        version: "1.2".to_owned(),
        export: "source-task.poll",
    })
}

#[test]
fn a_trace_names_plugin_version_export_and_frames() {
    let error = SandboxError::Trap {
        at: site(),
        message: "wasm `unreachable` instruction executed".to_owned(),
        frames: vec!["lines::read".to_owned(), "lines::poll".to_owned()],
    };
    assert_eq!(
        error.trace(),
        "org.apache.kafka.connect.errors.ConnectException: plugin org.example.Lines version 1.2, call \
         source-task.poll: the plugin trapped: wasm `unreachable` instruction executed\n\tat lines::read\n\tat \
         lines::poll\n\tat source-task.poll (org.example.Lines 1.2) [lines|task-0]"
    );
    assert!(error.instance_lost());
    assert_eq!(error.blame(), Blame::Guest);
}

#[test]
fn an_error_value_keeps_the_instance_and_its_detail() {
    let error = SandboxError::Guest {
        at: site(),
        error: ConnectError {
            kind: ErrorKind::Retriable,
            message: "the server is busy".to_owned(),
            detail: Some("Caused by: 503".to_owned()),
        },
    };
    assert!(error.retriable());
    assert!(!error.instance_lost());
    assert_eq!(
        error.trace(),
        "org.apache.kafka.connect.errors.RetriableException: the server is busy\n\tat source-task.poll \
         (org.example.Lines 1.2) [lines|task-0]\nCaused by: 503"
    );
}

#[test]
fn a_deadline_names_the_key_that_sets_it() {
    let error = SandboxError::Deadline {
        at: site(),
        limit: Duration::from_millis(1500),
        key: "sandbox.poll.timeout.ms",
        frames: Vec::new(),
    };
    assert_eq!(
        error.to_string(),
        "plugin org.example.Lines version 1.2, call source-task.poll: the call did not return within 1500 ms \
         (sandbox.poll.timeout.ms)"
    );
}
