//! Many cases on one worker: recording and comparing.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;

use anyhow::{Context, ensure};
use connect_harness::{Broker, Flavor, KafkaHome, ScratchDir, Topics, Worker, WorkerSpec, guest};
use serde_json::{Map, Value};

use super::outcome::blank_identities;
use super::run::Place;
use super::{Case, Group, record_path};
use crate::compare::differences;

/// LIMIT: most of a case is waiting, and the machine is shared with the broker.
const CASES_AT_ONCE: usize = 8;
const JAVA: [&str; 3] = ["Typed", "TypedSinkConnector", "TypedSourceConnector"];

/// A worker with the connectors that cases use.
pub struct CaseSuite {
    worker: Worker,
    topics: Topics,
    dir: ScratchDir,
}

impl CaseSuite {
    /// A broker that keeps records whatever their timestamps are.
    #[must_use]
    pub fn broker() -> Broker {
        Broker::start_with(&[
            ("log.retention.ms", "-1"),
            ("log.message.timestamp.after.max.ms", "9223372036854775807"),
        ])
    }

    /// Starts the worker.
    ///
    /// # Errors
    ///
    /// The JVM's connectors cannot be compiled.
    pub fn start(flavor: Flavor, broker: &Broker) -> anyhow::Result<CaseSuite> {
        let dir = ScratchDir::new("cases");
        let plugins = match flavor {
            Flavor::Jvm => {
                let files = KafkaHome::get().plugin_path();
                let typed = compiled(dir.path())?;
                format!("{},{}", files.display(), typed.display())
            }
            Flavor::Wasm => ["typed-source", "typed-sink"]
                .map(|name| guest(name).display().to_string())
                .join(","),
        };
        let worker = WorkerSpec::new(flavor, &broker.bootstrap(), dir.path())
            .set("plugin.path", plugins)
            .set("offset.flush.interval.ms", "200")
            // The JVM runs for minutes, with every connector new: a quick compilation is enough.
            .env(
                "JAVA_TOOL_OPTIONS",
                "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
            )
            .set("sandbox.fs.allow", dir.path().display().to_string())
            .start();
        Ok(CaseSuite {
            worker,
            topics: broker.topics(),
            dir,
        })
    }

    /// Runs cases, several at once, and gives what was seen of each by its name.
    ///
    /// # Panics
    ///
    /// When a case did not come to its end.
    pub fn run(&self, cases: &[&Case]) -> BTreeMap<String, Result<Value, String>> {
        let left = Mutex::new(cases.iter());
        let seen = Mutex::new(BTreeMap::new());
        let place = Place {
            worker: &self.worker,
            topics: &self.topics,
            dir: self.dir.path(),
        };
        thread::scope(|scope| {
            for _ in 0..CASES_AT_ONCE {
                scope.spawn(|| {
                    loop {
                        let next = left.lock().expect("no panic while held").next();
                        let Some(case) = next else { break };
                        let outcome = catch_unwind(AssertUnwindSafe(|| place.run(case)))
                            .map_err(|_| "did not come to its end, see above".to_owned());
                        seen.lock()
                            .expect("no panic while held")
                            .insert(case.name.clone(), outcome);
                    }
                });
            }
        });
        seen.into_inner().expect("no panic while held")
    }

    /// Runs the cases of groups, and gives a report of each that differs from its record.
    ///
    /// # Errors
    ///
    /// There is no record, or it cannot be read.
    pub fn compare(&self, groups: &[Group]) -> anyhow::Result<Vec<String>> {
        let cases: Vec<&Case> = groups.iter().flat_map(|group| &group.cases).collect();
        let seen = self.run(&cases);
        let mut reports = Vec::new();
        for group in groups {
            let recorded = recorded(&group.name)?;
            for case in &group.cases {
                let place = format!("{}: {}", group.name, case.name);
                let expected = expected(case, &recorded).with_context(|| place.clone())?;
                match &seen[&case.name] {
                    Ok(found) => {
                        let found = differences(&expected, found);
                        if !found.is_empty() {
                            reports.push(format!("{place}\n  {}", found.join("\n  ")));
                        }
                    }
                    Err(problem) => reports.push(format!("{place}\n  {problem}")),
                }
            }
        }
        Ok(reports)
    }
}

/// What the JVM worker did in the cases of a group.
fn recorded(group: &str) -> anyhow::Result<Map<String, Value>> {
    let path = record_path(group);
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let mut record: Value =
        serde_json::from_str(&text).with_context(|| path.display().to_string())?;
    // A rule that is newer than the record counts, too.
    blank_identities(&mut record);
    match record {
        Value::Object(cases) => Ok(cases),
        _ => anyhow::bail!("{} holds no cases", path.display()),
    }
}

/// What ours must do in a case: what the JVM worker did, but for what was decided.
///
/// # Errors
///
/// There is no record, or a deviation points nowhere, or to what is the same on the JVM.
fn expected(case: &Case, recorded: &Map<String, Value>) -> anyhow::Result<Value> {
    let mut expected = recorded.get(&case.name).context("no record")?.clone();
    for deviation in &case.ours {
        let before = expected.clone();
        let (parent, last) = deviation.at.rsplit_once('/').context("a pointer")?;
        let parent = expected.pointer_mut(parent).context("points nowhere")?;
        match (parent, &deviation.is) {
            (Value::Object(fields), Some(ours)) => {
                drop(fields.insert(last.to_owned(), ours.clone()))
            }
            (Value::Object(fields), None) => drop(fields.remove(last)),
            (Value::Array(items), ours) => {
                let index: usize = last.parse()?;
                ensure!(index < items.len(), "{} points nowhere", deviation.at);
                match ours {
                    Some(ours) => items[index] = ours.clone(),
                    None => drop(items.remove(index)),
                }
            }
            _ => anyhow::bail!("{} points nowhere", deviation.at),
        }
        ensure!(
            expected != before,
            "{} is the same on the JVM",
            deviation.at
        );
    }
    Ok(expected)
}

/// Compiles the JVM's connectors into a folder of plugins.
fn compiled(dir: &Path) -> anyhow::Result<PathBuf> {
    let plugins = dir.join("jvm-plugins");
    let classes = plugins.join("typed");
    std::fs::create_dir_all(&classes)?;
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("java/connect/wasm/test");
    let output = Command::new("javac")
        .args(["-cp", &KafkaHome::get().class_path(), "-d"])
        .arg(&classes)
        .args(JAVA.map(|class| sources.join(format!("{class}.java"))))
        .output()
        .context("cannot run javac (it needs the Debian package default-jdk-headless)")?;
    ensure!(
        output.status.success(),
        "javac: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(plugins)
}
