//! Each limit of an instance is kept, told by its key, and counted.

use std::fs;
use std::time::Duration;

use connect_wasm::ids::{ConnectorName, ConnectorTaskId, InstanceId};
use connect_wasm::sandbox::{
    FileGrant, Grants, InstanceSpec, Limits, SandboxError, SourceTaskInstance,
};

use crate::guests::{self, SOURCE_ZOO};

/// What an instance is made of whose metrics go by this name.
async fn spec(name: &str, limits: Limits) -> InstanceSpec {
    let mut spec = guests::task(&guests::plugin(SOURCE_ZOO).await);
    spec.id = InstanceId::Task(ConnectorTaskId::new(ConnectorName::new(name), 0));
    spec.limits = limits;
    spec
}

/// A started task in `mode`.
async fn started(spec: InstanceSpec, entries: &[(&str, &str)]) -> SourceTaskInstance {
    let mut all = vec![("topic", "t")];
    all.extend(entries);
    let config = guests::task_config(&spec.plugin, &all).await;
    let mut task = SourceTaskInstance::new(spec).await.unwrap();
    task.start(&config).await.unwrap();
    task
}

async fn poll_failure(name: &str, limits: Limits) -> SandboxError {
    let spec = spec(name, limits).await;
    let mode = format!("{name}-in-poll");
    let mut task = started(spec, &[("mode", &mode)]).await;
    let error = task.poll().await.unwrap_err();
    assert!(
        matches!(task.poll().await.unwrap_err(), SandboxError::Gone { .. }),
        "{error}"
    );
    error
}

/// The value of a metric of a connector, if it has one.
fn metric(name: &str, connector: &str, label: &str) -> Option<f64> {
    let text = guests::metrics().text();
    let start = format!("{name}{{connector=\"{connector}\",");
    let line = text
        .lines()
        .find(|line| line.starts_with(&start) && line.contains(label))?;
    line.rsplit(' ').next()?.parse().ok()
}

fn refusals(connector: &str, key: &str) -> Option<f64> {
    let label = format!("limit=\"{key}\"");
    metric("connect_wasm_guest_refusals_total", connector, &label)
}

