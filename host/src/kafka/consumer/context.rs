//! What librdkafka tells a consumer outside of records: rebalances, errors, log lines.
//!
//! Runs on the poll thread. A rebalance is only noted here, for the thread's loop to answer, unless the consumer
//! is leaving its group: then it is answered at once, without the owner.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext, RebalanceProtocol};
use rdkafka::error::KafkaError as RdKafkaError;
use rdkafka::types::{RDKafkaErrorCode, RDKafkaRespErr};
use rdkafka::{ClientContext, TopicPartitionList};

use crate::kafka::bootstrap::BootstrapServers;
use crate::kafka::{TopicPartition, log};

/// A rebalance that librdkafka waits to be answered.
pub(super) struct PendingRebalance {
    pub(super) assign: bool,
    pub(super) partitions: Vec<TopicPartition>,
}

/// Receives what librdkafka reports, on the poll thread.
pub(super) struct SinkContext {
    client_id: String,
    /// What the client connects to when it has lost all its brokers.
    pub(super) bootstrap: BootstrapServers,
    pub(super) pending: Mutex<Option<PendingRebalance>>,
    /// Events without a record; tells an empty queue from one that had only events.
    pub(super) events: AtomicU64,
    /// Rebalances are answered at once, without the owner.
    pub(super) leaving: AtomicBool,
    /// The group has told what this member reads, if only that it is nothing.
    pub(super) joined: AtomicBool,
    /// No broker could be reached lately.
    pub(super) unreachable: AtomicBool,
}

impl SinkContext {
    pub(super) fn new(client_id: &str, bootstrap_servers: &str) -> Self {
        Self {
            client_id: client_id.to_owned(),
            bootstrap: BootstrapServers::new(bootstrap_servers),
            pending: Mutex::default(),
            events: AtomicU64::new(0),
            leaving: AtomicBool::new(false),
            joined: AtomicBool::new(false),
            unreachable: AtomicBool::new(false),
        }
    }

    /// Answers a rebalance on the way out. Newly assigned partitions are taken, for a moment, where the group's
    /// protocol wants them to be taken before they are given up.
    pub(super) fn answer(
        &self,
        consumer: &BaseConsumer<Self>,
        assign: bool,
        list: &TopicPartitionList,
    ) {
        let answer = match (assign, consumer.rebalance_protocol()) {
            (true, RebalanceProtocol::Cooperative) => consumer.incremental_assign(list),
            (true, _) => consumer.unassign(),
            (false, _) => unassign(consumer, list),
        };
        if let Err(error) = answer {
            tracing::debug!(%error, "giving up partitions on the way out");
        }
        self.joined.store(assign, Ordering::Release);
    }
}

impl ClientContext for SinkContext {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        self.events.fetch_add(1, Ordering::Relaxed);
        self.bootstrap.logged(level);
        log::line(&self.client_id, level, facility, message);
    }

    fn error(&self, error: RdKafkaError, reason: &str) {
        self.events.fetch_add(1, Ordering::Relaxed);
        self.bootstrap.trouble();
        if error.rdkafka_error_code() == Some(RDKafkaErrorCode::AllBrokersDown) {
            self.unreachable.store(true, Ordering::Release);
        }
        log::client_error(&self.client_id, &error, reason);
    }
}

impl ConsumerContext for SinkContext {
    fn rebalance(
        &self,
        consumer: &BaseConsumer<Self>,
        error: RDKafkaRespErr,
        list: &mut TopicPartitionList,
    ) {
        self.events.fetch_add(1, Ordering::Relaxed);
        self.unreachable.store(false, Ordering::Release);
        let assign = error == RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
        if self.leaving.load(Ordering::Acquire) {
            return self.answer(consumer, assign, list);
        }
        let partitions = list
            .elements()
            .iter()
            .map(|element| TopicPartition::new(element.topic(), element.partition()))
            .collect();
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        *pending = Some(PendingRebalance { assign, partitions });
    }

    fn commit_callback(&self, _result: Result<(), RdKafkaError>, _offsets: &TopicPartitionList) {
        self.events.fetch_add(1, Ordering::Relaxed);
    }
}

/// Gives partitions up, in the way of the group's protocol.
pub(super) fn unassign(
    consumer: &BaseConsumer<SinkContext>,
    list: &TopicPartitionList,
) -> Result<(), RdKafkaError> {
    match consumer.rebalance_protocol() {
        RebalanceProtocol::Cooperative => consumer.incremental_unassign(list),
        _ => consumer.unassign(),
    }
}

/// What an error of the consumer means to its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Severity {
    /// The owner's work ends, as it does in Java where `poll` would throw.
    Fatal,
    /// A topic subscribed to does not exist; it may come.
    MissingTopic,
    /// A connection went or cannot be made; librdkafka tries again.
    Connection,
    /// librdkafka goes on; the user may want to know.
    Other,
}

impl Severity {
    pub(super) fn of(error: &RdKafkaError) -> Self {
        use RDKafkaErrorCode as Code;
        if matches!(error, RdKafkaError::MessageConsumptionFatal(_)) {
            return Self::Fatal;
        }
        match error.rdkafka_error_code() {
            Some(
                Code::TopicAuthorizationFailed
                | Code::GroupAuthorizationFailed
                | Code::ClusterAuthorizationFailed
                | Code::SaslAuthenticationFailed
                | Code::Authentication
                | Code::FencedInstanceId
                | Code::InvalidGroupId
                | Code::InvalidSessionTimeout
                | Code::InconsistentGroupProtocol
                | Code::GroupMaxSizeReached
                | Code::AutoOffsetReset
                | Code::BadMessage
                | Code::BadCompression
                | Code::UnsupportedVersion
                | Code::Fatal,
            ) => Self::Fatal,
            Some(Code::UnknownTopicOrPartition) => Self::MissingTopic,
            Some(Code::AllBrokersDown | Code::BrokerTransportFailure | Code::Resolve) => {
                Self::Connection
            }
            _ => Self::Other,
        }
    }
}
