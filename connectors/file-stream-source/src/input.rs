//! Where the bytes come from: a file that grows, or standard input. Knows nothing of lines.
//!
//! A file is looked at before it is read, and never read past the size it had then: a WASI
//! stream that has met the end of a file stays there, although the file may grow. The look also
//! finds a file that became shorter or was replaced.

use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::time::{Duration, SystemTime};

use connect_sdk::stdin::{Input as StdinInput, Stdin};
use connect_sdk::{ConnectError, warn};

/// What an attempt to read gave.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Filled {
    /// This many bytes, at least one.
    Bytes(usize),
    /// Nothing yet.
    Nothing,
}

/// A source of bytes.
pub(crate) enum Input {
    File(FileInput),
    Stdin(Stdin),
}

impl Input {
    /// Reads what is there into the room, without waiting.
    pub(crate) fn fill(&mut self, room: &mut [u8]) -> Result<Filled, ConnectError> {
        match self {
            Self::File(file) => file.fill(room),
            Self::Stdin(stdin) => match stdin.read(room.len(), Duration::ZERO)? {
                StdinInput::Bytes(bytes) => {
                    room[..bytes.len()].copy_from_slice(&bytes);
                    Ok(Filled::Bytes(bytes.len()))
                }
                // After the end there may be nothing for ever, as in Kafka: the task goes on.
                StdinInput::Nothing | StdinInput::End => Ok(Filled::Nothing),
            },
        }
    }
}

/// A file that grows.
pub(crate) struct FileInput {
    path: String,
    /// Where the next read starts.
    offset: u64,
    open: Option<OpenFile>,
    /// Whether this poll has said that the file is missing.
    missing_said: bool,
    /// Whether this poll has said that a read failed.
    failure_said: bool,
    /// Whether this poll has looked at what the path names.
    path_seen: bool,
    /// The size below `offset` that was warned about.
    short_said: Option<u64>,
    /// What the path named when it was warned that it is not this file any more.
    replaced_said: Option<PathState>,
}

struct OpenFile {
    file: File,
    /// The size at the last look.
    size: u64,
}

/// What a path names, as far as it can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PathState {
    Gone,
    /// Another file, which was created then.
    Other(Option<SystemTime>),
}

impl FileInput {
    /// Reads this file from this offset on, once it is there.
    pub(crate) fn new(path: impl Into<String>, offset: u64) -> Self {
        Self {
            path: path.into(),
            offset,
            open: None,
            missing_said: false,
            failure_said: false,
            path_seen: false,
            short_said: None,
            replaced_said: None,
        }
    }

    /// A new poll begins: what concerns the path is said once in each, and looked at if wanted.
    pub(crate) fn begin_poll(&mut self, look_at_path: bool) {
        self.missing_said = false;
        self.failure_said = false;
        self.path_seen = !look_at_path;
    }

    fn fill(&mut self, room: &mut [u8]) -> Result<Filled, ConnectError> {
        if self.open.is_none() && !self.open()? {
            return Ok(Filled::Nothing);
        }
        let Some(open) = &mut self.open else {
            return Ok(Filled::Nothing);
        };
        if open.size <= self.offset {
            // A seek is the cheapest look at the size: one call of WASI, where metadata takes three.
            match open.file.seek(SeekFrom::End(0)) {
                Ok(size) => open.size = size,
                Err(error) => return Ok(self.failed(&error)),
            }
            let size = open.size;
            if size <= self.offset {
                self.look_at_size(size);
                self.look_at_path();
                return Ok(Filled::Nothing);
            }
            self.short_said = None;
            if let Err(error) = open.file.seek(SeekFrom::Start(self.offset)) {
                open.size = 0;
                return Ok(self.failed(&error));
            }
        }
        self.read(room)
    }

    /// Reads at most up to the size that is known.
    fn read(&mut self, room: &mut [u8]) -> Result<Filled, ConnectError> {
        let Some(open) = &mut self.open else {
            return Ok(Filled::Nothing);
        };
        let known = usize::try_from(open.size - self.offset).unwrap_or(usize::MAX);
        let length = room.len().min(known);
        match open.file.read(&mut room[..length]) {
            Ok(0) => {
                // The file became shorter since the look, and the stream is at its end for ever.
                // The next look seeks, which makes another one.
                open.size = 0;
                Ok(Filled::Nothing)
            }
            Ok(read) => {
                self.offset += read as u64;
                Ok(Filled::Bytes(read))
            }
            Err(error) => Ok(self.failed(&error)),
        }
    }

