//! `ctl status --watch` with its output in a file or a pipe.

use super::*;

#[test]
fn watching_prints_changes_until_a_signal_or_until_nobody_reads() {
    let dir = ScratchDir::new("ctl-watch");
    dir.write("in.txt", "");
    let spec = spec(Flavor::Wasm, &dir);
    let mut worker = spec.start();
    let ctl = ctl(&spec, &dir);
    let mut config = source_config(&dir, &unique("ctl-watch"));
    let name = unique("watched");
    config["name"] = json!(name);
    ctl.run_with(&["create", "-f", "-"], &config.to_string())
        .expect(DONE);
    ctl.await_state(&name, "RUNNING");

    let watch = |log: &str, arguments: &[&str]| {
        let arguments = [&["status", "--watch"], arguments].concat();
        Process::spawn("ctl", &ctl.command(&arguments), &dir.join(log))
    };
    let mut lines = watch("lines.log", &[]);
    let mut json = watch("json.log", &["-o", "json"]);
    let mut unread = ctl
        .command(&["status", &name, "--watch"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("ctl can be started");
    await_log(&lines, &format!("  {name} task 0 RUNNING "));
    await_log(&json, "RUNNING");
    ctl.run(&["pause", &name]).expect(DONE);
    await_log(&lines, &format!("  {name} PAUSED "));
    await_log(&lines, &format!("  {name} task 0 PAUSED "));
    await_log(&json, "PAUSED");

    // The reader goes while nothing changes.
    let mut first = String::new();
    let mut reader = BufReader::new(unread.stdout.take().expect("piped"));
    reader.read_line(&mut first).expect("a line");
    assert!(first.contains(&name), "{first}");
    drop(reader);
    let ended = eventually("ctl ends when nobody reads", SOON, || {
        let status = unread.try_wait().expect("own children can be waited for");
        status.ok_or_else(|| "it goes on".to_owned())
    });
    assert_eq!(ended.code(), Some(DONE));

    lines.interrupt();
    assert_eq!(lines.wait(SOON).code(), Some(DONE));
    let log = json.log();
    let documents: Result<Vec<Value>, _> = log.lines().map(serde_json::from_str).collect();
    let documents = documents.unwrap_or_else(|error| panic!("{error}: {log}"));
    assert!(documents.windows(2).all(|pair| pair[0] != pair[1]), "{log}");

    // A worker that stops is waited for.
    worker.stop_cleanly();
    let mut lines = watch("none.log", &[]);
    assert_eq!(
        lines.wait(SOON).code(),
        Some(UNREACHABLE),
        "{}",
        lines.log()
    );
    json.terminate();
    assert_eq!(json.wait(SOON).code(), Some(DONE), "{}", json.log());
}

#[track_caller]
fn await_log(process: &Process, wanted: &str) {
    eventually(&format!("the log has {wanted:?}"), SOON, || {
        let log = process.log();
        if log.contains(wanted) {
            Ok(())
        } else {
            Err(log)
        }
    });
}
