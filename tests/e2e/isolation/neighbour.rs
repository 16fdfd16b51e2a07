//! The neighbour: a source that counts at a pace, and a sink that writes what it counted to a file.

use std::path::{Path, PathBuf};
use std::time::Instant;

use connect_harness::{ConnectorFile, Duration, Rest};

use crate::setup::{SOON, await_lines, file_sink, topics};

/// Records a second. LIMIT: far below what a worker does, since the machine also runs the broker; a
/// neighbour that is hindered stands still, whatever its pace.
const PACE: u64 = 1_000;
/// The rate alone is measured over so many records, the rate beside others over at least these.
const MEASURED_RECORDS: u64 = 2 * PACE;
/// LIMIT: half the deadline of a call; who waits for a hostile guest waits as long as its call.
const LONGEST_GAP_MS: i64 = 1_000;

/// The two connectors, their topic and their file.
pub(super) struct Neighbour {
    topic: String,
    file: PathBuf,
    alone_per_second: std::cell::Cell<f64>,
}

/// Where the neighbour was at an instant.
pub(super) struct Mark {
    count: u64,
    at: Instant,
}

impl Neighbour {
    pub(super) fn new(topic: &str, dir: &Path) -> Self {
        topics().create(topic, 1);
        Self {
            topic: topic.to_owned(),
            file: dir.join("neighbour.txt"),
            alone_per_second: std::cell::Cell::new(0.0),
        }
    }

    fn source(&self) -> String {
        format!("{}-source", self.topic)
    }

    pub(super) fn connectors(&self) -> [ConnectorFile; 2] {
        let source = [
            (
                "connector.class",
                "connect.wasm.test.CountingSourceConnector",
            ),
            ("topic", &*self.topic),
            ("rate", &PACE.to_string()),
        ];
        [
            ConnectorFile::properties(&self.source(), &source),
            file_sink(&format!("{}-sink", self.topic), &self.file, &self.topic),
        ]
    }

    /// Waits until both run, and measures the rate that the neighbour has without hostile guests.
    pub(super) fn begin(&self, rest: &Rest) {
        rest.await_state(&self.source(), "RUNNING", SOON);
        rest.await_state(&format!("{}-sink", self.topic), "RUNNING", SOON);
        topics().await_count(&self.topic, PACE, SOON);
        let mark = self.mark();
        self.alone_per_second.set(self.rate_since(&mark));
    }

    pub(super) fn mark(&self) -> Mark {
        Mark {
            count: topics().count(&self.topic).expect("the broker answers"),
            at: Instant::now(),
        }
    }

    /// Records a second since the mark, over enough records to tell.
    fn rate_since(&self, mark: &Mark) -> f64 {
        topics().await_count(&self.topic, mark.count + MEASURED_RECORDS, SOON);
        let now = self.mark();
        (now.count - mark.count) as f64 / (now.at - mark.at).as_secs_f64()
    }

    /// An error unless the neighbour kept so much of its rate since the mark.
    pub(super) fn expect_pace(&self, mark: &Mark, percent: f64) -> Result<(), String> {
        let rate = self.rate_since(mark);
        let alone = self.alone_per_second.get();
        if rate * 100.0 >= alone * percent {
            Ok(())
        } else {
            Err(format!(
                "the neighbour made {rate:.0} records a second, alone {alone:.0}"
            ))
        }
    }

    /// Stops the source, and looks whether all that it made is in the topic and in the file, once and
    /// in order, and whether it ever stood still.
    pub(super) fn end(&self, rest: &Rest) -> Result<(), String> {
        rest.put(&format!("/connectors/{}/stop", self.source()), None)
            .expect(204);
        let mut made = 0_u64;
        let mut last_timestamp = None;
        let mut problem = None;
        let scanned = topics().scan(&self.topic, |record| {
            let timestamp = record.timestamp.unwrap_or_default();
            let gap = timestamp - last_timestamp.unwrap_or(timestamp);
            if record.text() != made.to_string() {
                problem.get_or_insert(format!("record {made} is {:?}", record.text()));
            }
            if gap > LONGEST_GAP_MS {
                problem.get_or_insert(format!("it stood still for {gap} ms before record {made}"));
            }
            last_timestamp = Some(timestamp);
            made += 1;
        });
        scanned.map_err(|error| format!("the neighbour's topic: {error:#}"))?;
        if let Some(problem) = problem {
            return Err(format!("the neighbour: {problem}"));
        }
        let lines = usize::try_from(made).map_err(|error| error.to_string())?;
        await_lines(&self.file, lines, Duration::from_secs(30));
        let text = std::fs::read_to_string(&self.file).map_err(|error| error.to_string())?;
        let in_order = text
            .lines()
            .enumerate()
            .all(|(n, line)| line == n.to_string());
        if in_order && text.lines().count() == lines {
            Ok(())
        } else {
            Err("the neighbour's file has other lines than its topic".to_owned())
        }
    }
}
