//! The check of restarts: a task that goes on from stored offsets against one that was never
//! interrupted. The comparison is pure.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::reader::{Reader, Seen};
use super::{Fault, Subject, Verdict, failed, skipped};
use crate::config::ConfigMap;
use crate::storage::offset::{MemoryOffsetBackingStore, OffsetBackingStore, OffsetStorageWriter};

/// Compares runs that were interrupted behind several records with `whole`, which was not.
pub(super) async fn check(subject: &Subject, config: &ConfigMap, whole: &[Seen]) -> Verdict {
    if whole.len() < 2 {
        return skipped(
            "fewer than two records came; the check needs some, see wait.ms and file.<name>",
        );
    }
    if whole
        .iter()
        .all(|seen| seen.place.0.is_none() || seen.place.1.is_none())
    {
        return skipped(
            "records have no source partition or no source offset, so that nothing is stored",
        );
    }
    // What differs from run to run by itself, such as the time, is not compared.
    let second = read(subject, config, &empty_store(), whole.len()).await?;
    let same = second
        .iter()
        .zip(whole)
        .all(|(a, b)| a.content == b.content);
    let mut cuts: Vec<usize> = [1, whole.len() / 2, whole.len() - 1]
        .into_iter()
        .map(|cut| boundary(whole, cut))
        .filter(|cut| *cut < whole.len())
        .collect();
    cuts.dedup();
    if cuts.is_empty() {
        return skipped(
            "all records have the same source offset, so that there is nothing between them",
        );
    }
    for cut in cuts {
        let store = empty_store();
        let before = read(subject, config, &store, cut).await?;
        let before = &before[..cut.min(before.len())];
        store_offsets(subject, &store, before).await?;
        let after = read(subject, config, &store, whole.len() - cut).await?;
        let joined: Vec<&Seen> = before.iter().chain(&after).collect();
        compare(whole, &joined, cut, same).or_else(failed)?;
    }
    Ok(())
}

/// Reads from the stored offsets on, on an instance of its own.
async fn read(
    subject: &Subject,
    config: &ConfigMap,
    store: &Arc<dyn OffsetBackingStore>,
    count: usize,
) -> Result<Vec<Seen>, Fault> {
    let mut reader = Reader::start(subject, config, store.clone()).await?;
    let seen = reader.read(subject, count).await?;
    reader.stop().await?;
    Ok(seen)
}

/// A store without offsets.
pub(super) fn empty_store() -> Arc<dyn OffsetBackingStore> {
    Arc::new(MemoryOffsetBackingStore::new())
}

async fn store_offsets(
    subject: &Subject,
    store: &Arc<dyn OffsetBackingStore>,
    records: &[Seen],
) -> Verdict {
    let name = subject.configured.name.as_str();
    let mut writer = OffsetStorageWriter::new(name, store.clone());
    for record in records {
        let (partition, offset) = record.place.clone();
        writer.offset(partition, offset);
    }
    let stored = writer.flush().await;
    stored.or_else(|error| failed(format!("the offsets cannot be stored: {error}")))
}

/// The first place at or behind `cut` where the offset of a partition is not that of its next
/// record: several records of one row are stored together or not at all.
fn boundary(whole: &[Seen], mut cut: usize) -> usize {
    while cut < whole.len() {
        let last = &whole[cut - 1];
        let next = whole[cut..]
            .iter()
            .find(|seen| seen.place.0 == last.place.0);
        if next.is_none_or(|next| next.place.1 != last.place.1) {
            break;
        }
        cut += 1;
    }
    cut
}

/// Compares partition by partition, as far as both runs went.
fn compare(whole: &[Seen], joined: &[&Seen], cut: usize, contents: bool) -> Result<(), String> {
    let mut expected: BTreeMap<String, Vec<&Seen>> = BTreeMap::new();
    for seen in whole {
        expected.entry(seen.partition()).or_default().push(seen);
    }
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for (index, seen) in joined.iter().enumerate() {
        let partition = seen.partition();
        let place = places.entry(partition.clone()).or_default();
        let wanted = expected.get(&partition).and_then(|list| list.get(*place));
        *place += 1;
        // Behind what the whole run has read there is nothing to compare with.
        let Some(wanted) = wanted else { continue };
        if seen.offset() != wanted.offset() {
            let earlier = expected[&partition][..*place - 1]
                .iter()
                .any(|known| known.offset() == seen.offset());
            let what = if earlier {
                "a record comes twice"
            } else {
                "records are missing"
            };
            return Err(format!(
                "restarted behind record {cut}, {what}: record {} of partition {partition} has the \
                 offset {} where an uninterrupted task has {}",
                index + 1,
                seen.offset(),
                wanted.offset()
            ));
        }
        if contents && seen.content != wanted.content {
            return Err(format!(
                "restarted behind record {cut}, record {} of partition {partition} at offset {} is \
                 {} where an uninterrupted task has {}",
                index + 1,
                seen.offset(),
                seen.content,
                wanted.content
            ));
        }
    }
    if joined.len() < whole.len() {
        return Err(format!(
            "restarted behind record {cut}, only {} of {} records came",
            joined.len(),
            whole.len()
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
