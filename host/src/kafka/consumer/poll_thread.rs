//! The thread that polls librdkafka for one consumer.
//!
//! Owns the librdkafka consumer. Copies records into batches while there is room and the owner is about,
//! carries out the owner's commands between batches, and holds a rebalance up until the owner has dealt with
//! it: librdkafka's callback only notes the rebalance, the answer (assign, unassign) is given from the loop.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::config::FromClientConfigAndContext;
use rdkafka::consumer::{BaseConsumer, Consumer, RebalanceProtocol};
use rdkafka::error::KafkaError as RdKafkaError;
use rdkafka::types::RDKafkaErrorCode;
use rdkafka::{Offset, TopicPartitionList};

use super::Subscription;
use super::batch::{BatchBuilder, ConsumedBatch};
use super::context::{PendingRebalance, Severity, SinkContext, unassign};
use super::exchange::{Command, Exchange, Notice, Rendezvous};
use super::positions::Positions;
use super::topics::Topics;
use crate::kafka::client_config::{ClientRole, OffsetReset, TranslatedClient};
use crate::kafka::partition_list::{with_offsets, without_offsets};
use crate::kafka::{KafkaError, TopicPartition};

/// How long the thread sleeps with nothing to do. librdkafka wants to be polled now and then, so that it knows
/// of a living application.
const IDLE: Duration = Duration::from_millis(500);
/// LIMIT: bytes after which a batch is handed over however few records it has. A single record may be larger.
const BATCH_BYTES_MAX: usize = 4 * 1024 * 1024;
/// How long a seek may take: it is an order to librdkafka's own threads, not a question to a broker.
const SEEK_TIMEOUT: Duration = Duration::from_secs(5);
/// LIMIT: how long closing waits for a rebalance to finish, within the time that it has. librdkafka sends no
/// LeaveGroup while it is joining, and the group would miss the member for `session.timeout.ms`. The others learn
/// of a rebalance with their next heartbeat, every 3 s by default.
const JOIN_TIMEOUT: Duration = Duration::from_secs(4);

/// The thread's state; `run` is the thread.
pub(super) struct PollThread {
    consumer: Arc<BaseConsumer<SinkContext>>,
    exchange: Arc<Exchange>,
    topics: Topics,
    builder: BatchBuilder,
    records_max: usize,
    max_poll_interval: Duration,
    reset: OffsetReset,
    api_timeout: Duration,
    /// Number of the last command carried out.
    in_force: u64,
    /// When librdkafka was polled last.
    polled: Instant,
    failed: bool,
}

impl PollThread {
    pub(super) fn new(
        translated: &TranslatedClient,
        subscription: Subscription,
        exchange: Arc<Exchange>,
    ) -> Result<Self, KafkaError> {
        if !translated.settings.iter().any(|(key, _)| key == "group.id") {
            return Err(KafkaError::Invalid {
                what: "group.id",
                reason: "To use the group management or offset commit APIs, you must provide a valid group.id in the \
                         consumer configuration."
                    .to_owned(),
            });
        }
        let topics = Topics::new(subscription, translated)?;
        translated.log_warnings();
        let context = SinkContext::new(&translated.client_id, &translated.bootstrap_servers);
        let mut consumer = BaseConsumer::from_config_and_context(&translated.to_rdkafka(), context)
            .map_err(|error| translated.construct_error(ClientRole::Consumer, &error))?;
        consumer.set_nonempty_callback({
            let exchange = Arc::clone(&exchange);
            move || exchange.queue_ready()
        });
        let thread = Self {
            consumer: Arc::new(consumer),
            exchange,
            topics,
            builder: BatchBuilder::default(),
            records_max: translated.max_poll_records,
            max_poll_interval: translated.max_poll_interval,
            reset: translated.offset_reset,
            api_timeout: translated.api_timeout,
            in_force: 0,
            polled: Instant::now(),
            failed: false,
        };
        thread.topics.subscribe_named(&thread.consumer)?;
        Ok(thread)
    }

