//! What a plugin does wrong harms its own instance, is told by name, and nothing else.

use std::time::{Duration, Instant};

use connect_wasm::sandbox::{
    Blame, ConnectorInstance, ErrorKind, Limits, SandboxError, SinkTaskInstance, SourceTaskInstance,
};

use crate::guests::{self, SINK_ZOO, SOURCE_ZOO};

/// A deadline that is short for a test and long for a call.
const SOON: Duration = Duration::from_millis(300);
/// What an instance that is stopped by its deadline may take beyond it.
const SLACK: Duration = Duration::from_secs(2);

/// A started source task in `mode`.
async fn source_task(mode: &str, limits: Limits) -> Result<SourceTaskInstance, SandboxError> {
    let plugin = guests::plugin(SOURCE_ZOO).await;
    let config = guests::task_config(&plugin, &[("topic", "t"), ("mode", mode)]).await;
    let mut spec = guests::task(&plugin);
    spec.limits = limits;
    let mut task = SourceTaskInstance::new(spec).await?;
    task.start(&config).await?;
    Ok(task)
}

async fn poll_failure(mode: &str, limits: Limits) -> SandboxError {
    let mut task = source_task(mode, limits).await.unwrap();
    let error = task.poll().await.unwrap_err();
    if error.instance_lost() {
        assert!(matches!(
            task.poll().await.unwrap_err(),
            SandboxError::Gone { .. }
        ));
    }
    error
}

#[tokio::test]
async fn a_panic_is_a_trap_with_its_message_and_the_guests_frames() {
    let error = poll_failure("panic-in-poll", Limits::default()).await;
    assert!(matches!(error, SandboxError::Trap { .. }), "{error}");
    assert_eq!(error.blame(), Blame::Guest);
    let trace = error.trace();
    for part in [
        "org.apache.kafka.connect.errors.ConnectException: plugin \
         connect.wasm.test.MisbehavingSourceConnector version ",
        "call source-task.poll: the plugin trapped: wasm trap: wasm `unreachable` instruction executed",
        "this is the panic in poll",
        "misbehaving_source::harm::harm",
        "\n\tat source-task.poll (connect.wasm.test.MisbehavingSourceConnector ",
        ") [under-test|task-0]",
    ] {
        assert!(trace.contains(part), "{part} is not in\n{trace}");
    }
}

#[tokio::test]
async fn an_exit_is_a_trap() {
    let error = poll_failure("exit-in-poll", Limits::default()).await;
    assert!(matches!(error, SandboxError::Trap { .. }), "{error}");
    assert!(error.to_string().contains("exit"), "{error}");
}

#[tokio::test]
async fn an_overflowing_stack_is_a_trap() {
    let error = poll_failure("overflow-stack-in-poll", Limits::default()).await;
    assert!(matches!(error, SandboxError::Trap { .. }), "{error}");
    assert!(
        error
            .trace()
            .contains("misbehaving_source::harm::overflow_stack"),
        "{}",
        error.trace()
    );
}

#[tokio::test]
async fn a_spin_is_stopped_at_the_deadline_and_told_with_its_place() {
    for (mode, in_start) in [("spin-in-poll", false), ("spin-in-start", true)] {
        let limits = guests::hurried(SOON);
        let begun = Instant::now();
        let error = if in_start {
            source_task(mode, limits).await.err().unwrap()
        } else {
            poll_failure(mode, limits).await
        };
        assert!(
            begun.elapsed() > SOON && begun.elapsed() < SOON + SLACK,
            "{:?}",
            begun.elapsed()
        );
        let SandboxError::Deadline { limit, key, .. } = &error else {
            panic!("{error}")
        };
        assert_eq!(*limit, SOON);
        assert_eq!(
            *key,
            if in_start {
                "sandbox.start.timeout.ms"
            } else {
                "sandbox.poll.timeout.ms"
            }
        );
        assert!(
            error.trace().contains("misbehaving_source::harm::"),
            "{}",
            error.trace()
        );
    }
}

