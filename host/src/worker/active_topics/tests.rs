use super::*;
use crate::ids::ConnectorName;
use crate::storage::topic::MemoryTopicBackingStore;

struct Fixture {
    store: Arc<MemoryTopicBackingStore>,
    topics: ActiveTopics,
}

impl Fixture {
    fn new() -> Self {
        let store = Arc::new(MemoryTopicBackingStore::new());
        let id = ConnectorTaskId::new(ConnectorName::from("c"), 0);
        Self {
            topics: ActiveTopics::new(id, Some(store.clone())),
            store,
        }
    }

    fn stored(&self) -> Vec<String> {
        self.store.topics(&ConnectorName::from("c"))
    }
}

#[test]
fn consumed_topics_are_active_at_once() {
    let mut fixture = Fixture::new();
    fixture.topics.begin_batch();
    for topic in ["b", "a", "b"] {
        fixture.topics.consumed(topic);
    }
    assert_eq!(fixture.stored(), ["a", "b"]);
}

#[test]
fn sent_topics_are_active_once_a_record_of_theirs_is_written() {
    let mut fixture = Fixture::new();
    fixture.topics.sent("a", 0);
    fixture.topics.sent("b", 1);
    fixture.topics.sent("a", 2);
    assert!(fixture.stored().is_empty());
    fixture.topics.settled(1, true);
    assert_eq!(fixture.stored(), ["b"]);
    // The first one of topic a was refused, and the second does not count any more.
    fixture.topics.settled(0, false);
    fixture.topics.settled(2, true);
    assert_eq!(fixture.stored(), ["b"]);
    fixture.topics.sent("a", 3);
    fixture.topics.settled(3, true);
    assert_eq!(fixture.stored(), ["a", "b"]);
}

#[test]
fn forgotten_topics_are_recorded_again_when_they_are_used_again() {
    let mut fixture = Fixture::new();
    fixture.topics.consumed("a");
    fixture.topics.sent("b", 0);
    fixture.store.delete(&ConnectorName::from("c"));
    fixture.topics.begin_batch();
    fixture.topics.settled(0, true);
    assert!(fixture.stored().is_empty());
    fixture.topics.consumed("a");
    fixture.topics.sent("b", 1);
    fixture.topics.settled(1, true);
    assert_eq!(fixture.stored(), ["a", "b"]);
}

#[test]
fn without_a_store_nothing_is_kept() {
    let id = ConnectorTaskId::new(ConnectorName::from("c"), 0);
    let mut topics = ActiveTopics::new(id, None);
    topics.begin_batch();
    topics.consumed("a");
    topics.sent("a", 0);
    topics.settled(0, true);
    assert!(topics.known.is_empty() && topics.awaited.is_empty());
}
