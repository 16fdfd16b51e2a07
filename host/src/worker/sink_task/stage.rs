//! A consumed batch that goes through converters and transformations step by step, because some of
//! them work on many records at once.

use crate::converter::BatchConverter;
use crate::errors::{Failure, Stage};
use crate::kafka::consumer::ConsumedBatch;

use super::super::record_path::{RecordPath, Staged};
use super::convert::Delivered;

/// Converts what is converted for many records at once, and transforms the records; no records when
/// the chain is applied one by one.
pub(super) async fn stage_all<'a>(
    path: &mut RecordPath,
    consumed: &'a ConsumedBatch,
) -> Result<Vec<Staged<'a>>, Failure> {
    path.begin();
    for stage in [
        Stage::KeyConverter,
        Stage::ValueConverter,
        Stage::HeaderConverter,
    ] {
        if let Some(converter) = path.converters.batch_converter(stage) {
            convert_all(converter, stage, consumed).await?;
        }
    }
    if !path.chain.works_on_batches() {
        return Ok(Vec::new());
    }
    let mut delivered = Delivered::new(true);
    let mut records = Vec::new();
    for (position, record) in (0..).zip(consumed.iter()) {
        path.at(position);
        // What is not converted goes its way by itself, with retries and tolerance.
        let converted = delivered.converted(path, &record);
        records.push(converted.map_or(Staged::Alone, Staged::Alive));
    }
    path.transform_all(&mut records).await?;
    Ok(records)
}

async fn convert_all(
    converter: &mut dyn BatchConverter,
    stage: Stage,
    consumed: &ConsumedBatch,
) -> Result<(), Failure> {
    for (position, record) in (0..).zip(consumed.iter()) {
        let topic = record.topic;
        match stage {
            Stage::KeyConverter => {
                while !converter.expect_bytes(position, topic, None, record.key) {
                    converter.fetch().await?;
                }
            }
            Stage::HeaderConverter => {
                for (name, bytes) in record.headers() {
                    while !converter.expect_bytes(position, topic, Some(name), bytes) {
                        converter.fetch().await?;
                    }
                }
            }
            _ => {
                while !converter.expect_bytes(position, topic, None, record.value) {
                    converter.fetch().await?;
                }
            }
        }
    }
    converter.fetch().await
}
