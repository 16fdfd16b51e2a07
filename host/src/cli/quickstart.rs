//! `connect-wasm quickstart`: broker, worker and two connectors in one process.
//!
//! Owns the folder that the quickstart works in, and what it tells a newcomer. A wiring of the same
//! parts as `standalone`, with a configuration made here instead of read from files.

use std::io::{Seek as _, SeekFrom};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;

use crate::config::ConfigMap;
use crate::config::connector_file::ConnectorRequest;
use crate::kafka::admin::{Admin, NewTopic};
use crate::loggers::Loggers;

use super::embedded_broker::EmbeddedBroker;
use super::exit;
use super::standalone::EndSignals;
use super::worker_process::{StartError, WorkerProcess};

const TOPIC: &str = "quickstart";

const FIRST_LINES: &str = "\
Hello from connect-wasm.
This line went from a file to Kafka and back to a file,
through two connectors that run as WebAssembly components.
";

/// What `quickstart` can be told.
#[derive(clap::Args, Debug)]
pub(super) struct QuickstartArguments {
    /// Folder for the broker's data, the offsets and the two files.
    #[arg(long, default_value = "quickstart-data", value_name = "FOLDER")]
    data_dir: PathBuf,
    /// Port of the broker.
    #[arg(long, default_value_t = 9092, value_name = "PORT")]
    kafka_port: u16,
    /// Port of the worker's REST API.
    #[arg(long, default_value_t = 8083, value_name = "PORT")]
    rest_port: u16,
}

/// Runs the quickstart until a signal ends it.
pub(super) fn run(arguments: &QuickstartArguments, loggers: Arc<Loggers>) -> ExitCode {
    let runtime = match super::runtime() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("The runtime cannot be started: {error}");
            return ExitCode::from(exit::SETUP);
        }
    };
    let outcome = runtime.block_on(run_quickstart(arguments, loggers));
    runtime.shutdown_background();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(exit::SETUP)
        }
    }
}

async fn run_quickstart(
    arguments: &QuickstartArguments,
    loggers: Arc<Loggers>,
) -> anyhow::Result<()> {
    let mut signals = EndSignals::listen()?;
    std::fs::create_dir_all(&arguments.data_dir)
        .with_context(|| format!("{} cannot be created", arguments.data_dir.display()))?;
    let folder = std::fs::canonicalize(&arguments.data_dir)?;
    let source = folder.join("source.txt");
    let sink = folder.join("sink.txt");
    if !source.exists() {
        std::fs::write(&source, FIRST_LINES)
            .with_context(|| format!("{} cannot be written", source.display()))?;
    }
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.kafka_port));
    let mut broker = EmbeddedBroker::start(address, &folder).await?;
    if let Err(error) = create_topic(&broker).await {
        broker.stop().await;
        return Err(error);
    }
    let properties = worker_properties(&broker, &folder, arguments.rest_port);
    let process = match WorkerProcess::start(&properties, loggers).await {
        Ok(process) => process,
        Err(StartError::Setup(error) | StartError::Start(error)) => {
            broker.stop().await;
            return Err(error);
        }
    };
    let written = std::fs::metadata(&sink).map_or(0, |metadata| metadata.len());
    for connector in [source_connector(&source), sink_connector(&sink)] {
        if let Err(error) = process.create_connector(connector).await {
            process.stop().await;
            broker.stop().await;
            return Err(error);
        }
    }
    process.ready();
    tell(
        &process.rest_url(),
        &broker.bootstrap_servers(),
        &folder,
        &source,
        &sink,
    );
    let outcome = tokio::select! {
        _ = signals.received() => Ok(()),
        error = broker.ended() => Err(error),
        error = show_lines(&sink, written) => Err(error),
    };
    println!("\nStopping. `connect-wasm quickstart` goes on where this one ends.");
    process.stop().await;
    broker.stop().await;
    outcome
}

