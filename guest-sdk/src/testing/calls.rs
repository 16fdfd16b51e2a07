//! Single calls on a task, made as the worker makes them: through the batch format.

use connect_data::batch::{self, SchemaCache, SinkBatchEncoder};
use connect_data::{SinkRecord, SourceRecord};

use crate::{ConnectError, SinkBatch, SinkTask, SourceBatch, SourceTask};

/// Polls once and reads the records back as the worker would.
pub fn poll<T: SourceTask>(task: &mut T) -> Result<Vec<SourceRecord<'static>>, ConnectError> {
    let mut records = SourceBatch::new();
    task.poll(&mut records)?;
    let Some(bytes) = records.take() else {
        return Ok(Vec::new());
    };
    let mut schemas = SchemaCache::default();
    let batch = batch::SourceBatch::decode(&bytes, &mut schemas)?;
    let mut owned = Vec::with_capacity(batch.len());
    for view in batch.records() {
        owned.push(view?.to_record(&batch)?.into_owned());
    }
    Ok(owned)
}

/// Puts these records as the worker would.
pub fn put<T: SinkTask>(task: &mut T, records: &[SinkRecord<'_>]) -> Result<(), ConnectError> {
    let mut encoder = SinkBatchEncoder::new();
    for record in records {
        encoder.push(record)?;
    }
    let bytes = encoder.finish();
    let mut schemas = SchemaCache::default();
    task.put(&SinkBatch::new(batch::SinkBatch::decode(
        &bytes,
        &mut schemas,
    )?))
}
