//! Writing, with the very bytes that a JVM writes for a map of that size.

use super::{
    BYTE_ARRAY, BYTE_ARRAY_VERSION, HASH_MAP, HASH_MAP_VERSION, MAGIC, SC_SERIALIZABLE,
    SC_WRITE_METHOD_SERIALIZABLE, TC_ARRAY, TC_BLOCKDATA, TC_CLASSDESC, TC_ENDBLOCKDATA, TC_NULL,
    TC_OBJECT, TC_REFERENCE,
};

/// The handle of the class `[B`: after the map's class and the map itself.
const BYTE_ARRAY_CLASS_HANDLE: u32 = super::FIRST_HANDLE + 2;

/// Buckets of a new HashMap.
const BUCKETS_MIN: u32 = 16;

/// The serialized map of these entries.
///
/// # Panics
///
/// When there are more entries, or longer ones, than Java can count (2^31).
pub(in super::super) fn write_map<'a>(
    entries: impl ExactSizeIterator<Item = (&'a [u8], Option<&'a [u8]>)>,
) -> Vec<u8> {
    let size = u32::try_from(entries.len()).expect("offsets are fewer than 2^31");
    let mut out = Vec::with_capacity(128 + entries.len() * 64);
    out.extend(MAGIC);
    write_map_header(&mut out, size);
    let mut class_written = false;
    for (key, value) in entries {
        write_array(&mut out, key, &mut class_written);
        match value {
            Some(value) => write_array(&mut out, value, &mut class_written),
            None => out.push(TC_NULL),
        }
    }
    out.push(TC_ENDBLOCKDATA);
    out
}

fn write_map_header(out: &mut Vec<u8>, size: u32) {
    let (buckets, threshold) = capacity(size);
    out.push(TC_OBJECT);
    write_class(
        out,
        HASH_MAP,
        HASH_MAP_VERSION,
        SC_WRITE_METHOD_SERIALIZABLE,
    );
    out.extend(2u16.to_be_bytes());
    out.push(b'F');
    write_text(out, "loadFactor");
    out.push(b'I');
    write_text(out, "threshold");
    out.extend([TC_ENDBLOCKDATA, TC_NULL]);
    out.extend(0.75f32.to_be_bytes());
    out.extend(threshold.to_be_bytes());
    out.extend([TC_BLOCKDATA, 8]);
    out.extend(buckets.to_be_bytes());
    out.extend(size.to_be_bytes());
}

/// Buckets and threshold of a HashMap into which so many entries were put.
fn capacity(size: u32) -> (u32, u32) {
    if size == 0 {
        return (BUCKETS_MIN, 0);
    }
    let mut buckets = BUCKETS_MIN;
    while size > buckets / 4 * 3 {
        buckets *= 2;
    }
    (buckets, buckets / 4 * 3)
}

fn write_class(out: &mut Vec<u8>, name: &str, version: [u8; 8], flags: u8) {
    out.push(TC_CLASSDESC);
    write_text(out, name);
    out.extend(version);
    out.push(flags);
}

fn write_text(out: &mut Vec<u8>, text: &str) {
    let length = u16::try_from(text.len()).expect("only names of this module are written");
    out.extend(length.to_be_bytes());
    out.extend(text.as_bytes());
}

fn write_array(out: &mut Vec<u8>, bytes: &[u8], class_written: &mut bool) {
    out.push(TC_ARRAY);
    if *class_written {
        out.push(TC_REFERENCE);
        out.extend(BYTE_ARRAY_CLASS_HANDLE.to_be_bytes());
    } else {
        write_class(out, BYTE_ARRAY, BYTE_ARRAY_VERSION, SC_SERIALIZABLE);
        out.extend([0, 0, TC_ENDBLOCKDATA, TC_NULL]);
        *class_written = true;
    }
    let length = u32::try_from(bytes.len())
        .ok()
        .filter(|&length| i32::try_from(length).is_ok())
        .expect("an offset is shorter than 2^31 bytes");
    out.extend(length.to_be_bytes());
    out.extend(bytes);
}
