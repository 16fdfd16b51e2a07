//! The jars of Apache Kafka and its Connect worker, fetched once into the user's cache folder.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context, ensure};
use sha2::{Digest, Sha256};

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
    let cache = cache_folder()?.join("connect-wasm");
    let dir = cache.join(format!("kafka-{VERSION}"));
    fs::create_dir_all(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
    let lock = File::create(dir.join("lock"))?;
    lock.lock()?;
    // The stamp names what was checked: a changed list or pom makes another one.
    let stamp = dir.join("verified");
    let wanted = hex(&Sha256::digest(format!("{POM}{CHECKSUMS}{LOG4J2}")));
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) && all_present(&dir) {
        return Ok(KafkaHome { dir });
    }
    for folder in ["libs", "plugins"] {
        let folder = dir.join(folder);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
    }
    fs::write(dir.join("pom.xml"), POM)?;
    fs::write(dir.join("log4j2.yaml"), LOG4J2)?;
    maven(&dir, &["-DincludeScope=runtime", "-DoutputDirectory=libs"])?;
    maven(
        &dir,
        &[
            "-DincludeArtifactIds=connect-file",
            "-DoutputDirectory=plugins/file",
        ],
    )?;
    verify(&dir)?;
    fs::write(&stamp, wanted)?;
    Ok(KafkaHome { dir })
}

fn cache_folder() -> anyhow::Result<PathBuf> {
    if let Some(dir) = std::env::var_os("XDG_CACHE_HOME").filter(|dir| !dir.is_empty()) {
        return Ok(PathBuf::from(dir));
    }
    let home = std::env::var_os("HOME").context("neither XDG_CACHE_HOME nor HOME is set")?;
    Ok(Path::new(&home).join(".cache"))
}

fn maven(dir: &Path, settings: &[&str]) -> anyhow::Result<()> {
    let output = Command::new("mvn")
        .args(["-q", "-B", "dependency:copy-dependencies"])
        .args(settings)
        .current_dir(dir)
        .output()
        .context("cannot run mvn (Debian package maven)")?;
    ensure!(
        output.status.success(),
        "mvn {settings:?} failed: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

/// The lines of the checksum list: digest and path below the folder.
fn listed() -> impl Iterator<Item = (&'static str, &'static str)> {
    CHECKSUMS.lines().filter_map(|line| line.split_once("  "))
}

fn all_present(dir: &Path) -> bool {
    listed().all(|(_, path)| dir.join(path).is_file())
}

fn verify(dir: &Path) -> anyhow::Result<()> {
    for (digest, path) in listed() {
        let bytes = fs::read(dir.join(path)).with_context(|| format!("{path} was not fetched"))?;
        ensure!(
            hex(&Sha256::digest(bytes)) == digest,
            "{path} differs from what kafka-{VERSION}.sha256 lists"
        );
    }
    let jars =
        fs::read_dir(dir.join("libs"))?.count() + fs::read_dir(dir.join("plugins/file"))?.count();
    ensure!(
        jars == listed().count(),
        "{jars} jars were fetched, but kafka-{VERSION}.sha256 lists {}",
        listed().count()
    );
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
