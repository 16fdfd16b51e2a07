//! The task: sends lines over a connection that is made when it is needed, and keeps them until
//! they are confirmed. When the connection breaks, everything that was not confirmed is sent
//! again over the next one, so nothing is lost; a line may arrive twice.

use std::time::Duration;

use connect_sdk::data::SinkRecord;
use connect_sdk::runtime::AsyncSinkTask;
use connect_sdk::{
    Config, ConnectError, PartitionOffset, SinkBatch, SinkConnector as _, SinkTaskContext,
    TopicPartition,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::connector::{ADDRESS, CONFIRM, TIMEOUT, TcpSinkConnector, check_address};
use crate::line;

/// LIMIT: bytes that are kept until they are confirmed; more of them are confirmed at once.
const UNCONFIRMED_MAX: usize = 4 << 20;

/// The task.
pub struct TcpSinkTask {
    context: SinkTaskContext,
    address: String,
    timeout: Duration,
    /// Whether the server's end of a connection confirms what was sent over it.
    confirm_by_close: bool,
    connection: Option<TcpStream>,
    /// Lines since the last confirmation.
    unconfirmed: Vec<u8>,
    /// How many bytes of those the current connection took.
    sent: usize,
}

impl AsyncSinkTask for TcpSinkTask {
    async fn start(context: SinkTaskContext, config: Config) -> Result<Self, ConnectError> {
        let config = TcpSinkConnector::config_def().complete(config)?;
        let address = config.text(ADDRESS)?;
        check_address(address)?;
        Ok(Self {
            context,
            address: address.to_owned(),
            timeout: Duration::from_millis(config.int(TIMEOUT)?.unsigned_abs().into()),
            confirm_by_close: config.text(CONFIRM)? == "close",
            connection: None,
            unconfirmed: Vec::new(),
            sent: 0,
        })
    }

    async fn put(&mut self, records: &SinkBatch<'_>) -> Result<(), ConnectError> {
        let before = self.unconfirmed.len();
        for record in records.records() {
            let record = record?;
            if let Err(error) = line::append(&record, &mut self.unconfirmed) {
                self.refuse(&record, error)?;
            }
        }
        if let Err(error) = self.send().await {
            // The worker gives the same records again.
            self.unconfirmed.truncate(before);
            return Err(error);
        }
        if self.unconfirmed.len() > UNCONFIRMED_MAX {
            self.confirm().await?;
        }
        Ok(())
    }

    async fn flush(&mut self, _: &[PartitionOffset]) -> Result<(), ConnectError> {
        let confirmed = self.confirm().await;
        if confirmed.is_err() {
            // Nothing is committed: the worker gives these records again.
            self.forget();
        }
        confirmed
    }

    async fn close(&mut self, _: &[TopicPartition]) -> Result<(), ConnectError> {
        self.forget();
        Ok(())
    }
}

impl TcpSinkTask {
    /// Hands a record to the dead letter queue, or fails.
    fn refuse(&self, record: &SinkRecord<'_>, error: ConnectError) -> Result<(), ConnectError> {
        let reporter = &self.context.errant_records;
        if reporter.enabled() {
            return reporter.report(record, error.message());
        }
        Err(error)
    }

    fn forget(&mut self) {
        self.connection = None;
        self.unconfirmed.clear();
        self.sent = 0;
    }

    /// Sends what the current connection, or else a new one, did not take yet.
    async fn send(&mut self) -> Result<(), ConnectError> {
        // Lets the runtime look at the connection.
        tokio::task::yield_now().await;
        if self.connection.as_mut().is_some_and(ended) {
            self.connection = None;
        }
        if self.sent == self.unconfirmed.len() && self.connection.is_some() {
            return Ok(());
        }
        if self.unconfirmed.is_empty() {
            return Ok(());
        }
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => {
                self.sent = 0;
                self.connect().await?
            }
        };
        // A connection on which something failed is dropped here.
        let lines = &self.unconfirmed[self.sent..];
        self.in_time("send to", connection.write_all(lines)).await?;
        self.sent = self.unconfirmed.len();
        self.connection = Some(connection);
        Ok(())
    }

    async fn connect(&self) -> Result<TcpStream, ConnectError> {
        let connection = self
            .in_time("connect to", TcpStream::connect(&self.address))
            .await?;
        connect_sdk::info!("Connected to {}", self.address);
        Ok(connection)
    }

    /// Waits until everything that was put is delivered. A server that has ended the connection
    /// before this is noticed by `send`, which then sends everything again over another one.
    async fn confirm(&mut self) -> Result<(), ConnectError> {
        self.send().await?;
        if self.confirm_by_close
            && let Some(mut connection) = self.connection.take()
        {
            self.sent = 0;
            self.in_time("close", connection.shutdown()).await?;
            self.in_time("await the end of", until_end(&mut connection))
                .await?;
        }
        self.unconfirmed.clear();
        self.sent = 0;
        Ok(())
    }

    /// Something that the server does in time. Otherwise it is tried again later.
    async fn in_time<T>(
        &self,
        what: &str,
        step: impl Future<Output = std::io::Result<T>>,
    ) -> Result<T, ConnectError> {
        let problem = match timeout(self.timeout, step).await {
            Ok(Ok(done)) => return Ok(done),
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("not within {} ms", self.timeout.as_millis()),
        };
        Err(ConnectError::retriable(format!(
            "Couldn't {what} {} ('{ADDRESS}'): {problem}",
            self.address
        )))
    }
}

/// Reads until the server has closed the connection; what it sends is not looked at.
async fn until_end(connection: &mut TcpStream) -> std::io::Result<()> {
    let mut ignored = [0; 1024];
    while connection.read(&mut ignored).await? > 0 {}
    Ok(())
}

/// Whether the server has closed the connection, as far as is known without waiting.
fn ended(connection: &mut TcpStream) -> bool {
    let mut ignored = [0; 1024];
    loop {
        match connection.try_read(&mut ignored) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) => return error.kind() != std::io::ErrorKind::WouldBlock,
        }
    }
}

#[cfg(test)]
mod tests;
