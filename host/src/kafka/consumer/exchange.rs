//! What the poll thread and the owner of a consumer share: batches and rebalances one way, commands the other.
//!
//! One mutex, held for moves only and never while librdkafka is called. The thread waits on a condition
//! variable, which commands, room for batches and librdkafka's queue (by its non-empty callback) signal; the
//! owner waits on a tokio `Notify`.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use super::batch::ConsumedBatch;
use crate::kafka::{KafkaError, TopicPartition};

/// LIMIT: batches that wait for the owner. One is being worked on, one is ready, one is being filled.
const BATCHES_MAX: usize = 2;

/// LIMIT: how long after the owner's last call reading ahead goes on. Later librdkafka is not polled any more,
/// so that it notices an owner that stays away for `max.poll.interval.ms`, as it would in Java.
const ABSENCE_MAX: Duration = Duration::from_secs(1);

/// What the owner wants of librdkafka. Numbered, so that older records can be told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Command {
    Pause(Vec<TopicPartition>),
    /// With the position to go on from.
    Resume(Vec<(TopicPartition, i64)>),
    Seek(Vec<(TopicPartition, i64)>),
}

/// A rebalance, as the owner learns of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Notice {
    Assigned(Vec<(TopicPartition, i64)>),
    Revoked(Vec<TopicPartition>),
    Lost(Vec<TopicPartition>),
}

/// What there was for the owner.
pub(super) enum Taken {
    /// A batch, and the number of the last command in force when it was begun.
    Batch(ConsumedBatch, u64),
    Notice(Notice),
    Woken,
    Nothing,
}

/// How a rendezvous ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rendezvous {
    /// The owner came back, or is closing the consumer.
    Answered,
    /// The owner gave commands that have to be carried out first.
    Commands,
    /// The owner did not come back in time.
    Expired,
}

#[derive(Default)]
struct State {
    batches: VecDeque<(ConsumedBatch, u64)>,
    notice: Option<Notice>,
    /// A notice was put up and the owner has not come back with another `poll` since taking it.
    unanswered: bool,
    /// The last rendezvous ran out of time; cleared when the owner comes back.
    expired: bool,
    commands: VecDeque<(u64, Command)>,
    error: Option<KafkaError>,
    woken: bool,
    queue_ready: bool,
    thread_waits_for_room: bool,
    owner_present: bool,
    owner_left: Option<Instant>,
    closing: Option<Instant>,
    finished: bool,
}

/// The meeting point of the poll thread and the owner.
pub(super) struct Exchange {
    state: Mutex<State>,
    thread: Condvar,
    owner: Notify,
}

/// The owner is within `poll`.
pub(super) struct Presence<'a>(&'a Exchange);

impl Drop for Presence<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.owner_present = false;
        state.owner_left = Some(Instant::now());
    }
}

impl Exchange {
    pub(super) fn new() -> Self {
        Self {
            state: Mutex::default(),
            thread: Condvar::new(),
            owner: Notify::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    // === the owner's side ===

    /// The owner is here: a rebalance it was told of may go on.
    pub(super) fn enter(&self) -> Presence<'_> {
        let mut state = self.state();
        let absent = state
            .owner_left
            .is_none_or(|left| left.elapsed() > ABSENCE_MAX);
        state.owner_present = true;
        state.expired = false;
        let answers = state.unanswered && state.notice.is_none();
        if answers {
            state.unanswered = false;
        }
        drop(state);
        if answers || absent {
            self.thread.notify_one();
        }
        Presence(self)
    }

    /// The next thing for the owner: errors, then rebalances (they make batches stale), then batches.
    pub(super) fn take(&self) -> Result<Taken, KafkaError> {
        let mut state = self.state();
        if let Some(error) = state.error.take() {
            return Err(error);
        }
        if let Some(notice) = state.notice.take() {
            return Ok(Taken::Notice(notice));
        }
        if std::mem::take(&mut state.woken) {
            return Ok(Taken::Woken);
        }
        if let Some((batch, in_force)) = state.batches.pop_front() {
            let room = std::mem::take(&mut state.thread_waits_for_room);
            drop(state);
            if room {
                self.thread.notify_one();
            }
            return Ok(Taken::Batch(batch, in_force));
        }
        if state.finished {
            return Err(KafkaError::Closed("consumer"));
        }
        Ok(Taken::Nothing)
    }

    /// Resolves when there may be something to take.
    pub(super) fn owner_notified(&self) -> Notified<'_> {
        self.owner.notified()
    }

