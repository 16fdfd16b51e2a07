//! Rates: a file into a topic, and a topic into a file.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use connect_harness::{
    Broker, ConnectorFile, Duration, Flavor, NumberedLines, Process, ScratchDir, Worker, WorkerSpec,
};

use crate::meter::{Run, median, pause, watch};
use crate::options::Options;
use crate::table::{Better, Row, Table};

/// Bytes of a line without its end.
pub const LINE_BYTES: usize = 100;

/// More than a buffer of 64 KiB holds.
const LAST_BLOCK_LINES: u64 = 1000;
const INPUT_TOPIC: &str = "input";
pub const JSON_CONVERTER: &str = "org.apache.kafka.connect.json.JsonConverter";
/// A process that was just killed may still be written out; the next one starts on a calm machine.
const SETTLES_WITHIN: Duration = Duration::from_millis(500);

/// The file, the topic with its lines, and everybody's servers.
pub struct Bench<'a> {
    broker: &'a Broker,
    options: &'a Options,
    dir: ScratchDir,
    lines_file: PathBuf,
}

/// The goals of one direction.
pub struct Goals {
    pub rate: &'static str,
    pub cpu: &'static str,
    pub peak: &'static str,
}

/// What was measured in one direction.
pub struct Measured {
    pub ours: Option<Run>,
    pub jvm: Option<Run>,
    pub kcat: Option<Run>,
}

/// What a worker is given: its own settings, and its connector's beside class, file and topic.
#[derive(Clone, Copy, Default)]
pub struct Given<'a> {
    pub worker: &'a [(&'a str, &'a str)],
    pub connector: &'a [(&'a str, &'a str)],
}

