//! Producers for source tasks: many tasks over few librdkafka clients.
//!
//! Owns the pool of clients, each task's bounds on what is in flight, and the way back of delivery reports.
//! Nothing is allocated per record: a delivery is told apart by a number packed into librdkafka's opaque
//! pointer. Must not know source records, offsets or converters. Order per partition is librdkafka's, given
//! one request in flight or idempotence, which `client_config` sees to.
//!
//! rdkafka's safe API is used although it looks topics up by name for every record: measured on 3,000,000
//! records of 100 bytes, 0.50-0.54 us of CPU per record against 0.43 for a cached topic handle and 0.53 for
//! kcat, which is no reason for unsafe code.
//! Kafka counterpart: org.apache.kafka.clients.producer.KafkaProducer.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::BaseRecord;
use rdkafka::types::RDKafkaErrorCode;

use super::KafkaError;
use super::client_config::{self, ClientRole, TranslatedClient};

mod client;
mod slot;

use client::ProducerClient;
use slot::{SEQUENCE_END, TaskSlot, pack};

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
    /// Where it was written, or why it was not. Boxed so that the many good ones stay small.
    pub result: Result<RecordMetadata, Box<Undelivered>>,
}

/// A record that was not written.
#[derive(Clone, Debug)]
pub struct Undelivered {
    /// Why.
    pub error: KafkaError,
    /// Where it should have gone.
    pub topic: String,
    /// The record itself.
    pub record: OwnedRecord,
}

/// A record in bytes that is kept. Its topic is told by whoever sends it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnedRecord {
    /// Milliseconds since the epoch; `None` is now.
    pub timestamp: Option<i64>,
    /// The key.
    pub key: Option<Vec<u8>>,
    /// The value.
    pub value: Option<Vec<u8>>,
    /// The headers, in order.
    pub headers: Vec<(String, Option<Vec<u8>>)>,
}

impl From<&ProducerRecord<'_>> for OwnedRecord {
    fn from(record: &ProducerRecord<'_>) -> Self {
        let headers = record.headers.iter();
        Self {
            timestamp: record.timestamp,
            key: record.key.map(<[u8]>::to_vec),
            value: record.value.map(<[u8]>::to_vec),
            headers: headers
                .map(|(key, value)| ((*key).to_owned(), value.map(<[u8]>::to_vec)))
                .collect(),
        }
    }
}

/// LIMIT: records of one task in flight. At 100 bytes a record costs librdkafka about 300: 15 MB. Measured: 20,000
/// cost a fifth of the rate, more than 50,000 gain nothing.
const TASK_RECORDS_MAX: usize = 50_000;
/// LIMIT: records in flight of all tasks on one client, shared evenly among those that are sending.
const CLIENT_RECORDS_MAX: usize = 200_000;
/// LIMIT: what a task may have in flight however many there are; two full requests' worth of small records.
const TASK_RECORDS_MIN: usize = 2_000;
/// Deliveries come by the thousand per millisecond under load; waking the task for each handful would cost more
/// than the sending.
const COALESCE: Duration = Duration::from_millis(1);

/// The worker's producers. Tasks whose settings are equal apart from `client.id` share one client.
#[derive(Clone, Default)]
pub struct Producers {
    shared: Arc<Mutex<Vec<SharedEntry>>>,
}

struct SharedEntry {
    settings: Vec<(String, String)>,
    client: Weak<ProducerClient>,
}

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
        let translated = client_config::translate(ClientRole::Producer, settings)?;
        // A transactional id names one producer.
        let shared = shared
            && !translated
                .settings
                .iter()
                .any(|(key, _)| key == "transactional.id");
        let client = if shared {
            self.shared_client(&translated)?
        } else {
            ProducerClient::start(&translated)?
        };
        Ok(TaskProducer::new(client, &translated))
    }

    fn shared_client(
        &self,
        translated: &TranslatedClient,
    ) -> Result<Arc<ProducerClient>, KafkaError> {
        let key = translated.sharing_key();
        let mut entries = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        entries.retain(|entry| entry.client.strong_count() > 0);
        let found = entries.iter().find(|entry| entry.settings == key);
        if let Some(client) = found.and_then(|entry| entry.client.upgrade()) {
            return Ok(client);
        }
        let client = ProducerClient::start(translated)?;
        entries.push(SharedEntry {
            settings: key,
            client: Arc::downgrade(&client),
        });
        Ok(client)
    }
}

