//! The command line.

use anyhow::{Context as _, bail};

/// What `--help` prints.
pub const USAGE: &str = "\
connect-bench [options]
  --lines N       lines of 100 bytes in the file (3000000)
  --rounds N      how often each rate is measured; the table has medians (1)
  --only A,B      of source-string, sink-string, source-json, source-transforms, sink-transforms,
                  latency, startup, memory, connectors, rest-under-load
  --no-jvm        our worker and kcat alone
  --jvm-latency   latency of the JVM worker too, which takes a while";

/// A group of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// FileStreamSource with StringConverter.
    SourceString,
    /// FileStreamSink with StringConverter.
    SinkString,
    /// FileStreamSource with JsonConverter and schemas.
    SourceJson,
    /// The same with HoistField, InsertField and ReplaceField.
    SourceTransforms,
    /// FileStreamSink with JsonConverter and schemas, ExtractField and InsertField.
    SinkTransforms,
    /// From an appended line to a readable record.
    Latency,
    /// From exec to an answer of the REST interface.
    Startup,
    /// Memory and CPU of a worker with nothing to do.
    Memory,
    /// Many connectors with nothing to do.
    Connectors,
    /// Answers of the REST interface while guests compute.
    RestUnderLoad,
}

const PARTS: [(&str, Part); 10] = [
    ("source-string", Part::SourceString),
    ("sink-string", Part::SinkString),
    ("source-json", Part::SourceJson),
    ("source-transforms", Part::SourceTransforms),
    ("sink-transforms", Part::SinkTransforms),
    ("latency", Part::Latency),
    ("startup", Part::Startup),
    ("memory", Part::Memory),
    ("connectors", Part::Connectors),
    ("rest-under-load", Part::RestUnderLoad),
];

/// What to measure.
#[derive(Clone, Debug)]
pub struct Options {
    /// Lines of the file.
    pub lines: u64,
    /// Measurements of each rate.
    pub rounds: usize,
    /// Whether the JVM worker is measured.
    pub jvm: bool,
    /// Whether its latency is.
    pub jvm_latency: bool,
    parts: Vec<Part>,
}

impl Options {
    /// Reads the arguments; None when help is wanted.
    pub fn parse(mut arguments: impl Iterator<Item = String>) -> anyhow::Result<Option<Options>> {
        let mut options = Options {
            lines: 3_000_000,
            rounds: 1,
            jvm: true,
            jvm_latency: false,
            parts: PARTS.iter().map(|(_, part)| *part).collect(),
        };
        while let Some(argument) = arguments.next() {
            let mut value = || {
                arguments
                    .next()
                    .with_context(|| format!("{argument} needs a value"))
            };
            match argument.as_str() {
                "--lines" => options.lines = value()?.parse().context("--lines")?,
                "--rounds" => options.rounds = value()?.parse().context("--rounds")?,
                "--only" => options.parts = parts(&value()?)?,
                "--no-jvm" => options.jvm = false,
                "--jvm-latency" => options.jvm_latency = true,
                "--help" | "-h" => return Ok(None),
                other => bail!("unknown argument {other}\n{USAGE}"),
            }
        }
        anyhow::ensure!(
            options.lines > 0 && options.rounds > 0,
            "nothing to measure"
        );
        Ok(Some(options))
    }

    /// Whether a group was selected.
    pub fn wants(&self, part: Part) -> bool {
        self.parts.contains(&part)
    }
}

fn parts(names: &str) -> anyhow::Result<Vec<Part>> {
    let one = |name: &str| {
        let found = PARTS.iter().find(|(known, _)| *known == name);
        found
            .map(|(_, part)| *part)
            .with_context(|| format!("unknown part {name}\n{USAGE}"))
    };
    names.split(',').map(one).collect()
}
