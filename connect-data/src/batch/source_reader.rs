//! Decodes batches of source records, one record at a time, borrowing from the batch.

use std::borrow::Cow;
use std::sync::Arc;

use super::reader::Reader;
use super::schema_reader::read_schema_table;
use super::value_reader::{read_headers, read_value};
use super::value_writer::ValueBudget;
use super::{
    BatchError, BatchLimits, Counted, EncodedOffsetMap, KIND_SOURCE, SchemaCache, VERSION,
    source_flag as flag,
};
use crate::{ConnectHeaders, SchemaRef, SourceRecord, Value};

/// A batch of source records whose tables were read and checked. Records are read, and checked,
/// one by one by [`SourceBatch::records`].
#[derive(Debug)]
pub struct SourceBatch<'a> {
    schemas: Arc<[SchemaRef]>,
    topics: Vec<&'a str>,
    partitions: Vec<EncodedOffsetMap<'a>>,
    count: usize,
    records: Reader<'a>,
}

impl<'a> SourceBatch<'a> {
    /// Reads the tables.
    pub fn decode(bytes: &'a [u8], cache: &mut SchemaCache) -> Result<Self, BatchError> {
        let mut reader = start(bytes, KIND_SOURCE)?;
        let schemas = read_schema_table(&mut reader, cache)?;
        let topics = read_topics(&mut reader)?;
        let partitions = read_partitions(&mut reader)?;
        let count = read_record_count(&mut reader)?;
        Ok(Self {
            schemas,
            topics,
            partitions,
            count,
            records: reader,
        })
    }

    /// The number of records.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is no record.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The records in order. Nothing follows an error. Bytes after the last record are an error
    /// that comes after it.
    pub fn records(&self) -> SourceRecords<'_> {
        SourceRecords {
            batch: self,
            reader: self.records,
            left: self.count,
            done: false,
            timestamp: 0,
            record: SourceRecordView::default(),
        }
    }

    /// The names of the topics; `SourceRecordView::topic_index` counts them.
    pub fn topics(&self) -> &[&'a str] {
        &self.topics
    }

    /// The number of source partitions.
    pub fn source_partition_count(&self) -> usize {
        self.partitions.len()
    }

    /// A source partition by the index that a record has. They were checked: decoding them cannot
    /// fail.
    ///
    /// # Panics
    /// When there is no such index.
    pub fn source_partition(&self, index: u32) -> EncodedOffsetMap<'a> {
        self.partitions[index as usize]
    }
}

/// Checks size, version and kind.
pub(super) fn start(bytes: &[u8], expected: u8) -> Result<Reader<'_>, BatchError> {
    let max = BatchLimits::BYTES_MAX;
    if bytes.len() > max {
        return Err(BatchError::TooManyBytes {
            bytes: bytes.len(),
            max,
        });
    }
    let mut reader = Reader::new(bytes);
    match reader.byte("batch")? {
        VERSION => {}
        found => return Err(BatchError::UnknownVersion { found }),
    }
    match reader.byte("batch")? {
        found if found == expected => Ok(reader),
        found => Err(BatchError::WrongKind { expected, found }),
    }
}

pub(super) fn read_topics<'a>(reader: &mut Reader<'a>) -> Result<Vec<&'a str>, BatchError> {
    let count = reader.count(Counted::Topics, BatchLimits::TOPICS_MAX, "topics")?;
    let mut topics = Vec::with_capacity(count);
    for _ in 0..count {
        topics.push(reader.name("topic")?);
    }
    Ok(topics)
}

fn read_partitions<'a>(reader: &mut Reader<'a>) -> Result<Vec<EncodedOffsetMap<'a>>, BatchError> {
    const WHAT: &str = "source partitions";
    let count = reader.count(Counted::SourcePartitions, BatchLimits::PARTITIONS_MAX, WHAT)?;
    let mut partitions = Vec::with_capacity(count);
    for _ in 0..count {
        let partition = EncodedOffsetMap::new(reader.bytes(WHAT)?);
        partition.decode()?;
        partitions.push(partition);
    }
    Ok(partitions)
}

pub(super) fn read_record_count(reader: &mut Reader<'_>) -> Result<usize, BatchError> {
    reader.count(Counted::Records, BatchLimits::RECORDS_MAX, "records")
}

