//! The topic that records with errors are written to.
//!
//! Owns the topic's making, the producer, and which records are not acknowledged yet. Whoever sends
//! gives a ticket with each record and gets it back with the outcome. Must not know what failed, nor
//! what follows from an outcome. Kafka's counterpart: `DeadLetterQueueReporter`.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use crate::errors::Failure;
use crate::kafka::KafkaError;
use crate::kafka::admin::{Admin, NewTopic};
use crate::kafka::producer::{
    Delivery, OwnedRecord, ProducerRecord, Producers, RecordHeader, SendResult, TaskProducer,
};
use crate::metrics::TaskErrors;

use super::task::{client_failure, kafka_failure};

mod context;

pub(super) use context::{Origin, context_headers};

/// COMPAT: how many partitions Kafka gives the topic.
const PARTITIONS: i32 = 1;

/// What a dead letter queue is made of.
pub(super) struct DeadLetterQueueSpec {
    /// The topic.
    pub topic: String,
    /// Its replication factor when it is made.
    pub replication_factor: i16,
    /// Its settings when it is made.
    pub topic_configs: Vec<(String, String)>,
    /// Whether records say in headers what went wrong.
    pub context_headers: bool,
    /// Settings of the admin client, Java names.
    pub admin_settings: Vec<(String, String)>,
    /// Settings of the producer, Java names.
    pub producer_settings: Vec<(String, String)>,
    /// Whether the producer's client may be shared.
    pub shared: bool,
    /// The worker's producers.
    pub producers: Producers,
}

/// A dead letter queue of one task.
pub(super) struct DeadLetterQueue<Ticket> {
    topic: String,
    /// Whether records say in headers what went wrong.
    pub context_headers: bool,
    producer: TaskProducer,
    counts: Arc<TaskErrors>,
    /// Records for which the producer had no room, with their sequence numbers.
    backlog: VecDeque<(u64, OwnedRecord)>,
    /// The tickets of records not acknowledged yet; `None` where one is.
    tickets: VecDeque<Option<Ticket>>,
    /// The sequence number of `tickets[0]`.
    first_sequence: u64,
    unsettled: usize,
    settled: Vec<Settled<Ticket>>,
    deliveries: Vec<Delivery>,
}

/// A ticket and what became of its record.
pub(super) type Settled<Ticket> = (Ticket, Result<(), Failure>);

impl<Ticket> DeadLetterQueue<Ticket> {
    /// Makes the topic unless it exists, and the producer.
    ///
    /// # Errors
    ///
    /// The failure of the task.
    pub(super) async fn set_up(
        spec: DeadLetterQueueSpec,
        counts: Arc<TaskErrors>,
    ) -> Result<Self, Failure> {
        ensure_topic(&spec).await.map_err(|error| {
            let message = format!(
                "Could not initialize dead letter queue with topic={}",
                spec.topic
            );
            Failure::connect(message).caused_by(execution_failure(&error))
        })?;
        let producer = spec
            .producers
            .producer_for(&spec.producer_settings, spec.shared)
            .map_err(|error| client_failure(&error))?;
        Ok(Self {
            topic: spec.topic,
            context_headers: spec.context_headers,
            producer,
            counts,
            backlog: VecDeque::new(),
            tickets: VecDeque::new(),
            first_sequence: 0,
            unsettled: 0,
            settled: Vec::new(),
            deliveries: Vec::new(),
        })
    }

    /// The topic.
    pub(super) fn topic(&self) -> &str {
        &self.topic
    }

    /// Sends a record, or keeps it until there is room: see [`Self::has_backlog`].
    pub(super) fn send(&mut self, record: OwnedRecord, ticket: Ticket) {
        self.counts.dead_letter_requests.add(1);
        let sequence = self.first_sequence + self.tickets.len() as u64;
        self.tickets.push_back(Some(ticket));
        self.unsettled += 1;
        self.backlog.push_back((sequence, record));
        self.pump();
    }

