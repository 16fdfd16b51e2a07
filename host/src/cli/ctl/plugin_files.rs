//! `ctl plugins upload|versions|details|download|delete`: connector plugins as files of a worker.
//!
//! These requests are connect-wasm's own; a JVM worker answers that it does not know them.

use serde_json::Value;

use super::client::{Client, Request};
use super::entities::PluginVersion;
use super::error::CtlError;
use super::files::FileError;
use super::output::{Format, Output, visible};
use super::table::Table;

/// Subcommands of `ctl plugins`.
#[derive(clap::Subcommand)]
pub(super) enum PluginsCommand {
    /// Uploads a component (connect-wasm alone, as all of these).
    Upload {
        /// The .wasm file.
        file: String,
    },
    /// Lists the versions of a connector plugin, the newest first.
    Versions {
        /// A connector plugin, by its class or alias.
        class: String,
    },
    /// Shows everything about a version of a connector plugin.
    Details {
        /// A connector plugin, by its class or alias.
        class: String,
        /// A version, or a range such as '[1.0,2.0)'; the newest if it is not given.
        #[arg(long)]
        version: Option<String>,
    },
    /// Downloads the component of a version.
    Download {
        /// A connector plugin, by its class or alias.
        class: String,
        /// A version, or a range such as '[1.0,2.0)'; the newest if it is not given.
        #[arg(long)]
        version: Option<String>,
        /// The file to be written.
        #[arg(long, value_name = "FILE")]
        to: String,
    },
    /// Deletes an uploaded plugin that no connector uses.
    Delete {
        /// A connector plugin, by its class or alias.
        class: String,
        /// Which version; may be left out when there is one.
        #[arg(long)]
        version: Option<String>,
    },
}

/// `ctl plugins COMMAND`
pub(super) fn run(
    client: &Client,
    command: PluginsCommand,
    output: &mut Output,
) -> Result<(), CtlError> {
    match command {
        PluginsCommand::Upload { file } => upload(client, &file, output),
        PluginsCommand::Versions { class } => versions(client, &class, output),
        PluginsCommand::Details { class, version } => {
            details(client, &class, version.as_deref(), output)
        }
        PluginsCommand::Download { class, version, to } => {
            let purpose = format!("download {}", visible(&class));
            let segments = ["connector-plugins", &class, "artifact"];
            let request = Request::new("GET", &segments, purpose);
            let wasm = client.download(with_version(request, version.as_deref()))?;
            std::fs::write(&to, &wasm)
                .map_err(|error| std::io::Error::other(format!("{to}: {error}")))?;
            said(output, &to, &format!("{to}: {} bytes", wasm.len()))
        }
        PluginsCommand::Delete { class, version } => {
            let purpose = format!("delete the plugin {}", visible(&class));
            let request = Request::new("DELETE", &["connector-plugins", &class], purpose);
            client.send(with_version(request, version.as_deref()))?;
            said(output, &class, &format!("{class} deleted"))
        }
    }
}

fn said(output: &mut Output, name: &str, text: &str) -> Result<(), CtlError> {
    match output.format() {
        Format::Json => Ok(()),
        Format::Name => output.names([name]),
        Format::Table => output.line(&visible(text)),
    }
}

fn with_version<'a>(request: Request<'a>, version: Option<&str>) -> Request<'a> {
    match version {
        None => request,
        Some(version) => {
            let encoded: String =
                url::form_urlencoded::byte_serialize(version.as_bytes()).collect();
            request.query(format!("version={encoded}"))
        }
    }
}

fn upload(client: &Client, file: &str, output: &mut Output) -> Result<(), CtlError> {
    let wasm = std::fs::read(file).map_err(|error| FileError::Unreadable {
        file: file.to_owned(),
        error,
    })?;
    let purpose = format!("upload {}", visible(file));
    let request = Request::new("POST", &["connector-plugins"], purpose).component(wasm);
    let answer = client.send(request)?;
    let is_new = answer.status() == 201;
    let (json, plugin) = answer.read::<PluginVersion>()?;
    let class_and_version = format!("{} {}", plugin.class, plugin.version);
    match output.format() {
        Format::Json => output.json(&json),
        Format::Name => output.names([&plugin.class]),
        Format::Table if is_new => output.line(&visible(&format!("{class_and_version} uploaded"))),
        Format::Table => output.line(&visible(&format!("{class_and_version} is there already"))),
    }
}

fn versions(client: &Client, class: &str, output: &mut Output) -> Result<(), CtlError> {
    let purpose = format!("list the versions of {}", visible(class));
    let request = Request::new("GET", &["connector-plugins", class, "versions"], purpose);
    let (json, versions) = client.send(request)?.read::<Vec<PluginVersion>>()?;
    match output.format() {
        Format::Json => output.json(&json),
        Format::Name => output.names(versions.iter().map(|one| &one.version)),
        Format::Table => {
            let mut table = Table::new(&["VERSION", "TYPE", "SIZE", "SHA256"]);
            for one in &versions {
                let size = one.size.to_string();
                table.row([&one.version, &one.kind, &size, &one.sha256]);
            }
            output.table(&table, "The plugin has no versions.")
        }
    }
}

