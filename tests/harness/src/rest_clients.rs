//! Third-party clients of the Connect REST API, and a fuzzer for APIs with an OpenAPI document,
//! fetched once into the user's cache folder: from PyPI, npm and Maven, every file in the version
//! and with the checksum that the lists in `clients/` name. Node.js comes from PyPI, too.
//!
//! `requirements.txt` is made from `requirements.in` by
//! `uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate`,
//! `package-lock.json` by `npm install --package-lock-only --omit-lockfile-registry-resolved`,
//! `jars.sha256` by `sha256sum libs/*.jar`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::{cache, python_environment};

const REQUIREMENTS: &str = include_str!("../clients/requirements.txt");
const PACKAGE: &str = include_str!("../clients/package.json");
const PACKAGE_LOCK: &str = include_str!("../clients/package-lock.json");
const POM: &str = include_str!("../clients/pom.xml");
const JARS: &str = include_str!("../clients/jars.sha256");

/// Where the clients are.
pub struct RestClients {
    dir: PathBuf,
}

impl RestClients {
    /// The clients, fetched at the first call on this machine.
    #[track_caller]
    pub fn get() -> &'static RestClients {
        static CLIENTS: OnceLock<RestClients> = OnceLock::new();
        CLIENTS.get_or_init(|| {
            fetch().unwrap_or_else(|error| panic!("REST clients for tests: {error:#}"))
        })
    }

    /// A Python program with the clients from PyPI.
    pub fn python(&self, program: &Path) -> Command {
        let mut command = Command::new(self.dir.join("venv/bin/python"));
        // The programs lie in the repository, where nothing is to be written.
        command.env("PYTHONDONTWRITEBYTECODE", "1").arg(program);
        command
    }

    /// A JavaScript program with the clients from npm.
    pub fn node(&self, program: &Path) -> Command {
        let mut command = Command::new(self.dir.join("venv/bin/node"));
        command
            .env("NODE_PATH", self.dir.join("npm/node_modules"))
            .arg(program);
        command
    }

    /// A Java program of one file with the clients from Maven, compiled into `classes` first.
    #[track_caller]
    pub fn java(&self, program: &Path, classes: &Path) -> Command {
        let libs = format!("{}/*", self.dir.join("maven/libs").display());
        let mut compiler = Command::new("java");
        compiler
            .args(["-cp", &libs])
            .arg("org.eclipse.jdt.internal.compiler.batch.Main")
            .args(["-17", "-nowarn", "-classpath", &self.jars()])
            .arg("-d")
            .arg(classes)
            .arg(program);
        cache::run(&mut compiler, "it needs Java 17")
            .unwrap_or_else(|error| panic!("{} cannot be compiled: {error:#}", program.display()));
        let class = program
            .file_stem()
            .expect("a program has a name")
            .to_string_lossy();
        let mut command = Command::new("java");
        command
            .arg("-XX:TieredStopAtLevel=1")
            .args(["-cp", &format!("{libs}:{}", classes.display())])
            .arg(&*class);
        command
    }

    /// The fuzzer.
    pub fn schemathesis(&self) -> Command {
        Command::new(self.dir.join("venv/bin/schemathesis"))
    }

    /// The compiler does not know `*` in class paths.
    fn jars(&self) -> String {
        let jars = JARS.lines().filter_map(|line| line.split_once("  "));
        let jars: Vec<String> = jars
            .map(|(_, jar)| self.dir.join("maven").join(jar).display().to_string())
            .collect();
        jars.join(":")
    }
}

fn fetch() -> anyhow::Result<RestClients> {
    let recipe = [REQUIREMENTS, PACKAGE, PACKAGE_LOCK, POM, JARS].concat();
    let present = |dir: &Path| dir.join("venv/bin/schemathesis").is_file();
    let dir = cache::folder("rest-clients", &recipe, present, |dir| {
        python_environment::make(dir, REQUIREMENTS)?;
        fetch_npm(dir)?;
        fetch_maven(dir)
    })?;
    Ok(RestClients { dir })
}

fn fetch_npm(dir: &Path) -> anyhow::Result<()> {
    let npm = dir.join("npm");
    fs::create_dir_all(&npm)?;
    fs::write(npm.join("package.json"), PACKAGE)?;
    fs::write(npm.join("package-lock.json"), PACKAGE_LOCK)?;
    let mut install = Command::new(dir.join("venv/bin/npm"));
    install
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(&npm);
    cache::run(&mut install, "npm comes with the Python packages")
}

fn fetch_maven(dir: &Path) -> anyhow::Result<()> {
    let maven = dir.join("maven");
    fs::create_dir_all(&maven)?;
    fs::write(maven.join("pom.xml"), POM)?;
    cache::copy_dependencies(
        &maven,
        &["-DincludeScope=runtime", "-DoutputDirectory=libs"],
    )?;
    cache::verify(&maven, JARS, &["libs"])
}
