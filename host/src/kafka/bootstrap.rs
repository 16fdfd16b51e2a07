//! Bootstrap servers given back to a client that has lost all its brokers.
//!
//! A cluster on its way back (a single broker that stalled, a restart of all of them) may answer for a moment
//! that it has no brokers. librdkafka then drops every broker that it knows and, while these are still closing,
//! finds the bootstrap servers "already there": it is left with none and never connects again
//! (confluentinc/librdkafka#5301). Java's client asks its bootstrap servers again; so does this, at growing
//! intervals after librdkafka told of any trouble: nothing that it tells says for sure that it has no brokers left.
//! Adding a broker that is there changes nothing; one that is not needed is dropped with the next metadata.

use std::ffi::CString;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::ClientContext;
use rdkafka::bindings::rd_kafka_brokers_add;
use rdkafka::client::Client;
use rdkafka::config::RDKafkaLogLevel;

/// The first wait after trouble; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest wait. Nothing says that all is well, so it goes on with this.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// When to give a client its bootstrap servers again, and which.
pub(super) struct BootstrapServers {
    /// As librdkafka wants them.
    servers: CString,
    /// Not set before there was trouble.
    schedule: Mutex<Option<Schedule>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Schedule {
    next: Instant,
    pause: Duration,
}

impl Schedule {
    fn starting(now: Instant) -> Self {
        Self {
            next: now + FIRST_PAUSE,
            pause: FIRST_PAUSE,
        }
    }

    /// The schedule after more trouble: what is due soon is not put off by it.
    fn restarted(self, now: Instant) -> Self {
        let fresh = Self::starting(now);
        Self {
            next: self.next.min(fresh.next),
            pause: FIRST_PAUSE,
        }
    }

    /// The schedule after this one, if it is due.
    fn advance(self, now: Instant) -> Option<Self> {
        let pause = (self.pause * 2).min(LONGEST_PAUSE);
        (now >= self.next).then(|| Self {
            next: now + pause,
            pause,
        })
    }
}

impl BootstrapServers {
    /// `servers` as in `bootstrap.servers`.
    pub(super) fn new(servers: &str) -> Self {
        // A zero byte cannot be here: rdkafka would have refused the setting.
        let servers = CString::new(servers).unwrap_or_default();
        Self {
            servers,
            schedule: Mutex::default(),
        }
    }

    /// librdkafka tells of an error or a warning.
    pub(super) fn trouble(&self) {
        let now = Instant::now();
        let mut schedule = self.schedule();
        *schedule = Some(match *schedule {
            None => Schedule::starting(now),
            Some(running) => running.restarted(now),
        });
    }

    /// A log line of librdkafka.
    pub(super) fn logged(&self, level: RDKafkaLogLevel) {
        use RDKafkaLogLevel::{Alert, Critical, Emerg, Error, Warning};
        if matches!(level, Emerg | Alert | Critical | Error | Warning) {
            self.trouble();
        }
    }

    /// Adds the servers to the client when it is time; to be called now and then. Does not wait for a broker.
    pub(super) fn tend<C: ClientContext>(&self, client: &Client<C>) {
        let mut schedule = self.schedule();
        let Some(next) = schedule.and_then(|schedule| schedule.advance(Instant::now())) else {
            return;
        };
        *schedule = Some(next);
        drop(schedule);
        add(client, &self.servers);
    }

    fn schedule(&self) -> MutexGuard<'_, Option<Schedule>> {
        self.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[expect(
    unsafe_code,
    reason = "rdkafka has no safe way to add brokers; ARCHITECTURE.md names this file"
)]
fn add<C: ClientContext>(client: &Client<C>, servers: &CString) {
    // SAFETY: the client outlives the call, and librdkafka copies the zero-terminated text.
    let known = unsafe { rd_kafka_brokers_add(client.native_ptr(), servers.as_ptr()) };
    tracing::debug!(known, "bootstrap servers given to the client again");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_from_the_first_to_the_longest() {
        let start = Instant::now();
        let mut schedule = Schedule::starting(start);
        let mut pauses = Vec::new();
        for _ in 0..9 {
            assert_eq!(
                schedule.advance(schedule.next - Duration::from_millis(1)),
                None
            );
            pauses.push((schedule.next - start).as_secs());
            schedule = schedule.advance(schedule.next).expect("it is due");
        }
        assert_eq!(pauses, [1, 3, 7, 15, 31, 63, 123, 183, 243]);
    }

    #[test]
    fn trouble_that_goes_on_puts_nothing_off() {
        let start = Instant::now();
        let first = Schedule::starting(start);
        let half = start + FIRST_PAUSE / 2;
        assert_eq!(first.restarted(half), first);
        let late = first.advance(first.next).expect("it is due");
        let late = late.advance(late.next).expect("it is due");
        let again = late.restarted(start + FIRST_PAUSE * 4);
        assert_eq!(again.next, start + FIRST_PAUSE * 5);
        assert_eq!(again.pause, FIRST_PAUSE);
    }

    #[test]
    fn a_client_without_trouble_is_left_alone() {
        let servers = BootstrapServers::new("localhost:1");
        servers.logged(RDKafkaLogLevel::Info);
        assert_eq!(*servers.schedule(), None);
        servers.logged(RDKafkaLogLevel::Warning);
        assert!(servers.schedule().is_some());
    }
}