/// The producer of one source task.
pub struct TaskProducer {
    /// Taken out by `close` alone.
    client: Option<Arc<ProducerClient>>,
    slot: Arc<TaskSlot>,
    slot_index: u16,
    bytes_max: usize,
    record_bytes_max: usize,
    /// Queued and not yet taken by the owner.
    outstanding: usize,
    outstanding_bytes: usize,
    queued_total: u64,
}

impl TaskProducer {
    fn new(client: Arc<ProducerClient>, translated: &TranslatedClient) -> Self {
        let (slot_index, slot) = client.open_slot();
        Self {
            client: Some(client),
            slot,
            slot_index,
            bytes_max: translated.buffer_memory,
            record_bytes_max: translated.max_request_size,
            outstanding: 0,
            outstanding_bytes: 0,
            queued_total: 0,
        }
    }

    /// Queues a record; never blocks. `sequence` comes back with the delivery; it must be below 2^48.
    pub fn send(
        &mut self,
        record: &ProducerRecord<'_>,
        sequence: u64,
    ) -> Result<SendResult, KafkaError> {
        assert!(
            sequence < SEQUENCE_END,
            "fewer than 2^48 records are sent in a task's life"
        );
        let bytes = record.key.map_or(0, <[u8]>::len) + record.value.map_or(0, <[u8]>::len);
        self.check(record, bytes)?;
        if !self.has_room(bytes) {
            return Ok(SendResult::Full);
        }
        let Some(client) = &self.client else {
            return Err(KafkaError::Closed("producer"));
        };
        let mut outgoing = BaseRecord::<[u8], [u8], usize>::with_opaque_to(
            record.topic,
            pack(self.slot_index, sequence),
        );
        outgoing.partition = record.partition;
        outgoing.timestamp = record.timestamp;
        outgoing.key = record.key;
        outgoing.payload = record.value;
        if !record.headers.is_empty() {
            outgoing.headers = Some(headers(record.headers));
        }
        match client.producer().send(outgoing) {
            Ok(()) => {
                if self.outstanding == 0 {
                    client.task_active();
                }
                self.outstanding += 1;
                self.outstanding_bytes += bytes;
                self.queued_total += 1;
                Ok(SendResult::Queued)
            }
            Err((error, _)) => self.refused(&error, record),
        }
    }

    fn has_room(&self, bytes: usize) -> bool {
        // A record above the bound goes alone rather than never.
        if self.outstanding == 0 {
            return true;
        }
        let share = CLIENT_RECORDS_MAX
            / self
                .client
                .as_ref()
                .map_or(1, |client| client.active_tasks().max(1));
        self.outstanding < share.clamp(TASK_RECORDS_MIN, TASK_RECORDS_MAX)
            && self.outstanding_bytes + bytes <= self.bytes_max
    }

    /// COMPAT: the checks and texts of ProducerRecord and KafkaProducer.ensureValidRecordSize.
    fn check(&self, record: &ProducerRecord<'_>, bytes: usize) -> Result<(), KafkaError> {
        let invalid = |what, reason: String| Err(KafkaError::Invalid { what, reason });
        if let Some(partition) = record.partition.filter(|partition| *partition < 0) {
            let reason =
                format!("{partition}. Partition number should always be non-negative or null.");
            return invalid("partition", reason);
        }
        if let Some(timestamp) = record.timestamp.filter(|timestamp| *timestamp < 0) {
            let reason = format!("{timestamp}. Timestamp should always be non-negative or null.");
            return invalid("timestamp", reason);
        }
        if record.topic.is_empty() || record.topic.contains('\0') {
            return invalid(
                "topic",
                format!("{:?} is not the name of a topic", record.topic),
            );
        }
        let limit = self.record_bytes_max.min(self.bytes_max);
        // The serialized size is looked at closely only when it can matter.
        if record.headers.is_empty() && bytes + SIZE_OVERHEAD_MAX <= limit {
            return Ok(());
        }
        let size = serialized_size(record);
        if size > self.record_bytes_max {
            return Err(KafkaError::RecordTooLarge {
                size,
                limit: self.record_bytes_max,
                key: "max.request.size",
            });
        }
        if size > self.bytes_max {
            return Err(KafkaError::RecordTooLarge {
                size,
                limit: self.bytes_max,
                key: "buffer.memory",
            });
        }
        Ok(())
    }

