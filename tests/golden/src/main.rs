//! Records what the JVM worker does: `connect-golden [part of a scenario's name]`.
//! With `--ours`, runs our worker instead, prints the differences, and leaves what was seen in
//! `target/golden`.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use connect_golden::{Scenario, all, compare, in_parallel, record_text, recorded_path, run};
use connect_harness::{Broker, Flavor};

fn main() -> anyhow::Result<()> {
    let mut filters: Vec<String> = std::env::args().skip(1).collect();
    let ours = filters.iter().any(|argument| argument == "--ours");
    filters.retain(|argument| argument != "--ours");
    let mut scenarios = all()?;
    scenarios.retain(|scenario| {
        filters.is_empty() || filters.iter().any(|part| scenario.name.contains(part))
    });
    let seen_dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/golden");
    if ours {
        fs::create_dir_all(&seen_dir)?;
    }
    let broker = Broker::start();
    let failed = in_parallel(&scenarios, |scenario| {
        println!("{}: {}", scenario.name, scenario.about);
        if ours {
            compare(scenario, &broker, Some(&seen_dir))
        } else {
            record(scenario, &broker)
        }
    });
    for report in &failed {
        println!("{report}");
    }
    anyhow::ensure!(failed.is_empty(), "{} scenarios failed", failed.len());
    Ok(())
}

fn record(scenario: &Scenario, broker: &Broker) -> Result<(), String> {
    let seen = catch_unwind(AssertUnwindSafe(|| run(scenario, Flavor::Jvm, broker)))
        .map_err(|_| format!("{}: did not come to its end, see above", scenario.name))?;
    fs::write(recorded_path(&scenario.name), record_text(&seen))
        .map_err(|error| format!("{}: {error}", scenario.name))
}
