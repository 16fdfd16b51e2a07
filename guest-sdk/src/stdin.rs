//! Standard input, read so that neither a stop nor the time limit of a call is missed. (A read by
//! `std::io::stdin` cannot be interrupted.)

use std::time::Duration;

use crate::{ConnectError, host};

/// What a read of standard input gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// These bytes, at least one.
    Bytes(Vec<u8>),
    /// Nothing yet: the time has passed, or the worker wants the call back.
    Nothing,
    /// Nothing any more.
    End,
}

/// Standard input. Make one and keep it: bytes that one reader took are gone for another.
pub struct Stdin {
    stream: host::StdinStream,
}

impl Stdin {
    /// Opens standard input. Without a grant for it, the first read gives [`Input::End`].
    pub fn open() -> Self {
        Self {
            stream: host::StdinStream::open(),
        }
    }

    /// At most `bytes_max` bytes as soon as there are any, waiting no longer than this and not
    /// when the worker wants the call back.
    pub fn read(&mut self, bytes_max: usize, timeout: Duration) -> Result<Input, ConnectError> {
        self.stream.read(bytes_max, timeout)
    }
}
