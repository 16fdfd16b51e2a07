//! The figures of our worker, each beside the JVM worker and, where it does the same, kcat
//! (librdkafka alone). Run by `make bench`.
//!
//! Everything shares one machine with the broker, so that only ratios within one run mean
//! something. Rates are taken from the first to the last record as they appear in the topic or the
//! file; CPU time is what the kernel counts for the process.

mod clock;
mod idle;
mod latency;
mod table;
mod transport;
mod watch;

use connect_harness::{Broker, Flavor, NumberedLines, ScratchDir};

use table::Table;

const USAGE: &str = "connect-bench [--lines N] [--part NAME]...
  --lines N    lines of 100 bytes for the throughput figures (default 3000000, or BENCH_LINES)
  --part NAME  only this part: source, sink, json, start, idle, latency";

const PARTS: [&str; 6] = ["source", "sink", "json", "start", "idle", "latency"];
const LINE_LENGTH: usize = 100;

/// What all parts use.
struct Bench {
    broker: Broker,
    dir: ScratchDir,
    lines: NumberedLines,
}

fn main() -> anyhow::Result<()> {
    let Some((lines, parts)) = arguments() else {
        eprintln!("{USAGE}");
        std::process::exit(1);
    };
    let dir = ScratchDir::new("bench");
    let lines = NumberedLines::new(lines, LINE_LENGTH);
    lines.write(&dir.join("input.txt"))?;
    let bench = Bench {
        broker: Broker::start(),
        dir,
        lines,
    };
    let mut table = Table::default();
    for part in parts {
        eprintln!("measuring: {part}");
        match part.as_str() {
            "source" => transport::source(&bench, &mut table, transport::Converter::Text),
            "json" => transport::source(&bench, &mut table, transport::Converter::Json),
            "sink" => transport::sink(&bench, &mut table),
            "start" => idle::start(&bench, &mut table),
            "idle" => idle::idle(&bench, &mut table),
            _ => latency::latency(&bench, &mut table),
        }
    }
    println!(
        "{} lines of {LINE_LENGTH} bytes, {} cores",
        lines.count,
        cores()
    );
    println!("{table}");
    Ok(())
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(0, usize::from)
}

/// The number of lines and the parts to measure; None when the arguments are wrong.
fn arguments() -> Option<(u64, Vec<String>)> {
    let from_environment = std::env::var("BENCH_LINES").ok();
    let mut lines = from_environment.map_or(Some(3_000_000), |text| text.parse().ok())?;
    let mut parts = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--lines" => lines = arguments.next()?.parse().ok()?,
            "--part" => parts.push(arguments.next().filter(|part| PARTS.contains(&&**part))?),
            _ => return None,
        }
    }
    if parts.is_empty() {
        parts = PARTS.map(str::to_owned).to_vec();
    }
    Some((lines, parts))
}

/// The two workers, the JVM's first.
const FLAVORS: [Flavor; 2] = [Flavor::Jvm, Flavor::Wasm];