/// A source record in a batch.
#[derive(Debug, Clone, Default)]
pub struct SourceRecordView<'b> {
    /// The topic.
    pub topic: Option<&'b str>,
    /// The topic's place in [`SourceBatch::topics`].
    pub topic_index: Option<u32>,
    /// The source partition, for [`SourceBatch::source_partition`].
    pub source_partition_index: Option<u32>,
    /// The source offset, not looked at yet.
    pub source_offset: Option<EncodedOffsetMap<'b>>,
    /// The Kafka partition.
    pub kafka_partition: Option<i32>,
    /// Schema of the key.
    pub key_schema: Option<&'b SchemaRef>,
    /// The key.
    pub key: Value<'b>,
    /// Schema of the value.
    pub value_schema: Option<&'b SchemaRef>,
    /// The value.
    pub value: Value<'b>,
    /// Milliseconds since the epoch.
    pub timestamp: Option<i64>,
    /// The headers.
    pub headers: ConnectHeaders<'b>,
}

impl<'b> SourceRecordView<'b> {
    /// The record with its source partition and offset decoded.
    pub fn to_record(&self, batch: &SourceBatch<'b>) -> Result<SourceRecord<'b>, BatchError> {
        let partition = self
            .source_partition_index
            .map(|index| batch.source_partition(index));
        Ok(SourceRecord {
            source_partition: partition.map(|map| map.decode()).transpose()?,
            source_offset: self.source_offset.map(|map| map.decode()).transpose()?,
            topic: self.topic.map(Cow::Borrowed),
            kafka_partition: self.kafka_partition,
            key_schema: self.key_schema.cloned(),
            key: self.key.clone(),
            value_schema: self.value_schema.cloned(),
            value: self.value.clone(),
            timestamp: self.timestamp,
            headers: self.headers.clone(),
        })
    }
}

/// Reads the records of a batch.
#[derive(Debug)]
pub struct SourceRecords<'b> {
    batch: &'b SourceBatch<'b>,
    reader: Reader<'b>,
    left: usize,
    done: bool,
    /// The last timestamp of the batch so far.
    timestamp: i64,
    /// The record that was read last; what the next one shares with it stays where it is.
    record: SourceRecordView<'b>,
}

impl<'b> SourceRecords<'b> {
    /// The next record, without making a new one for each: faster than the iterator. Nothing
    /// follows an error.
    #[inline]
    pub fn next_record(&mut self) -> Result<Option<&SourceRecordView<'b>>, BatchError> {
        if self.left == 0 {
            return self.end().map(|()| None);
        }
        self.left -= 1;
        match self.read() {
            Ok(()) => Ok(Some(&self.record)),
            Err(error) => {
                self.left = 0;
                self.done = true;
                Err(error)
            }
        }
    }

    /// As [`Self::next_record`], so that the values can be taken out of the record. Its other parts
    /// must stay: the next record may share them.
    #[inline]
    pub fn next_record_mut(&mut self) -> Result<Option<&mut SourceRecordView<'b>>, BatchError> {
        if self.next_record()?.is_none() {
            return Ok(None);
        }
        Ok(Some(&mut self.record))
    }

    /// Where the next record is, to read it again whatever became of it.
    #[inline]
    pub fn mark(&self) -> SourceRecordMark<'b> {
        let record = &self.record;
        SourceRecordMark {
            batch: self.batch,
            reader: self.reader,
            timestamp: self.timestamp,
            topic: record.topic,
            topic_index: record.topic_index,
            source_partition_index: record.source_partition_index,
            key_schema: record.key_schema,
            value_schema: record.value_schema,
        }
    }

    #[cold]
    fn end(&mut self) -> Result<(), BatchError> {
        if std::mem::replace(&mut self.done, true) {
            Ok(())
        } else {
            self.reader.end("batch")
        }
    }

    #[inline]
    fn read(&mut self) -> Result<(), BatchError> {
        let batch = self.batch;
        let reader = &mut self.reader;
        let record = &mut self.record;
        let flags = reader.byte("record")?;
        let has = |flag| flags & flag != 0;
        if !has(flag::SAME_TOPIC) {
            record.topic_index = reader.reference("topic", batch.topics.len())?;
            record.topic = record.topic_index.map(|index| batch.topics[index as usize]);
        }
        if !has(flag::SAME_SOURCE_PARTITION) {
            record.source_partition_index =
                reader.reference("source partition", batch.partitions.len())?;
        }
        if !has(flag::SAME_SCHEMAS) {
            record.key_schema = read_schema(reader, &batch.schemas)?;
            record.value_schema = read_schema(reader, &batch.schemas)?;
        }
        record.source_offset = if has(flag::SOURCE_OFFSET) {
            Some(EncodedOffsetMap::new(reader.bytes("source offset")?))
        } else {
            None
        };
        record.kafka_partition = if has(flag::KAFKA_PARTITION) {
            Some(reader.zigzag_i32("kafka partition")?)
        } else {
            None
        };
        record.timestamp = if has(flag::TIMESTAMP) {
            self.timestamp = self.timestamp.wrapping_add(reader.zigzag("timestamp")?);
            Some(self.timestamp)
        } else {
            None
        };
        let mut budget = ValueBudget::of_record();
        let key = if has(flag::KEY) {
            read_value(reader, &batch.schemas, record.key_schema, &mut budget)?
        } else {
            Value::Null
        };
        replace_value(&mut record.key, key);
        let value = read_value(reader, &batch.schemas, record.value_schema, &mut budget)?;
        replace_value(&mut record.value, value);
        if has(flag::HEADERS) {
            record.headers = read_headers(reader, &batch.schemas, &mut budget)?;
        } else if !record.headers.is_empty() {
            record.headers = ConnectHeaders::new();
        }
        Ok(())
    }
}

