//! A polled batch that goes through transformations and converters step by step, because some of
//! them work on many records at once.

use connect_data::ConnectRecord;
use connect_data::batch::{BatchError, SourceBatch};

use crate::converter::BatchConverter;
use crate::errors::{Failure, Stage};

use super::super::record_path::{RecordPath, Staged};
use super::convert::take_values;

/// Why a batch did not get through.
pub(super) enum Unstaged {
    /// The batch is wrong.
    Batch(BatchError),
    /// The failure of the task.
    Failed(Failure),
}

impl From<BatchError> for Unstaged {
    fn from(error: BatchError) -> Self {
        Self::Batch(error)
    }
}

impl From<Failure> for Unstaged {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// Transforms the records of a batch, and converts what survives where that is done for many at
/// once.
pub(super) async fn stage_all<'b>(
    path: &mut RecordPath,
    batch: &'b SourceBatch<'b>,
) -> Result<Vec<Staged<'b>>, Unstaged> {
    path.begin();
    let mut records = Vec::with_capacity(batch.len());
    for view in batch.records() {
        let mut record = ConnectRecord::default();
        take_values(&mut view?, &mut record);
        records.push(Staged::Alive(record));
    }
    path.transform_all(&mut records).await?;
    for stage in [
        Stage::KeyConverter,
        Stage::ValueConverter,
        Stage::HeaderConverter,
    ] {
        if let Some(converter) = path.converters.batch_converter(stage) {
            convert_all(converter, stage, &records).await?;
        }
    }
    Ok(records)
}

async fn convert_all(
    converter: &mut dyn BatchConverter,
    stage: Stage,
    records: &[Staged<'_>],
) -> Result<(), Failure> {
    for (position, record) in (0..).zip(records) {
        let Staged::Alive(record) = record else {
            continue;
        };
        let topic = record.topic.as_deref().unwrap_or_default();
        match stage {
            Stage::KeyConverter => {
                let schema = record.key_schema.as_ref();
                while !converter.expect_data(position, topic, None, schema, &record.key) {
                    converter.fetch().await?;
                }
            }
            Stage::HeaderConverter => {
                for header in &record.headers {
                    let (key, schema) = (Some(&*header.key), header.schema.as_ref());
                    while !converter.expect_data(position, topic, key, schema, &header.value) {
                        converter.fetch().await?;
                    }
                }
            }
            _ => {
                let schema = record.value_schema.as_ref();
                while !converter.expect_data(position, topic, None, schema, &record.value) {
                    converter.fetch().await?;
                }
            }
        }
    }
    converter.fetch().await
}