fn details(
    client: &Client,
    class: &str,
    version: Option<&str>,
    output: &mut Output,
) -> Result<(), CtlError> {
    let purpose = format!("show the plugin {}", visible(class));
    let request = Request::new("GET", &["connector-plugins", class, "details"], purpose);
    let answer = client.send(with_version(request, version))?;
    let (json, plugin) = answer.read::<PluginVersion>()?;
    match output.format() {
        Format::Json => output.json(&json),
        Format::Name => output.names([&plugin.class]),
        Format::Table => output.table(&details_table(&json), "The worker says nothing of it."),
    }
}

fn details_table(details: &Value) -> Table {
    let mut table = Table::new(&["FIELD", "VALUE"]).wrap_last();
    for (field, value) in details.as_object().into_iter().flatten() {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Array(items) => {
                let items: Vec<String> = items.iter().map(item).collect();
                items.join(", ")
            }
            other => other.to_string(),
        };
        table.row([field.as_str(), &text]);
    }
    table
}

/// An item of a list: a text, or a key with what it grants.
fn item(item: &Value) -> String {
    match (item, item["key"].as_str(), item["grant"].as_str()) {
        (Value::String(text), _, _) => text.clone(),
        (_, Some(key), Some(grant)) => format!("{key} ({grant})"),
        _ => item.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::client::tests::MadeUpWorker;
    use super::super::output::tests::Printed;
    use super::*;

    fn plugin(version: &str) -> Value {
        json!({
            "class": "a.B", "type": "sink", "version": version, "sha256": "12ab", "size": 7,
            "grants": [{"key": "file", "grant": "path-read"}], "used_by": ["x", "y"],
        })
    }

    fn run_with(
        answer: (u16, &str),
        command: PluginsCommand,
        format: Format,
    ) -> (Result<(), CtlError>, String, String) {
        let worker = MadeUpWorker::start(&[answer]);
        let printed = Printed::default();
        let outcome = run(&worker.client(), command, &mut printed.output(format));
        (outcome, printed.text(), worker.requests().remove(0))
    }

    #[test]
    fn an_upload_says_whether_it_is_new() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a.wasm");
        std::fs::write(&file, "bytes").expect("written");
        let file = file.display().to_string();
        for (status, told) in [(201, "a.B 1 uploaded\n"), (200, "a.B 1 is there already\n")] {
            let command = PluginsCommand::Upload { file: file.clone() };
            let answer = plugin("1").to_string();
            let (outcome, text, request) = run_with((status, &answer), command, Format::Table);
            outcome.expect("done");
            assert_eq!(text, told);
            assert_eq!(request, "POST /connector-plugins bytes");
        }
        let missing = PluginsCommand::Upload {
            file: "/nowhere/a.wasm".to_owned(),
        };
        let worker = MadeUpWorker::start(&[]);
        let outcome = run(
            &worker.client(),
            missing,
            &mut Printed::default().output(Format::Table),
        );
        let error = outcome.expect_err("there is no such file");
        assert!(
            error
                .to_string()
                .starts_with("/nowhere/a.wasm cannot be read")
        );
        assert_eq!(error.exit_code(), 1);
    }

    #[test]
    fn versions_and_details_are_tables() {
        let versions = json!([plugin("2"), plugin("1")]).to_string();
        let command = PluginsCommand::Versions {
            class: "B".to_owned(),
        };
        let (outcome, text, request) = run_with((200, &versions), command, Format::Table);
        outcome.expect("done");
        let rows: Vec<Vec<&str>> = text
            .lines()
            .map(|line| line.split_whitespace().collect())
            .collect();
        assert_eq!(
            rows,
            [
                ["VERSION", "TYPE", "SIZE", "SHA256"],
                ["2", "sink", "7", "12ab"],
                ["1", "sink", "7", "12ab"],
            ]
        );
        assert_eq!(request, "GET /connector-plugins/B/versions");
        let command = PluginsCommand::Details {
            class: "B".to_owned(),
            version: Some("[1,2)".to_owned()),
        };
        let answer = plugin("1").to_string();
        let (outcome, text, request) = run_with((200, &answer), command, Format::Table);
        outcome.expect("done");
        assert!(text.contains("grants   file (path-read)\n"), "{text}");
        assert!(text.contains("used_by  x, y\n"), "{text}");
        assert_eq!(
            request,
            "GET /connector-plugins/B/details?version=%5B1%2C2%29"
        );
    }

    #[test]
    fn a_download_is_written_and_a_deletion_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let to = folder.path().join("b.wasm").display().to_string();
        let command = PluginsCommand::Download {
            class: "B".to_owned(),
            version: None,
            to: to.clone(),
        };
        let (outcome, text, _) = run_with((200, "component"), command, Format::Table);
        outcome.expect("done");
        assert_eq!(text, format!("{to}: 9 bytes\n"));
        assert_eq!(std::fs::read(&to).expect("a file"), b"component");
        let command = || PluginsCommand::Delete {
            class: "B".to_owned(),
            version: Some("1".to_owned()),
        };
        let (outcome, text, request) = run_with((204, ""), command(), Format::Table);
        outcome.expect("done");
        assert_eq!(text, "B deleted\n");
        assert_eq!(request, "DELETE /connector-plugins/B?version=1");
        let refusal = json!({"error_code": 409, "message": "in use"}).to_string();
        let (outcome, _, _) = run_with((409, &refusal), command(), Format::Table);
        assert_eq!(outcome.expect_err("refused").exit_code(), 3);
    }
}