    pub(super) fn consumer(&self) -> &Arc<BaseConsumer<SinkContext>> {
        &self.consumer
    }

    /// Polls until the consumer is closed, then leaves the group.
    pub(super) fn run(mut self) {
        while self.exchange.closing().is_none() {
            let client = self.consumer.client();
            client.context().bootstrap.tend(client);
            if let Err(error) = self.topics.refresh(&self.consumer) {
                self.fail(error);
            }
            while let Some((number, command)) = self.exchange.next_command() {
                self.carry_out(&command);
                self.in_force = number;
            }
            if self.failed || !self.exchange.may_poll() {
                self.exchange.wait(self.rest());
                continue;
            }
            let away = self.polled.elapsed();
            let batch = self.fill();
            self.polled = Instant::now();
            let idle = batch.is_empty();
            if !idle {
                self.exchange.put_batch(batch, self.in_force);
            }
            if let Some(pending) = self.take_pending() {
                self.rebalance(&pending, away);
            } else if idle {
                self.exchange.wait(self.rest());
            }
        }
        self.leave();
    }

    /// How long there may be nothing to do.
    fn rest(&self) -> Duration {
        let look = self.topics.next_look();
        look.map_or(IDLE, |look| {
            look.saturating_duration_since(Instant::now()).min(IDLE)
        })
    }

    /// Copies what is there, up to the bounds of a batch.
    fn fill(&mut self) -> ConsumedBatch {
        if !self.drain() {
            // librdkafka tells of records only when its queue was empty before.
            self.exchange.queue_ready();
        }
        self.builder.finish()
    }

    /// Polls until the batch is full or the queue is empty; says whether it is.
    fn drain(&mut self) -> bool {
        loop {
            let events = self.consumer.context().events.load(Ordering::Relaxed);
            match self.consumer.poll(Duration::ZERO) {
                Some(Ok(message)) => {
                    if let Err(error) = self.builder.push(&message) {
                        self.failed = true;
                        self.exchange.put_error(error);
                        return false;
                    }
                    let bytes = self.builder.byte_len();
                    if self.builder.len() >= self.records_max || bytes >= BATCH_BYTES_MAX {
                        return false;
                    }
                }
                Some(Err(error)) => {
                    if !self.tolerable(&error) {
                        return false;
                    }
                }
                None if self.is_pending() => return false,
                None => {
                    if events == self.consumer.context().events.load(Ordering::Relaxed) {
                        return true;
                    }
                }
            }
        }
    }

    /// Errors that librdkafka recovers from are logged; the others end the owner's work, as they do in Java.
    fn tolerable(&mut self, error: &RdKafkaError) -> bool {
        let severity = Severity::of(error);
        let error = KafkaError::from_rdkafka("Consuming", error);
        match severity {
            Severity::Fatal => self.fail(error),
            // The client's log lines have told of the connection already.
            Severity::Connection => tracing::debug!(%error, "consumer"),
            Severity::MissingTopic => {
                tracing::warn!("a subscribed topic does not exist (yet): {error}");
                self.topics.missing();
            }
            Severity::Other => tracing::warn!(%error, "consumer"),
        }
        severity != Severity::Fatal
    }

    fn fail(&mut self, error: KafkaError) {
        self.failed = true;
        self.exchange.put_error(error);
    }

    fn is_pending(&self) -> bool {
        let pending = &self.consumer.context().pending;
        pending
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_some()
    }

