use std::time::Duration;

use super::super::fake::Fixture;
use super::super::request::{PutConnector, SubmittedConfig};
use super::super::{Herder, HerderError};
use super::*;
use crate::config::ConfigMap;
use crate::ids::ConnectorTaskId;
use crate::storage::config::ConfigOrigin;
use crate::storage::topic::MemoryTopicBackingStore;

fn name() -> ConnectorName {
    ConnectorName::from("c")
}

impl Fixture {
    async fn create(&self, extra: &[(&str, &str)], target: TargetState) {
        let mut config = ConfigMap::new();
        for (key, value) in [("connector.class", "FileStreamSource"), ("topic", "t")]
            .iter()
            .chain(extra)
        {
            config.insert((*key).to_owned(), (*value).to_owned());
        }
        let config = SubmittedConfig::new(config);
        let put = PutConnector::create(name(), config, ConfigOrigin::Rest).target(Some(target));
        self.herder.put_connector_config(put).await.unwrap();
        self.worker.take_calls();
    }
}

fn entry() -> Vec<OffsetEntry> {
    vec![(None, None)]
}

#[tokio::test]
async fn unknown_connectors_have_no_offsets() {
    let fixture = Fixture::new();
    let expected = HerderError::ConnectorNotFound(name());
    let herder = &fixture.herder;
    assert_eq!(
        herder.connector_offsets(&name()).await,
        Err(expected.clone())
    );
    assert_eq!(
        herder.alter_connector_offsets(&name(), entry()).await,
        Err(expected.clone())
    );
    assert_eq!(herder.reset_connector_offsets(&name()).await, Err(expected));
    assert!(fixture.worker.calls_are_empty());
}

#[tokio::test]
async fn offsets_are_read_in_any_state_and_changed_when_stopped() {
    let fixture = Fixture::new();
    fixture.create(&[], TargetState::Started).await;
    let herder = &fixture.herder;
    for target in [TargetState::Started, TargetState::Paused] {
        herder.set_target_state(&name(), target).await.unwrap();
        assert_eq!(herder.connector_offsets(&name()).await.unwrap().len(), 1);
        let expected = HerderError::NotStopped(name());
        assert_eq!(
            expected.to_string(),
            "Connectors must be in the STOPPED state before their offsets can be modified. This can be done for \
             the specified connector by issuing a 'PUT' request to the '/connectors/c/stop' endpoint"
        );
        assert_eq!(
            herder.alter_connector_offsets(&name(), entry()).await,
            Err(expected.clone())
        );
        assert_eq!(herder.reset_connector_offsets(&name()).await, Err(expected));
    }
    herder
        .set_target_state(&name(), TargetState::Stopped)
        .await
        .unwrap();
    fixture.worker.take_calls();
    assert_eq!(herder.connector_offsets(&name()).await.unwrap().len(), 1);
    let altered = herder.alter_connector_offsets(&name(), entry()).await;
    assert!(!altered.unwrap().reset);
    let reset = herder.reset_connector_offsets(&name()).await;
    assert!(reset.unwrap().reset);
    assert_eq!(
        fixture.worker.take_calls(),
        [
            "read offsets c",
            "modify offsets c Alter([(None, None)])",
            "modify offsets c Reset"
        ]
    );
}

#[tokio::test]
async fn what_comes_during_a_change_waits_for_its_end() {
    let fixture = Fixture::new();
    fixture
        .create(&[("block.offsets", "")], TargetState::Stopped)
        .await;
    let herder = fixture.herder.clone();
    let reset = tokio::spawn(async move { herder.reset_connector_offsets(&name()).await });
    while fixture.worker.calls_are_empty() {
        tokio::task::yield_now().await;
    }
    let herder = fixture.herder.clone();
    let resumed =
        tokio::spawn(async move { herder.set_target_state(&name(), TargetState::Started).await });
    tokio::task::yield_now().await;
    assert_eq!(fixture.worker.take_calls(), ["modify offsets c Reset"]);
    assert!(!resumed.is_finished());
    fixture.worker.gate.add_permits(1);
    assert!(reset.await.unwrap().unwrap().reset);
    resumed.await.unwrap().unwrap();
    assert_eq!(fixture.worker.take_calls()[0], "set target c STARTED");
}

#[tokio::test(start_paused = true)]
async fn a_change_that_takes_too_long_tells_what_is_being_done() {
    let fixture = Fixture::new();
    fixture
        .create(&[("block.offsets", "")], TargetState::Stopped)
        .await;
    let began = tokio::time::Instant::now();
    let error = fixture
        .herder
        .reset_connector_offsets(&name())
        .await
        .unwrap_err();
    assert_eq!(began.elapsed(), Duration::from_secs(90));
    let text = error.to_string();
    assert!(
        text.starts_with(
            "Request timed out. The worker is currently modifying the offsets of connector c, which began at "
        ),
        "{text}"
    );
}

#[tokio::test]
async fn topics_are_forgotten_on_request_and_with_their_connector() {
    let fixture = Fixture::new();
    fixture.create(&[], TargetState::Started).await;
    let task = ConnectorTaskId::new(name(), 0);
    let herder = &fixture.herder;
    assert_eq!(herder.active_topics(&name()), Ok(Vec::new()));
    fixture.topics.put(&task, "t");
    assert_eq!(herder.active_topics(&name()), Ok(vec!["t".to_owned()]));
    herder.reset_active_topics(&name()).unwrap();
    assert_eq!(herder.active_topics(&name()), Ok(Vec::new()));
    fixture.topics.put(&task, "t");
    herder.delete_connector(&name()).await.unwrap();
    assert_eq!(herder.active_topics(&name()), Ok(Vec::new()));
}

#[test]
fn tracking_and_forgetting_can_be_switched_off() {
    let store = Arc::new(MemoryTopicBackingStore::new());
    store.put(&ConnectorTaskId::new(name(), 0), "t");
    let kept = TopicTracking::with(store.clone(), true, false);
    assert_eq!(kept.topics(&name()), Ok(vec!["t".to_owned()]));
    assert_eq!(kept.reset(&name()), Err(HerderError::TopicResetDisabled));
    assert!(kept.store().is_some());
    let off = TopicTracking::with(store, false, true);
    assert_eq!(off.topics(&name()), Err(HerderError::TopicTrackingDisabled));
    assert_eq!(off.reset(&name()), Err(HerderError::TopicTrackingDisabled));
    assert!(off.store().is_none());
}
