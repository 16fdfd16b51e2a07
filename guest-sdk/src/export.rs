//! The exports of a component: each call finds the one connector or task of the instance and
//! hands it on. Generic over the user's types, so that the macros expand to a few lines.

mod record;
mod sink;
mod source;

use std::any::Any;
use std::cell::RefCell;
use std::io::Write;
use std::sync::Once;
use std::thread::LocalKey;

pub use record::{ConverterExports, PredicateExports, TransformationExports};
pub use sink::SinkExports;
pub use source::SourceExports;

use crate::ConnectError;
use crate::bindings::services::connect_wasm::plugin::types as wit;
use crate::convert::error_to_wit;

/// Prints the message and the place of a panic to standard error, which the worker logs, so that
/// the cause of the trap that follows is known.
fn report_panics() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        std::panic::set_hook(Box::new(|panic| {
            let payload = panic.payload();
            let message = payload
                .downcast_ref::<&str>()
                .copied()
                .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
                .unwrap_or("no message");
            let mut stderr = std::io::stderr().lock();
            // Nothing is left to do when standard error is closed: the trap follows anyway.
            let _ = match panic.location() {
                Some(place) => writeln!(stderr, "panicked at {place}: {message}"),
                None => writeln!(stderr, "panicked: {message}"),
            };
        }));
    });
}

type Slot = LocalKey<RefCell<Option<Box<dyn Any>>>>;

thread_local! {
    /// The connector of this instance, once it is started.
    static CONNECTOR: RefCell<Option<Box<dyn Any>>> = const { RefCell::new(None) };
    /// The task of this instance, once it is started.
    static TASK: RefCell<Option<Box<dyn Any>>> = const { RefCell::new(None) };
}

fn put_into<T: 'static>(slot: &'static Slot, it: T) {
    slot.with(|slot| *slot.borrow_mut() = Some(Box::new(it)));
}

/// Runs a call on the instance's connector or task.
fn call_on<T: 'static, R>(
    slot: &'static Slot,
    call: impl FnOnce(&mut T) -> Result<R, ConnectError>,
) -> Result<R, wit::ConnectError> {
    slot.with(|slot| {
        let mut slot = slot.borrow_mut();
        match slot.as_mut().and_then(|it| it.downcast_mut::<T>()) {
            Some(it) => call(it).map_err(error_to_wit),
            None => Err(error_to_wit(ConnectError::fatal(
                "The instance is not started.",
            ))),
        }
    })
}

/// Runs the last call and drops the connector or task. Without one (its start failed) there is
/// nothing to do.
fn end<T: 'static>(
    slot: &'static Slot,
    stop: impl FnOnce(&mut T) -> Result<(), ConnectError>,
) -> Result<(), wit::ConnectError> {
    let it = slot.with(|slot| slot.borrow_mut().take());
    match it.and_then(|it| it.downcast::<T>().ok()) {
        Some(mut it) => stop(&mut it).map_err(error_to_wit),
        None => Ok(()),
    }
}
