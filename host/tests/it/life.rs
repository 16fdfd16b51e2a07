//! Instances live their lives: services answer, signals end waits, output is told, errors keep
//! the instance and given-up calls end it.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use connect_data::{OffsetMap, OffsetValue};
use connect_wasm::config::ConfigMap;
use connect_wasm::sandbox::{
    ConnectError, ConnectorContext, ConnectorInstance, ErrantRecord, ErrantRecordReporter,
    ErrorKind, FileGrant, Grants, HostServices, Limits, OffsetReader, PartitionOffset,
    SandboxError, SinkContext, SinkTaskInstance, SourceTaskInstance, StopSignal, Support,
    TopicPartition,
};

use crate::guests;

/// Stored offsets of a test: the number 41 for every counter.
struct Stored(Mutex<Vec<OffsetMap<'static>>>);

#[async_trait]
impl OffsetReader for Stored {
    async fn offsets(
        &self,
        partitions: Vec<OffsetMap<'static>>,
    ) -> Result<Vec<Option<OffsetMap<'static>>>, ConnectError> {
        let offsets = vec![Some(OffsetMap::of("number", 41)); partitions.len()];
        self.0.lock().unwrap().extend(partitions);
        Ok(offsets)
    }
}

/// An offset store that is out of order.
struct Broken;

#[async_trait]
impl OffsetReader for Broken {
    async fn offsets(
        &self,
        _: Vec<OffsetMap<'static>>,
    ) -> Result<Vec<Option<OffsetMap<'static>>>, ConnectError> {
        Err(ConnectError::new(
            ErrorKind::Retriable,
            "the offset store is away",
        ))
    }
}

/// The configuration of a counting task.
async fn counting(rate: &str) -> ConfigMap {
    let plugin = guests::plugin(guests::COUNTING).await;
    guests::task_config(&plugin, &[("topic", "numbers"), ("rate", rate)]).await
}

#[tokio::test]
async fn a_task_reads_its_stored_offset_and_its_lines_are_in_the_log() {
    let plugin = guests::plugin(guests::COUNTING).await;
    let (log, guard) = guests::Log::listen();
    let stored = Arc::new(Stored(Mutex::default()));
    let mut spec = guests::task(&plugin);
    spec.services = HostServices {
        offset_reader: Some(stored.clone()),
        ..HostServices::default()
    };
    let mut task = SourceTaskInstance::new(spec).await.unwrap();
    let options = task.start(&counting("1000").await).await.unwrap();
    assert!(!options.wants_commit_records);
    assert!(task.poll().await.unwrap().is_some());
    task.commit().await.unwrap();
    task.stop().await.unwrap();
    drop(guard);
    let asked = stored.0.lock().unwrap();
    assert_eq!(asked[0].get("counter"), Some(&OffsetValue::Integer(0)));
    let class = &plugin.description().task_class;
    let expected =
        format!("INFO connect_wasm::guest::{class}: Counting from 42 instance=[under-test|task-0]");
    assert!(log.lines().contains(&expected), "{:?}", log.lines());
}

#[tokio::test]
async fn an_error_of_a_service_reaches_the_guest_and_comes_back_as_a_value() {
    let mut spec = guests::task(&guests::plugin(guests::COUNTING).await);
    spec.services = HostServices {
        offset_reader: Some(Arc::new(Broken)),
        ..HostServices::default()
    };
    let mut task = SourceTaskInstance::new(spec).await.unwrap();
    let error = task.start(&counting("1000").await).await.unwrap_err();
    assert_eq!(
        error.guest_error().unwrap().message,
        "the offset store is away"
    );
    assert!(error.retriable() && !error.instance_lost());
}

#[tokio::test]
async fn the_stop_signal_ends_a_waiting_poll() {
    let plugin = guests::plugin(guests::COUNTING).await;
    let mut spec = guests::task(&plugin);
    let signal = StopSignal::new();
    spec.stop = signal.clone();
    let mut task = SourceTaskInstance::new(spec).await.unwrap();
    task.start(&counting("1").await).await.unwrap();
    let begun = Instant::now();
    let (batch, ()) = tokio::join!(task.poll(), async {
        // The poll is in its wait by now.
        tokio::task::yield_now().await;
        signal.raise();
    });
    assert!(batch.unwrap().is_none());
    assert!(begun.elapsed() < Duration::from_millis(500));
    signal.lower();
    assert!(task.poll().await.is_ok());
}

#[tokio::test]
async fn a_call_that_is_given_up_ends_the_instance() {
    let mut task = SourceTaskInstance::new(guests::task(&guests::plugin(guests::COUNTING).await))
        .await
        .unwrap();
    task.start(&counting("1").await).await.unwrap();
    assert!(
        tokio::time::timeout(Duration::from_millis(20), task.poll())
            .await
            .is_err()
    );
    let error = task.poll().await.unwrap_err();
    assert!(matches!(error, SandboxError::Gone { .. }), "{error}");
    assert!(matches!(
        task.stop().await.unwrap_err(),
        SandboxError::Gone { .. }
    ));
}

