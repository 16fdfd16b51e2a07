//! What a test sees of the worker behind the free functions of the SDK: logs, metrics, the stopping
//! signal, waits, standard input. All belong to the thread of the test.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use crate::http::{HttpError, HttpErrorReason, Request, Response};
use crate::log::Level;
use crate::stdin::Input;

type WaitHook = Box<dyn FnMut(usize)>;
type HttpHook = Box<dyn FnMut(&Request) -> Result<Response, HttpError>>;

#[derive(Default)]
struct FakeWorker {
    stopping: Cell<bool>,
    logs: RefCell<Vec<(Level, String)>>,
    waits: RefCell<Vec<Duration>>,
    on_wait: RefCell<Option<WaitHook>>,
    on_http: RefCell<Option<HttpHook>>,
    counters: RefCell<HashMap<String, u64>>,
    gauges: RefCell<HashMap<String, f64>>,
    stdin: RefCell<VecDeque<Input>>,
    /// Time that passed without being waited for.
    advanced: Cell<Duration>,
}

thread_local! {
    static WORKER: FakeWorker = FakeWorker::default();
}

/// Forgets everything: a fake worker as at the start of the thread. The runs of this module begin
/// with it.
pub fn reset() {
    WORKER.with(|worker| {
        worker.stopping.set(false);
        worker.logs.borrow_mut().clear();
        worker.waits.borrow_mut().clear();
        worker.on_wait.borrow_mut().take();
        worker.on_http.borrow_mut().take();
        worker.counters.borrow_mut().clear();
        worker.gauges.borrow_mut().clear();
        worker.stdin.borrow_mut().clear();
    });
}

/// The lines that were logged, in order.
pub fn logs() -> Vec<(Level, String)> {
    WORKER.with(|worker| worker.logs.borrow().clone())
}

/// Raises or lowers the stopping signal.
pub fn set_stopping(stopping: bool) {
    WORKER.with(|worker| worker.stopping.set(stopping));
}

/// The waits so far.
pub fn waits() -> Vec<Duration> {
    WORKER.with(|worker| worker.waits.borrow().clone())
}

/// Moves the clocks of [`crate::clock`] on.
pub fn advance(duration: Duration) {
    WORKER.with(|worker| worker.advanced.set(worker.advanced.get() + duration));
}

/// By how much the clocks are ahead of real time.
pub(crate) fn simulated() -> Duration {
    WORKER.with(|worker| worker.advanced.get())
}

/// Calls this at the end of every wait with the number of waits before it.
pub fn on_wait(hook: impl FnMut(usize) + 'static) {
    WORKER.with(|worker| *worker.on_wait.borrow_mut() = Some(Box::new(hook)));
}

/// Answers the requests of [`crate::http`]. Without it they fail.
pub fn on_http(answer: impl FnMut(&Request) -> Result<Response, HttpError> + 'static) {
    WORKER.with(|worker| *worker.on_http.borrow_mut() = Some(Box::new(answer)));
}

/// The sum of a counter.
pub fn counter(name: &str) -> u64 {
    WORKER.with(|worker| worker.counters.borrow().get(name).copied().unwrap_or(0))
}

/// The value of a gauge.
pub fn gauge(name: &str) -> Option<f64> {
    WORKER.with(|worker| worker.gauges.borrow().get(name).copied())
}

/// What the next read of standard input gives. With none of these left, reads give nothing.
pub fn push_stdin(input: Input) {
    WORKER.with(|worker| worker.stdin.borrow_mut().push_back(input));
}

pub(crate) fn record_log(level: Level, message: &str) {
    WORKER.with(|worker| worker.logs.borrow_mut().push((level, message.to_owned())));
}

pub(crate) fn record_counter(name: &str, value: u64) {
    WORKER.with(|worker| {
        *worker
            .counters
            .borrow_mut()
            .entry(name.to_owned())
            .or_default() += value;
    });
}

pub(crate) fn record_gauge(name: &str, value: f64) {
    WORKER.with(|worker| worker.gauges.borrow_mut().insert(name.to_owned(), value));
}

pub(crate) fn is_stopping() -> bool {
    WORKER.with(|worker| worker.stopping.get())
}

pub(crate) fn record_wait(duration: Duration) -> bool {
    WORKER.with(|worker| {
        let number = worker.waits.borrow().len();
        worker.waits.borrow_mut().push(duration);
        if !worker.stopping.get() {
            worker.advanced.set(worker.advanced.get() + duration);
        }
        // The hook is taken out, so that it may call this module itself.
        let hook = worker.on_wait.borrow_mut().take();
        if let Some(mut hook) = hook {
            hook(number);
            worker.on_wait.borrow_mut().get_or_insert(hook);
        }
        worker.stopping.get()
    })
}

pub(crate) fn answer_http(request: &Request) -> Result<Response, HttpError> {
    WORKER.with(|worker| {
        // The hook is taken out, so that it may call this module itself.
        let Some(mut answer) = worker.on_http.borrow_mut().take() else {
            let what = "nothing answers in this test: call connect_sdk::testing::on_http";
            let reason = HttpErrorReason::Failed(what.to_owned());
            return Err(HttpError::new(request, reason));
        };
        let outcome = answer(request);
        worker.on_http.borrow_mut().get_or_insert(answer);
        outcome
    })
}

pub(crate) fn read_stdin(bytes_max: usize, timeout: Duration) -> Input {
    let input = WORKER.with(|worker| worker.stdin.borrow_mut().pop_front());
    match input {
        Some(Input::Bytes(mut bytes)) if bytes.len() > bytes_max => {
            let rest = bytes.split_off(bytes_max);
            WORKER.with(|worker| worker.stdin.borrow_mut().push_front(Input::Bytes(rest)));
            Input::Bytes(bytes)
        }
        Some(input) => input,
        None => {
            record_wait(timeout);
            Input::Nothing
        }
    }
}
