//! What tells one build of a test guest from another: a text in the component that the harness
//! overwrites (`connect_harness::guest_edition`), so that one build gives any number of versions that
//! behave differently. It has words such as `version=2.0.0 panic=start`:
//! - `version`: the version of the plugin;
//! - `panic`: the call that panics: `connector-start`, `start`, `records`;
//! - `after`: for `records`, how many records the task has handled by then;
//! - `require`: a key that the configuration has to have.

/// LIMIT: the harness pads texts to this with blanks.
const LENGTH: usize = 160;

/// What the harness looks for.
const MARK: &str = "edition of a test guest: ";

static EDITION: [u8; LENGTH] = padded("edition of a test guest: version=0.1.0");

const fn padded(text: &str) -> [u8; LENGTH] {
    let mut bytes = [b' '; LENGTH];
    let mut index = 0;
    while index < text.len() {
        bytes[index] = text.as_bytes()[index];
        index += 1;
    }
    bytes
}

/// The value of a word.
fn word(name: &str) -> Option<String> {
    // The compiler must not know what it says.
    let text = std::str::from_utf8(std::hint::black_box(&EDITION)).ok()?;
    let mut words = text.strip_prefix(MARK)?.split_whitespace();
    words.find_map(|word| Some(word.strip_prefix(name)?.strip_prefix('=')?.to_owned()))
}

/// The version of the plugin.
pub(crate) fn version() -> String {
    word("version").unwrap_or_default()
}

/// The key that this build wants, if it wants one.
pub(crate) fn required_key() -> Option<String> {
    word("require")
}

/// Panics if this build does so in that call.
pub(crate) fn enter(call: &str) {
    if word("panic").as_deref() == Some(call) {
        panic!("version {} panics in {call}", version());
    }
}

/// How many records a task handles before it panics, if this build does so.
pub(crate) fn records_before_panic() -> Option<u64> {
    word("panic").filter(|call| call == "records")?;
    word("after")?.parse().ok()
}
