//! Transformations, predicates and converters at work on encoded batches: what the exports of a
//! component and native tests have in common.

use connect_data::batch::{
    BatchError, BytesBatch, BytesBatchEncoder, ChangedParts, DataBatch, DataBatchEncoder,
    EntryPlace, FailureKind, OutcomeBatchEncoder, RecordBatch, RecordFailure, SchemaCache, Verdict,
    VerdictBatchEncoder,
};

use crate::{
    Applied, ConnectError, ConvertedData, Converter, ErrorKind, Predicate, Record, Serialized,
    Transformation,
};

/// A stage with what it keeps from batch to batch.
pub(crate) struct Running<T> {
    pub(crate) stage: T,
    schemas: SchemaCache,
    bytes: Vec<u8>,
}

impl<T> Running<T> {
    pub(crate) fn new(stage: T) -> Self {
        Self {
            stage,
            schemas: SchemaCache::new(),
            bytes: Vec::new(),
        }
    }
}

impl<T: Transformation> Running<T> {
    /// Outcomes for a batch of records.
    pub(crate) fn apply(&mut self, records: &[u8]) -> Result<Vec<u8>, ConnectError> {
        let batch = RecordBatch::decode(records, &mut self.schemas)?;
        let mut outcomes = OutcomeBatchEncoder::new();
        let mut records = batch.records();
        let mut record = Record::default();
        while records.read_into(&mut record.record)? {
            record.changed = ChangedParts::NONE;
            match self.stage.apply(&mut record) {
                Ok(Applied::Dropped) => outcomes.dropped()?,
                Err(error) => outcomes.failed(&failure(error))?,
                Ok(Applied::Kept) => match outcomes.kept(record.changed, &record.record) {
                    Err(error) if !error.is_full() => {
                        outcomes.failed(&unencodable(&error))?;
                    }
                    put => put?,
                },
            }
        }
        Ok(outcomes.finish())
    }
}

impl<T: Predicate> Running<T> {
    /// Verdicts on a batch of records.
    pub(crate) fn test(&mut self, records: &[u8]) -> Result<Vec<u8>, ConnectError> {
        let batch = RecordBatch::decode(records, &mut self.schemas)?;
        let mut verdicts = VerdictBatchEncoder::new();
        let mut records = batch.records();
        let mut record = Record::default();
        while records.read_into(&mut record.record)? {
            let verdict = match self.stage.test(&record) {
                Ok(holds) => Verdict::Holds(holds),
                Err(error) => Verdict::Failed(failure(error)),
            };
            verdicts.push(&verdict)?;
        }
        Ok(verdicts.finish())
    }
}

impl<T: Converter> Running<T> {
    /// Bytes for a batch of data.
    pub(crate) fn convert_data(&mut self, data: &[u8]) -> Result<Vec<u8>, ConnectError> {
        let mut batch = DataBatch::decode(data, &mut self.schemas)?;
        let mut converted = BytesBatchEncoder::new();
        let nowhere = EntryPlace::default();
        while let Some((place, entry)) = batch.next_entry()? {
            let Ok(entry) = entry else {
                return Err(ConnectError::fatal("Data to convert cannot have failed."));
            };
            self.bytes.clear();
            let written = self.stage.from_connect_data(
                place_of(place),
                entry.schema.as_ref(),
                &entry.value,
                &mut self.bytes,
            );
            match written {
                Ok(Serialized::Bytes) => converted.push(nowhere, Some(&self.bytes))?,
                Ok(Serialized::Null) => converted.push(nowhere, None)?,
                Err(error) => converted.failed(&failure(error))?,
            }
        }
        Ok(converted.finish())
    }

    /// Data for a batch of bytes.
    pub(crate) fn convert_bytes(&mut self, bytes: &[u8]) -> Result<Vec<u8>, ConnectError> {
        let mut batch = BytesBatch::decode(bytes)?;
        let mut converted = DataBatchEncoder::new();
        let nowhere = EntryPlace::default();
        while let Some((place, entry)) = batch.next_entry()? {
            let Ok(bytes) = entry else {
                return Err(ConnectError::fatal("Bytes to convert cannot have failed."));
            };
            match self.stage.to_connect_data(place_of(place), bytes) {
                Ok(read) => match converted.push(nowhere, read.schema.as_ref(), &read.value) {
                    Err(error) if !error.is_full() => converted.failed(&unencodable(&error))?,
                    put => put?,
                },
                Err(error) => converted.failed(&failure(error))?,
            }
        }
        Ok(converted.finish())
    }
}

fn place_of(place: EntryPlace<'_>) -> ConvertedData<'_> {
    ConvertedData {
        topic: place.topic.unwrap_or_default(),
        header: place.header,
    }
}

/// The error of one record.
fn failure(error: ConnectError) -> RecordFailure {
    let (kind, message, detail) = error.into_parts();
    RecordFailure {
        kind: match kind {
            ErrorKind::Retriable => FailureKind::Retriable,
            ErrorKind::Data => FailureKind::Data,
            ErrorKind::Config => FailureKind::Config,
            ErrorKind::Fatal => FailureKind::Fatal,
        },
        message,
        detail,
    }
}

/// What a plugin made breaks the rules of Connect data.
fn unencodable(error: &BatchError) -> RecordFailure {
    failure(ConnectError::from_error(ErrorKind::Data, error))
}
