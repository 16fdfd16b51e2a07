//! The table of figures.

use std::fmt;
use std::time::Duration;

use connect_harness::Flavor;

use crate::watch::Run;

/// Figures in the order in which they were measured.
#[derive(Default)]
pub struct Table {
    rows: Vec<Row>,
}

#[derive(Default)]
struct Row {
    name: String,
    ours: Option<Figure>,
    jvm: Option<Figure>,
    kcat: Option<Figure>,
}

struct Figure {
    text: String,
    value: f64,
}

/// What is asked of ours: the beginning of a row's name, and the goal as a user reads it.
const GOALS: [(&str, &str); 13] = [
    (
        "FileStreamSource, StringConverter: records/s",
        "at least 4 x JVM",
    ),
    (
        "FileStreamSource, StringConverter: CPU/record, running",
        "at most 1.5 us",
    ),
    (
        "FileStreamSource, StringConverter: peak memory",
        "under 150 MB",
    ),
    (
        "FileStreamSource, JsonConverter with schemas: records/s",
        "at least 4 x JVM",
    ),
    (
        "FileStreamSource, JsonConverter with schemas: peak memory",
        "under 150 MB",
    ),
    (
        "FileStreamSink, StringConverter: records/s",
        "at least 2 x JVM",
    ),
    (
        "FileStreamSink, StringConverter: CPU/record, running",
        "at most 1.3 us",
    ),
    (
        "FileStreamSink, StringConverter: peak memory",
        "under 150 MB",
    ),
    ("exec to REST ready", "under 150 ms"),
    ("idle CPU", "under 2 %"),
    ("idle memory", "under 50 MB"),
    ("latency p50", ""),
    ("latency p99", "under 50 ms"),
];

impl Table {
    /// Adds a figure of one of the workers.
    pub fn add(&mut self, name: &str, flavor: Flavor, text: String, value: f64) {
        let figure = Some(Figure { text, value });
        let row = self.row(name);
        match flavor {
            Flavor::Jvm => row.jvm = figure,
            Flavor::Wasm => row.ours = figure,
        }
    }

    /// Adds the figures of a run.
    pub fn run(&mut self, name: &str, flavor: Flavor, run: Run) {
        eprintln!("  {flavor:?}: {run:?}");
        for (figure, text, value) in figures(run) {
            self.add(&format!("{name}: {figure}"), flavor, text, value);
        }
    }

    /// Adds the figures of kcat's run.
    pub fn kcat(&mut self, name: &str, run: Run) {
        eprintln!("  kcat: {run:?}");
        for (figure, text, value) in figures(run) {
            self.row(&format!("{name}: {figure}")).kcat = Some(Figure { text, value });
        }
    }

    fn row(&mut self, name: &str) -> &mut Row {
        let at = self
            .rows
            .iter()
            .position(|row| row.name == name)
            .unwrap_or_else(|| {
                self.rows.push(Row {
                    name: name.to_owned(),
                    ..Row::default()
                });
                self.rows.len() - 1
            });
        &mut self.rows[at]
    }
}

fn figures(run: Run) -> [(&'static str, String, f64); 4] {
    let micros = |time: Duration| format!("{:.2} us", time.as_secs_f64() * 1e6);
    [
        ("records/s", format!("{:.0} k", run.rate / 1e3), run.rate),
        (
            "CPU/record, running",
            micros(run.cpu_running),
            run.cpu_running.as_secs_f64(),
        ),
        (
            "CPU/record, with start-up",
            micros(run.cpu_all),
            run.cpu_all.as_secs_f64(),
        ),
        (
            "peak memory",
            megabytes(run.resident_peak),
            run.resident_peak as f64,
        ),
    ]
}

/// Bytes as a user reads them.
pub fn megabytes(bytes: u64) -> String {
    format!("{:.0} MB", bytes as f64 / 1e6)
}

/// A time as a user reads it.
pub fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

impl fmt::Display for Table {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "| figure | connect-wasm | JVM worker | ours / JVM | kcat | ours / kcat | goal |"
        )?;
        writeln!(out, "|---|---|---|---|---|---|---|")?;
        for row in &self.rows {
            let text = |figure: &Option<Figure>| match figure {
                Some(figure) => figure.text.clone(),
                None => String::new(),
            };
            let ratio = |other: &Option<Figure>| match (&row.ours, other) {
                (Some(ours), Some(other)) if other.value > 0.0 => {
                    format!("{:.2}", ours.value / other.value)
                }
                _ => String::new(),
            };
            let goal = GOALS.iter().find(|(name, _)| row.name.starts_with(name));
            writeln!(
                out,
                "| {} | {} | {} | {} | {} | {} | {} |",
                row.name,
                text(&row.ours),
                text(&row.jvm),
                ratio(&row.jvm),
                text(&row.kcat),
                ratio(&row.kcat),
                goal.map_or("", |(_, goal)| goal),
            )?;
        }
        Ok(())
    }
}
