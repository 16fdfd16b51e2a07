//! The kinds of harm that any call can do, for both misbehaving guests. `panic-in-poll` is harm
//! `panic` in the call `poll`.

use connect_sdk::ConnectError;

/// Does the harm that a mode names for this call; nothing when it names none.
pub(crate) fn harm(mode: &str, call: &str) -> Result<(), ConnectError> {
    let Some(harm) = mode
        .strip_suffix(call)
        .and_then(|rest| rest.strip_suffix("-in-"))
    else {
        return Ok(());
    };
    match harm {
        "panic" => panic!("this is the panic in {call}"),
        "spin" => spin(),
        "block" => block(),
        "allocate" => allocate(),
        "late" => late(),
        "overflow-stack" => {
            let depth = overflow_stack(&[0; 64]);
            connect_sdk::error!("the stack holds {depth} frames");
        }
        "flood-log" => {
            for line in 0..200_000 {
                connect_sdk::warn!("flood {line}");
            }
        }
        "flood-stderr" => {
            for line in 0..20_000 {
                eprintln!("flood {line}");
            }
        }
        "long-line" => connect_sdk::warn!("{}", "long".repeat(1 << 20)),
        "exit" => std::process::exit(3),
        "wrong-variant" => raw::log(99, b"a level that there is not"),
        "wrong-text" => raw::log(2, b"no UTF-8: \xff\xfe"),
        "large-payload" => {
            let text = "x".repeat(8 << 20);
            connect_sdk::trace!("{text}");
            raw::log(2, text.as_bytes());
        }
        "return-wrong-text" => {
            return Err(ConnectError::fatal(raw::text(b"no UTF-8: \xff\xfe")));
        }
        "many-metrics" => {
            for number in 0..1000 {
                connect_sdk::metrics::counter_add(&format!("metric-{number}"), 1);
            }
        }
        "retriable-error" => return Err(ConnectError::retriable(format!("retriable in {call}"))),
        "data-error" => return Err(ConnectError::data(format!("data in {call}"))),
        "config-error" => return Err(ConnectError::config(format!("config in {call}"))),
        "fatal-error" => {
            let error = ConnectError::fatal(format!("fatal in {call}"));
            return Err(error.with_detail("Caused by: the detail"));
        }
        _ => {}
    }
    Ok(())
}

/// What Rust rules out and another language may do.
#[allow(
    unsafe_code,
    reason = "to break the types of the contract is the point"
)]
mod raw {
    #[link(wasm_import_module = "connect-wasm:plugin/logging@0.1.0")]
    unsafe extern "C" {
        #[link_name = "log"]
        fn raw_log(level: i32, text: *const u8, length: usize);
    }

    /// Calls the import `logging.log` with any level and any bytes.
    pub(super) fn log(level: i32, bytes: &[u8]) {
        // SAFETY: the bytes are there for the time of the call; what the host makes of the level
        // and of them is what is tested.
        unsafe { raw_log(level, bytes.as_ptr(), bytes.len()) }
    }

    /// A text that is none.
    pub(super) fn text(bytes: &[u8]) -> String {
        // SAFETY: nothing here looks into the text before it is given to the host.
        unsafe { String::from_utf8_unchecked(bytes.to_vec()) }
    }
}

/// Computes for ever.
fn spin() {
    let mut number = 0_u64;
    loop {
        number = std::hint::black_box(number.wrapping_add(1));
    }
}

/// Waits for ever, and does not listen to the stopping signal.
#[expect(
    clippy::disallowed_methods,
    reason = "to wait without listening is the point"
)]
fn block() {
    loop {
        std::thread::sleep(std::time::Duration::from_secs(3600));
    }
}

/// Comes back after its deadline, where that is shorter than three seconds.
#[expect(
    clippy::disallowed_methods,
    reason = "to wait without listening is the point"
)]
fn late() {
    std::thread::sleep(std::time::Duration::from_secs(3));
}

/// Takes memory until there is none; the refusal ends in a trap.
fn allocate() {
    let mut taken = Vec::new();
    loop {
        taken.push(std::hint::black_box(vec![1_u8; 1 << 20]));
    }
}

#[expect(unconditional_recursion, reason = "to overflow the stack is the point")]
fn overflow_stack(frame: &[u64; 64]) -> u64 {
    let mut next = *frame;
    next[0] = std::hint::black_box(frame[0] + 1);
    overflow_stack(&next) + next[1]
}