#[tokio::test]
async fn a_wait_in_the_host_is_given_up_at_the_deadline() {
    let begun = Instant::now();
    let error = poll_failure("block-in-poll", guests::hurried(SOON)).await;
    assert!(begun.elapsed() < SOON + SLACK);
    assert_eq!(
        error.to_string(),
        format!(
            "plugin connect.wasm.test.MisbehavingSourceConnector version {}, call source-task.poll: the call did \
             not return within 300 ms (sandbox.poll.timeout.ms)",
            guests::plugin(SOURCE_ZOO).await.description().version
        )
    );
}

#[tokio::test]
async fn a_stop_that_blocks_or_spins_is_given_up() {
    for mode in ["block-in-stop", "spin-in-stop"] {
        let mut task = source_task(mode, guests::hurried(SOON)).await.unwrap();
        let begun = Instant::now();
        let error = task.stop().await.unwrap_err();
        assert!(begun.elapsed() < SOON + SLACK);
        assert!(
            matches!(
                error,
                SandboxError::Deadline {
                    key: "sandbox.stop.timeout.ms",
                    ..
                }
            ),
            "{error}"
        );
    }
}

#[tokio::test]
async fn memory_beyond_the_limit_is_told_as_the_limit() {
    let limits = Limits {
        memory_bytes: 32 << 20,
        ..Limits::default()
    };
    let error = poll_failure("allocate-in-poll", limits).await;
    let SandboxError::Limit { limit, frames, .. } = &error else {
        panic!("{error}")
    };
    assert!(
        limit.ends_with(
            "bytes of memory were asked for, 33554432 are allowed (sandbox.memory.max.bytes)"
        ),
        "{limit}"
    );
    assert!(
        frames.iter().any(|frame| frame.contains("harm")),
        "{frames:?}"
    );
}

#[tokio::test]
async fn too_little_memory_to_begin_with_is_told() {
    let mut spec = guests::task(&guests::plugin(SOURCE_ZOO).await);
    spec.limits.memory_bytes = 64 << 10;
    let error = SourceTaskInstance::new(spec).await.err().unwrap();
    assert!(matches!(error, SandboxError::Limit { .. }), "{error}");
    assert!(
        error.to_string().contains("sandbox.memory.max.bytes"),
        "{error}"
    );
}

#[tokio::test]
async fn a_flood_of_lines_is_dropped_and_summed_up() {
    let (log, guard) = guests::Log::listen();
    let limits = Limits {
        log_lines_per_second: 50,
        ..guests::hurried(Duration::from_secs(20))
    };
    for mode in ["flood-log-in-poll", "flood-stderr-in-poll"] {
        let mut task = source_task(mode, limits.clone()).await.unwrap();
        task.poll().await.unwrap();
    }
    drop(guard);
    let lines = log.lines();
    let flood = lines.iter().filter(|line| line.contains("flood ")).count();
    assert!((50..10_000).contains(&flood), "{flood}");
    let dropped: u64 = lines
        .iter()
        .filter_map(|line| line.split_once(" log lines of the plugin were dropped; 50 a second"))
        .map(|(before, _)| before.rsplit(' ').next().unwrap().parse::<u64>().unwrap())
        .sum();
    assert_eq!(
        dropped + flood as u64,
        220_000,
        "every line is shown or counted"
    );
}

#[tokio::test]
async fn a_long_line_is_cut() {
    let (log, guard) = guests::Log::listen();
    let mut task = source_task("long-line-in-poll", Limits::default())
        .await
        .unwrap();
    task.poll().await.unwrap();
    drop(guard);
    let lines = log.lines();
    let line = lines.iter().find(|line| line.contains("longlong")).unwrap();
    assert!(line.len() < (16 << 10) + 200);
    assert!(line.contains("(cut, sandbox.log.line.max.bytes=16384)"));
}

#[tokio::test]
async fn error_values_keep_the_instance_and_their_kind() {
    for (mode, kind) in [
        ("retriable-error-in-poll", ErrorKind::Retriable),
        ("data-error-in-poll", ErrorKind::Data),
        ("config-error-in-poll", ErrorKind::Config),
        ("fatal-error-in-poll", ErrorKind::Fatal),
    ] {
        let mut task = source_task(mode, Limits::default()).await.unwrap();
        for _ in 0..3 {
            let error = task.poll().await.unwrap_err();
            assert_eq!(error.guest_error().unwrap().kind, kind);
            assert_eq!(error.retriable(), kind == ErrorKind::Retriable);
        }
        task.stop().await.unwrap();
    }
}

