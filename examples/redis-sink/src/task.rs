//! The task: a pipeline of commands for each batch, over one connection that is made anew when it
//! breaks. A batch counts as delivered once Redis has answered all of it, so there is nothing to
//! flush.

use std::time::Duration;

use connect_sdk::data::SinkRecord;
use connect_sdk::runtime::AsyncSinkTask;
use connect_sdk::{
    Config, ConnectError, ErrorKind, SinkBatch, SinkConnector as _, SinkTaskContext,
};
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, Pipeline, RedisError};

use crate::command::{Mode, command_of};
use crate::connector::{MODE, PREFIX, RedisSinkConnector, TIMEOUT, URL, client_of};

/// LIMIT: commands of a pipeline, so that its answers stay small.
const COMMANDS_MAX: usize = 1000;

/// The task.
pub struct RedisSinkTask {
    context: SinkTaskContext,
    client: Client,
    server: String,
    settings: AsyncConnectionConfig,
    mode: Mode,
    prefix: String,
    connection: Option<MultiplexedConnection>,
}

impl AsyncSinkTask for RedisSinkTask {
    async fn start(context: SinkTaskContext, config: Config) -> Result<Self, ConnectError> {
        let config = RedisSinkConnector::config_def().complete(config)?;
        let client = client_of(&config)?;
        let timeout = Duration::from_millis(config.int(TIMEOUT)?.unsigned_abs().into());
        let settings = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(timeout))
            .set_response_timeout(Some(timeout));
        Ok(Self {
            context,
            server: format!("the Redis server {}", client.get_connection_info().addr()),
            client,
            settings,
            mode: Mode::parse(config.text(MODE)?)?,
            prefix: config.text(PREFIX)?.to_owned(),
            connection: None,
        })
    }

    async fn put(&mut self, records: &SinkBatch<'_>) -> Result<(), ConnectError> {
        let mut pipeline = Pipeline::with_capacity(records.len().min(COMMANDS_MAX));
        for record in records.records() {
            let record = record?;
            match command_of(self.mode, &self.prefix, &record) {
                Ok(command) => drop(pipeline.add_command(command).ignore()),
                Err(error) => self.refuse(&record, error)?,
            }
            if pipeline.len() >= COMMANDS_MAX {
                self.send(&pipeline).await?;
                pipeline.clear();
            }
        }
        if pipeline.is_empty() {
            return Ok(());
        }
        self.send(&pipeline).await
    }
}

impl RedisSinkTask {
    /// Hands a record to the dead letter queue, or fails.
    fn refuse(&self, record: &SinkRecord<'_>, error: ConnectError) -> Result<(), ConnectError> {
        let reporter = &self.context.errant_records;
        if reporter.enabled() {
            return reporter.report(record, error.message());
        }
        Err(error)
    }

    async fn send(&mut self, pipeline: &Pipeline) -> Result<(), ConnectError> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => {
                let connected = self
                    .client
                    .get_multiplexed_async_connection_with_config(&self.settings);
                connected.await.map_err(|error| self.failed(&error))?
            }
        };
        // A connection on which something failed is not used again: the next one is fresh.
        let sent = pipeline.exec_async(&mut connection).await;
        sent.map_err(|error| self.failed(&error))?;
        self.connection = Some(connection);
        Ok(())
    }

    /// A server that is away or busy comes back; what it refuses, it refuses again.
    fn failed(&self, error: &RedisError) -> ConnectError {
        let lasting = matches!(
            error.kind(),
            redis::ErrorKind::AuthenticationFailed
                | redis::ErrorKind::InvalidClientConfig
                | redis::ErrorKind::Client
                | redis::ErrorKind::Extension
                | redis::ErrorKind::UnexpectedReturnType
                | redis::ErrorKind::Server(
                    redis::ServerErrorKind::ResponseError | redis::ServerErrorKind::NoPerm
                )
        );
        let kind = if lasting {
            ErrorKind::Fatal
        } else {
            ErrorKind::Retriable
        };
        ConnectError::from_error(kind, error).context(format!(
            "{} ('{URL}') did not take the records: {error}",
            self.server
        ))
    }
}

#[cfg(test)]
mod tests;
