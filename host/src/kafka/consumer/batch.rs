//! A batch of consumed records: one arena of bytes and a table of entries.
//!
//! Owns the copy out of librdkafka's memory, so that a batch can go to another thread. Filling it grows two
//! vectors and allocates nothing per record; headers take a third vector when there are any.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use rdkafka::Timestamp;
use rdkafka::message::{BorrowedHeaders, BorrowedMessage, Headers, Message};

use crate::kafka::{KafkaError, TopicPartition};

/// What a record's timestamp means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimestampType {
    /// The record has no timestamp.
    NoTimestampType,
    /// Given by the producer.
    CreateTime,
    /// Given by the broker.
    LogAppendTime,
}

/// A record of a batch, borrowed.
#[derive(Clone, Copy, Debug)]
pub struct ConsumedRecord<'a> {
    /// The topic's name.
    pub topic: &'a Arc<str>,
    /// Index of the record's topic-partition in [`ConsumedBatch::partitions`].
    pub partition_index: u32,
    /// The partition.
    pub partition: i32,
    /// The record's offset.
    pub offset: i64,
    /// Milliseconds since the epoch.
    pub timestamp: Option<i64>,
    /// What the timestamp means.
    pub timestamp_type: TimestampType,
    /// The key.
    pub key: Option<&'a [u8]>,
    /// The value; `None` is a tombstone.
    pub value: Option<&'a [u8]>,
    batch: &'a ConsumedBatch,
    headers: (u32, u32),
}

impl<'a> ConsumedRecord<'a> {
    /// The headers, in order.
    pub fn headers(&self) -> ConsumedHeaders<'a> {
        ConsumedHeaders {
            batch: self.batch,
            next: self.headers.0,
            end: self.headers.0 + self.headers.1,
        }
    }
}

/// Iterates over the headers of a record: key and value.
#[derive(Clone, Debug)]
pub struct ConsumedHeaders<'a> {
    batch: &'a ConsumedBatch,
    next: u32,
    end: u32,
}

impl<'a> Iterator for ConsumedHeaders<'a> {
    type Item = (&'a str, Option<&'a [u8]>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.next == self.end {
            return None;
        }
        let header = &self.batch.headers[self.next as usize];
        self.next += 1;
        Some((
            str::from_utf8(self.batch.bytes(header.key)?).unwrap_or_default(),
            self.batch.bytes(header.value),
        ))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = (self.end - self.next) as usize;
        (left, Some(left))
    }
}

impl ExactSizeIterator for ConsumedHeaders<'_> {}

/// Start and length in the arena; a length of [`Span::NULL`] is null.
#[derive(Clone, Copy, Debug)]
struct Span {
    start: u32,
    length: u32,
}

impl Span {
    const NULL: u32 = u32::MAX;
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    partition_index: u32,
    headers: (u32, u32),
    key: Span,
    value: Span,
    offset: i64,
    timestamp: i64,
    timestamp_type: TimestampType,
}

#[derive(Clone, Copy, Debug)]
struct HeaderEntry {
    key: Span,
    value: Span,
}

/// A record to be copied into a batch.
#[derive(Clone, Copy, Debug)]
struct RawRecord<'a> {
    partition_index: u32,
    offset: i64,
    timestamp: Option<i64>,
    timestamp_type: TimestampType,
    key: Option<&'a [u8]>,
    value: Option<&'a [u8]>,
}

/// Records of one or more partitions, in order per partition.
#[derive(Clone, Debug, Default)]
pub struct ConsumedBatch {
    partitions: Vec<TopicPartition>,
    next_offsets: Vec<i64>,
    entries: Vec<Entry>,
    headers: Vec<HeaderEntry>,
    arena: Vec<u8>,
}

impl ConsumedBatch {
    /// How many records there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Bytes of keys, values and headers.
    pub fn byte_len(&self) -> usize {
        self.arena.len()
    }

    /// The partitions that records may be of, by [`ConsumedRecord::partition_index`].
    pub fn partitions(&self) -> &[TopicPartition] {
        &self.partitions
    }

    /// For every partition with records: the offset after its last record in this batch.
    pub fn next_offsets(&self) -> impl Iterator<Item = (&TopicPartition, i64)> {
        self.partitions
            .iter()
            .zip(&self.next_offsets)
            .filter(|(_, offset)| **offset >= 0)
            .map(|(partition, offset)| (partition, *offset))
    }