impl<'a> Bench<'a> {
    /// Writes the file and fills the topic that sinks read, which warms the broker as well.
    pub fn prepare(broker: &'a Broker, options: &'a Options) -> anyhow::Result<Bench<'a>> {
        let dir = ScratchDir::new("bench");
        let lines_file = dir.join("lines.txt");
        NumberedLines::new(options.lines, LINE_BYTES).write(&lines_file)?;
        let bench = Bench {
            broker,
            options,
            dir,
            lines_file,
        };
        bench.produce_with_kcat(INPUT_TOPIC)?;
        Ok(bench)
    }

    /// FileStreamSource with StringConverter.
    pub fn source_string(&self, table: &mut Table) -> anyhow::Result<()> {
        let plain = Given::default();
        let measured = Measured {
            kcat: self.rounds(|round| self.produce_with_kcat(&format!("kcat-{round}")))?,
            jvm: self
                .jvm(|round| self.source(Flavor::Jvm, &format!("source-jvm-{round}"), plain))?,
            ours: self.rounds(|round| {
                self.source(Flavor::Wasm, &format!("source-ours-{round}"), plain)
            })?,
        };
        let goals = Goals {
            rate: "at least 4x the JVM",
            cpu: "at most 1.5",
            peak: "under 150",
        };
        measured.report("source, StringConverter", &goals, table);
        Ok(())
    }

    /// FileStreamSource with JsonConverter and schemas.
    pub fn source_json(&self, table: &mut Table) -> anyhow::Result<()> {
        let json = Given {
            worker: &[
                ("value.converter", JSON_CONVERTER),
                ("value.converter.schemas.enable", "true"),
            ],
            connector: &[],
        };
        let measured = Measured {
            kcat: None,
            jvm: self.jvm(|round| self.source(Flavor::Jvm, &format!("json-jvm-{round}"), json))?,
            ours: self
                .rounds(|round| self.source(Flavor::Wasm, &format!("json-ours-{round}"), json))?,
        };
        let goals = Goals {
            rate: "at least 4x the JVM",
            cpu: "",
            peak: "under 150",
        };
        measured.report("source, JsonConverter with schemas", &goals, table);
        Ok(())
    }

    /// FileStreamSink with StringConverter.
    pub fn sink_string(&self, table: &mut Table) -> anyhow::Result<()> {
        let plain = Given::default();
        let measured = Measured {
            kcat: self.rounds(|round| self.consume_with_kcat(&format!("kcat-{round}.txt")))?,
            jvm: self.jvm(|round| {
                self.sink(
                    Flavor::Jvm,
                    &format!("sink-jvm-{round}"),
                    INPUT_TOPIC,
                    plain,
                )
            })?,
            ours: self.rounds(|round| {
                self.sink(
                    Flavor::Wasm,
                    &format!("sink-ours-{round}"),
                    INPUT_TOPIC,
                    plain,
                )
            })?,
        };
        let goals = Goals {
            rate: "at least 2x the JVM",
            cpu: "at most 1.3",
            peak: "under 150",
        };
        measured.report("sink, StringConverter", &goals, table);
        Ok(())
    }

    pub fn rounds(
        &self,
        one: impl FnMut(usize) -> anyhow::Result<Run>,
    ) -> anyhow::Result<Option<Run>> {
        let runs: anyhow::Result<Vec<Run>> = (0..self.options.rounds).map(one).collect();
        Ok(median(runs?))
    }

    pub fn jvm(
        &self,
        one: impl FnMut(usize) -> anyhow::Result<Run>,
    ) -> anyhow::Result<Option<Run>> {
        if self.options.jvm {
            self.rounds(one)
        } else {
            Ok(None)
        }
    }

    /// A worker that reads the file into a topic named after it.
    pub fn source(&self, flavor: Flavor, name: &str, given: Given<'_>) -> anyhow::Result<Run> {
        self.broker.topics().create(name, 1);
        let file = self.lines_file.display().to_string();
        let mut config = vec![
            ("connector.class", "FileStreamSource"),
            ("tasks.max", "1"),
            ("file", &file),
            ("topic", name),
        ];
        config.extend_from_slice(given.connector);
        let dir = ScratchDir::new(name);
        let spec = self.spec(flavor, &dir, given);
        let connector = ConnectorFile::properties(name, &config);
        let mut worker = spec.connector(connector).spawn();
        let run = self.watch_topic(worker.process(), name)?;
        end(&mut worker);
        Ok(run)
    }

    /// A worker that writes a topic's lines, one for each record, into a file.
    pub fn sink(
        &self,
        flavor: Flavor,
        name: &str,
        topic: &str,
        given: Given<'_>,
    ) -> anyhow::Result<Run> {
        let dir = ScratchDir::new(name);
        let output = dir.join("output.txt");
        let file = output.display().to_string();
        let mut config = vec![
            ("connector.class", "FileStreamSink"),
            ("tasks.max", "1"),
            ("file", &file),
            ("topics", topic),
        ];
        config.extend_from_slice(given.connector);
        let spec = self.spec(flavor, &dir, given);
        let connector = ConnectorFile::properties(name, &config);
        let mut worker = spec.connector(connector).spawn();
        let run = self.watch_file(worker.process(), &output)?;
        end(&mut worker);
        Ok(run)
    }

    fn spec(&self, flavor: Flavor, dir: &ScratchDir, given: Given<'_>) -> WorkerSpec {
        let spec = WorkerSpec::new(flavor, &self.broker.bootstrap(), dir.path());
        let settings = given.worker.iter();
        settings.fold(spec, |spec, (key, value)| spec.set(key, value))
    }

    fn produce_with_kcat(&self, topic: &str) -> anyhow::Result<Run> {
        self.broker.topics().create(topic, 1);
        let mut command = Command::new("kcat");
        command
            .args(["-P", "-b", &self.broker.bootstrap(), "-t", topic, "-l"])
            .arg(&self.lines_file);
        let kcat = Process::spawn("kcat", &command, &self.dir.join("kcat.log"));
        self.watch_topic(&kcat, topic)
    }

    fn consume_with_kcat(&self, name: &str) -> anyhow::Result<Run> {
        let output = self.dir.join(name);
        let mut command = Command::new("kcat");
        command.args(["-C", "-b", &self.broker.bootstrap(), "-t", INPUT_TOPIC]);
        command.args(["-o", "beginning", "-q"]);
        let mut kcat = Process::spawn("kcat", &command, &output);
        let run = self.watch_file(&kcat, &output)?;
        kcat.kill();
        fs::remove_file(&output)?;
        pause(SETTLES_WITHIN);
        Ok(run)
    }

    fn watch_topic(&self, process: &Process, topic: &str) -> anyhow::Result<Run> {
        let topics = self.broker.topics();
        let count = topics.counter(topic);
        watch(process, self.broker.process(), self.options.lines, count)
    }

    /// Whoever writes keeps a last block until its next flush, a matter of a timer and not of speed:
    /// those lines are not waited for.
    fn watch_file(&self, process: &Process, file: &Path) -> anyhow::Result<Run> {
        let lines = self.options.lines - (self.options.lines / 2).min(LAST_BLOCK_LINES);
        watch(process, self.broker.process(), lines, || {
            // The file is made by the process that is watched.
            let bytes = fs::metadata(file).map_or(0, |metadata| metadata.len());
            Ok(bytes / (LINE_BYTES as u64 + 1))
        })
    }
}

fn end(worker: &mut Worker) {
    worker.stop(Duration::from_secs(30));
    pause(SETTLES_WITHIN);
}

impl Measured {
    pub fn report(&self, what: &str, goals: &Goals, table: &mut Table) {
        let Some(ours) = self.ours else {
            return;
        };
        let mut add = |figure: &str, digits, better, goal: &str, of: fn(&Run) -> f64| {
            table.add(Row {
                figure: format!("{what}: {figure}"),
                digits,
                ours: of(&ours),
                jvm: self.jvm.as_ref().map(of),
                alone: self.kcat.as_ref().map(of),
                better,
                goal: goal.to_owned(),
            });
        };
        add("records/s", 0, Better::More, goals.rate, |run| run.rate);
        add(
            "µs CPU/record once running",
            2,
            Better::Less,
            goals.cpu,
            |run| run.cpu_running,
        );
        add("µs CPU/record with start", 2, Better::Less, "", |run| {
            run.cpu_whole
        });
        add("µs CPU/record of the broker", 2, Better::Less, "", |run| {
            run.cpu_broker
        });
        add("peak RSS, MB", 0, Better::Less, goals.peak, |run| {
            run.peak as f64 / 1e6
        });
    }
}