    /// Takes what the producer reports, and sends what waits for room.
    pub(super) fn pump(&mut self) {
        let mut deliveries = std::mem::take(&mut self.deliveries);
        self.producer.take_deliveries(&mut deliveries);
        for delivery in deliveries.drain(..) {
            let error = delivery.result.err().map(|undelivered| undelivered.error);
            self.settle(delivery.sequence, error.as_ref());
        }
        self.deliveries = deliveries;
        while let Some((sequence, record)) = self.backlog.pop_front() {
            match send(&mut self.producer, &self.topic, &record, sequence) {
                Ok(SendResult::Queued) => {}
                Ok(SendResult::Full) => {
                    self.backlog.push_front((sequence, record));
                    return;
                }
                Err(error) => self.settle(sequence, Some(&error)),
            }
        }
    }

    fn settle(&mut self, sequence: u64, error: Option<&KafkaError>) {
        let place = sequence.checked_sub(self.first_sequence);
        let Some(slot) = place.and_then(|place| self.tickets.get_mut(place as usize)) else {
            return;
        };
        let Some(ticket) = slot.take() else {
            return;
        };
        self.unsettled -= 1;
        let outcome = match error {
            None => Ok(()),
            Some(error) => {
                self.counts.dead_letter_failures.add(1);
                let failure = kafka_failure(error);
                tracing::error!(
                    "Could not produce message to dead letter queue. topic={}\n{failure}",
                    self.topic
                );
                Err(failure)
            }
        };
        self.settled.push((ticket, outcome));
        while let Some(None) = self.tickets.front() {
            self.tickets.pop_front();
            self.first_sequence += 1;
        }
    }

    /// The outcomes since the last call, as far as [`Self::pump`] has taken them.
    pub(super) fn take_settled(&mut self) -> Vec<Settled<Ticket>> {
        std::mem::take(&mut self.settled)
    }

    /// The tickets of records that are not acknowledged.
    pub(super) fn tickets_mut(&mut self) -> impl Iterator<Item = &mut Ticket> {
        self.tickets.iter_mut().flatten()
    }

    /// Whether records wait for room: senders are to wait, too.
    pub(super) fn has_backlog(&self) -> bool {
        !self.backlog.is_empty()
    }

    /// How many records are neither written nor refused.
    pub(super) fn unsettled(&self) -> usize {
        self.unsettled
    }

    /// Resolves when a call of [`Self::pump`] may get further. Cancel safe.
    pub(super) async fn wait_for_progress(&self) {
        self.producer.wait_for_progress().await;
    }

    /// Gives the client back. What is not acknowledged may get lost.
    pub(super) async fn close(self) {
        self.producer.close(Duration::ZERO).await;
    }
}

fn send(
    producer: &mut TaskProducer,
    topic: &str,
    record: &OwnedRecord,
    sequence: u64,
) -> Result<SendResult, KafkaError> {
    let headers: Vec<RecordHeader<'_>> = record
        .headers
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_deref()))
        .collect();
    let record = ProducerRecord {
        topic,
        partition: None,
        timestamp: record.timestamp,
        key: record.key.as_deref(),
        value: record.value.as_deref(),
        headers: &headers,
    };
    producer.send(&record, sequence)
}

async fn ensure_topic(spec: &DeadLetterQueueSpec) -> Result<(), KafkaError> {
    let admin = Admin::new(&spec.admin_settings)?;
    let timeout = admin.api_timeout();
    let topics = admin.list_topics(timeout).await?;
    if topics.iter().any(|topic| topic.name == spec.topic) {
        return Ok(());
    }
    tracing::info!(
        "Topic {} doesn't exist. Will attempt to create topic.",
        spec.topic
    );
    let topic = NewTopic {
        name: spec.topic.clone(),
        partitions: Some(PARTITIONS),
        replication_factor: Some(i32::from(spec.replication_factor)),
        configs: spec.topic_configs.clone(),
    };
    let results = admin.create_topics(&[topic], timeout).await?;
    for (_, result) in results {
        match result {
            Err(error) if !exists(&error) => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Whether somebody else has made the topic meanwhile.
fn exists(error: &KafkaError) -> bool {
    error
        .code()
        .is_some_and(|code| code.name() == "TOPIC_ALREADY_EXISTS")
}

/// An error as the JVM's futures fail with it.
pub(super) fn execution_failure(error: &KafkaError) -> Failure {
    execution_of(kafka_failure(error))
}

/// A failure as the JVM's futures wrap it.
pub(super) fn execution_of(cause: Failure) -> Failure {
    let message = format!("{}: {}", cause.class, cause.message);
    Failure::new("java.util.concurrent.ExecutionException", message).caused_by(cause)
}
