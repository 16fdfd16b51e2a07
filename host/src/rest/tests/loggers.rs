use super::*;
use crate::loggers::LoggerLevel;

const SINK_TASK: &str = "org.apache.kafka.connect.runtime.WorkerSinkTask";

async fn set(fixture: &Fixture, logger: &str, body: &str) -> Answer {
    fixture
        .send_json(&format!("PUT /admin/loggers/{logger}"), body)
        .await
}

#[tokio::test]
async fn loggers_are_listed_and_read() {
    let fixture = Fixture::new();
    let info = r#"{"level":"INFO","last_modified":null}"#;
    for path in ["root", "ROOT", SINK_TASK, "root/"] {
        let answer = fixture.send(&format!("GET /admin/loggers/{path}")).await;
        answer.is(200, info);
    }
    let list = fixture.send("GET /admin/loggers/").await;
    let loggers: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(&list.body).unwrap();
    assert!(loggers.contains_key("root") && loggers.contains_key(SINK_TASK));
    let info: serde_json::Value = serde_json::from_str(info).unwrap();
    assert!(loggers.values().all(|logger| *logger == info));
    let names: Vec<&String> = loggers.keys().collect();
    assert!(names.is_sorted());
    for name in ["no.such.logger", "org.apache.kafka.connect"] {
        let answer = fixture.send(&format!("GET /admin/loggers/{name}")).await;
        answer.is_error(404, &format!("Logger {name} not found."));
    }
    fixture
        .send("GET /admin/loggers/a%20b")
        .await
        .is_error(404, "Logger a b not found.");
}

#[tokio::test]
async fn levels_are_set() {
    let fixture = Fixture::new();
    let changed = set(&fixture, SINK_TASK, r#"{"level":" debug ","foo":"x"}"#).await;
    changed.is(200, &format!(r#"["{SINK_TASK}"]"#));
    let logger = fixture.loggers.get(SINK_TASK).unwrap();
    assert_eq!(logger.level, LoggerLevel::Debug);
    let time = logger.last_modified.unwrap();
    fixture
        .send(&format!("GET /admin/loggers/{SINK_TASK}"))
        .await
        .is(
            200,
            &format!(r#"{{"level":"DEBUG","last_modified":{time}}}"#),
        );
    set(&fixture, SINK_TASK, r#"{"level":"DEBUG"}"#)
        .await
        .is(200, "[]");
    set(&fixture, "a%20b", r#"{"level":"INFO"}"#)
        .await
        .is(200, "[]");
    let info = r#"{"level":"INFO","last_modified":null}"#;
    fixture.send("GET /admin/loggers/a%20b").await.is(200, info);
    for (scope, status, body) in [
        ("worker", 200, r#"["x"]"#),
        ("WORKER", 200, "[]"),
        ("", 200, "[]"),
        ("zzz", 200, "[]"),
        ("cluster", 204, ""),
        ("Cluster", 204, ""),
    ] {
        let request = format!("x?scope={scope}");
        let answer = set(&fixture, &request, r#"{"level":"off"}"#).await;
        answer.is(status, body);
    }
}

#[tokio::test]
async fn levels_that_are_refused() {
    let fixture = Fixture::new();
    let missing = "Desired 'level' parameter was not specified in request.";
    for (body, status, message) in [
        (r#"{"level":"foo"}"#, 404, "invalid log level 'foo'."),
        (r#"{"level":5}"#, 404, "invalid log level '5'."),
        ("{}", 400, missing),
        (r#"{"level":null}"#, 400, missing),
        (
            r#"{"level":""}"#,
            400,
            "The 'level' is empty; expected one of ALL, TRACE, DEBUG, INFO, WARN, ERROR, FATAL, OFF",
        ),
        (
            "",
            400,
            "The request has no body; expected a JSON object with \"level\"",
        ),
        (
            r#"{"level":{"a":1}}"#,
            400,
            "The value of \"level\" is an object; expected a string, a number, a boolean or null",
        ),
    ] {
        for scope in ["worker", "cluster"] {
            let answer = set(&fixture, &format!("x?scope={scope}"), body).await;
            answer.is_error(status, message);
        }
    }
    assert_eq!(fixture.loggers.get("x"), None);
    fixture
        .send_json("PUT /admin/loggers/", r#"{"level":"INFO"}"#)
        .await
        .is_bare_error(405, "Method Not Allowed");
    let options = fixture.send("OPTIONS /admin/loggers/root").await;
    assert_eq!(options.header(header::ALLOW), Some("HEAD,GET,OPTIONS,PUT"));
}
