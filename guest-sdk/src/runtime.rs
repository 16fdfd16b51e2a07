//! Asynchronous code in a connector: a current-thread tokio runtime of the instance, and tasks
//! whose calls are `async`. Feature `tokio`.
//!
//! Drivers that are written for tokio run as they are in a plugin (tokio 1.51 or later, built for
//! `wasm32-wasip2`). An instance has one thread: `tokio::spawn` and timers work while a call of
//! the worker runs, and stand still between calls. A connection that must be kept alive is looked
//! after in `poll` or `put`, which the worker also calls when there is nothing to do.
//!
//! A task implements [`AsyncSourceTask`] or [`AsyncSinkTask`], and is exported inside [`Async`]:
//!
//! ```
//! use connect_sdk::data::{OffsetMap, Schema, SourceRecord};
//! use connect_sdk::runtime::{Async, AsyncSourceTask};
//! use connect_sdk::testing::{self, SourceRun};
//! # use connect_sdk::{Config, ConfigDef, ConnectError, ConnectorContext, Description};
//! # use connect_sdk::{SourceBatch, SourceConnector, SourceTaskContext};
//! # struct Echo(Config);
//! # impl SourceConnector for Echo {
//! #     fn describe() -> Description { Description::new("com.example.Echo", "1.0.0") }
//! #     fn config_def() -> ConfigDef { ConfigDef::new() }
//! #     fn start(_: Box<dyn ConnectorContext>, config: Config) -> Result<Self, ConnectError> {
//! #         Ok(Self(config))
//! #     }
//! #     fn task_configs(&mut self, _: u32) -> Result<Vec<Config>, ConnectError> {
//! #         Ok(vec![self.0.clone()])
//! #     }
//! # }
//!
//! struct EchoTask {
//!     number: i64,
//! }
//!
//! impl AsyncSourceTask for EchoTask {
//!     async fn start(_: SourceTaskContext, _: Config) -> Result<Self, ConnectError> {
//!         Ok(Self { number: 0 })
//!     }
//!
//!     async fn poll(&mut self, records: &mut SourceBatch) -> Result<(), ConnectError> {
//!         tokio::time::sleep(std::time::Duration::from_millis(1)).await; // Or a driver's call.
//!         records.push(&SourceRecord::new(
//!             Some(OffsetMap::of("echo", 0_i64)),
//!             Some(OffsetMap::of("number", self.number)),
//!             "echoes",
//!             Some(Schema::int64()),
//!             self.number,
//!         ))?;
//!         self.number += 1;
//!         Ok(())
//!     }
//! }
//!
//! connect_sdk::export_source!(Echo, Async<EchoTask>);
//!
//! let mut run = SourceRun::<Echo, Async<EchoTask>>::start(connect_sdk::Config::new()).unwrap();
//! testing::assert_values(&run.take(2), [0_i64, 1]);
//! ```

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use crate::{
    CommittedRecord, Config, ConnectError, PartitionOffset, SinkBatch, SinkTask, SinkTaskContext,
    SourceBatch, SourceTask, SourceTaskContext, TopicPartition, stopping,
};

/// LIMIT: a poll comes back within a second.
const POLL_MAX: Duration = Duration::from_millis(900);

/// How often the stopping signal is looked at during an asynchronous wait: tokio cannot wait for
/// it. Twenty looks a second cost next to nothing, and a pause or stop is not held up noticeably.
const LOOK: Duration = Duration::from_millis(50);

/// Runs a future to its end on the runtime of the instance. The call of the worker waits
/// meanwhile; other instances do not.
///
/// ```
/// let three = connect_sdk::runtime::block_on(async { 1 + 2 });
/// assert_eq!(three, 3);
/// ```
///
/// # Panics
/// When it is called inside a future that runs in it.
pub fn block_on<F: Future>(future: F) -> F::Output {
    thread_local! {
        static RUNTIME: Runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime of one thread needs nothing that could be missing");
    }
    RUNTIME.with(|runtime| runtime.block_on(future))
}

/// Runs a future, but no longer than this and not when the worker wants the call back: then it is
/// dropped where it waits, and the answer is none. For waits in `poll` and `put`.
///
/// ```
/// use std::time::Duration;
/// use connect_sdk::runtime::{block_on, until_stopping};
///
/// let minute = Duration::from_secs(60);
/// let outcome = block_on(async {
///     until_stopping(Duration::from_millis(5), tokio::time::sleep(minute)).await
/// });
/// assert_eq!(outcome, None);
/// ```
pub async fn until_stopping<F: Future>(at_most: Duration, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut end = pin!(tokio::time::sleep(at_most));
    let mut look = pin!(tokio::time::sleep(LOOK));
    poll_fn(|context| {
        if let Poll::Ready(output) = future.as_mut().poll(context) {
            return Poll::Ready(Some(output));
        }
        while look.as_mut().poll(context).is_ready() {
            let next = look.deadline() + LOOK;
            look.as_mut().reset(next);
            if stopping::is_stopping() {
                return Poll::Ready(None);
            }
        }
        end.as_mut().poll(context).map(|()| None)
    })
    .await
}

