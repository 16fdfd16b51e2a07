use std::io::Write as _;

use super::*;
use crate::herder::plugins::LibraryError;

const WASM: &str = "Content-Type: application/wasm";
const FIRST: &str = r#"{"class":"a.B","type":"source","version":"1.0+x","sha256":"a.B-1.0+x","size":9,"wit_version":"0.1.0","imports":["wasi:io/poll@0.2.6"],"grants":[{"key":"file","grant":"path-read"}]}"#;

impl Fixture {
    async fn upload(&self, body: &str) -> Answer {
        self.send_with("POST /connector-plugins", &[WASM], Some(body))
            .await
    }
}

#[tokio::test]
async fn an_upload_is_told_with_its_place_and_once() {
    let fixture = Fixture::new();
    let created = fixture.upload("a.B 1.0+x").await;
    created.is(201, FIRST);
    assert_eq!(
        created.header(header::LOCATION),
        Some("http://worker:8083/connector-plugins/a.B/details?version=1.0%2Bx")
    );
    let again = fixture.upload("a.B 1.0+x").await;
    again.is(200, FIRST);
    assert_eq!(again.header(header::LOCATION), None);
    let other = fixture.upload("a.B 1.0+x other").await;
    assert_eq!(other.status, StatusCode::CONFLICT);
    assert!(
        other
            .body
            .contains("a.B 1.0+x is there already with other content")
    );
    fixture.upload("a.B 2").await;
    let versions = fixture.send("GET /connector-plugins/a.B/versions").await;
    let second = FIRST
        .replace("1.0+x", "2")
        .replace("\"size\":9", "\"size\":5");
    versions.is(200, &format!("[{second},{FIRST}]"));
    let details = format!(
        "{},\"origin\":\"store\",\"path\":\"/store/x.wasm\",\"used_by\":[\"user\"],\
         \"aliases\":[\"x.Alias\"],\"documentation\":\"Does things.\"}}",
        FIRST.strip_suffix('}').unwrap()
    );
    let location = "GET /connector-plugins/a.B/details?version=1.0%2Bx";
    fixture.send(location).await.is(200, &details);
}

#[tokio::test]
async fn what_is_no_plugin_is_refused_in_words() {
    let fixture = Fixture::new();
    let json = ["Content-Type: application/json"];
    let not_wasm = |sent: &str| {
        format!("A plugin is uploaded with the Content-Type application/wasm, not {sent}")
    };
    fixture
        .send_with("POST /connector-plugins", &json, Some("{}"))
        .await
        .is_error(415, &not_wasm("application/json"));
    fixture
        .send_with("POST /connector-plugins", &[], Some("x y"))
        .await
        .is_error(415, &not_wasm("none"));
    fixture
        .send_with(
            "POST /connector-plugins",
            &[WASM, "Accept: text/html"],
            Some("x y"),
        )
        .await
        .is_bare_error(406, "Not Acceptable");
    fixture.upload("nonsense").await.is_error(
        400,
        "The upload is not a plugin that this worker can run: it has no two words",
    );
    let too_large = "The plugin is longer than the 100 bytes that plugin.upload.max.bytes of this \
                     worker allows";
    let long = "x ".repeat(51);
    fixture.upload(&long).await.is_error(413, too_large);
    let announced = [WASM, "Content-Length: 101"];
    let answer = fixture
        .send_with("POST /connector-plugins", &announced, Some("x y"))
        .await;
    answer.is_error(413, too_large);
    assert_eq!(answer.header(header::CONNECTION), Some("close"));
    *fixture.plugins.refusal.lock().unwrap() = Some(LibraryError::UploadsDisabled);
    let refused = fixture.upload("a.B 1").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.body.contains("The line plugin.upload.enable=true"));
    *fixture.plugins.refusal.lock().unwrap() = Some(LibraryError::NoStore {
        reason: "plugin.store.dir=/x cannot be written: no".to_owned(),
    });
    fixture.upload("a.B 1").await.is_error(
        503,
        "This worker cannot store plugins: plugin.store.dir=/x cannot be written: no",
    );
    fixture
        .send("GET /connector-plugins/a.B/versions")
        .await
        .is_error(404, "Unknown plugin a.B.");
}

