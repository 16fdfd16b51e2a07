//! Subcommands about connectors themselves: what there is, creating, configuring, target states,
//! restarts, deleting, topics.
//!
//! Owns which request each of them is and how its answer is shown. Several names are done one after
//! the other; one that is refused does not keep the rest from being done.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::client::{Client, Request};
use super::entities::{ConnectorInfo, ConnectorStatus, Expanded, Topics};
use super::error::CtlError;
use super::files::{self, text_of};
use super::output::{self, Format, Output, count, visible};
use super::table::Table;

/// `ctl list`
pub(super) fn list(client: &Client, output: &mut Output) -> Result<(), CtlError> {
    let request = || Request::new("GET", &["connectors"], "list the connectors".to_owned());
    if output.format() == Format::Name {
        let (_, mut names) = client.send(request())?.read::<Vec<String>>()?;
        names.sort();
        return output.names(names);
    }
    let expanded = client.send(request().query("expand=status&expand=info").since("2.3"))?;
    let (json, connectors) = expanded.read::<IndexMap<String, Expanded>>()?;
    if output.format() == Format::Json {
        return output.json(&json);
    }
    let none = format!("There are no connectors at {}.", client.base());
    output.table(&list_table(connectors), &none)
}

fn list_table(mut connectors: IndexMap<String, Expanded>) -> Table {
    connectors.sort_keys();
    let mut table = Table::new(&["NAME", "TYPE", "STATE", "TASKS", "CLASS"]);
    for (name, Expanded { status, info }) in connectors {
        let kind = status.as_ref().and_then(|status| status.kind.clone());
        let kind = kind.or_else(|| info.as_ref().and_then(|info| info.kind.clone()));
        let state = status.as_ref().map(|status| status.connector.state.clone());
        let class = info
            .as_ref()
            .and_then(|info| info.config.get("connector.class"));
        table.row([
            &name,
            &kind.unwrap_or_default(),
            &state.unwrap_or_default(),
            &status.as_ref().map_or_else(String::new, tasks_in_short),
            &class.map_or_else(String::new, text_of),
        ]);
    }
    table
}

/// `2/3 (1 FAILED)`: how many tasks run, and in which states the others are.
fn tasks_in_short(status: &ConnectorStatus) -> String {
    let mut others: IndexMap<&str, usize> = IndexMap::new();
    let mut running = 0;
    for task in &status.tasks {
        match task.instance.state.as_str() {
            "RUNNING" => running += 1,
            other => *others.entry(other).or_default() += 1,
        }
    }
    let mut text = format!("{running}/{}", status.tasks.len());
    if !others.is_empty() {
        let others: Vec<String> = others
            .iter()
            .map(|(state, number)| format!("{number} {state}"))
            .collect();
        text.push_str(&format!(" ({})", others.join(", ")));
    }
    text
}

/// `ctl create`
pub(super) fn create(
    client: &Client,
    file: &str,
    initial_state: Option<String>,
    output: &mut Output,
) -> Result<(), CtlError> {
    let (name, body) = files::connector(file)?.into_body(initial_state)?;
    let purpose = format!("create connector \"{}\"", visible(&name));
    let request = Request::new("POST", &["connectors"], purpose).about(&name);
    let answer = client.send(request.body(&body))?;
    let (json, info) = answer.read::<ConnectorInfo>()?;
    show_info("created", &json, &info, output)
}

fn show_info(
    done: &str,
    json: &Value,
    info: &ConnectorInfo,
    output: &mut Output,
) -> Result<(), CtlError> {
    match output.format() {
        Format::Json => output.json(json),
        Format::Name => output.names([&info.name]),
        Format::Table => {
            let kind = info.kind.as_deref().unwrap_or("unknown");
            let tasks = count(info.tasks.len(), "task");
            let name = visible(&info.name);
            output.line(&format!("{name}: {done} ({}, {tasks})", visible(kind)))
        }
    }
}

/// `ctl config NAME`
pub(super) fn show_config(
    client: &Client,
    name: &str,
    output: &mut Output,
) -> Result<(), CtlError> {
    let purpose = format!("show the configuration of {}", quoted(name)?);
    let answer = client.send(Request::new(
        "GET",
        &["connectors", name, "config"],
        purpose,
    ))?;
    let (json, mut config) = answer.read::<IndexMap<String, Value>>()?;
    config.sort_keys();
    match output.format() {
        Format::Json => output.json(&json),
        Format::Name => output.names(config.keys()),
        Format::Table => {
            let mut table = Table::new(&["KEY", "VALUE"]);
            for (key, value) in &config {
                let value = match value {
                    Value::Null => "(null)".to_owned(),
                    value => text_of(value),
                };
                table.row([key, &value]);
            }
            output.table(&table, "The configuration is empty.")
        }
    }
}