/// A [`SourceTask`] whose calls are asynchronous. Exported as [`Async`] of it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an asynchronous source task",
    label = "this type does not implement `connect_sdk::runtime::AsyncSourceTask`"
)]
pub trait AsyncSourceTask: Sized + 'static {
    /// As [`SourceTask::start`].
    fn start(
        context: SourceTaskContext,
        config: Config,
    ) -> impl Future<Output = Result<Self, ConnectError>>;

    /// As [`SourceTask::wants_commit_records`].
    fn wants_commit_records(&self) -> bool {
        false
    }

    /// As [`SourceTask::poll`], but it may wait as long as it likes: after 0.9 seconds, or when
    /// the worker wants the call back, the future is dropped at the `await` where it waits. What
    /// was pushed until then is delivered; what is needed to go on belongs into `self` before an
    /// `await`, not into a variable.
    fn poll(&mut self, records: &mut SourceBatch)
    -> impl Future<Output = Result<(), ConnectError>>;

    /// As [`SourceTask::commit_records`].
    fn commit_records(
        &mut self,
        _records: &[CommittedRecord],
    ) -> impl Future<Output = Result<(), ConnectError>> {
        std::future::ready(Ok(()))
    }

    /// As [`SourceTask::commit`].
    fn commit(&mut self) -> impl Future<Output = Result<(), ConnectError>> {
        std::future::ready(Ok(()))
    }

    /// As [`SourceTask::stop`].
    fn stop(&mut self) -> impl Future<Output = Result<(), ConnectError>> {
        std::future::ready(Ok(()))
    }
}

/// A [`SinkTask`] whose calls are asynchronous. Exported as [`Async`] of it. The worker's
/// deadlines hold (`sandbox.put.timeout.ms` and its siblings): a call that may wait for long gives
/// up by itself, with a retriable error, see [`until_stopping`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an asynchronous sink task",
    label = "this type does not implement `connect_sdk::runtime::AsyncSinkTask`"
)]
pub trait AsyncSinkTask: Sized + 'static {
    /// As [`SinkTask::start`].
    fn start(
        context: SinkTaskContext,
        config: Config,
    ) -> impl Future<Output = Result<Self, ConnectError>>;

    /// As [`SinkTask::open`].
    fn open(
        &mut self,
        _partitions: &[TopicPartition],
    ) -> impl Future<Output = Result<(), ConnectError>> {
        std::future::ready(Ok(()))
    }

    /// As [`SinkTask::put`].
    fn put(&mut self, records: &SinkBatch<'_>) -> impl Future<Output = Result<(), ConnectError>>;

    /// As [`SinkTask::pre_commit`].
    fn pre_commit(
        &mut self,
        _offsets: &[PartitionOffset],
    ) -> impl Future<Output = Result<Option<Vec<PartitionOffset>>, ConnectError>> {
        std::future::ready(Ok(None))
    }

    /// As [`SinkTask::flush`].
    fn flush(
        &mut self,
        _offsets: &[PartitionOffset],
    ) -> impl Future<Output = Result<(), ConnectError>> {
        std::future::ready(Ok(()))
    }

    /// As [`SinkTask::close`].
    fn close(
        &mut self,
        _partitions: &[TopicPartition],
    ) -> impl Future<Output = Result<(), ConnectError>> {
        std::future::ready(Ok(()))
    }

    /// As [`SinkTask::stop`].
    fn stop(&mut self) -> impl Future<Output = Result<(), ConnectError>> {
        std::future::ready(Ok(()))
    }
}

/// Makes an asynchronous task one that the worker can call.
pub struct Async<T>(pub T);

impl<T: AsyncSourceTask> SourceTask for Async<T> {
    fn start(context: SourceTaskContext, config: Config) -> Result<Self, ConnectError> {
        block_on(T::start(context, config)).map(Self)
    }

    fn wants_commit_records(&self) -> bool {
        self.0.wants_commit_records()
    }

    fn poll(&mut self, records: &mut SourceBatch) -> Result<(), ConnectError> {
        let polled = block_on(async { until_stopping(POLL_MAX, self.0.poll(records)).await });
        polled.unwrap_or(Ok(()))
    }

    fn commit_records(&mut self, records: &[CommittedRecord]) -> Result<(), ConnectError> {
        block_on(self.0.commit_records(records))
    }

    fn commit(&mut self) -> Result<(), ConnectError> {
        block_on(self.0.commit())
    }

    fn stop(&mut self) -> Result<(), ConnectError> {
        block_on(self.0.stop())
    }
}

impl<T: AsyncSinkTask> SinkTask for Async<T> {
    fn start(context: SinkTaskContext, config: Config) -> Result<Self, ConnectError> {
        block_on(T::start(context, config)).map(Self)
    }

    fn open(&mut self, partitions: &[TopicPartition]) -> Result<(), ConnectError> {
        block_on(self.0.open(partitions))
    }

    fn put(&mut self, records: &SinkBatch<'_>) -> Result<(), ConnectError> {
        block_on(self.0.put(records))
    }

    fn pre_commit(
        &mut self,
        offsets: &[PartitionOffset],
    ) -> Result<Option<Vec<PartitionOffset>>, ConnectError> {
        block_on(self.0.pre_commit(offsets))
    }

    fn flush(&mut self, offsets: &[PartitionOffset]) -> Result<(), ConnectError> {
        block_on(self.0.flush(offsets))
    }

    fn close(&mut self, partitions: &[TopicPartition]) -> Result<(), ConnectError> {
        block_on(self.0.close(partitions))
    }

    fn stop(&mut self) -> Result<(), ConnectError> {
        block_on(self.0.stop())
    }
}

#[cfg(test)]
mod tests;
