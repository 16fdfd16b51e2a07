//! The serialized form of a Java `HashMap<byte[], byte[]>`, which is what the offset file of a JVM
//! worker holds.
//!
//! Owns the reading of Java's object stream as far as such a map needs it, and the writing. Total:
//! any bytes give entries or an error, and nothing is allocated that the input does not pay for.
//! Must not know files, nor what the bytes in the map mean.
//!
//! Kafka counterpart: java.io.ObjectInputStream as SafeObjectInputStream restricts it.

mod read;
mod write;

#[cfg(test)]
mod tests;

use thiserror::Error;

pub(super) use read::read_map;
pub(super) use write::write_map;

const MAGIC: [u8; 4] = [0xAC, 0xED, 0x00, 0x05];
const TC_NULL: u8 = 0x70;
const TC_REFERENCE: u8 = 0x71;
const TC_CLASSDESC: u8 = 0x72;
const TC_OBJECT: u8 = 0x73;
const TC_STRING: u8 = 0x74;
const TC_ARRAY: u8 = 0x75;
const TC_BLOCKDATA: u8 = 0x77;
const TC_ENDBLOCKDATA: u8 = 0x78;
const FIRST_HANDLE: u32 = 0x7E_0000;

const HASH_MAP: &str = "java.util.HashMap";
const HASH_MAP_VERSION: [u8; 8] = [0x05, 0x07, 0xDA, 0xC1, 0xC3, 0x16, 0x60, 0xD1];
const BYTE_ARRAY: &str = "[B";
const BYTE_ARRAY_VERSION: [u8; 8] = [0xAC, 0xF3, 0x17, 0xF8, 0x06, 0x08, 0x54, 0xE0];
/// Flags of a class that is serializable and writes data of its own.
const SC_WRITE_METHOD_SERIALIZABLE: u8 = 0x03;
/// Flag of a class that is serializable.
const SC_SERIALIZABLE: u8 = 0x02;

/// Why bytes are not a serialized map.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("at byte {position}, {kind}")]
pub struct JavaObjectError {
    /// Where, from 0.
    pub position: usize,
    /// What is there.
    pub kind: JavaObjectErrorKind,
}

/// What is there instead of a serialized map.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum JavaObjectErrorKind {
    /// The bytes end.
    #[error("the file ends in the middle of {0}")]
    Truncated(&'static str),
    /// No Java object stream.
    #[error("a Java object stream should begin, but there is something else")]
    NotAStream,
    /// A Java object of another class.
    #[error("Expected HashMap but found class {0}")]
    OtherClass(String),
    /// Something that is not expected there.
    #[error("{expected} was expected, but found {found}")]
    Unexpected {
        /// What should be there.
        expected: &'static str,
        /// What is there.
        found: String,
    },
    /// A number that cannot be.
    #[error("{what} is {number}")]
    Impossible {
        /// What the number is.
        what: &'static str,
        /// The number.
        number: i64,
    },
    /// A key that is null.
    #[error("an entry has no key")]
    NullKey,
    /// Bytes after the end.
    #[error("the map has ended, but {0} more bytes follow")]
    Trailing(usize),
}
