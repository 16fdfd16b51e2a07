//! Records what the JVM worker does: `connect-golden [part of a name]`, which chooses scenarios,
//! groups of cases or single cases. With `--ours`, runs our worker instead, prints the differences,
//! and leaves what was seen in scenarios in `target/golden`. `--cases` leaves scenarios out.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::Instant;

use connect_golden::{
    Case, CaseSuite, Group, Scenario, all, compare, groups, in_parallel, record_path, record_text,
    recorded_path, run,
};
use connect_harness::{Broker, Flavor};
use serde_json::{Map, Value};

fn main() -> anyhow::Result<()> {
    let mut filters: Vec<String> = std::env::args().skip(1).collect();
    let mut flag = |name: &str| {
        let before = filters.len();
        filters.retain(|argument| argument != name);
        filters.len() < before
    };
    let (ours, cases_alone) = (flag("--ours"), flag("--cases"));
    let chosen =
        |name: &str| filters.is_empty() || filters.iter().any(|part| name.contains(part.as_str()));
    let mut scenarios = if cases_alone { Vec::new() } else { all()? };
    scenarios.retain(|scenario| chosen(&scenario.name));
    let mut groups = groups()?;
    for group in &mut groups {
        let whole = chosen(&group.name);
        group.cases.retain(|case| whole || chosen(&case.name));
    }
    groups.retain(|group| !group.cases.is_empty());
    let broker = CaseSuite::broker();
    let mut failed = do_scenarios(&scenarios, &broker, ours)?;
    if !groups.is_empty() {
        failed.extend(do_cases(&groups, &broker, ours)?);
    }
    for report in &failed {
        println!("{report}");
    }
    anyhow::ensure!(failed.is_empty(), "{} failed", failed.len());
    Ok(())
}

fn do_scenarios(
    scenarios: &[Scenario],
    broker: &Broker,
    ours: bool,
) -> anyhow::Result<Vec<String>> {
    let seen_dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/golden");
    if ours {
        fs::create_dir_all(&seen_dir)?;
    }
    Ok(in_parallel(scenarios, |scenario| {
        println!("{}: {}", scenario.name, scenario.about);
        if ours {
            compare(scenario, broker, Some(&seen_dir))
        } else {
            record(scenario, broker)
        }
    }))
}

fn record(scenario: &Scenario, broker: &Broker) -> Result<(), String> {
    let seen = catch_unwind(AssertUnwindSafe(|| run(scenario, Flavor::Jvm, broker)))
        .map_err(|_| format!("{}: did not come to its end, see above", scenario.name))?;
    fs::write(recorded_path(&scenario.name), record_text(&seen))
        .map_err(|error| format!("{}: {error}", scenario.name))
}

fn do_cases(groups: &[Group], broker: &Broker, ours: bool) -> anyhow::Result<Vec<String>> {
    let flavor = if ours { Flavor::Wasm } else { Flavor::Jvm };
    let suite = CaseSuite::start(flavor, broker)?;
    let started = Instant::now();
    let failed = if ours {
        suite.compare(groups)?
    } else {
        record_cases(&suite, groups)?
    };
    let count: usize = groups.iter().map(|group| group.cases.len()).sum();
    println!(
        "{count} cases took {:.1} s",
        started.elapsed().as_secs_f64()
    );
    Ok(failed)
}

/// Cases that were not chosen keep their record; those that are gone lose it.
fn record_cases(suite: &CaseSuite, chosen: &[Group]) -> anyhow::Result<Vec<String>> {
    let cases: Vec<&Case> = chosen.iter().flat_map(|group| &group.cases).collect();
    let mut seen = suite.run(&cases);
    let mut failed = Vec::new();
    for group in groups()? {
        if !chosen.iter().any(|chosen| chosen.name == group.name) {
            continue;
        }
        let path = record_path(&group.name);
        let before: Map<String, Value> = match fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text)?,
            Err(_) => Map::new(),
        };
        let mut record = Map::new();
        for case in &group.cases {
            match seen.remove(&case.name) {
                Some(Ok(seen)) => drop(record.insert(case.name.clone(), seen)),
                Some(Err(problem)) => failed.push(format!("{}: {problem}", case.name)),
                None => {
                    if let Some(kept) = before.get(&case.name) {
                        record.insert(case.name.clone(), kept.clone());
                    }
                }
            }
        }
        fs::write(path, record_text(&record.into()))?;
    }
    Ok(failed)
}
