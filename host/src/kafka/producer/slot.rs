//! What the poll thread and one task share: the deliveries not yet taken.
//!
//! A lock is held for one push or one swap. The task is woken when the first delivery arrives after it took
//! all; the vector cannot outgrow what the task has in flight.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::Delivery;

/// Sequence numbers are below this; the rest of the opaque pointer is the slot.
pub(super) const SEQUENCE_END: u64 = 1 << SEQUENCE_BITS;
const SEQUENCE_BITS: u32 = 48;

/// Packs slot and sequence into librdkafka's opaque pointer.
pub(super) fn pack(slot: u16, sequence: u64) -> usize {
    const { assert!(usize::BITS == 64, "opaque pointers carry 64 bits") };
    (usize::from(slot) << SEQUENCE_BITS) | sequence as usize
}

/// The slot and the sequence of an opaque pointer.
pub(super) fn unpack(opaque: usize) -> (usize, u64) {
    (opaque >> SEQUENCE_BITS, opaque as u64 & (SEQUENCE_END - 1))
}

#[derive(Default)]
struct State {
    delivered: Vec<Delivery>,
    delivered_bytes: usize,
    delivered_total: u64,
    /// Set when the task has gone: how many deliveries there will have been in all.
    closed_at: Option<u64>,
}

/// The deliveries of one task.
#[derive(Default)]
pub(super) struct TaskSlot {
    state: Mutex<State>,
    arrived: Notify,
}

impl TaskSlot {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a delivery. Says whether the slot is done: its task has gone and nothing more will come.
    pub(super) fn deliver(&self, delivery: Delivery, bytes: usize) -> bool {
        let mut state = self.state();
        state.delivered_total += 1;
        if let Some(total) = state.closed_at {
            return state.delivered_total >= total;
        }
        let first = state.delivered.is_empty();
        state.delivered.push(delivery);
        state.delivered_bytes += bytes;
        drop(state);
        if first {
            self.arrived.notify_one();
        }
        false
    }

    /// Moves the deliveries to `out` and returns the bytes of their records.
    pub(super) fn take(&self, out: &mut Vec<Delivery>) -> usize {
        let mut state = self.state();
        if out.is_empty() {
            std::mem::swap(out, &mut state.delivered);
        } else {
            out.append(&mut state.delivered);
        }
        std::mem::take(&mut state.delivered_bytes)
    }

    /// Resolves when there is something to take. Cancel safe.
    pub(super) async fn wait_for_delivery(&self) {
        loop {
            if !self.state().delivered.is_empty() {
                return;
            }
            self.arrived.notified().await;
        }
    }

    /// Ends the task's interest; `total` records were queued in all. Says whether all were delivered.
    pub(super) fn close(&self, total: u64) -> bool {
        let mut state = self.state();
        state.closed_at = Some(total);
        state.delivered = Vec::new();
        state.delivered_total >= total
    }
}