/// Creates the topic with one partition, so that lines arrive in their order. It is there already
/// at every start but the first.
async fn create_topic(broker: &EmbeddedBroker) -> anyhow::Result<()> {
    const PATIENCE: Duration = Duration::from_secs(10);
    let admin = Admin::new(&[("bootstrap.servers".to_owned(), broker.bootstrap_servers())])?;
    let topics = admin.list_topics(PATIENCE).await?;
    if topics.iter().any(|topic| topic.name == TOPIC) {
        return Ok(());
    }
    let topic = NewTopic {
        name: TOPIC.to_owned(),
        partitions: Some(1),
        replication_factor: Some(1),
        configs: Vec::new(),
    };
    for (name, created) in admin.create_topics(&[topic], PATIENCE).await? {
        created.with_context(|| format!("The topic {name} cannot be created"))?;
    }
    Ok(())
}

fn config(pairs: &[(&str, String)]) -> ConfigMap {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), value.clone()))
        .collect()
}

fn worker_properties(broker: &EmbeddedBroker, folder: &Path, rest_port: u16) -> ConfigMap {
    let string_converter = "org.apache.kafka.connect.storage.StringConverter".to_owned();
    config(&[
        ("bootstrap.servers", broker.bootstrap_servers()),
        ("key.converter", string_converter.clone()),
        ("value.converter", string_converter),
        (
            "offset.storage.file.filename",
            folder.join("connect.offsets").display().to_string(),
        ),
        ("offset.flush.interval.ms", "1000".to_owned()),
        ("listeners", format!("http://127.0.0.1:{rest_port}")),
        ("sandbox.fs.allow", folder.display().to_string()),
    ])
}

fn source_connector(file: &Path) -> ConnectorRequest {
    ConnectorRequest::new(config(&[
        ("name", "quickstart-source".to_owned()),
        ("connector.class", "FileStreamSource".to_owned()),
        ("file", file.display().to_string()),
        ("topic", TOPIC.to_owned()),
    ]))
}

fn sink_connector(file: &Path) -> ConnectorRequest {
    ConnectorRequest::new(config(&[
        ("name", "quickstart-sink".to_owned()),
        ("connector.class", "FileStreamSink".to_owned()),
        ("file", file.display().to_string()),
        ("topics", TOPIC.to_owned()),
    ]))
}

fn tell(rest_url: &str, bootstrap_servers: &str, folder: &Path, source: &Path, sink: &Path) {
    let rest_url = rest_url.trim_end_matches('/');
    let source = source.display();
    let sink = sink.display();
    let folder = folder.display();
    println!(
        "\n\
connect-wasm quickstart is running:
  broker      {bootstrap_servers}   (embedded, Kafka-compatible; data in {folder})
  worker      {rest_url}   (Kafka Connect's REST API)
  connectors  quickstart-source   {source} -> topic {TOPIC}
              quickstart-sink     topic {TOPIC} -> {sink}

Try, in another terminal:
  echo \"one more line\" >> {source}
  connect-wasm ctl status --watch --url {rest_url}
  curl -s '{rest_url}/connectors?expand=status'
  curl -s -X POST -H 'Content-Type: application/json' {rest_url}/connectors -d \\
    '{{\"name\":\"copy\",\"config\":{{\"connector.class\":\"FileStreamSink\",\"topics\":\"{TOPIC}\",\"file\":\"{folder}/copy.txt\"}}}}'

Ctrl-C stops it. Records that arrive in {sink}:"
    );
}

/// Prints lines as they arrive in the sink's file, from `position` on.
async fn show_lines(sink: &Path, position: u64) -> anyhow::Error {
    let mut position = position;
    let mut pending = Vec::new();
    loop {
        match read_from(sink, position) {
            Ok(bytes) => {
                position += bytes.len() as u64;
                pending.extend_from_slice(&bytes);
                while let Some(end) = pending.iter().position(|byte| *byte == b'\n') {
                    println!("  | {}", String::from_utf8_lossy(&pending[..end]));
                    pending.drain(..=end);
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => {
                return anyhow::Error::new(error)
                    .context(format!("{} cannot be read", sink.display()));
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// LIMIT: at most a mebibyte at once, so that a large sink file does not fill the memory.
fn read_from(path: &Path, position: u64) -> std::io::Result<Vec<u8>> {
    use std::io::Read as _;
    let mut file = std::fs::File::open(path)?;
    file.seek(SeekFrom::Start(position))?;
    let mut bytes = Vec::new();
    file.take(1 << 20).read_to_end(&mut bytes)?;
    Ok(bytes)
}
