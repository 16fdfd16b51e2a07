//! HTTP/1.1 as it goes over the wire: a client that sends what it is given, changes nothing, and
//! shows all that comes back.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};

use anyhow::{Context, bail, ensure};
use connect_harness::Duration;

// LIMIT: longer than the 90 s after which a worker answers that a request timed out.
const ANSWERS_WITHIN: Duration = Duration::from_secs(100);

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Header names in lower case with their values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Answer {
    /// The values of a header, in one.
    pub fn header(&self, name: &str) -> Option<String> {
        let found: Vec<&str> = self
            .headers
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .collect();
        (!found.is_empty()).then(|| found.join(", "))
    }
}

/// A connection.
pub struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
    is_closed: bool,
}

impl Connection {
    /// Connects to `host:port`.
    pub fn open(address: &str) -> anyhow::Result<Connection> {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(ANSWERS_WITHIN))?;
        stream.set_nodelay(true)?;
        Ok(Connection {
            stream,
            received: Vec::new(),
            is_closed: false,
        })
    }

    /// Sends bytes. A worker that answers and closes before it has read them all is not an error.
    pub fn send(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        match self.stream.write_all(bytes) {
            Err(error) if is_closing(error.kind()) => Ok(()),
            other => Ok(other?),
        }
    }

    /// Ends the direction to the worker.
    pub fn shut(&mut self) -> anyhow::Result<()> {
        match self.stream.shutdown(Shutdown::Write) {
            Err(error) if error.kind() != ErrorKind::NotConnected => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// The next answer to a request of this method; none when the worker has closed.
    pub fn answer(&mut self, method: &str) -> anyhow::Result<Option<Answer>> {
        let head = loop {
            if let Some(end) = find(&self.received, b"\r\n\r\n") {
                break self.take(end + 4);
            }
            if !self.receive()? {
                ensure!(
                    self.received.is_empty(),
                    "no head of an answer: {}",
                    String::from_utf8_lossy(&self.received)
                );
                return Ok(None);
            }
        };
        let mut answer = parse_head(&head)?;
        let body = if method == "HEAD" || matches!(answer.status, 100..=199 | 204 | 304) {
            Vec::new()
        } else {
            self.body(&answer)?
        };
        answer.body = match String::from_utf8(body) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        };
        Ok(Some(answer))
    }

    fn body(&mut self, answer: &Answer) -> anyhow::Result<Vec<u8>> {
        if answer.header("transfer-encoding").is_some() {
            return self.chunks();
        }
        if let Some(length) = answer.header("content-length") {
            let length = length.parse()?;
            self.need(length)?;
            return Ok(self.take(length));
        }
        while self.receive()? {}
        Ok(std::mem::take(&mut self.received))
    }

    fn chunks(&mut self) -> anyhow::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let end = loop {
                if let Some(end) = find(&self.received, b"\r\n") {
                    break end;
                }
                ensure!(self.receive()?, "the worker closed within a chunk");
            };
            let line = self.take(end + 2);
            let size = usize::from_str_radix(String::from_utf8_lossy(&line).trim(), 16)?;
            self.need(size + 2)?;
            let chunk = self.take(size + 2);
            if size == 0 {
                return Ok(body);
            }
            body.extend_from_slice(&chunk[..size]);
        }
    }

    fn need(&mut self, length: usize) -> anyhow::Result<()> {
        while self.received.len() < length {
            ensure!(self.receive()?, "the worker closed within a body");
        }
        Ok(())
    }

    fn take(&mut self, length: usize) -> Vec<u8> {
        let rest = self.received.split_off(length);
        std::mem::replace(&mut self.received, rest)
    }

    /// Reads more; false when the worker has closed.
    fn receive(&mut self) -> anyhow::Result<bool> {
        let mut buffer = [0; 16 * 1024];
        if self.is_closed {
            return Ok(false);
        }
        match self.stream.read(&mut buffer) {
            Ok(0) => self.is_closed = true,
            Ok(length) => self.received.extend_from_slice(&buffer[..length]),
            Err(error) if is_closing(error.kind()) => self.is_closed = true,
            Err(error) => return Err(error).context("waiting for an answer"),
        }
        Ok(!self.is_closed)
    }
}

fn is_closing(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::ConnectionReset | ErrorKind::BrokenPipe)
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

fn parse_head(head: &[u8]) -> anyhow::Result<Answer> {
    let text: String = head.iter().map(|byte| char::from(*byte)).collect();
    let mut lines = text.split("\r\n");
    let status_line = lines.next().unwrap_or_default();
    let Some(status) = status_line
        .strip_prefix("HTTP/1.")
        .and_then(|rest| rest.split(' ').nth(1))
    else {
        bail!("not a status line: {status_line}");
    };
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    Ok(Answer {
        status: status.parse()?,
        headers,
        body: String::new(),
    })
}
