//! The size and times of open files, without a thread for each look.
//!
//! Owns which file systems answer from memory. A plugin that waits for a file to grow looks at it
//! again and again; handing each look to a thread that may block costs ten times the look. Files of
//! other systems (network, FUSE) may make a look wait for long: those take the way of wasmtime-wasi.

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt as _;

use wasmtime_wasi::p2::bindings::clocks::wall_clock::Datetime;
use wasmtime_wasi::p2::bindings::filesystem::types::{DescriptorStat, DescriptorType};

/// What `statfs` calls the file systems that keep the attributes of open files in memory: ext2 to
/// ext4, XFS, Btrfs, F2FS, tmpfs, and the overlay of containers (statfs(2)).
const LOCAL: [u64; 6] = [
    0xEF53,
    0x5846_5342,
    0x9123_683E,
    0xF2F5_2010,
    0x0102_1994,
    0x794C_7630,
];

/// Whether [`stat`] of this file never waits. Finding out may.
pub(super) fn is_local(file: &File) -> bool {
    #[expect(clippy::cast_sign_loss, reason = "the value is a magic number")]
    rustix::fs::fstatfs(file).is_ok_and(|found| {
        let magic = found.f_type as u64;
        LOCAL.contains(&(magic & 0xFFFF_FFFF))
    })
}

/// What `wasi:filesystem` tells of a regular file.
pub(super) fn stat(file: &File) -> io::Result<DescriptorStat> {
    let found = file.metadata()?;
    let time = |seconds: i64, nanoseconds: i64| {
        Some(Datetime {
            // Times before 1970 are missing, as in wasmtime-wasi.
            seconds: u64::try_from(seconds).ok()?,
            nanoseconds: u32::try_from(nanoseconds).ok()?,
        })
    };
    Ok(DescriptorStat {
        type_: DescriptorType::RegularFile,
        link_count: found.nlink(),
        size: found.len(),
        data_access_timestamp: time(found.atime(), found.atime_nsec()),
        data_modification_timestamp: time(found.mtime(), found.mtime_nsec()),
        status_change_timestamp: time(found.ctime(), found.ctime_nsec()),
    })
}

#[cfg(test)]
mod tests;
