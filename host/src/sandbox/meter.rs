//! The processor time of an instance: how much it used, what share it may use, and whose turn it is.
//!
//! Owns three rules. Time counts only while the guest runs, from the resumption of its fiber to
//! its next wait, by the clock of the thread: a guest does not pay for others on the same
//! processor. An instance that has used more than `sandbox.cpu.percent` of a core over the window
//! is resumed later, at its next yield or call; no thread waits for it. And busy guests take turns:
//! as many of them run at a time as there are processors, in the order in which they came, so that
//! a runtime with one thread more always has one for a guest that wants to run for a moment.
//!
//! An instance makes one call at a time, so that each number has one writer; they are atomic because
//! the call and the store hold them together.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::error::Elapsed;
use tokio::time::{Instant, timeout_at};

use super::limits::{CPU_PERCENT, Limits};
use crate::metrics::InstanceUsage;

/// Over which time the share of an instance is kept: what it did not use of it before may be used
/// at once. LIMIT: long enough for a call's burst, short enough to be no burden for others.
const SHARE_WINDOW: Duration = Duration::from_millis(250);
/// A call that ran for longer than this was busy, and the next one waits for its turn. LIMIT: half
/// an epoch tick, the mean time after which a busy guest yields first.
const BUSY_CALL: Duration = Duration::from_millis(5);
/// What a guest may use of a processor after it was resumed, before a tick counts for it. Ticks are
/// of the wall clock: where other processes leave little of the processor, a guest that has hardly
/// run would give its turn away at each of them, and a turn that is handed on waits for a thread.
const FRESH: Duration = Duration::from_millis(5);
/// How long a busy guest waits for its turn. LIMIT: beyond that, a machine is so busy with others
/// that order among guests is worth less than progress.
const TURN_WAIT_MAX: Duration = Duration::from_secs(1);
/// Time for a busy guest to be stopped by the epoch, which tells where it was, before the call is
/// given up from outside, which does not.
const EPOCH_GRACE: Duration = Duration::from_millis(100);

/// The turns of busy guests of one engine.
#[derive(Clone, Debug)]
pub(super) struct Turns(Arc<Semaphore>);

impl Turns {
    /// As many at a time as there are processors.
    pub(super) fn for_processors() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self(Arc::new(Semaphore::new(processors)))
    }
}

/// The accounts of one instance and of its current call.
#[derive(Debug)]
pub(super) struct Meter {
    usage: Arc<InstanceUsage>,
    percent: u64,
    turns: Turns,
    /// What the instants below count from.
    base: Instant,
    /// When the current call has to be back.
    deadline: AtomicU64,
    /// Until when the share is used up.
    paid_until: AtomicU64,
    /// The thread's time when the guest was resumed.
    resumed_at: AtomicU64,
    /// What the current call has used.
    call_used: AtomicU64,
    /// Whether the last call was busy.
    busy: AtomicBool,
    turn: Mutex<Option<OwnedSemaphorePermit>>,
}

impl Meter {
    pub(super) fn new(usage: Arc<InstanceUsage>, limits: &Limits, turns: &Turns) -> Arc<Self> {
        Arc::new(Self {
            usage,
            percent: limits.cpu_percent.into(),
            turns: turns.clone(),
            base: Instant::now(),
            deadline: AtomicU64::new(0),
            paid_until: AtomicU64::new(0),
            resumed_at: AtomicU64::new(0),
            call_used: AtomicU64::new(0),
            busy: AtomicBool::new(false),
            turn: Mutex::new(None),
        })
    }

    /// What the instance has used.
    pub(super) fn usage(&self) -> &Arc<InstanceUsage> {
        &self.usage
    }

    /// Whether the current call should have been back.
    pub(super) fn is_late(&self) -> bool {
        self.now() >= self.deadline.load(Relaxed)
    }

    /// Whether the guest has used so little since it was resumed that it goes on for another tick.
    pub(super) fn is_fresh(&self) -> bool {
        let ran = thread_time().saturating_sub(self.resumed_at.load(Relaxed));
        ran < nanos(FRESH)
    }