    pub(super) fn wake_owner(&self) {
        self.state().woken = true;
        self.owner.notify_one();
    }

    pub(super) fn give(&self, number: u64, command: Command) {
        self.state().commands.push_back((number, command));
        self.thread.notify_one();
    }

    /// Whether the partitions that the owner was told to give up have gone without waiting for it.
    pub(super) fn expired(&self) -> bool {
        self.state().expired
    }

    pub(super) fn close(&self, timeout: Duration) {
        let mut state = self.state();
        state.closing.get_or_insert(Instant::now() + timeout);
        drop(state);
        self.thread.notify_one();
    }

    // === the thread's side ===

    /// Called by librdkafka when its queue has something.
    pub(super) fn queue_ready(&self) {
        self.state().queue_ready = true;
        self.thread.notify_one();
    }

    /// The deadline for leaving, when the consumer is being closed.
    pub(super) fn closing(&self) -> Option<Instant> {
        self.state().closing
    }

    pub(super) fn next_command(&self) -> Option<(u64, Command)> {
        self.state().commands.pop_front()
    }

    /// Whether librdkafka should be polled now: there is room, and the owner has not been away for long.
    /// Takes note that the queue is about to be emptied.
    pub(super) fn may_poll(&self) -> bool {
        let mut state = self.state();
        let here = state.owner_present
            || state
                .owner_left
                .is_some_and(|left| left.elapsed() < ABSENCE_MAX);
        let room = state.batches.len() < BATCHES_MAX;
        state.thread_waits_for_room = !room;
        if here && room {
            state.queue_ready = false;
            return true;
        }
        false
    }

    /// Sleeps until something needs the thread, `longest` at most.
    pub(super) fn wait(&self, longest: Duration) {
        let state = self.state();
        let idle = |state: &mut State| {
            let here = state.owner_present
                || state
                    .owner_left
                    .is_some_and(|left| left.elapsed() < ABSENCE_MAX);
            let can_poll = here && state.queue_ready && state.batches.len() < BATCHES_MAX;
            !can_poll && state.commands.is_empty() && state.closing.is_none()
        };
        // A timeout is as good as a signal here: the loop looks at everything again.
        let _ = self.thread.wait_timeout_while(state, longest, idle);
    }

    pub(super) fn put_batch(&self, batch: ConsumedBatch, in_force: u64) {
        self.state().batches.push_back((batch, in_force));
        self.owner.notify_one();
    }

    pub(super) fn put_error(&self, error: KafkaError) {
        self.state().error.get_or_insert(error);
        self.owner.notify_one();
    }

    /// Tells the owner of a rebalance; `meet` then waits for its answer. Records of partitions that go are
    /// dropped, so that they cannot be taken for newer ones when the partition comes back.
    pub(super) fn put_notice(&self, notice: Notice) {
        let mut state = self.state();
        if let Notice::Revoked(gone) | Notice::Lost(gone) = &notice {
            for (batch, _) in &mut state.batches {
                batch.retain(|partition| !gone.contains(partition));
            }
            state.batches.retain(|(batch, _)| !batch.is_empty());
        }
        state.notice = Some(notice);
        state.unanswered = true;
        drop(state);
        self.owner.notify_one();
    }

    /// Waits until the owner has dealt with the notice.
    pub(super) fn meet(&self, deadline: Option<Instant>) -> Rendezvous {
        let mut state = self.state();
        loop {
            if !state.commands.is_empty() {
                return Rendezvous::Commands;
            }
            if !state.unanswered || state.closing.is_some() {
                state.unanswered = false;
                return Rendezvous::Answered;
            }
            let longest = deadline.map_or(Duration::MAX, |deadline| {
                deadline.saturating_duration_since(Instant::now())
            });
            if longest.is_zero() {
                state.unanswered = false;
                state.expired = true;
                return Rendezvous::Expired;
            }
            // One day is as good as forever, and does not overflow.
            let longest = longest.min(Duration::from_secs(86_400));
            let waited = self.thread.wait_timeout(state, longest);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// A rebalance that did not wait for the owner: if it was not told yet, it learns how things are now.
    pub(super) fn withdraw_notice(&self, instead: Notice) {
        let mut state = self.state();
        if state.notice.is_some() {
            state.notice = Some(instead);
        }
    }

    pub(super) fn finish(&self) {
        self.state().finished = true;
        self.owner.notify_one();
    }
}
