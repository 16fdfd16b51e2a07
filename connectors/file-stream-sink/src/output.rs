//! A buffer of whole lines in front of a file, so that lines of several tasks that append to one
//! file do not mix. After a failed write it knows what was written, so that a later attempt goes
//! on there: nothing is lost and nothing twice.

use std::io::{self, ErrorKind, Write};

/// LIMIT: the most that one call of WASI writes.
pub(crate) const BUFFER_BYTES: usize = 64 << 10;

/// Writes lines.
pub(crate) struct LineOutput<W> {
    output: W,
    buffer: Vec<u8>,
}

impl<W: Write> LineOutput<W> {
    pub(crate) fn new(output: W) -> Self {
        Self {
            output,
            buffer: Vec::with_capacity(BUFFER_BYTES),
        }
    }

    /// Adds a line. When it fails, the line was not taken.
    pub(crate) fn line(&mut self, text: &[u8]) -> io::Result<()> {
        if self.buffer.len() + text.len() + 1 > BUFFER_BYTES {
            self.write_buffer()?;
        }
        self.buffer.extend_from_slice(text);
        self.buffer.push(b'\n');
        Ok(())
    }

    /// Hands all lines to the operating system.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.write_buffer()?;
        self.output.flush()
    }

    fn write_buffer(&mut self) -> io::Result<()> {
        let mut written = 0;
        let result = loop {
            if written == self.buffer.len() {
                break Ok(());
            }
            match self.output.write(&self.buffer[written..]) {
                Ok(0) => break Err(ErrorKind::WriteZero.into()),
                Ok(bytes) => written += bytes,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => break Err(error),
            }
        };
        self.buffer.drain(..written);
        self.buffer.shrink_to(BUFFER_BYTES);
        result
    }
}

#[cfg(test)]
mod tests;
