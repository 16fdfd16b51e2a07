//! `ctl offsets`: showing, setting and resetting what a connector has committed.
//!
//! Owns the requests and the tables: topics and partitions for a sink, JSON for a source, whose
//! partitions and offsets have a shape of its own.

use serde_json::{Value, json};

use super::client::{Client, Request};
use super::connectors::quoted;
use super::entities::{Message, Offsets, PartitionOffset};
use super::error::CtlError;
use super::files::{self, text_of};
use super::output::{Format, Output, visible};
use super::table::Table;

/// Subcommands of `ctl offsets`.
#[derive(clap::Subcommand)]
pub(super) enum OffsetsCommand {
    /// Shows the offsets of a connector (Kafka Connect 3.5 or later).
    Show {
        /// The connector.
        name: String,
    },
    /// Sets offsets of a stopped connector (Kafka Connect 3.6 or later). Partitions that are not
    /// named keep theirs.
    #[command(after_help = SET_AFTER_HELP)]
    Set {
        /// The connector.
        name: String,
        /// Partitions in JSON, each followed by its offset in JSON; null resets it.
        #[arg(value_name = "PARTITION OFFSET", conflicts_with = "file")]
        pairs: Vec<String>,
        /// JSON as `offsets show -o json` prints it; - is standard input.
        #[arg(short, long, value_name = "FILE")]
        file: Option<String>,
    },
    /// Resets the offsets of a stopped connector (Kafka Connect 3.6 or later).
    Reset {
        /// The connector.
        name: String,
        /// Partitions in JSON; without any, all offsets are reset.
        #[arg(value_name = "PARTITION")]
        partitions: Vec<String>,
    },
}

const SET_AFTER_HELP: &str = r#"Examples:
  connect-wasm ctl offsets set file-source '{"filename":"/data/in.txt"}' '{"position":120}'
  connect-wasm ctl offsets set sink '{"kafka_topic":"t","kafka_partition":0}' '{"kafka_offset":10}'
  connect-wasm ctl offsets show a -o json | connect-wasm ctl offsets set b -f -"#;

/// `ctl offsets`
pub(super) fn run(
    client: &Client,
    command: OffsetsCommand,
    output: &mut Output,
) -> Result<(), CtlError> {
    match command {
        OffsetsCommand::Show { name } => show(client, &name, output),
        OffsetsCommand::Set { name, pairs, file } => {
            let body = match file {
                Some(file) => files::offsets(&file)?,
                None => offsets_of(&pairs)?,
            };
            alter(client, &name, "set", &body, output)
        }
        OffsetsCommand::Reset { name, partitions } if partitions.is_empty() => {
            let purpose = format!("reset the offsets of {}", quoted(&name)?);
            let request = Request::new("DELETE", &["connectors", &name, "offsets"], purpose);
            tell(client, request, &name, output)
        }
        OffsetsCommand::Reset { name, partitions } => {
            let mut offsets = Vec::new();
            for text in &partitions {
                let partition = files::argument("partition", text)?;
                offsets.push(json!({"partition": partition, "offset": null}));
            }
            alter(client, &name, "reset", &json!({"offsets": offsets}), output)
        }
    }
}

fn show(client: &Client, name: &str, output: &mut Output) -> Result<(), CtlError> {
    let purpose = format!("show the offsets of {}", quoted(name)?);
    let request = Request::new("GET", &["connectors", name, "offsets"], purpose).since("3.5");
    let (json, found) = client.send(request)?.read::<Offsets>()?;
    match output.format() {
        Format::Json => output.json(&json),
        Format::Name => output.names(
            found
                .offsets
                .iter()
                .map(|entry| entry.partition.to_string()),
        ),
        Format::Table => {
            let none = format!("{} has committed no offsets.", quoted(name)?);
            output.table(&table(&found.offsets), &none)
        }
    }
}

fn table(offsets: &[PartitionOffset]) -> Table {
    let of_sink = |entry: &PartitionOffset| {
        let topic = entry.partition.get("kafka_topic")?;
        let partition = entry.partition.get("kafka_partition")?;
        let offset = entry.offset.get("kafka_offset")?;
        Some([text_of(topic), text_of(partition), text_of(offset)])
    };
    let sink_rows: Option<Vec<_>> = offsets.iter().map(of_sink).collect();
    if let Some(mut rows) = sink_rows {
        rows.sort_by_cached_key(|[topic, partition, _]| {
            (topic.clone(), partition.parse::<i64>().unwrap_or_default())
        });
        let mut table = Table::new(&["TOPIC", "PARTITION", "OFFSET"]);
        for row in &rows {
            table.row(row.each_ref().map(String::as_str));
        }
        return table;
    }
    let mut table = Table::new(&["PARTITION", "OFFSET"]);
    for entry in offsets {
        table.row([&entry.partition.to_string(), &entry.offset.to_string()]);
    }
    table
}

/// Partitions with their offsets, as the API takes them.
fn offsets_of(pairs: &[String]) -> Result<Value, CtlError> {
    if pairs.is_empty() {
        return Err(CtlError::NoOffsets);
    }
    let mut offsets = Vec::new();
    for pair in pairs.chunks(2) {
        let [partition, offset] = pair else {
            return Err(CtlError::PartitionWithoutOffset(pairs.len()));
        };
        offsets.push(json!({
            "partition": files::argument("partition", partition)?,
            "offset": files::argument("offset", offset)?,
        }));
    }
    Ok(json!({ "offsets": offsets }))
}

fn alter(
    client: &Client,
    name: &str,
    verb: &str,
    body: &Value,
    output: &mut Output,
) -> Result<(), CtlError> {
    let purpose = format!("{verb} offsets of {}", quoted(name)?);
    let request = Request::new("PATCH", &["connectors", name, "offsets"], purpose).body(body);
    tell(client, request, name, output)
}

fn tell(
    client: &Client,
    request: Request<'_>,
    name: &str,
    output: &mut Output,
) -> Result<(), CtlError> {
    let (json, answer) = client.send(request.since("3.6"))?.read::<Message>()?;
    match output.format() {
        Format::Json => output.json(&json),
        Format::Name => output.names([name]),
        Format::Table => output.line(&format!("{}: {}", visible(name), visible(&answer.message))),
    }
}

#[cfg(test)]
mod tests;
