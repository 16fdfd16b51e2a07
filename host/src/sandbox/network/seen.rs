//! Which addresses the granted names of one instance led to.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::time::Duration;

use tokio::time::Instant;

/// How long an address counts as one of its name. Longer than most answers of name servers live;
/// afterwards the name is looked up again when the address is used.
const LIFE: Duration = Duration::from_secs(600);
/// LIMIT: addresses to remember; names of large services have hundreds.
const ADDRESSES_MAX: usize = 1024;
/// How often a name is looked up because an unknown address is used, so that a guest which tries
/// addresses does not flood name servers.
const LOOK_UP_INTERVAL: Duration = Duration::from_secs(1);

/// The addresses, newest last.
#[derive(Default)]
pub(super) struct SeenAddresses {
    seen: VecDeque<Seen>,
    looked_up: HashMap<String, Instant>,
}

struct Seen {
    name: String,
    address: IpAddr,
    at: Instant,
}

impl SeenAddresses {
    /// A look-up of a granted name had this answer.
    pub(super) fn remember(&mut self, name: &str, addresses: &[IpAddr]) {
        let at = Instant::now();
        self.seen
            .retain(|seen| seen.name != name || !addresses.contains(&seen.address));
        self.seen.extend(addresses.iter().map(|address| Seen {
            name: name.to_owned(),
            address: *address,
            at,
        }));
        while self.seen.len() > ADDRESSES_MAX {
            self.seen.pop_front();
        }
    }

    /// Whether a look-up of the name led to the address lately.
    pub(super) fn leads_to(&self, name: &str, address: IpAddr) -> bool {
        self.seen
            .iter()
            .any(|seen| seen.name == name && seen.address == address && seen.at.elapsed() < LIFE)
    }

    /// Whether the name may be looked up for an unknown address now; counts as doing so. Only
    /// granted names come here, so that their number is bounded.
    pub(super) fn may_look_up_again(&mut self, name: &str) -> bool {
        let now = Instant::now();
        match self.looked_up.get_mut(name) {
            Some(last) if now.duration_since(*last) < LOOK_UP_INTERVAL => false,
            Some(last) => {
                *last = now;
                true
            }
            None => {
                self.looked_up.insert(name.to_owned(), now);
                true
            }
        }
    }
}
