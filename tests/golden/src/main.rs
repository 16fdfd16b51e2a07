//! Records what the JVM worker does: `connect-golden [part of a scenario's name]`.
//! With `--ours`, runs our worker instead and prints the differences.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use connect_golden::{all, differences, expected_of_ours, recorded_path, run};
use connect_harness::{Broker, Flavor};
use serde_json::Value;

fn main() -> anyhow::Result<()> {
    let mut filters: Vec<String> = std::env::args().skip(1).collect();
    let ours = filters.iter().any(|argument| argument == "--ours");
    filters.retain(|argument| argument != "--ours");
    let broker = Broker::start();
    for scenario in all()? {
        if !filters.is_empty() && !filters.iter().any(|part| scenario.name.contains(part)) {
            continue;
        }
        println!("{}: {}", scenario.name, scenario.about);
        let path = recorded_path(&scenario.name);
        if ours {
            let Ok(seen) = catch_unwind(AssertUnwindSafe(|| run(&scenario, Flavor::Wasm, &broker)))
            else {
                continue;
            };
            let recorded: Value = serde_json::from_str(&fs::read_to_string(&path)?)?;
            for difference in differences(&expected_of_ours(&scenario.name, &recorded), &seen) {
                println!("  {difference}");
            }
        } else {
            let seen = run(&scenario, Flavor::Jvm, &broker);
            fs::write(&path, serde_json::to_string_pretty(&seen)? + "\n")?;
        }
    }
    Ok(())
}
