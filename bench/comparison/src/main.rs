//! The figures of the project: our worker, the JVM's and kcat on the same broker and the same file,
//! one after the other. Prints one markdown table; asserts nothing.
//!
//! Every figure is read from outside: ends of topics, sizes of files, and /proc of the process.
//!
//! Usage: `connect-bench [options]`, see `options.rs`; `make bench` calls it.

mod connectors;
mod latency;
mod meter;
mod options;
mod responsiveness;
mod startup;
mod table;
mod throughput;
mod transforms;

use std::fs;

use connect_harness::{Broker, worker_binary};

use crate::options::{Options, Part};
use crate::table::Table;
use crate::throughput::Bench;

fn main() -> anyhow::Result<()> {
    let Some(options) = Options::parse(std::env::args().skip(1))? else {
        println!("{}", options::USAGE);
        return Ok(());
    };
    let load_before = load();
    let broker = Broker::start();
    let mut table = Table::default();
    let needs_file = [
        Part::SourceString,
        Part::SinkString,
        Part::SourceJson,
        Part::SourceTransforms,
        Part::SinkTransforms,
    ];
    if needs_file.into_iter().any(|part| options.wants(part)) {
        let bench = Bench::prepare(&broker, &options)?;
        if options.wants(Part::SourceString) {
            bench.source_string(&mut table)?;
        }
        if options.wants(Part::SinkString) {
            bench.sink_string(&mut table)?;
        }
        if options.wants(Part::SourceJson) {
            bench.source_json(&mut table)?;
        }
        if options.wants(Part::SourceTransforms) {
            bench.source_transforms(&mut table)?;
        }
        if options.wants(Part::SinkTransforms) {
            bench.sink_transforms(&mut table)?;
        }
    }
    if options.wants(Part::Latency) {
        latency::measure(&broker, &options, &mut table)?;
    }
    if options.wants(Part::Startup) {
        startup::ready(&broker, &options, &mut table)?;
    }
    if options.wants(Part::Memory) {
        startup::idle(&broker, &options, &mut table)?;
    }
    if options.wants(Part::Connectors) {
        connectors::measure(&broker, &options, &mut table)?;
    }
    if options.wants(Part::RestUnderLoad) {
        responsiveness::measure(&broker, &mut table)?;
    }
    println!(
        "{} lines of {} bytes, {} of each kind (medians); {} cores; load average {} before, {} after; {}\n",
        options.lines,
        throughput::LINE_BYTES,
        options.rounds,
        std::thread::available_parallelism().map_or(0, usize::from),
        load_before,
        load(),
        worker_binary().display(),
    );
    print!("{table}");
    Ok(())
}

/// The load average of the last minute, which tells whether the machine was ours alone.
fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or("unknown").to_owned()
}