/// The place of a record in a batch; see [`SourceRecords::mark`].
#[derive(Debug, Clone, Copy)]
pub struct SourceRecordMark<'b> {
    batch: &'b SourceBatch<'b>,
    reader: Reader<'b>,
    timestamp: i64,
    topic: Option<&'b str>,
    topic_index: Option<u32>,
    source_partition_index: Option<u32>,
    key_schema: Option<&'b SchemaRef>,
    value_schema: Option<&'b SchemaRef>,
}

impl<'b> SourceRecordMark<'b> {
    /// The record at this place, as the batch has it.
    pub fn record(&self) -> Result<SourceRecordView<'b>, BatchError> {
        let mut records = SourceRecords {
            batch: self.batch,
            reader: self.reader,
            left: 1,
            done: false,
            timestamp: self.timestamp,
            record: SourceRecordView {
                topic: self.topic,
                topic_index: self.topic_index,
                source_partition_index: self.source_partition_index,
                key_schema: self.key_schema,
                value_schema: self.value_schema,
                ..SourceRecordView::default()
            },
        };
        records.read()?;
        Ok(records.record)
    }

    /// The record at this place with its source partition and offset decoded.
    pub fn to_record(&self) -> Result<SourceRecord<'b>, BatchError> {
        self.record()?.to_record(self.batch)
    }
}

/// Puts a value in the place of another. What owns nothing is not dropped, which would take a call.
#[inline(always)]
pub(super) fn replace_value<'a>(place: &mut Value<'a>, value: Value<'a>) {
    let old = std::mem::replace(place, value);
    if matches!(old, Value::Null | Value::String(Cow::Borrowed(_))) {
        std::mem::forget(old);
    }
}

/// A reference to a schema of the table.
#[inline]
pub(super) fn read_schema<'b>(
    reader: &mut Reader<'_>,
    schemas: &'b [SchemaRef],
) -> Result<Option<&'b SchemaRef>, BatchError> {
    Ok(reader
        .reference("schema", schemas.len())?
        .map(|index| &schemas[index as usize]))
}

impl<'b> Iterator for SourceRecords<'b> {
    type Item = Result<SourceRecordView<'b>, BatchError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        match self.next_record() {
            Ok(None) => return None,
            Err(error) => return Some(Err(error)),
            Ok(Some(_)) => {}
        }
        let record = &mut self.record;
        Some(Ok(SourceRecordView {
            key: std::mem::take(&mut record.key),
            value: std::mem::take(&mut record.value),
            headers: std::mem::take(&mut record.headers),
            ..*record
        }))
    }
}
