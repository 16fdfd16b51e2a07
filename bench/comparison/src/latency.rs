//! From a line being appended to its record being readable, at a gentle pace.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use connect_harness::{Broker, ConnectorFile, Flavor, NumberedLines, ScratchDir, WorkerSpec};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};

use crate::meter::pause;
use crate::options::Options;
use crate::table::{Better, Row, Table};
use crate::throughput::LINE_BYTES;

const LINES: u64 = 1000;
/// Sent first, so that connections are open and code is warm.
const WARM_UP: u64 = 100;
const LINE_EVERY: Duration = Duration::from_millis(10);
const ARRIVES_WITHIN: Duration = Duration::from_secs(30);

/// Half of the lines and nearly all of them arrive within these milliseconds.
pub struct Latency {
    /// Half of them.
    pub p50: f64,
    /// Nearly all.
    pub p99: f64,
    percent_cpu: Option<f64>,
}

/// Measures our worker, a bare producer beside it and, if wanted, the JVM worker.
pub fn measure(broker: &Broker, options: &Options, table: &mut Table) -> anyhow::Result<()> {
    let alone = producer_alone(broker)?;
    let ours = worker(broker, Flavor::Wasm, "latency-ours")?;
    let jvm = options
        .jvm_latency
        .then(|| worker(broker, Flavor::Jvm, "latency-jvm"))
        .transpose()?;
    let mut add = |figure: &str, goal: &str, of: fn(&Latency) -> f64| {
        table.add(Row {
            figure: format!("appended line to readable record, 100 lines/s: {figure}, ms"),
            digits: 1,
            ours: of(&ours),
            jvm: jvm.as_ref().map(of),
            alone: Some(of(&alone)),
            better: Better::Less,
            goal: goal.to_owned(),
        });
    };
    add("p50", "", |latency| latency.p50);
    add("p99", "under 50", |latency| latency.p99);
    table.add(Row {
        figure: "% of a core at 100 lines/s".to_owned(),
        digits: 1,
        ours: ours.percent_cpu.unwrap_or_default(),
        jvm: jvm.and_then(|latency| latency.percent_cpu),
        alone: None,
        better: Better::Less,
        goal: String::new(),
    });
    Ok(())
}

fn worker(broker: &Broker, flavor: Flavor, topic: &str) -> anyhow::Result<Latency> {
    broker.topics().create(topic, 1);
    let dir = ScratchDir::new(topic);
    let path = dir.write("lines.txt", "");
    let file = path.display().to_string();
    let connector = ConnectorFile::properties(
        topic,
        &[
            ("connector.class", "FileStreamSource"),
            ("tasks.max", "1"),
            ("file", &file),
            ("topic", topic),
        ],
    );
    let worker = WorkerSpec::new(flavor, &broker.bootstrap(), dir.path())
        .connector(connector)
        .start();
    worker.rest().await_state(topic, "RUNNING", ARRIVES_WITHIN);
    let cpu = || {
        let usage = worker.process().usage();
        usage.map(|usage| (Instant::now(), usage.cpu))
    };
    let before = cpu();
    let mut latency = appended(broker, topic, &path)?;
    if let (Some((from, used_before)), Some((to, used))) = (before, cpu()) {
        let share = (used - used_before).as_secs_f64() / (to - from).as_secs_f64();
        latency.percent_cpu = Some(share * 100.0);
    }
    Ok(latency)
}

/// Appends lines to the file that a source reads into the topic.
pub fn appended(broker: &Broker, topic: &str, path: &Path) -> anyhow::Result<Latency> {
    let mut append = File::options().append(true).open(path)?;
    paced(broker, topic, |line| {
        // One write, so that the source never sees half a line.
        append.write_all(format!("{line}\n").as_bytes())?;
        Ok(())
    })
}

fn producer_alone(broker: &Broker) -> anyhow::Result<Latency> {
    let topic = "latency-alone";
    broker.topics().create(topic, 1);
    let producer: ThreadedProducer<DefaultProducerContext> = ClientConfig::new()
        .set("bootstrap.servers", broker.bootstrap())
        .set("linger.ms", "0")
        .create()?;
    let latency = paced(broker, topic, |line| {
        let sent = producer.send(BaseRecord::<[u8], str>::to(topic).payload(line));
        sent.map_err(|(error, _)| error.into())
    })?;
    producer.flush(ARRIVES_WITHIN)?;
    Ok(latency)
}

/// Sends lines at their pace while a second thread reads the topic.
fn paced(
    broker: &Broker,
    topic: &str,
    mut send: impl FnMut(&str) -> anyhow::Result<()>,
) -> anyhow::Result<Latency> {
    let consumer = reader(broker, topic)?;
    let lines = NumberedLines::new(WARM_UP + LINES, LINE_BYTES);
    let reading = thread::Builder::new()
        .name("reader".to_owned())
        .spawn(move || arrivals(&consumer, lines.count))?;
    let started = Instant::now();
    let mut sent = Vec::new();
    for (at, line) in (0..).zip(lines.lines()) {
        let due = started + LINE_EVERY * at;
        pause(due.saturating_duration_since(Instant::now()));
        sent.push(Instant::now());
        send(&line)?;
    }
    let arrived = reading.join().expect("the reader does not panic")?;
    let mut took: Vec<Duration> = sent
        .iter()
        .zip(arrived)
        .skip(WARM_UP as usize)
        .map(|(sent, arrived)| arrived.saturating_duration_since(*sent))
        .collect();
    took.sort();
    let at = |percent: usize| took[took.len() * percent / 100].as_secs_f64() * 1e3;
    Ok(Latency {
        p50: at(50),
        p99: at(99),
        percent_cpu: None,
    })
}

fn reader(broker: &Broker, topic: &str) -> anyhow::Result<BaseConsumer> {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", broker.bootstrap())
        .set("group.id", "latency")
        .set("enable.auto.commit", "false")
        .create()?;
    let mut partition = TopicPartitionList::new();
    partition.add_partition_offset(topic, 0, Offset::Beginning)?;
    consumer.assign(&partition)?;
    Ok(consumer)
}

/// When each record became readable; one topic partition keeps the order of lines.
fn arrivals(consumer: &BaseConsumer, count: u64) -> anyhow::Result<Vec<Instant>> {
    let mut arrived = Vec::new();
    while (arrived.len() as u64) < count {
        consumer
            .poll(ARRIVES_WITHIN)
            .with_context(|| format!("only {} of {count} lines arrived", arrived.len()))??;
        arrived.push(Instant::now());
    }
    Ok(arrived)
}