    /// Opens the file, if it is there.
    fn open(&mut self) -> Result<bool, ConnectError> {
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                if !self.missing_said {
                    self.missing_said = true;
                    warn!(
                        "Couldn't find file {} for FileStreamSourceTask, sleeping to wait for it \
                         to be created",
                        self.path
                    );
                }
                return Ok(false);
            }
            Err(error) => return Err(self.open_error(&error)),
        };
        let metadata = file.metadata().map_err(|error| self.open_error(&error))?;
        if !metadata.is_file() {
            return Err(ConnectError::fatal(format!(
                "Error while trying to open file {}: it is not a regular file",
                self.path
            )));
        }
        file.seek(SeekFrom::Start(self.offset))
            .map_err(|error| self.open_error(&error))?;
        connect_sdk::debug!("Opened {} at position {}", self.path, self.offset);
        self.open = Some(OpenFile {
            file,
            size: metadata.len(),
        });
        Ok(true)
    }

    fn open_error(&self, error: &std::io::Error) -> ConnectError {
        ConnectError::fatal(format!(
            "Error while trying to open file {}: {error}",
            self.path
        ))
    }

    /// A failed read is nothing read, as in Kafka: the file system may come back.
    fn failed(&mut self, error: &std::io::Error) -> Filled {
        if !std::mem::replace(&mut self.failure_said, true) {
            warn!("Error while reading file {}: {error}", self.path);
        }
        Filled::Nothing
    }

    /// Says, once, when the file is shorter than what was read of it.
    fn look_at_size(&mut self, size: u64) {
        if size < self.offset && self.short_said != Some(size) {
            self.short_said = Some(size);
            warn!(
                "File {} has {size} bytes, fewer than its stored position {}: it was truncated or \
                 replaced. The task waits until the file has grown past that position. To read it \
                 from its start, stop the connector and reset its offsets",
                self.path, self.offset
            );
        }
    }

    /// Says, once, when the path names another file than the open one by now. A look for each
    /// poll: it costs more than one at the size.
    fn look_at_path(&mut self) {
        if std::mem::replace(&mut self.path_seen, true) {
            return;
        }
        let Some(open) = &self.open else { return };
        let (state, size) = match std::fs::metadata(&self.path) {
            Ok(named) => match open.file.metadata() {
                Ok(opened) if is_same(&opened, &named) => (None, named.len()),
                Ok(_) => (Some(PathState::Other(named.created().ok())), named.len()),
                Err(_) => return,
            },
            Err(error) if error.kind() == ErrorKind::NotFound => (Some(PathState::Gone), 0),
            Err(_) => return,
        };
        if state == self.replaced_said {
            return;
        }
        self.replaced_said = state;
        match state {
            None => {}
            Some(PathState::Gone) => warn!(
                "File {} was removed or renamed; {} of its {} bytes were read. The task goes on \
                 with the file that it has open; restart it to wait for a new one",
                self.path, self.offset, open.size
            ),
            Some(PathState::Other(_)) => warn!(
                "File {} was replaced by another one of {size} bytes; {} of the {} bytes of the old \
                 one were read. The task goes on with the old one, which it has open. To read the \
                 new one from its start, stop the connector, reset its offsets and resume it; a \
                 restart alone goes on in the new one at position {}",
                self.path, self.offset, open.size, self.offset
            ),
        }
    }
}

/// Whether an open file is the one that its path names. WASI shows no inode: the time of creation
/// tells files apart, and where a file system does not keep it, the size does. The size of the
/// path may be the smaller one, because the file may grow between the two looks.
fn is_same(opened: &Metadata, named: &Metadata) -> bool {
    match (opened.created(), named.created()) {
        (Ok(opened), Ok(named)) => opened == named,
        _ => opened.len() >= named.len(),
    }
}
