//! Producers for source tasks: many tasks over few librdkafka clients.
//!
//! Owns the pool of clients, each task's bounds on what is in flight, and the way back of delivery reports.
//! Nothing is allocated per record: a delivery is told apart by a number packed into librdkafka's opaque
//! pointer. Must not know source records, offsets or converters. Order per partition is librdkafka's, given
//! one request in flight or idempotence, which `client_config` sees to.
//! Kafka counterpart: org.apache.kafka.clients.producer.KafkaProducer.

use std::time::Duration;

use super::KafkaError;

/// A header of a record: its key and its bytes, `None` for a null value.
pub type RecordHeader<'a> = (&'a str, Option<&'a [u8]>);

/// A record to send, in bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProducerRecord<'a> {
    /// The topic; created by the broker when it allows that.
    pub topic: &'a str,
    /// The partition; `None` leaves it to the partitioner (murmur2 of the key, as in Java).
    pub partition: Option<i32>,
    /// Milliseconds since the epoch; `None` is now.
    pub timestamp: Option<i64>,
    /// The key.
    pub key: Option<&'a [u8]>,
    /// The value; `None` is a tombstone.
    pub value: Option<&'a [u8]>,
    /// The headers, in order.
    pub headers: &'a [RecordHeader<'a>],
}

/// What became of a record handed to [`TaskProducer::send`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendResult {
    /// The record is on its way; a [`Delivery`] with its sequence number will follow.
    Queued,
    /// There is no room. Nothing was taken: wait with [`TaskProducer::wait_for_progress`], then send again.
    Full,
}

/// Where a record was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordMetadata {
    /// The partition.
    pub partition: i32,
    /// The record's offset; -1 when the broker does not tell (acks=0).
    pub offset: i64,
}

/// The fate of one record.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The number given to [`TaskProducer::send`].
    pub sequence: u64,
    /// Where it was written, or why it was not.
    pub result: Result<RecordMetadata, KafkaError>,
}

/// The worker's producers. Tasks whose settings are equal apart from `client.id` share one client.
#[derive(Clone, Default)]
pub struct Producers {}

impl Producers {
    /// A pool without clients.
    pub fn new() -> Self {
        Self::default()
    }

    /// A producer for one task, from Java settings in order (later wins). With `shared` the client is shared
    /// with other tasks of equal settings; without, the task gets a client of its own.
    pub fn producer_for(
        &self,
        settings: &[(String, String)],
        shared: bool,
    ) -> Result<TaskProducer, KafkaError> {
        let _ = (settings, shared);
        todo!()
    }
}

/// The producer of one source task.
pub struct TaskProducer {}

impl TaskProducer {
    /// Queues a record; never blocks. `sequence` comes back with the delivery; it must be below 2^48.
    pub fn send(
        &mut self,
        record: &ProducerRecord<'_>,
        sequence: u64,
    ) -> Result<SendResult, KafkaError> {
        let _ = (record, sequence);
        todo!()
    }

    /// Appends the deliveries reported since the last call. Per partition they come in the order of sending.
    pub fn take_deliveries(&mut self, out: &mut Vec<Delivery>) {
        let _ = out;
        todo!()
    }

    /// Resolves when deliveries are there to be taken (which is also when room was made). Cancel safe. With
    /// nothing in flight it resolves after a short pause, so that a loop around a full shared client goes on.
    pub async fn wait_for_progress(&self) {
        todo!()
    }

    /// How many records were queued and not yet handed back by [`Self::take_deliveries`].
    pub fn in_flight(&self) -> usize {
        todo!()
    }

    /// Waits up to `timeout` for what is in flight, and gives the client back. Deliveries that were not
    /// taken before are dropped.
    pub async fn close(self, timeout: Duration) {
        let _ = timeout;
        todo!()
    }
}