/// `ctl config NAME -f FILE`
pub(super) fn put_config(
    client: &Client,
    name: &str,
    file: &str,
    output: &mut Output,
) -> Result<(), CtlError> {
    let purpose = format!("replace the configuration of {}", quoted(name)?);
    let config = Value::Object(files::connector(file)?.into_config());
    let request = Request::new("PUT", &["connectors", name, "config"], purpose).body(&config);
    let answer = client.send(request)?;
    let done = match answer.status() {
        201 => "created",
        _ => "configuration replaced",
    };
    let (json, info) = answer.read::<ConnectorInfo>()?;
    show_info(done, &json, &info, output)
}

/// `ctl config NAME CHANGE ...`
pub(super) fn patch_config(
    client: &Client,
    name: &str,
    changes: &[String],
    output: &mut Output,
) -> Result<(), CtlError> {
    let purpose = format!("change the configuration of {}", quoted(name)?);
    let patch = patch_of(changes)?;
    let done = match patch.len() {
        1 => "1 key changed".to_owned(),
        several => format!("{several} keys changed"),
    };
    let request = Request::new("PATCH", &["connectors", name, "config"], purpose)
        .body(&Value::Object(patch))
        .since("3.8");
    let (json, info) = client.send(request)?.read::<ConnectorInfo>()?;
    show_info(&done, &json, &info, output)
}

/// `key=value` sets, `key-` removes.
fn patch_of(changes: &[String]) -> Result<Map<String, Value>, CtlError> {
    let mut patch = Map::new();
    for change in changes {
        let (key, value) = match change.split_once('=') {
            Some((key, value)) => (key, Value::from(value)),
            None => match change.strip_suffix('-') {
                Some(key) => (key, Value::Null),
                None => return Err(CtlError::Change(change.clone())),
            },
        };
        if key.is_empty() {
            return Err(CtlError::Change(change.clone()));
        }
        patch.insert(key.to_owned(), value);
    }
    Ok(patch)
}

/// `ctl pause`
pub(super) fn pause(
    client: &Client,
    names: &[String],
    output: &mut Output,
) -> Result<(), CtlError> {
    each(names, output, |name| {
        let purpose = format!("pause {}", quoted(name)?);
        let request = Request::new("PUT", &["connectors", name, "pause"], purpose);
        without_body(client, request, "pausing")
    })
}

/// `ctl resume`
pub(super) fn resume(
    client: &Client,
    names: &[String],
    output: &mut Output,
) -> Result<(), CtlError> {
    each(names, output, |name| {
        let purpose = format!("resume {}", quoted(name)?);
        let request = Request::new("PUT", &["connectors", name, "resume"], purpose);
        without_body(client, request, "resuming")
    })
}

/// `ctl stop`
pub(super) fn stop(client: &Client, names: &[String], output: &mut Output) -> Result<(), CtlError> {
    each(names, output, |name| {
        let purpose = format!("stop {}", quoted(name)?);
        let request = Request::new("PUT", &["connectors", name, "stop"], purpose).since("3.5");
        without_body(client, request, "stopping")
    })
}

/// `ctl delete`
pub(super) fn delete(
    client: &Client,
    names: &[String],
    output: &mut Output,
) -> Result<(), CtlError> {
    each(names, output, |name| {
        let purpose = format!("delete {}", quoted(name)?);
        let request = Request::new("DELETE", &["connectors", name], purpose);
        without_body(client, request, "deleted")
    })
}

/// `ctl restart`
pub(super) fn restart(
    client: &Client,
    names: &[String],
    include_tasks: bool,
    only_failed: bool,
    output: &mut Output,
) -> Result<(), CtlError> {
    each(names, output, |name| {
        let purpose = format!("restart {}", quoted(name)?);
        let mut request = Request::new("POST", &["connectors", name, "restart"], purpose);
        if include_tasks || only_failed {
            request = request
                .query(format!(
                    "includeTasks={include_tasks}&onlyFailed={only_failed}"
                ))
                .since("3.0");
        }
        let answer = client.send(request)?;
        match answer.json()? {
            None => Ok(Done {
                said: "connector restarted (not its tasks: --include-tasks)".to_owned(),
                json: None,
            }),
            Some(_) => {
                let (json, plan) = answer.read::<ConnectorStatus>()?;
                Ok(Done {
                    said: planned(&plan),
                    json: Some(json),
                })
            }
        }
    })
}