#[tokio::test]
async fn a_corrupt_batch_is_bytes_that_do_not_decode_and_can_be_rejected_by_name() {
    let mut task = source_task("corrupt-batch", Limits::default())
        .await
        .unwrap();
    let bytes = task.poll().await.unwrap().unwrap();
    let mut schemas = connect_data::batch::SchemaCache::new();
    assert!(connect_data::batch::SourceBatch::decode(&bytes, &mut schemas).is_err());
    let error = task.reject_batch("it is no batch".to_owned());
    assert!(
        error
            .to_string()
            .ends_with("call source-task.poll: the plugin returned a wrong result: it is no batch")
    );
    assert!(matches!(
        task.poll().await.unwrap_err(),
        SandboxError::Gone { .. }
    ));
}

#[tokio::test]
async fn a_connector_instance_is_bounded_too() {
    let plugin = guests::plugin(SOURCE_ZOO).await;
    for (mode, expected) in [
        (
            "panic-in-connector-start",
            "this is the panic in connector-start",
        ),
        ("spin-in-connector-start", "did not return within"),
        ("block-in-connector-start", "did not return within"),
    ] {
        let mut spec = guests::task(&plugin);
        spec.limits = guests::hurried(SOON);
        let mut connector = ConnectorInstance::new(spec).await.unwrap();
        let error = connector
            .start(&guests::config(&[("topic", "t"), ("mode", mode)]))
            .await
            .unwrap_err();
        assert!(error.to_string().contains(expected), "{mode}: {error}");
        assert!(
            error.to_string().contains("call connector.start"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_sink_that_fails_in_put_is_told() {
    let plugin = guests::plugin(SINK_ZOO).await;
    let batch = guests::sink_batch();
    for (mode, expected) in [
        ("panic-in-put", "call sink-task.put: the plugin trapped"),
        ("spin-in-put", "sandbox.put.timeout.ms"),
        ("block-in-put", "sandbox.put.timeout.ms"),
        ("fatal-error-in-put", "fatal in put"),
    ] {
        let config = guests::task_config(&plugin, &[("mode", mode)]).await;
        let mut spec = guests::task(&plugin);
        spec.limits = guests::hurried(SOON);
        let mut task = SinkTaskInstance::new(spec).await.unwrap();
        task.start(&config).await.unwrap();
        let error = task.put(&batch).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{mode}: {error}");
    }
}

/// One thread for everybody: the neighbour gets it only because the spinning guests yield.
#[tokio::test(flavor = "current_thread")]
async fn a_neighbour_keeps_its_pace_while_others_spin() {
    let spinning = ["spin-in-poll"; 3].map(|mode| {
        tokio::spawn(
            async move { poll_failure(mode, guests::hurried(Duration::from_secs(3))).await },
        )
    });
    let plugin = guests::plugin(guests::COUNTING).await;
    let config = guests::task_config(&plugin, &[("topic", "t"), ("rate", "1000")]).await;
    let mut neighbour = SourceTaskInstance::new(guests::task(&plugin))
        .await
        .unwrap();
    neighbour.start(&config).await.unwrap();
    let begun = Instant::now();
    let (mut polls, mut longest) = (0, Duration::ZERO);
    while begun.elapsed() < Duration::from_secs(1) {
        let poll_begun = Instant::now();
        assert!(neighbour.poll().await.unwrap().is_some());
        longest = longest.max(poll_begun.elapsed());
        polls += 1;
    }
    eprintln!("{polls} polls of the neighbour in a second, the longest took {longest:?}");
    assert!(polls >= 10, "{polls}");
    assert!(longest < Duration::from_millis(500), "{longest:?}");
    for spin in spinning {
        assert!(matches!(spin.await.unwrap(), SandboxError::Deadline { .. }));
    }
}