    /// The records, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = ConsumedRecord<'_>> {
        self.entries.iter().map(|entry| self.record(entry))
    }

    /// The record of this number, from 0.
    pub fn get(&self, place: usize) -> Option<ConsumedRecord<'_>> {
        self.entries.get(place).map(|entry| self.record(entry))
    }

    #[inline]
    fn record(&self, entry: &Entry) -> ConsumedRecord<'_> {
        let partition = &self.partitions[entry.partition_index as usize];
        ConsumedRecord {
            topic: &partition.topic,
            partition_index: entry.partition_index,
            partition: partition.partition,
            offset: entry.offset,
            timestamp: (entry.timestamp_type != TimestampType::NoTimestampType)
                .then_some(entry.timestamp),
            timestamp_type: entry.timestamp_type,
            key: self.bytes(entry.key),
            value: self.bytes(entry.value),
            batch: self,
            headers: entry.headers,
        }
    }

    fn bytes(&self, span: Span) -> Option<&[u8]> {
        (span.length != Span::NULL).then(|| {
            let start = span.start as usize;
            &self.arena[start..start + span.length as usize]
        })
    }

    /// Copies a record. The caller bounds the batch to less than 4 GiB.
    fn push(&mut self, record: &RawRecord<'_>) {
        let key = self.copy(record.key);
        let value = self.copy(record.value);
        self.next_offsets[record.partition_index as usize] = record.offset + 1;
        self.entries.push(Entry {
            partition_index: record.partition_index,
            headers: (self.header_count(), 0),
            key,
            value,
            offset: record.offset,
            timestamp: record.timestamp.unwrap_or(-1),
            timestamp_type: record.timestamp_type,
        });
    }

    /// Adds a header to the record pushed last.
    fn push_header(&mut self, key: &str, value: Option<&[u8]>) {
        let key = self.copy(Some(key.as_bytes()));
        let value = self.copy(value);
        self.headers.push(HeaderEntry { key, value });
        if let Some(entry) = self.entries.last_mut() {
            entry.headers.1 += 1;
        }
    }

    /// Keeps the records that `keep` accepts, by their partition. The arena keeps its bytes.
    pub(super) fn retain(&mut self, keep: impl Fn(&TopicPartition) -> bool) {
        let kept: Vec<bool> = self.partitions.iter().map(keep).collect();
        self.entries
            .retain(|entry| kept[entry.partition_index as usize]);
        self.next_offsets.fill(-1);
        for entry in &self.entries {
            self.next_offsets[entry.partition_index as usize] = entry.offset + 1;
        }
    }

    fn copy(&mut self, bytes: Option<&[u8]>) -> Span {
        let start = u32::try_from(self.arena.len()).expect("a batch is bounded below 4 GiB");
        let Some(bytes) = bytes else {
            return Span {
                start,
                length: Span::NULL,
            };
        };
        self.arena.extend_from_slice(bytes);
        let length = u32::try_from(bytes.len()).expect("a batch is bounded below 4 GiB");
        Span { start, length }
    }

    fn header_count(&self) -> u32 {
        u32::try_from(self.headers.len()).expect("a batch is bounded below 4 GiB")
    }
}

/// Builds the batches of a consumer, one after the other.
#[derive(Default)]
pub(super) struct BatchBuilder {
    batch: ConsumedBatch,
    /// The partition of the last record: the address of librdkafka's topic, partition, index.
    last: Option<(usize, i32, u32)>,
    /// Topic names seen, shared by all batches.
    names: Vec<Arc<str>>,
    records: usize,
    bytes: usize,
}

impl BatchBuilder {
    pub(super) fn len(&self) -> usize {
        self.batch.len()
    }

    pub(super) fn byte_len(&self) -> usize {
        self.batch.byte_len()
    }

    /// Copies a record.
    pub(super) fn push(&mut self, message: &BorrowedMessage<'_>) -> Result<(), KafkaError> {
        let (timestamp, timestamp_type) = match message.timestamp() {
            Timestamp::NotAvailable => (None, TimestampType::NoTimestampType),
            Timestamp::CreateTime(timestamp) => (Some(timestamp), TimestampType::CreateTime),
            Timestamp::LogAppendTime(timestamp) => (Some(timestamp), TimestampType::LogAppendTime),
        };
        let partition_index = self.partition_index(message);
        self.batch.push(&RawRecord {
            partition_index,
            offset: message.offset(),
            timestamp,
            timestamp_type,
            key: message.key(),
            value: message.payload(),
        });
        match message.headers() {
            None => Ok(()),
            Some(headers) => self.push_headers(headers),
        }
    }

    fn push_headers(&mut self, headers: &BorrowedHeaders) -> Result<(), KafkaError> {
        for index in 0..headers.count() {
            // rdkafka panics on a key that is not UTF-8; any producer can write one.
            let header = catch_unwind(AssertUnwindSafe(|| headers.get(index))).map_err(|_| {
                KafkaError::Invalid {
                    what: "header of a consumed record",
                    reason: "the key is not UTF-8".to_owned(),
                }
            })?;
            self.batch.push_header(header.key, header.value);
        }
        Ok(())
    }

    fn partition_index(&mut self, message: &BorrowedMessage<'_>) -> u32 {
        let (topic, partition) = (message.topic_ptr().addr(), message.partition());
        if let Some((last_topic, last_partition, index)) = self.last
            && last_topic == topic
            && last_partition == partition
        {
            return index;
        }
        let name = message.topic();
        let found = self
            .batch
            .partitions
            .iter()
            .position(|known| known.partition == partition && &*known.topic == name);
        let index = found.unwrap_or_else(|| {
            let known = self.names.iter().find(|known| &***known == name);
            let name = known.cloned().unwrap_or_else(|| {
                let name: Arc<str> = name.into();
                self.names.push(Arc::clone(&name));
                name
            });
            self.batch.partitions.push(TopicPartition {
                topic: name,
                partition,
            });
            self.batch.next_offsets.push(-1);
            self.batch.partitions.len() - 1
        });
        let index = u32::try_from(index).expect("partitions of a batch fit in u32");
        self.last = Some((topic, partition, index));
        index
    }

    /// The batch so far. The next one is made as large as this one was, so that it seldom has to grow.
    pub(super) fn finish(&mut self) -> ConsumedBatch {
        self.last = None;
        if self.batch.is_empty() {
            return ConsumedBatch::default();
        }
        self.records = self.batch.len();
        self.bytes = self.batch.byte_len();
        let next = ConsumedBatch {
            entries: Vec::with_capacity(self.records),
            arena: Vec::with_capacity(self.bytes + self.bytes / 8),
            ..ConsumedBatch::default()
        };
        std::mem::replace(&mut self.batch, next)
    }
}

#[cfg(test)]
pub(super) mod tests;