    /// Lets others run, until this guest may go on. Called within a call of a busy guest.
    pub(super) async fn pause(self: Arc<Self>) {
        self.settle();
        self.end_turn();
        // Tokio's own yield lets timers and sockets have their turn before this task's next one;
        // a plain wake-up would keep them waiting for many turns of busy guests.
        tokio::task::yield_now().await;
        self.await_share(self.deadline.load(Relaxed)).await;
        if !self.is_late() {
            self.take_turn().await;
        }
    }

    async fn before_call(&self) {
        self.await_share(u64::MAX).await;
        if self.busy.load(Relaxed) {
            self.take_turn().await;
        }
        self.call_used.store(0, Relaxed);
    }

    fn after_call(&self) {
        let used = Duration::from_nanos(self.call_used.load(Relaxed));
        self.busy.store(used >= BUSY_CALL, Relaxed);
    }

    /// Waits while the instance has used more than its share, but not beyond `latest`.
    async fn await_share(&self, latest: u64) {
        let earliest = self
            .paid_until
            .load(Relaxed)
            .saturating_sub(nanos(SHARE_WINDOW));
        if earliest <= self.now() {
            return;
        }
        self.usage.refused(CPU_PERCENT);
        let until = Duration::from_nanos(earliest.min(latest));
        tokio::time::sleep_until(self.base + until).await;
    }

    async fn take_turn(&self) {
        let turn = Arc::clone(&self.turns.0).acquire_owned();
        // The semaphore is never closed.
        let turn = tokio::time::timeout(TURN_WAIT_MAX, turn).await;
        let turn = turn.ok().and_then(Result::ok);
        *self.turn.lock().unwrap_or_else(PoisonError::into_inner) = turn;
    }

    fn end_turn(&self) {
        drop(
            self.turn
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
    }

    fn resume(&self) {
        self.resumed_at.store(thread_time(), Relaxed);
    }

    /// The guest waits, or has come back.
    fn suspend(&self) {
        self.settle();
        self.end_turn();
    }

    /// Writes down what was used since the last time.
    fn settle(&self) {
        let now = thread_time();
        self.pay(now.saturating_sub(self.resumed_at.swap(now, Relaxed)));
    }

    fn pay(&self, used: u64) {
        self.usage.ran(Duration::from_nanos(used));
        self.call_used.fetch_add(used, Relaxed);
        if self.percent < 100 {
            let cost = used.saturating_mul(100) / self.percent.max(1);
            let from = self.paid_until.load(Relaxed).max(self.now());
            self.paid_until.store(from.saturating_add(cost), Relaxed);
        }
    }

    /// Nanoseconds since the base.
    fn now(&self) -> u64 {
        nanos(self.base.elapsed())
    }
}

/// A call that has begun.
pub(super) struct MeteredCall {
    meter: Arc<Meter>,
    limit: Duration,
}

impl MeteredCall {
    pub(super) fn new(meter: Arc<Meter>, limit: Duration) -> Self {
        Self { meter, limit }
    }

    /// Makes the call. Its time begins when the instance may run.
    pub(super) async fn run<Call: Future>(self, call: Call) -> Result<Call::Output, Elapsed> {
        let meter = self.meter;
        meter.before_call().await;
        let deadline = Instant::now() + self.limit;
        meter.deadline.store(nanos(deadline - meter.base), Relaxed);
        let mut call = pin!(call);
        let metered = poll_fn(|context| {
            meter.resume();
            let polled = call.as_mut().poll(context);
            meter.suspend();
            polled
        });
        let result = timeout_at(deadline + EPOCH_GRACE, metered).await;
        meter.after_call();
        result
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// The time that this thread has run, in nanoseconds.
fn thread_time() -> u64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    seconds * 1_000_000_000 + u64::try_from(time.tv_nsec).unwrap_or(0)
}

#[cfg(test)]
mod tests;
