//! Fast scans over text for the bytes that JSON strings treat specially.
//!
//! Owns two searches, one for reading and one for writing. Written so that the compiler vectorises
//! the block loop; strings are the hot path of both directions.

const BLOCK: usize = 32;

/// Where the first byte is that ends a plain run inside a JSON string: a quote, a backslash or a
/// control character.
pub(super) fn string_end(bytes: &[u8]) -> Option<usize> {
    find(bytes, |byte| {
        (byte == b'"') | (byte == b'\\') | (byte < 0x20)
    })
}

/// Where the first byte is that must be escaped when written: as above, or the lead byte of a
/// character beyond U+FFFF.
pub(super) fn needs_escape(bytes: &[u8]) -> Option<usize> {
    find(bytes, |byte| {
        (byte == b'"') | (byte == b'\\') | !(0x20..0xf0).contains(&byte)
    })
}

#[inline(always)]
fn find(bytes: &[u8], special: impl Fn(u8) -> bool) -> Option<usize> {
    let (blocks, remainder) = bytes.as_chunks::<BLOCK>();
    let mut offset = 0;
    for block in blocks {
        // No early exit within the block: that is what makes it vectorisable.
        let any = block.iter().fold(false, |any, &byte| any | special(byte));
        if any {
            return block
                .iter()
                .position(|&byte| special(byte))
                .map(|index| offset + index);
        }
        offset += BLOCK;
    }
    remainder
        .iter()
        .position(|&byte| special(byte))
        .map(|index| offset + index)
}