#[tokio::test]
async fn a_plugin_is_deleted_by_version_unless_it_is_used() {
    let fixture = Fixture::new();
    for body in ["a.B 1", "a.B 2", "a.B used"] {
        fixture.upload(body).await;
    }
    fixture
        .send("DELETE /connector-plugins/a.B")
        .await
        .is_error(
            400,
            "Plugin a.B has several versions, name one of them as ?version=: used, 2, 1",
        );
    let delete = |version: &str| format!("DELETE /connector-plugins/a.B?version={version}");
    fixture.send(&delete("used")).await.is_error(
        409,
        "Plugin a.B used is used by these connectors: a, b. Delete them or let them use another \
         version first",
    );
    fixture.send(&delete("1")).await.is(204, "");
    fixture
        .send("GET /connector-plugins/a.B/details?version=1")
        .await
        .is_error(404, "Plugin a.B has no version 1; there are: used, 2");
    fixture
        .send("DELETE /connector-plugins/nope")
        .await
        .is_error(404, "Unknown plugin nope.");
}

#[tokio::test]
async fn the_file_of_a_plugin_is_sent_once_per_content() {
    let fixture = Fixture::new();
    fixture.upload("a.B 1").await;
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"the bytes").unwrap();
    fixture.plugins.set_path(file.path(), 9);
    let get = "GET /connector-plugins/a.B/artifact";
    let answer = fixture.send(get).await;
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (StatusCode::OK, "the bytes")
    );
    for (name, value) in [
        (header::CONTENT_TYPE, "application/wasm"),
        (header::CONTENT_LENGTH, "9"),
        (header::ETAG, "\"a.B-1\""),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"a.B-1.wasm\"",
        ),
    ] {
        assert_eq!(answer.header(name), Some(value));
    }
    let known = ["If-None-Match: \"other\", \"a.B-1\""];
    let answer = fixture.send_with(get, &known, None).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (304, ""));
    let wasm = fixture.send_with(get, &["Accept: application/wasm"], None);
    assert_eq!(wasm.await.status, StatusCode::OK);
    let json = fixture.send_with(get, &["Accept: application/json"], None);
    json.await.is_bare_error(406, "Not Acceptable");
    file.write_all(b" and more").unwrap();
    let changed = fixture.send(get).await;
    assert_eq!(changed.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(changed.body.contains("has changed since it was loaded"));
}

#[tokio::test]
async fn changes_are_where_administrators_are() {
    let fixture = Fixture::new();
    let own = RestSettings {
        admin_listeners: AdminListeners::Own(vec![Listener::parse("http://127.0.0.1:0").unwrap()]),
        ..settings()
    };
    let upload = "POST /connector-plugins";
    let main = || fixture.resources(&own).main;
    let admin = || fixture.resources(&own).admin;
    let answer = send_to(main(), upload, &[WASM], Some("a.B 1")).await;
    answer.is_bare_error(405, "Method Not Allowed");
    let answer = send_to(admin(), upload, &[WASM], Some("a.B 1")).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    for router in [main(), admin()] {
        let answer = send_to(router, "GET /connector-plugins/a.B/details", &[], None).await;
        assert_eq!(answer.status, StatusCode::OK);
    }
    let delete = "DELETE /connector-plugins/a.B";
    let answer = send_to(main(), delete, &[], None).await;
    answer.is_bare_error(404, "Not Found");
    send_to(admin(), delete, &[], None).await.is(204, "");
    let nowhere = RestSettings {
        admin_listeners: AdminListeners::Disabled,
        ..settings()
    };
    let answer = send_to(
        fixture.resources(&nowhere).main,
        upload,
        &[WASM],
        Some("a.B 1"),
    );
    answer.await.is_bare_error(405, "Method Not Allowed");
}