#[tokio::test]
async fn what_a_component_is_made_of_is_bounded() {
    let tables = Limits {
        table_elements: 3,
        ..Limits::default()
    };
    let modules = Limits {
        core_instances: 1,
        ..Limits::default()
    };
    for (limits, expected) in [
        (
            tables,
            "table elements were asked for, 3 are allowed (sandbox.table.max.elements)",
        ),
        (
            modules,
            "count too high at 2, 1 are allowed (sandbox.instances.max)",
        ),
    ] {
        let spec = spec("made-of", limits).await;
        let error = SourceTaskInstance::new(spec).await.err().unwrap();
        assert!(matches!(error, SandboxError::Limit { .. }), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[tokio::test]
async fn a_payload_beyond_the_limit_is_told_as_the_limit() {
    let limits = Limits {
        host_call_bytes: 1 << 20,
        ..Limits::default()
    };
    let error = poll_failure("large-payload", limits).await;
    let SandboxError::Limit { limit, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!(
        limit,
        "a call to the worker may carry 1048576 bytes (sandbox.payload.max.bytes)"
    );
}

#[tokio::test]
async fn what_is_no_value_of_the_contract_is_a_trap() {
    for (mode, expected) in [
        ("wrong-variant", "unexpected discriminant: 99"),
        ("wrong-text", "invalid utf-8"),
        ("return-wrong-text", "invalid utf-8"),
    ] {
        let error = poll_failure(mode, Limits::default()).await;
        assert!(
            matches!(error, SandboxError::Trap { .. }),
            "{mode}: {error}"
        );
        assert!(error.to_string().contains(expected), "{mode}: {error}");
    }
}

#[tokio::test]
async fn a_panic_in_a_drop_is_a_trap_of_the_call_that_dropped() {
    let spec = spec("drop-panic", Limits::default()).await;
    let mut task = started(spec, &[("mode", "drop-panic")]).await;
    let error = task.stop().await.unwrap_err();
    assert!(matches!(error, SandboxError::Trap { .. }), "{error}");
    assert!(
        error.to_string().contains("this is the panic in drop"),
        "{error}"
    );
}

#[tokio::test]
async fn a_deep_batch_is_refused_by_its_reader() {
    let spec = spec("deep-batch", Limits::default()).await;
    let mut task = started(spec, &[("mode", "deep-batch")]).await;
    let bytes = task.poll().await.unwrap().unwrap();
    let mut schemas = connect_data::batch::SchemaCache::new();
    let batch = connect_data::batch::SourceBatch::decode(&bytes, &mut schemas).unwrap();
    let error = batch.records().next_record().unwrap_err();
    assert_eq!(
        error.to_string(),
        "values are nested deeper than 128 levels"
    );
}

#[tokio::test]
async fn files_that_are_never_closed_end_the_instance_and_give_their_descriptors_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("granted");
    fs::write(&path, "x").unwrap();
    let path = path.to_str().unwrap();
    let mut spec = spec(
        "leak-files",
        Limits {
            handles: 50,
            ..Limits::default()
        },
    )
    .await;
    spec.grants = Grants {
        files: vec![FileGrant::new("file", path, false).unwrap()],
        ..Grants::default()
    };
    let mut task = started(spec, &[("mode", "leak-files"), ("file", path)]).await;
    let error = loop {
        match task.poll().await {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    let SandboxError::Limit { limit, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!(limit, "50 open handles are allowed (sandbox.handles.max)");
    assert_eq!(refusals("leak-files", "sandbox.handles.max"), Some(1.0));
    // Dropping the instance has closed them.
    let open = fs::read_dir("/proc/self/fd").unwrap();
    let targets = open.filter_map(|file| fs::read_link(file.unwrap().path()).ok());
    assert_eq!(
        targets
            .filter(|target| target.to_str() == Some(path))
            .count(),
        0
    );
}

#[tokio::test]
async fn bytes_written_to_files_are_bounded_over_the_life_of_an_instance() {
    let (log, guard) = guests::Log::listen();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("written");
    let text = path.to_str().unwrap();
    let limits = Limits {
        disk_bytes: (5 << 20) / 2,
        ..Limits::default()
    };
    let mut spec = spec("write-much", limits).await;
    spec.grants = Grants {
        files: vec![FileGrant::new("file.write", text, true).unwrap()],
        ..Grants::default()
    };
    let mut task = started(spec, &[("mode", "write-much"), ("file.write", text)]).await;
    for _ in 0..2 {
        task.poll().await.unwrap();
    }
    for _ in 0..2 {
        let error = task.poll().await.unwrap_err();
        let said = &error.guest_error().unwrap().message;
        assert!(said.starts_with("cannot write: "), "{said}");
    }
    task.stop().await.unwrap();
    drop(guard);
    let written = fs::metadata(&path).unwrap().len();
    assert!((2 << 20..=5 << 19).contains(&written), "{written}");
    let warnings = log.lines().into_iter();
    let warnings = warnings.filter(|line| line.contains("(sandbox.disk.max.bytes)"));
    assert_eq!(warnings.count(), 1);
    assert!(refusals("write-much", "sandbox.disk.max.bytes").unwrap() >= 2.0);
}

#[tokio::test]
async fn a_spinning_guest_gets_its_share_of_a_processor() {
    let limits = Limits {
        cpu_percent: 10,
        ..guests::hurried(Duration::from_secs(2))
    };
    let spec = spec("share", limits).await;
    let mut task = started(spec, &[("mode", "spin-in-poll")]).await;
    let error = task.poll().await.unwrap_err();
    assert!(matches!(error, SandboxError::Deadline { .. }), "{error}");
    let used = metric("connect_wasm_guest_cpu_seconds_total", "share", "").unwrap();
    // A tenth of two seconds, a window's burst, and ticks that come late.
    assert!((0.1..0.6).contains(&used), "{used}");
    assert!(refusals("share", "sandbox.cpu.percent").unwrap() >= 2.0);
}

#[tokio::test]
async fn what_an_instance_uses_is_shown_while_it_is_there() {
    let spec = spec("shown", Limits::default()).await;
    let mut task = started(spec, &[("mode", "many-metrics-in-poll")]).await;
    let batch = task.poll().await.unwrap().unwrap();
    let shown = |name: &str, label: &str| metric(name, "shown", label).unwrap();
    let calls = "connect_wasm_guest_calls_total";
    assert_eq!(shown(calls, "call=\"source-task.start\""), 1.0);
    assert_eq!(shown(calls, "call=\"source-task.poll\""), 1.0);
    assert!(shown("connect_wasm_guest_memory_bytes", "") >= 65536.0);
    assert!(shown("connect_wasm_guest_memory_peak_bytes", "") >= 65536.0);
    assert!(shown("connect_wasm_guest_cpu_seconds_total", "") > 0.0);
    let carried = shown("connect_wasm_guest_host_call_bytes_total", "");
    assert!(carried >= batch.len() as f64);
    let own = "connect_wasm_plugin_counter_total";
    assert_eq!(shown(own, "name=\"metric-99\""), 1.0);
    assert_eq!(metric(own, "shown", "name=\"metric-100\""), None);
    drop(task);
    assert_eq!(metric(calls, "shown", ""), None);
}
