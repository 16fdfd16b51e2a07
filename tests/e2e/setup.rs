//! What the tests share: one broker for those that do not harm it, and connector files.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use connect_harness::{Broker, ConnectorFile, Duration, Flavor, NumberedLines, Topics, WorkerSpec};

/// LIMIT: generous, since a test that passes does not wait for it.
pub const SOON: Duration = Duration::from_secs(30);
/// For work with many records.
pub const LATER: Duration = Duration::from_secs(120);

/// The broker of all tests that do no harm to it.
pub fn broker() -> &'static Broker {
    static BROKER: OnceLock<Broker> = OnceLock::new();
    BROKER.get_or_init(Broker::start)
}

/// Its topics.
pub fn topics() -> Topics {
    broker().topics()
}

/// A name that no other test uses.
pub fn unique(name: &str) -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    format!("{name}-{}", NUMBER.fetch_add(1, Ordering::Relaxed))
}

/// Held by tests that need the machine to themselves: those that measure time or load it fully.
pub fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Which worker is tried: ours, or with `CONNECT_TEST_WORKER=jvm` the JVM's, to try the tests
/// themselves.
pub fn flavor() -> Flavor {
    match std::env::var("CONNECT_TEST_WORKER").as_deref() {
        Ok("jvm") => Flavor::Jvm,
        _ => Flavor::Wasm,
    }
}

/// A worker on the shared broker.
pub fn worker(dir: &Path) -> WorkerSpec {
    WorkerSpec::new(flavor(), &broker().bootstrap(), dir)
}

/// A FileStream source.
pub fn file_source(name: &str, file: &Path, topic: &str) -> ConnectorFile {
    file_source_with(name, file, topic, &[])
}

/// A FileStream source with further settings.
pub fn file_source_with(
    name: &str,
    file: &Path,
    topic: &str,
    settings: &[(&str, &str)],
) -> ConnectorFile {
    let file = file.display().to_string();
    let mut config = vec![
        ("connector.class", "FileStreamSource"),
        ("file", &file),
        ("topic", topic),
    ];
    config.extend_from_slice(settings);
    ConnectorFile::properties(name, &config)
}

/// A FileStream sink.
pub fn file_sink(name: &str, file: &Path, topic: &str) -> ConnectorFile {
    let file = file.display().to_string();
    let config = [
        ("connector.class", "FileStreamSink"),
        ("file", &*file),
        ("topics", topic),
    ];
    ConnectorFile::properties(name, &config)
}

/// The values of a topic as text, in order of partition and offset.
pub fn values(topics: &Topics, topic: &str) -> Vec<String> {
    topics
        .read(topic)
        .iter()
        .map(|record| record.text().to_owned())
        .collect()
}

/// Panics unless a topic holds each of the lines once, in order.
#[track_caller]
pub fn expect_each_line_once(topics: &Topics, topic: &str, lines: NumberedLines) {
    let mut tally = lines.tally();
    topics
        .scan(topic, |record| tally.add(record.text()))
        .expect("the topic can be read");
    tally.expect_exactly_once_in_order();
}

/// The number of complete lines in a file, 0 while it does not exist.
pub fn lines_in(path: &Path) -> usize {
    let bytes = std::fs::read(path).unwrap_or_default();
    bytes.iter().filter(|byte| **byte == b'\n').count()
}

/// Waits until a file has at least so many lines.
#[track_caller]
pub fn await_lines(path: &Path, count: usize, deadline: Duration) {
    let what = format!("{} has {count} lines", path.display());
    connect_harness::eventually(&what, deadline, || match lines_in(path) {
        found if found >= count => Ok(()),
        found => Err(format!("{found} lines")),
    });
}

/// Appends text to a file.
#[track_caller]
pub fn append(path: &Path, text: &str) {
    use std::io::Write;
    let file = std::fs::File::options()
        .append(true)
        .create(true)
        .open(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.unwrap_or_else(|error| panic!("cannot append to {}: {error}", path.display()));
}