    fn refused(
        &self,
        error: &rdkafka::error::KafkaError,
        record: &ProducerRecord<'_>,
    ) -> Result<SendResult, KafkaError> {
        match error.rdkafka_error_code() {
            Some(RDKafkaErrorCode::QueueFull) => Ok(SendResult::Full),
            Some(RDKafkaErrorCode::MessageSizeTooLarge) => Err(KafkaError::RecordTooLarge {
                size: serialized_size(record),
                limit: self.record_bytes_max,
                key: "max.request.size",
            }),
            _ => Err(KafkaError::from_rdkafka("Sending a record", error)),
        }
    }

    /// Appends the deliveries reported since the last call. Per partition they come in the order of sending.
    pub fn take_deliveries(&mut self, out: &mut Vec<Delivery>) {
        let before = out.len();
        let bytes = self.slot.take(out);
        let taken = out.len() - before;
        if taken == 0 {
            return;
        }
        self.outstanding -= taken;
        self.outstanding_bytes -= bytes;
        if self.outstanding == 0
            && let Some(client) = &self.client
        {
            client.task_idle();
        }
    }

    /// Resolves when deliveries are there to be taken (which is also when room was made). Cancel safe. With
    /// nothing in flight it resolves after a short pause, so that a loop around a full shared client goes on.
    pub async fn wait_for_progress(&self) {
        if self.outstanding == 0 {
            tokio::time::sleep(COALESCE * 10).await;
            return;
        }
        self.slot.wait_for_delivery().await;
        if self.outstanding > TASK_RECORDS_MIN {
            tokio::time::sleep(COALESCE).await;
        }
    }

    /// How many records were queued and not yet handed back by [`Self::take_deliveries`].
    pub fn in_flight(&self) -> usize {
        self.outstanding
    }

    /// Waits up to `timeout` for what is in flight, and gives the client back. Deliveries that were not
    /// taken before are dropped. Records still in flight then go on being sent when other tasks use the same
    /// client, and are given up otherwise.
    pub async fn close(mut self, timeout: Duration) {
        let drain = async {
            let mut dropped = Vec::new();
            while self.outstanding > 0 {
                self.slot.wait_for_delivery().await;
                self.take_deliveries(&mut dropped);
                dropped.clear();
            }
        };
        // Past the deadline the records are left to their fate, as `timeout` says.
        let _ = tokio::time::timeout(timeout, drain).await;
        self.release_slot();
        if let Some(client) = self.client.take() {
            // The last user ends librdkafka's threads, which takes up to half a second.
            let _ = tokio::task::spawn_blocking(move || drop(client)).await;
        }
    }

    fn release_slot(&mut self) {
        if let Some(client) = &self.client {
            if self.outstanding > 0 {
                client.task_idle();
                self.outstanding = 0;
            }
            client.close_slot(self.slot_index, self.queued_total);
        }
    }
}

impl Drop for TaskProducer {
    fn drop(&mut self) {
        // Closed producers have no client any more; this is for owners that went by a panic or a cancellation.
        self.release_slot();
    }
}

fn headers(headers: &[RecordHeader<'_>]) -> OwnedHeaders {
    headers.iter().fold(
        OwnedHeaders::new_with_capacity(headers.len()),
        |owned, (key, value)| owned.insert(Header { key, value: *value }),
    )
}

/// More than batch header, record header and length fields of a record without headers take together.
const SIZE_OVERHEAD_MAX: usize = 128;

/// COMPAT: AbstractRecords.estimateSizeInBytesUpperBound, so that the size in the message is Java's.
fn serialized_size(record: &ProducerRecord<'_>) -> usize {
    const BATCH_OVERHEAD: usize = 61;
    const RECORD_OVERHEAD_MAX: usize = 21;
    let bytes =
        |bytes: Option<&[u8]>| bytes.map_or(1, |bytes| varint_size(bytes.len()) + bytes.len());
    let headers: usize = record
        .headers
        .iter()
        .map(|(key, value)| varint_size(key.len()) + key.len() + bytes(*value))
        .sum();
    BATCH_OVERHEAD
        + RECORD_OVERHEAD_MAX
        + bytes(record.key)
        + bytes(record.value)
        + varint_size(record.headers.len())
        + headers
}

/// Size of a length as Kafka's zigzag varint.
fn varint_size(value: usize) -> usize {
    let zigzag = (value as u64) << 1;
    ((64 - zigzag.leading_zeros()).max(1) as usize).div_ceil(7)
}

#[cfg(test)]
mod tests;
