//! Free TCP ports on the loopback address.

use std::collections::HashSet;
use std::net::TcpListener;
use std::ops::Range;
use std::sync::Mutex;

// LIMIT: below the range that the kernel gives to outgoing connections (32768 and up), so that a
// server killed and started again on its port finds it free.
const PORTS: Range<u16> = 20_000..32_000;

static GIVEN: Mutex<Option<HashSet<u16>>> = Mutex::new(None);

/// A port that nothing listens on and that no earlier call of this process was given.
pub fn free_port() -> u16 {
    let mut given = GIVEN.lock().expect("no panic while choosing a port");
    let given = given.get_or_insert_default();
    for _ in 0..10_000 {
        let port = fastrand::u16(PORTS);
        if !given.contains(&port) && TcpListener::bind(("127.0.0.1", port)).is_ok() {
            given.insert(port);
            return port;
        }
    }
    panic!("no free port in {PORTS:?}");
}