#[tokio::test]
async fn a_connector_makes_task_configurations() {
    let plugin = guests::plugin(guests::COUNTING).await;
    let mut connector = ConnectorInstance::new(guests::task(&plugin)).await.unwrap();
    connector
        .start(&guests::config(&[("topic", "numbers")]))
        .await
        .unwrap();
    let tasks = connector.task_configs(3).await.unwrap();
    let counters: Vec<&str> = tasks.iter().map(|task| task["counter"].as_str()).collect();
    assert_eq!(counters, ["0", "1", "2"]);
    assert_eq!(
        connector.task_class().await.unwrap(),
        plugin.description().task_class
    );
    connector.monitor().await.unwrap();
    connector.stop().await.unwrap();
    let config = guests::config(&[("topic", "numbers")]);
    let mut fresh = ConnectorInstance::new(guests::task(&plugin)).await.unwrap();
    assert_ne!(
        fresh.exactly_once_support(&config).await.unwrap(),
        Support::Supported
    );
}

#[tokio::test]
async fn a_wrong_configuration_is_a_value_with_the_guests_text() {
    let plugin = guests::plugin(guests::COUNTING).await;
    let mut task = SourceTaskInstance::new(guests::task(&plugin))
        .await
        .unwrap();
    let error = task.start(&counting("fast").await).await.unwrap_err();
    assert_eq!(
        error.guest_error().unwrap().kind,
        ErrorKind::Config,
        "{error}"
    );
    assert!(
        error
            .trace()
            .starts_with("org.apache.kafka.common.config.ConfigException: "),
        "{}",
        error.trace()
    );
    assert!(
        plugin
            .validate(&Limits::default(), &guests::config(&[("topic", "numbers")]))
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        plugin
            .recommend(&Limits::default(), &guests::config(&[]))
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn a_sink_task_gets_its_calls_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calls").to_str().unwrap().to_owned();
    let mut spec = guests::task(&guests::plugin(guests::RECORDING).await);
    let grant = FileGrant::new("file", path.as_str(), true).unwrap();
    spec.grants = Grants {
        files: vec![grant],
        stdio: false,
        ..Grants::default()
    };
    let mut task = SinkTaskInstance::new(spec).await.unwrap();
    task.start(&guests::config(&[
        ("file", &path),
        ("pre.commit", "flush"),
        ("retriable.puts", "0"),
        ("report.value", ""),
        ("report.as", ""),
    ]))
    .await
    .unwrap();
    let partition = TopicPartition {
        topic: "lines".into(),
        partition: 2,
    };
    task.open(std::slice::from_ref(&partition)).await.unwrap();
    task.put(&connect_data::batch::SinkBatchEncoder::new().finish())
        .await
        .unwrap();
    let offsets = [PartitionOffset {
        topic: "lines".into(),
        partition: 2,
        offset: 6,
    }];
    assert_eq!(task.pre_commit(&offsets).await.unwrap(), None);
    task.flush(&offsets).await.unwrap();
    task.close(&[partition]).await.unwrap();
    task.stop().await.unwrap();
    let calls = std::fs::read_to_string(&path).unwrap();
    assert_eq!(
        calls,
        "start\nopen lines-2\npre-commit lines-2@6\nflush lines-2@6\nclose lines-2\nstop\n"
    );
}

#[tokio::test]
async fn a_source_plugin_has_no_sink_task() {
    let error = SinkTaskInstance::new(guests::task(&guests::plugin(guests::COUNTING).await))
        .await
        .err()
        .unwrap();
    assert!(matches!(error, SandboxError::WrongResult { .. }), "{error}");
}

#[tokio::test]
async fn output_without_a_grant_goes_to_the_log() {
    let plugin = guests::plugin(guests::PROBE).await;
    let (log, guard) = guests::Log::listen();
    let mut task = SourceTaskInstance::new(guests::task(&plugin))
        .await
        .unwrap();
    let script = "print to-stdout to-stderr\nread-line";
    let error = task
        .start(&guests::config(&[("script", script)]))
        .await
        .unwrap_err();
    drop(guard);
    assert_eq!(
        error.guest_error().unwrap().message,
        "ok\nok",
        "standard input is at its end"
    );
    let class = &plugin.description().task_class;
    for expected in [
        format!("INFO connect_wasm::guest::{class}: to-stdout instance=[under-test|task-0]"),
        format!("WARN connect_wasm::guest::{class}: to-stderr instance=[under-test|task-0]"),
    ] {
        assert!(log.lines().contains(&expected), "{:?}", log.lines());
    }
}

/// What a sink task asked for.
#[derive(Default)]
struct Asked(Mutex<Vec<String>>);

impl Asked {
    fn push(&self, what: impl Into<String>) {
        self.0.lock().unwrap().push(what.into());
    }
}

impl SinkContext for Asked {
    fn set_offsets(&self, offsets: Vec<PartitionOffset>) {
        self.push(format!(
            "offsets {} {}",
            offsets[0].topic, offsets[0].offset
        ));
    }

    fn set_timeout(&self, timeout_ms: i64) {
        self.push(format!("timeout {timeout_ms}"));
    }

    fn pause(&self, partitions: Vec<TopicPartition>) -> Result<(), ConnectError> {
        self.push(format!(
            "pause {}-{}",
            partitions[0].topic, partitions[0].partition
        ));
        Err(ConnectError::new(ErrorKind::Fatal, "not yours"))
    }

    fn resume(&self, partitions: Vec<TopicPartition>) -> Result<(), ConnectError> {
        self.push(format!(
            "resume {}-{}",
            partitions[0].topic, partitions[0].partition
        ));
        Ok(())
    }

    fn assignment(&self) -> Vec<TopicPartition> {
        vec![TopicPartition {
            topic: "lines".into(),
            partition: 2,
        }]
    }

    fn request_commit(&self) {
        self.push("commit");
    }
}

#[async_trait]
impl ErrantRecordReporter for Asked {
    async fn report(&self, record: ErrantRecord, error: String) -> Result<(), ConnectError> {
        self.push(format!("report {record:?}: {error}"));
        Err(ConnectError::new(ErrorKind::Fatal, "tolerance is none"))
    }
}

/// What a sink in `mode` asks for when it gets a record, how its put ends, and its log.
async fn asked(mode: &str) -> (Vec<String>, Result<(), SandboxError>, Vec<String>) {
    let plugin = guests::plugin(guests::SINK_ZOO).await;
    let config = guests::task_config(&plugin, &[("mode", mode)]).await;
    let asked = Arc::new(Asked::default());
    let (log, guard) = guests::Log::listen();
    let mut spec = guests::task(&plugin);
    spec.services.sink_context = Some(asked.clone());
    spec.services.errant_records = Some(asked.clone());
    let mut task = SinkTaskInstance::new(spec).await.unwrap();
    task.start(&config).await.unwrap();
    task.open(&asked.assignment()).await.unwrap();
    let outcome = task.put(&guests::sink_batch()).await;
    drop(guard);
    let asked = asked.0.lock().unwrap().clone();
    (asked, outcome, log.lines())
}

#[tokio::test]
async fn requests_of_a_sink_reach_the_worker_and_its_answers_the_sink() {
    let (requests, outcome, _) = asked("request-commit").await;
    outcome.unwrap();
    assert_eq!(requests, ["commit"]);

    let (requests, outcome, _) = asked("rewind").await;
    outcome.unwrap();
    assert_eq!(requests, ["offsets lines 0"]);

    let (requests, outcome, log) = asked("pause-others").await;
    outcome.unwrap();
    assert_eq!(requests, ["pause not-assigned-7", "resume not-assigned-7"]);
    assert!(
        log.iter()
            .any(|line| line.contains("pause was refused: not yours")),
        "{log:?}"
    );
    assert!(
        log.iter().any(|line| line.contains("resume was allowed")),
        "{log:?}"
    );

    let (requests, outcome, _) = asked("report").await;
    assert!(
        outcome
            .unwrap_err()
            .to_string()
            .contains("tolerance is none")
    );
    assert!(
        requests[0].starts_with("report Delivered { topic: \"t\", partition: 0, offset: 0 }: "),
        "{requests:?}"
    );
}

/// What a connector asked for.
impl ConnectorContext for Asked {
    fn request_task_reconfiguration(&self) {
        self.push("reconfigure");
    }

    fn raise_error(&self, message: String) {
        self.push(format!("raise {message}"));
    }
}

#[tokio::test]
async fn requests_of_a_connector_reach_the_worker() {
    let plugin = guests::plugin(guests::SOURCE_ZOO).await;
    for (mode, request) in [
        ("reconfigure", "reconfigure"),
        ("raise-error", "raise this is the raised error"),
    ] {
        let asked = Arc::new(Asked::default());
        let mut spec = guests::task(&plugin);
        spec.services.connector_context = Some(asked.clone());
        let mut connector = ConnectorInstance::new(spec).await.unwrap();
        connector
            .start(&guests::config(&[("topic", "t"), ("mode", mode)]))
            .await
            .unwrap();
        connector.monitor().await.unwrap();
        assert_eq!(*asked.0.lock().unwrap(), [request]);
    }
}