    fn take_pending(&self) -> Option<PendingRebalance> {
        let pending = &self.consumer.context().pending;
        pending
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    fn rebalance(&mut self, pending: &PendingRebalance, away: Duration) {
        if pending.assign {
            return self.assigned(&pending.partitions);
        }
        // A rebalance that began while the owner was away too long went on without it.
        let lost = self.consumer.assignment_lost() || away >= self.max_poll_interval;
        self.revoked(&pending.partitions, lost);
    }

    /// Finds the positions, lets the owner open, and starts reading where the owner wants.
    fn assigned(&mut self, partitions: &[TopicPartition]) {
        let exchange = Arc::clone(&self.exchange);
        let finder = Positions {
            consumer: &self.consumer,
            reset: self.reset,
            timeout: self.api_timeout,
            cancelled: &|| exchange.closing().is_some(),
        };
        let mut positions = match finder.find(partitions) {
            Ok(positions) => positions,
            Err(error) => return self.fail(error),
        };
        self.exchange
            .put_notice(Notice::Assigned(positions.clone()));
        let mut paused = Vec::new();
        while self.exchange.meet(None) == Rendezvous::Commands {
            while let Some((number, command)) = self.exchange.next_command() {
                self.opening(command, &mut positions, &mut paused);
                self.in_force = number;
            }
        }
        let answer = with_offsets(&positions).and_then(|list| {
            let answer = match self.consumer.rebalance_protocol() {
                RebalanceProtocol::Cooperative => self.consumer.incremental_assign(&list),
                _ => self.consumer.assign(&list),
            };
            answer.map_err(|error| KafkaError::from_rdkafka("Taking assigned partitions", &error))
        });
        if let Err(error) = answer {
            return self.fail(error);
        }
        self.consumer
            .context()
            .joined
            .store(true, Ordering::Release);
        if !paused.is_empty() {
            self.carry_out(&Command::Pause(paused));
        }
    }

    /// Commands while the owner opens: for partitions not yet taken they change how they will be taken.
    fn opening(
        &mut self,
        command: Command,
        positions: &mut [(TopicPartition, i64)],
        paused: &mut Vec<TopicPartition>,
    ) {
        let mut is_new =
            |partition: &TopicPartition| positions.iter().any(|(new, _)| new == partition);
        match command {
            Command::Pause(partitions) => {
                let (new, old) = partitions.into_iter().partition(&mut is_new);
                paused.extend::<Vec<_>>(new);
                self.carry_out(&Command::Pause(old));
            }
            Command::Resume(partitions) => {
                let (new, old): (Vec<_>, Vec<_>) = partitions
                    .into_iter()
                    .partition(|(partition, _)| is_new(partition));
                paused.retain(|paused| !new.iter().any(|(resumed, _)| resumed == paused));
                self.carry_out(&Command::Resume(old));
            }
            Command::Seek(offsets) => {
                let mut old = Vec::new();
                for (partition, offset) in offsets {
                    match positions.iter_mut().find(|(new, _)| *new == partition) {
                        Some((_, position)) => *position = offset,
                        None => old.push((partition, offset)),
                    }
                }
                self.carry_out(&Command::Seek(old));
            }
        }
    }

    /// Lets the owner commit and close, then gives the partitions up.
    fn revoked(&mut self, partitions: &[TopicPartition], lost: bool) {
        let notice = if lost { Notice::Lost } else { Notice::Revoked };
        if !partitions.is_empty() {
            self.exchange.put_notice(notice(partitions.to_vec()));
            // LIMIT: below max.poll.interval.ms, after which the group would not wait any more.
            let patience =
                self.max_poll_interval - (self.max_poll_interval / 10).min(Duration::from_secs(5));
            let deadline = Instant::now() + patience;
            loop {
                match self.exchange.meet(Some(deadline)) {
                    Rendezvous::Answered => break,
                    Rendezvous::Commands => self.drain_commands(),
                    Rendezvous::Expired => {
                        tracing::warn!(
                            "the task did not give up its partitions within max.poll.interval.ms"
                        );
                        self.exchange
                            .withdraw_notice(Notice::Lost(partitions.to_vec()));
                        break;
                    }
                }
            }
        }
        let list = without_offsets(partitions);
        if let Err(error) = unassign(&self.consumer, &list) {
            self.fail(KafkaError::from_rdkafka("Giving up partitions", &error));
        }
        // What follows is another join, unless partitions are kept.
        let keeps = self
            .consumer
            .assignment()
            .is_ok_and(|kept| kept.count() > 0);
        self.consumer
            .context()
            .joined
            .store(keeps, Ordering::Release);
    }

    fn drain_commands(&mut self) {
        while let Some((number, command)) = self.exchange.next_command() {
            self.carry_out(&command);
            self.in_force = number;
        }
    }

    /// Carries a command out. Partitions that have gone meanwhile are nobody's business any more.
    fn carry_out(&mut self, command: &Command) {
        let result = match command {
            Command::Pause(partitions) if !partitions.is_empty() => {
                self.consumer.pause(&without_offsets(partitions))
            }
            Command::Resume(positions) if !positions.is_empty() => {
                let partitions: Vec<TopicPartition> = positions
                    .iter()
                    .map(|(partition, _)| partition.clone())
                    .collect();
                let resumed = self.consumer.resume(&without_offsets(&partitions));
                // What was fetched before the pause was dropped: reading goes on where the owner is.
                resumed.and_then(|()| self.seek(positions))
            }
            Command::Seek(offsets) if !offsets.is_empty() => self.seek(offsets),
            _ => Ok(()),
        };
        if let Err(error) = result {
            self.fail(KafkaError::from_rdkafka(
                "Pausing, resuming or seeking",
                &error,
            ));
        }
    }

    fn seek(&self, offsets: &[(TopicPartition, i64)]) -> Result<(), RdKafkaError> {
        let deadline = Instant::now() + SEEK_TIMEOUT;
        let mut left = offsets.to_vec();
        loop {
            let mut list = TopicPartitionList::with_capacity(left.len());
            for (partition, offset) in &left {
                list.add_partition_offset(
                    &partition.topic,
                    partition.partition,
                    Offset::Offset(*offset),
                )?;
            }
            let list = self.consumer.seek_partitions(list, SEEK_TIMEOUT)?;
            let mut last_error = None;
            left.retain(|(partition, _)| {
                let element = list.find_partition(&partition.topic, partition.partition);
                match element.map(|element| element.error()) {
                    Some(Err(error))
                        if error.rdkafka_error_code()
                            != Some(RDKafkaErrorCode::UnknownPartition) =>
                    {
                        last_error = Some(error);
                        true
                    }
                    _ => false,
                }
            });
            match last_error {
                None => return Ok(()),
                // Reading of a partition just assigned has not begun; it will in a moment.
                Some(_) if Instant::now() < deadline => {
                    std::thread::park_timeout(Duration::from_millis(5))
                }
                Some(error) => return Err(error),
            }
        }
    }

    /// Leaves the group: waits for commits under way as long as the closing allows, then destroys the consumer.
    fn leave(self) {
        let Self {
            consumer,
            exchange,
            failed,
            ..
        } = self;
        let context = Arc::clone(consumer.context());
        context.leaving.store(true, Ordering::Release);
        let pending = context
            .pending
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(pending) = pending {
            context.answer(
                &consumer,
                pending.assign,
                &without_offsets(&pending.partitions),
            );
        }
        let deadline = exchange.closing().unwrap_or_else(Instant::now);
        let left = deadline.saturating_duration_since(Instant::now());
        let joining = Instant::now() + (left * 4 / 5).min(JOIN_TIMEOUT);
        let may_join = || {
            !failed
                && !context.joined.load(Ordering::Acquire)
                && !context.unreachable.load(Ordering::Acquire)
        };
        while may_join() && Instant::now() < joining {
            // Records that still come are nobody's: their offsets are not committed.
            drop(consumer.poll(Duration::from_millis(10)));
        }
        while Arc::strong_count(&consumer) > 1 && Instant::now() < deadline {
            std::thread::park_timeout(Duration::from_millis(5));
        }
        // librdkafka 2.12 forgets to leave when it closes a cooperative member without partitions.
        let nothing = consumer
            .assignment()
            .is_ok_and(|assignment| assignment.count() == 0);
        if nothing
            && matches!(
                consumer.rebalance_protocol(),
                RebalanceProtocol::Cooperative
            )
        {
            consumer.unsubscribe();
        }
        // The last reference leaves the group and ends librdkafka's threads.
        drop(consumer);
        exchange.finish();
    }
}
