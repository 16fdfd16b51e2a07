//! The order of a `java.util.HashMap`.
//!
//! Owns the emulation. Kafka's JsonConverter puts what it reads into a HashMap, and transformations
//! make new ones, so whatever prints such a map afterwards (a file sink, a further JsonConverter) shows
//! HashMap's order. Users compare such output. Keys without a hash that is a function of their content
//! (byte arrays, structs) keep the order that they have.

use std::collections::HashMap;

use crate::Value;

/// A map's entries.
pub type Entries<'a> = Vec<(Value<'a>, Value<'a>)>;

/// LIMIT: up to this many entries comparing beats hashing.
const LINEAR_MAX: usize = 12;
/// The buckets of a HashMap that is made without a size.
const DEFAULT_TABLE: u32 = 16;

/// Entries in the order in which they are put into a `new HashMap<>()`: of equal keys the last value
/// stays, in the first one's place, and the order is that of the buckets.
pub fn collected(entries: Entries<'_>) -> Entries<'_> {
    in_order(entries, DEFAULT_TABLE)
}

/// The same for a `new HashMap<>(size)`.
pub fn sized(entries: Entries<'_>, size: usize) -> Entries<'_> {
    in_order(entries, table_of(size))
}

/// The same for a `new HashMap<>(map)`, where the map has the first `copied` entries and the others
/// are put later.
pub fn copied(entries: Entries<'_>, copied: usize) -> Entries<'_> {
    // COMPAT: java.util.HashMap.putMapEntries: room for the map, and one more; an empty map asks for
    // nothing.
    let table = match copied {
        0 => DEFAULT_TABLE,
        copied => table_of(copied * 4 / 3 + 1),
    };
    in_order(entries, table)
}

/// The least power of two that is not less.
fn table_of(size: usize) -> u32 {
    u32::try_from(size).map_or(1 << 30, |size| size.max(1).next_power_of_two().min(1 << 30))
}

fn in_order(mut entries: Entries<'_>, table: u32) -> Entries<'_> {
    if entries.len() < 2 {
        return entries;
    }
    let hashes: Option<Vec<u32>> = entries
        .iter()
        .map(|(key, _)| java_hash(key).map(|hash| (hash ^ ((hash as u32) >> 16) as i32) as u32))
        .collect();
    let Some(mut hashes) = hashes else {
        return entries;
    };
    remove_duplicates(&mut entries, &mut hashes);
    let mask = grown(table, entries.len()) - 1;
    let mut order: Vec<(u32, usize)> = hashes.iter().map(|hash| hash & mask).zip(0..).collect();
    if order.is_sorted() {
        return entries;
    }
    // By bucket, and within a bucket by insertion: the index breaks ties.
    order.sort_unstable();
    let mut slots: Vec<Option<(Value<'_>, Value<'_>)>> = entries.into_iter().map(Some).collect();
    order
        .into_iter()
        .filter_map(|(_, index)| slots[index].take())
        .collect()
}

/// The number of buckets after inserting `count` keys: doubled whenever three quarters are exceeded.
fn grown(mut table: u32, count: usize) -> u32 {
    while count as u64 > u64::from(table) * 3 / 4 && table < 1 << 30 {
        table *= 2;
    }
    table
}

/// `hashCode` of a map key.
fn java_hash(key: &Value<'_>) -> Option<i32> {
    Some(match key {
        Value::Null => 0,
        Value::Boolean(true) => 1231,
        Value::Boolean(false) => 1237,
        Value::Int8(number) => i32::from(*number),
        Value::Int16(number) => i32::from(*number),
        Value::Int32(number) => *number,
        Value::Int64(number) | Value::Date(number) => long_hash(*number),
        Value::Float32(number) => number.to_bits() as i32,
        Value::Float64(number) => long_hash(number.to_bits() as i64),
        Value::String(text) => string_hash(text),
        Value::Array(elements) => elements.iter().try_fold(1i32, |hash, element| {
            Some(hash.wrapping_mul(31).wrapping_add(java_hash(element)?))
        })?,
        _ => return None,
    })
}

fn long_hash(number: i64) -> i32 {
    (number ^ ((number as u64) >> 32) as i64) as i32
}

fn string_hash(text: &str) -> i32 {
    let add = |hash: i32, unit: u16| hash.wrapping_mul(31).wrapping_add(i32::from(unit));
    if text.is_ascii() {
        text.bytes().map(u16::from).fold(0, add)
    } else {
        text.encode_utf16().fold(0, add)
    }
}

fn remove_duplicates(entries: &mut Entries<'_>, hashes: &mut Vec<u32>) {
    let mut kept = 0;
    let mut first_of: HashMap<u32, Vec<usize>> = HashMap::new();
    let linear = entries.len() <= LINEAR_MAX;
    for index in 0..entries.len() {
        let hash = hashes[index];
        let same =
            |earlier: &usize| hashes[*earlier] == hash && entries[*earlier].0 == entries[index].0;
        let earlier = if linear {
            (0..kept).find(same)
        } else {
            first_of
                .get(&hash)
                .and_then(|bucket| bucket.iter().copied().find(same))
        };
        match earlier {
            Some(earlier) => {
                entries[earlier].1 = std::mem::replace(&mut entries[index].1, Value::Null)
            }
            None => {
                if !linear {
                    first_of.entry(hash).or_default().push(kept);
                }
                entries.swap(kept, index);
                hashes.swap(kept, index);
                kept += 1;
            }
        }
    }
    entries.truncate(kept);
    hashes.truncate(kept);
}

#[cfg(test)]
mod tests;
