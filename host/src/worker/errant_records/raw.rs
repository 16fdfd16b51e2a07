//! Consumed records as bytes, kept for as long as the guest may report them.
//!
//! Owns how much is kept. Must not know reports.

use std::collections::{HashMap, VecDeque};

use crate::kafka::consumer::{ConsumedBatch, ConsumedRecord, TimestampType};

#[cfg(test)]
mod tests;

/// LIMIT: bytes of earlier batches that are kept beside the last one. A task that writes only when it is
/// flushed may report a record long after its `put`.
const HISTORY_BYTES_MAX: usize = 16 << 20;

/// A record in Kafka's terms.
pub(in crate::worker) struct RawRecord<'a> {
    /// The topic.
    pub topic: &'a str,
    /// The partition.
    pub partition: i32,
    /// The offset.
    pub offset: i64,
    /// Milliseconds since 1970.
    pub timestamp: Option<i64>,
    /// What the timestamp means.
    pub timestamp_type: TimestampType,
    /// The key.
    pub key: Option<&'a [u8]>,
    /// The value.
    pub value: Option<&'a [u8]>,
    /// The headers, in order.
    pub headers: Vec<(&'a str, Option<&'a [u8]>)>,
}

impl<'a> From<&ConsumedRecord<'a>> for RawRecord<'a> {
    fn from(record: &ConsumedRecord<'a>) -> Self {
        Self {
            topic: record.topic,
            partition: record.partition,
            offset: record.offset,
            timestamp: record.timestamp,
            timestamp_type: record.timestamp_type,
            key: record.key,
            value: record.value,
            headers: record.headers().collect(),
        }
    }
}

impl RawRecord<'_> {
    /// COMPAT: the record as `LogReporter.Sink` shows it.
    pub(in crate::worker) fn shown(&self) -> String {
        let timestamp_type = match self.timestamp_type {
            TimestampType::NoTimestampType => None,
            TimestampType::CreateTime => Some("CreateTime"),
            TimestampType::LogAppendTime => Some("LogAppendTime"),
        };
        let timestamp = match (self.timestamp, timestamp_type) {
            (Some(timestamp), Some(name)) => {
                format!(", timestamp={timestamp}, timestampType={name}")
            }
            _ => String::new(),
        };
        format!(
            "consumed record is {{topic='{}', partition={}, offset={}{timestamp}}}",
            self.topic, self.partition, self.offset
        )
    }
}

/// The batches that the guest got last.
#[derive(Default)]
pub(in crate::worker) struct RawRecords {
    batches: VecDeque<Kept>,
    bytes: usize,
}

struct Kept {
    batch: ConsumedBatch,
    /// Places by partition and offset; made when the first record of the batch is looked for.
    places: Option<HashMap<(u32, i64), usize>>,
}

impl RawRecords {
    /// Keeps a batch, and forgets old ones.
    pub(in crate::worker) fn keep(&mut self, batch: ConsumedBatch) {
        if batch.is_empty() {
            return;
        }
        self.bytes += batch.byte_len();
        self.batches.push_back(Kept {
            batch,
            places: None,
        });
        while let [oldest, _, ..] = self.batches.make_contiguous()
            && self.bytes > HISTORY_BYTES_MAX
        {
            self.bytes -= oldest.batch.byte_len();
            self.batches.pop_front();
        }
    }

    /// The record at these coordinates, if it is still kept.
    pub(in crate::worker) fn find(
        &mut self,
        topic: &str,
        partition: i32,
        offset: i64,
    ) -> Option<RawRecord<'_>> {
        let kept = self.batches.iter_mut().rev();
        kept.filter_map(|kept| kept.find(topic, partition, offset))
            .next()
    }
}

impl Kept {
    fn find(&mut self, topic: &str, partition: i32, offset: i64) -> Option<RawRecord<'_>> {
        let index = self
            .batch
            .partitions()
            .iter()
            .position(|known| known.partition == partition && &*known.topic == topic)?;
        let batch = &self.batch;
        let places = self.places.get_or_insert_with(|| {
            let records = batch.iter().enumerate();
            records
                .map(|(place, record)| ((record.partition_index, record.offset), place))
                .collect()
        });
        let key = (u32::try_from(index).ok()?, offset);
        let record = batch.get(*places.get(&key)?)?;
        Some(RawRecord::from(&record))
    }
}
