//! Throughput: a file into a topic, and a topic into a file.

use std::fs;
use std::path::Path;
use std::process::Command;

use connect_harness::{ConnectorFile, Flavor, Process, Worker, WorkerSpec};

use crate::table::Table;
use crate::watch::{Run, watch};
use crate::{Bench, FLAVORS};

/// How values are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Converter {
    /// StringConverter.
    Text,
    /// JsonConverter with schemas.
    Json,
}

const JSON: &str = "org.apache.kafka.connect.json.JsonConverter";

/// FileStreamSource.
pub fn source(bench: &Bench, table: &mut Table, converter: Converter) {
    let name = match converter {
        Converter::Text => "FileStreamSource, StringConverter",
        Converter::Json => "FileStreamSource, JsonConverter with schemas",
    };
    for flavor in FLAVORS {
        let topic = format!("source-{flavor:?}-{}", converter == Converter::Json);
        bench.broker.topics().create(&topic, 1);
        let input = bench.dir.join("input.txt").display().to_string();
        let config = [
            ("connector.class", "FileStreamSource"),
            ("file", &*input),
            ("topic", &*topic),
        ];
        let worker = worker(bench, flavor, converter, &topic, &config);
        let run = watch(
            worker.process(),
            bench.lines.count,
            bench.broker.topics().counter(&topic),
        );
        table.run(name, flavor, run);
    }
    if converter == Converter::Text {
        bench.broker.topics().create("source-kcat", 1);
        table.kcat(name, produce(bench, "source-kcat"));
    }
}

/// FileStreamSink.
pub fn sink(bench: &Bench, table: &mut Table) {
    let name = "FileStreamSink, StringConverter";
    let topic = "sink-input";
    bench.broker.topics().create(topic, 1);
    produce(bench, topic);
    for flavor in FLAVORS {
        let output = bench.dir.join(&format!("out-{flavor:?}.txt"));
        let file = output.display().to_string();
        let config = [
            ("connector.class", "FileStreamSink"),
            ("file", &*file),
            ("topics", topic),
        ];
        let worker = worker(
            bench,
            flavor,
            Converter::Text,
            &format!("sink-{flavor:?}"),
            &config,
        );
        table.run(
            name,
            flavor,
            watch(worker.process(), bench.lines.count, growth(bench, &output)),
        );
        drop(worker);
        fs::remove_file(&output).expect("the output can be removed");
    }
    table.kcat(name, consume(bench, topic));
}

/// A worker with one connector, with the settings of Kafka Connect's sample files.
fn worker(
    bench: &Bench,
    flavor: Flavor,
    converter: Converter,
    name: &str,
    config: &[(&str, &str)],
) -> Worker {
    let dir = bench.dir.join(name);
    fs::create_dir(&dir).expect("a folder can be made");
    let mut spec = WorkerSpec::new(flavor, &bench.broker.bootstrap(), &dir)
        .set("offset.flush.interval.ms", "10000")
        .unset("consumer.session.timeout.ms")
        .unset("consumer.heartbeat.interval.ms");
    if converter == Converter::Json {
        spec = spec.set("key.converter", JSON).set("value.converter", JSON);
    }
    spec.connector(ConnectorFile::properties(name, config))
        .spawn()
}

/// Records in a growing file, all of one length.
fn growth(bench: &Bench, file: &Path) -> impl FnMut() -> anyhow::Result<u64> {
    let line = bench.lines.length as u64 + 1;
    let file = file.to_owned();
    move || Ok(fs::metadata(&file).map_or(0, |metadata| metadata.len()) / line)
}

fn produce(bench: &Bench, topic: &str) -> Run {
    let mut command = Command::new("kcat");
    command
        .args(["-P", "-b", &bench.broker.bootstrap(), "-t", topic, "-l"])
        .arg(bench.dir.join("input.txt"));
    let kcat = Process::spawn("kcat", &command, &bench.dir.join("kcat.log"));
    watch(
        &kcat,
        bench.lines.count,
        bench.broker.topics().counter(topic),
    )
}

fn consume(bench: &Bench, topic: &str) -> Run {
    let output = bench.dir.join("out-kcat.txt");
    let mut command = Command::new("kcat");
    // It keeps the last lines to itself until it exits, which -e makes it do at the end.
    command.args(["-C", "-b", &bench.broker.bootstrap()]).args([
        "-t",
        topic,
        "-o",
        "beginning",
        "-q",
        "-e",
    ]);
    let kcat = Process::spawn("kcat", &command, &output);
    watch(&kcat, bench.lines.count, growth(bench, &output))
}
