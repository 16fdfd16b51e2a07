//! `offset.storage.file.filename` of a standalone worker: a Java object stream with a
//! `HashMap<byte[], byte[]>`. Written here a second time, apart from the worker's own code, so that
//! tests judge the worker's files by the format and not by the worker.

use anyhow::{Context, bail, ensure};

const HEADER: &[u8] = b"\xac\xed\x00\x05\x73\x72\x00\x11java.util.HashMap\x05\x07\xda\xc1\xc3\x16\x60\xd1\x03\x00\x02\x46\x00\x0aloadFactor\x49\x00\x09thresholdx\x70";
const FIRST_ARRAY: &[u8] =
    b"\x75\x72\x00\x02[B\xac\xf3\x17\xf8\x06\x08\x54\xe0\x02\x00\x00\x78\x70";
const LATER_ARRAY: &[u8] = b"\x75\x71\x00\x7e\x00\x02";

/// Key and value of an entry, JSON texts; no value is a tombstone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OffsetEntry {
    /// `["connector",{partition}]`
    pub key: String,
    /// `{offset}`
    pub value: Option<String>,
}

/// Reads the entries, sorted by key.
pub fn decode_offset_file(bytes: &[u8]) -> anyhow::Result<Vec<OffsetEntry>> {
    let mut rest = bytes
        .strip_prefix(HEADER)
        .context("no HashMap object stream")?;
    take(&mut rest, 4)?; // load factor
    take(&mut rest, 4)?; // threshold
    ensure!(
        take(&mut rest, 2)? == [0x77, 8],
        "no block with the number of entries"
    );
    take(&mut rest, 4)?; // buckets
    let count = length(&mut rest)?;
    let mut entries = Vec::new();
    for _ in 0..count {
        let key = array(&mut rest)?.context("an entry without key")?;
        let value = array(&mut rest)?.map(String::from_utf8).transpose()?;
        entries.push(OffsetEntry {
            key: String::from_utf8(key)?,
            value,
        });
    }
    ensure!(rest == [0x78], "{} bytes after the entries", rest.len());
    entries.sort();
    Ok(entries)
}

/// Writes entries as a JVM worker does.
pub fn encode_offset_file(entries: &[OffsetEntry]) -> Vec<u8> {
    let mut out = HEADER.to_vec();
    let threshold: u32 = if entries.is_empty() { 0 } else { 12 };
    out.extend_from_slice(&[0x3f, 0x40, 0, 0]);
    out.extend_from_slice(&threshold.to_be_bytes());
    out.extend_from_slice(&[0x77, 8]);
    out.extend_from_slice(&16_u32.to_be_bytes());
    out.extend_from_slice(&(entries.len() as u32).to_be_bytes());
    let mut first = true;
    let mut put = |out: &mut Vec<u8>, text: Option<&str>| match text {
        None => out.push(0x70),
        Some(text) => {
            out.extend_from_slice(if std::mem::take(&mut first) {
                FIRST_ARRAY
            } else {
                LATER_ARRAY
            });
            out.extend_from_slice(&(text.len() as u32).to_be_bytes());
            out.extend_from_slice(text.as_bytes());
        }
    };
    for entry in entries {
        put(&mut out, Some(&entry.key));
        put(&mut out, entry.value.as_deref());
    }
    out.push(0x78);
    out
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> anyhow::Result<&'a [u8]> {
    ensure!(rest.len() >= count, "the file ends too early");
    let (taken, left) = rest.split_at(count);
    *rest = left;
    Ok(taken)
}

fn length(rest: &mut &[u8]) -> anyhow::Result<usize> {
    let bytes: [u8; 4] = take(rest, 4)?.try_into()?;
    Ok(u32::from_be_bytes(bytes) as usize)
}

fn array(rest: &mut &[u8]) -> anyhow::Result<Option<Vec<u8>>> {
    if let Some(left) = rest.strip_prefix(&[0x70]) {
        *rest = left;
        return Ok(None);
    }
    let Some(left) = rest
        .strip_prefix(FIRST_ARRAY)
        .or_else(|| rest.strip_prefix(LATER_ARRAY))
    else {
        bail!(
            "neither a byte array nor null: {:02x?}",
            &rest[..rest.len().min(8)]
        );
    };
    *rest = left;
    let length = length(rest)?;
    Ok(Some(take(rest, length)?.to_vec()))
}
