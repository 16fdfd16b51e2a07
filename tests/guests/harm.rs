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
