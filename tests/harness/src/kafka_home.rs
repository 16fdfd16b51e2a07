//! The jars of Apache Kafka and its Connect worker, fetched once into the user's cache folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::cache;

const VERSION: &str = "4.3.1";
const POM: &str = include_str!("../pom.xml");
const CHECKSUMS: &str = include_str!("../kafka-4.3.1.sha256");
const LOG4J2: &str = include_str!("../log4j2.yaml");

/// Where the jars are.
pub struct KafkaHome {
    dir: PathBuf,
}

impl KafkaHome {
    /// The jars, fetched by Maven at the first call on this machine. Test programs that start at
    /// the same time wait for the one that fetches.
    #[track_caller]
    pub fn get() -> &'static KafkaHome {
        static HOME: OnceLock<KafkaHome> = OnceLock::new();
        HOME.get_or_init(|| {
            fetch().unwrap_or_else(|error| panic!("Apache Kafka {VERSION} for tests: {error:#}"))
        })
    }

    /// The class path of the broker, its tools and the Connect worker.
    pub fn class_path(&self) -> String {
        format!("{}/*", self.dir.join("libs").display())
    }

    /// The folder for `plugin.path` of the JVM worker, with the FileStream connectors.
    pub fn plugin_path(&self) -> PathBuf {
        self.dir.join("plugins")
    }

    /// A `java` command with the class path and logging to standard output.
    pub fn java(&self, options: &[&str], main_class: &str) -> Command {
        let mut command = Command::new("java");
        command
            .arg(format!(
                "-Dlog4j2.configurationFile={}",
                self.dir.join("log4j2.yaml").display()
            ))
            .args(options)
            .args(["-cp", &self.class_path(), main_class]);
        command
    }
}

fn fetch() -> anyhow::Result<KafkaHome> {
    let recipe = format!("{POM}{CHECKSUMS}{LOG4J2}");
    let present = |dir: &Path| cache::all_present(dir, CHECKSUMS);
    let dir = cache::folder(&format!("kafka-{VERSION}"), &recipe, present, |dir| {
        fs::write(dir.join("pom.xml"), POM)?;
        fs::write(dir.join("log4j2.yaml"), LOG4J2)?;
        cache::copy_dependencies(dir, &["-DincludeScope=runtime", "-DoutputDirectory=libs"])?;
        let file_connectors = [
            "-DincludeArtifactIds=connect-file",
            "-DoutputDirectory=plugins/file",
        ];
        cache::copy_dependencies(dir, &file_connectors)?;
        cache::verify(dir, CHECKSUMS, &["libs", "plugins/file"])
    })?;
    Ok(KafkaHome { dir })
}