/// What a plan to restart will do.
fn planned(plan: &ConnectorStatus) -> String {
    let restarting = |state: &str| state == "RESTARTING";
    let tasks: Vec<String> = plan
        .tasks
        .iter()
        .filter(|task| restarting(&task.instance.state))
        .map(|task| task.id.to_string())
        .collect();
    let mut parts = Vec::new();
    if restarting(&plan.connector.state) {
        parts.push("the connector".to_owned());
    }
    match tasks.len() {
        0 => {}
        1 => parts.push(format!("task {}", tasks[0])),
        _ => parts.push(format!("tasks {}", tasks.join(", "))),
    }
    match parts.is_empty() {
        true => "nothing to restart".to_owned(),
        false => format!("restarting {}", parts.join(" and ")),
    }
}

/// `ctl restart --task N`
pub(super) fn restart_task(
    client: &Client,
    names: &[String],
    task: u32,
    output: &mut Output,
) -> Result<(), CtlError> {
    if names.len() > 1 {
        return Err(CtlError::TaskOfSeveral(names.len()));
    }
    each(names, output, |name| {
        let purpose = format!("restart task {task} of {}", quoted(name)?);
        let task_number = task.to_string();
        let segments = ["connectors", name, "tasks", &task_number, "restart"];
        without_body(
            client,
            Request::new("POST", &segments, purpose),
            &format!("task {task} restarted"),
        )
    })
}

/// `ctl topics NAME`
pub(super) fn topics(client: &Client, name: &str, output: &mut Output) -> Result<(), CtlError> {
    let purpose = format!("show the topics of {}", quoted(name)?);
    let request = Request::new("GET", &["connectors", name, "topics"], purpose).since("2.5");
    let (json, answer) = client.send(request)?.read::<IndexMap<String, Topics>>()?;
    let mut topics: Vec<String> = answer
        .into_values()
        .flat_map(|found| found.topics)
        .collect();
    topics.sort();
    match output.format() {
        Format::Json => output.json(&json),
        Format::Name => output.names(topics),
        Format::Table => {
            let mut table = Table::new(&["TOPIC"]);
            for topic in &topics {
                table.row([topic]);
            }
            let none = format!("{} has used no topics.", quoted(name)?);
            output.table(&table, &none)
        }
    }
}

/// `ctl topics NAME --reset`
pub(super) fn reset_topics(
    client: &Client,
    name: &str,
    output: &mut Output,
) -> Result<(), CtlError> {
    each(&[name.to_owned()], output, |name| {
        let purpose = format!("reset the topics of {}", quoted(name)?);
        let segments = ["connectors", name, "topics", "reset"];
        let request = Request::new("PUT", &segments, purpose).since("2.5");
        without_body(client, request, "topics forgotten")
    })
}

/// A connector for which something was done.
struct Done {
    said: String,
    json: Option<Value>,
}

fn without_body(client: &Client, request: Request<'_>, said: &str) -> Result<Done, CtlError> {
    Ok(Done {
        json: client.send(request)?.json()?,
        said: said.to_owned(),
    })
}

/// Does the same for each name, and shows what was done. Refusals are told at once; when nothing
/// answers, the rest is not tried.
fn each(
    names: &[String],
    output: &mut Output,
    act: impl Fn(&str) -> Result<Done, CtlError>,
) -> Result<(), CtlError> {
    let mut answers = Vec::new();
    let mut refused = 0;
    let mut outcome = Ok(());
    for name in names {
        match act(name) {
            Ok(done) => match output.format() {
                Format::Table => output.line(&format!("{}: {}", visible(name), done.said))?,
                Format::Name => output.names([name])?,
                Format::Json => answers.extend(done.json),
            },
            Err(error @ CtlError::Refused(_)) if names.len() > 1 => {
                refused += 1;
                output::report(&error);
            }
            Err(error) => {
                outcome = Err(error);
                break;
            }
        }
    }
    match answers.pop() {
        Some(only) if names.len() == 1 => output.json(&only)?,
        Some(last) => {
            answers.push(last);
            output.json(&Value::Array(answers))?;
        }
        None => {}
    }
    match (outcome, refused) {
        (Ok(()), 1..) => Err(CtlError::SomeRefused {
            refused,
            all: names.len(),
        }),
        (outcome, _) => outcome,
    }
}

/// A connector in a message. The API has no path for one without a name.
pub(super) fn quoted(name: &str) -> Result<String, CtlError> {
    if name.is_empty() {
        return Err(CtlError::EmptyName);
    }
    Ok(format!("connector \"{}\"", visible(name)))
}

#[cfg(test)]
mod tests;
