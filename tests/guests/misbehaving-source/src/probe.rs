//! Tries what a grant does not allow, and tells how it went. A probe is an operation with paths:
//! `open:p`, `create:p`, `stat:p`, `lstat:p`, `readdir:p`, `readlink:p`, `rename:p>q`, `link:p>q`,
//! `symlink:p>q`, `unlink:p`, `rmdir:p`, `mkdir:p`, `truncate:p`, `env:NAME`, `tcp:address`.

#[cfg(not(unix))]
use std::ffi::{CString, c_char, c_int};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};

/// The probe with its outcome: `open:../x -> NotFound`, or `open:a -> ok 12 bytes`.
pub(crate) fn probe(probe: &str) -> String {
    let (operation, argument) = probe.split_once(':').unwrap_or((probe, ""));
    match attempt(operation, argument) {
        Ok(outcome) => format!("{probe} -> ok {outcome}").trim_end().to_owned(),
        Err(error) => format!("{probe} -> {:?}", error.kind()),
    }
}

fn attempt(operation: &str, argument: &str) -> io::Result<String> {
    let (from, to) = argument.split_once('>').unwrap_or((argument, ""));
    match operation {
        "open" => {
            let mut bytes = Vec::new();
            File::open(from)?.read_to_end(&mut bytes)?;
            Ok(format!("{} bytes", bytes.len()))
        }
        "create" => OpenOptions::new()
            .create(true)
            .append(true)
            .open(from)
            .map(|_| String::new()),
        "truncate" => File::create(from).map(|_| String::new()),
        "stat" => fs::metadata(from).map(|metadata| format!("{} bytes", metadata.len())),
        "lstat" => fs::symlink_metadata(from).map(|metadata| format!("{} bytes", metadata.len())),
        "readdir" => {
            let mut names = Vec::new();
            for entry in fs::read_dir(from)? {
                names.push(entry?.file_name().to_string_lossy().into_owned());
            }
            names.sort();
            Ok(names.join(","))
        }
        "readlink" => fs::read_link(from).map(|path| path.display().to_string()),
        "rename" => fs::rename(from, to).map(|()| String::new()),
        "link" => fs::hard_link(from, to).map(|()| String::new()),
        "symlink" => symlink(from, to),
        "unlink" => fs::remove_file(from).map(|()| String::new()),
        "rmdir" => fs::remove_dir(from).map(|()| String::new()),
        "mkdir" => fs::create_dir(from).map(|()| String::new()),
        "env" => match std::env::var_os(from) {
            Some(value) => Ok(value.to_string_lossy().into_owned()),
            None => Err(io::ErrorKind::NotFound.into()),
        },
        "tcp" => std::net::TcpStream::connect(from).map(|_| String::new()),
        _ => Err(io::ErrorKind::Unsupported.into()),
    }
}

#[cfg(unix)]
fn symlink(from: &str, to: &str) -> io::Result<String> {
    std::os::unix::fs::symlink(from, to).map(|()| String::new())
}

/// The standard library has no stable function for it on WASI; its libc has.
#[cfg(not(unix))]
#[allow(unsafe_code, reason = "there is no other way to what a guest may try")]
fn symlink(from: &str, to: &str) -> io::Result<String> {
    unsafe extern "C" {
        #[link_name = "symlink"]
        fn libc_symlink(target: *const c_char, path: *const c_char) -> c_int;
    }
    let (from, to) = (CString::new(from)?, CString::new(to)?);
    // SAFETY: both are texts that end in NUL and live until the call is over.
    match unsafe { libc_symlink(from.as_ptr(), to.as_ptr()) } {
        0 => Ok(String::new()),
        _ => Err(io::Error::last_os_error()),
    }
}
