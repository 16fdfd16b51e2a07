use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::*;
use crate::rest::router::{admin_routes, documentation_routes, main_routes, plugin_routes};

fn operations(document: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .map(|(path, item)| {
            let methods = item.as_object().unwrap().keys();
            (
                path.clone(),
                methods.map(|one| one.to_uppercase()).collect(),
            )
        })
        .collect()
}

#[tokio::test]
async fn the_document_and_the_routes_agree() {
    let fixture = Fixture::new();
    let answer = fixture.send("GET /openapi.json").await;
    assert_eq!(answer.status, 200);
    let document: Value = serde_json::from_str(&answer.body).unwrap();
    // Kafka describes neither what every resource has by itself.
    let own = |allow: &str| {
        allow
            .split(',')
            .filter(|method| !["HEAD", "OPTIONS"].contains(method))
            .map(str::to_owned)
            .collect::<BTreeSet<_>>()
    };
    let routes: BTreeMap<String, BTreeSet<String>> = main_routes()
        .into_iter()
        .chain(plugin_routes(true))
        .chain(admin_routes())
        .chain(documentation_routes(true))
        .map(|(path, allow, _)| (path.to_owned(), own(allow)))
        .collect();
    assert_eq!(operations(&document), routes);
}

#[tokio::test]
async fn allow_names_what_is_answered() {
    let fixture = Fixture::new();
    let routes = main_routes()
        .into_iter()
        .chain(plugin_routes(true))
        .chain(admin_routes())
        .chain(documentation_routes(true));
    for (path, allow, _) in routes {
        let path = path.replace("{task}", "0").replace(['{', '}'], "");
        for method in ["HEAD", "GET", "PUT", "POST", "PATCH", "DELETE"] {
            let answer = fixture.send(&format!("{method} {path}")).await;
            let allowed = allow.split(',').any(|one| one == method);
            assert_eq!(answer.status != 405, allowed, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn every_answer_is_described() {
    let fixture = Fixture::new();
    let answer = fixture.send("GET /openapi.json").await;
    let document: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(document["info"]["title"], "connect-wasm");
    let tags: Vec<&Value> = document["tags"].as_array().unwrap().iter().collect();
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let at = format!("{method} {path}");
            assert!(ids.insert(operation["operationId"].to_string()), "{at}");
            let summary = operation["summary"].as_str().unwrap_or_default();
            assert!(!summary.is_empty() && !summary.starts_with('`'), "{at}");
            let tag = &operation["tags"][0];
            assert!(tags.iter().any(|known| known["name"] == *tag), "{at}");
            let named = path.matches('{').count();
            let parameters = operation["parameters"].as_array().map_or(0, |all| {
                all.iter().filter(|one| one["in"] == "path").count()
            });
            assert_eq!(parameters, named, "{at}");
            let responses = operation["responses"].as_object().unwrap();
            assert!(
                responses.keys().any(|status| status.starts_with('2')),
                "{at}"
            );
            for (status, response) in responses {
                assert_ne!(response["description"], "", "{at} {status}");
            }
            for status in ["400", "406", "415", "417", "500"] {
                assert!(responses.contains_key(status), "{at} {status}");
            }
        }
    }
    // References lead somewhere.
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let text = answer.body.as_str();
    let references = text.split("#/components/schemas/").skip(1);
    for reference in references.filter_map(|rest| rest.split('"').next()) {
        assert!(schemas.contains_key(reference), "{reference}");
    }
}

#[tokio::test]
async fn a_worker_without_admin_does_not_describe_it() {
    let fixture = Fixture::new();
    let settings = RestSettings {
        admin_listeners: AdminListeners::Disabled,
        ..settings()
    };
    let main = fixture.resources(&settings).main;
    let answer = send_to(main, "GET /openapi.json", &[], None).await;
    let document: Value = serde_json::from_str(&answer.body).unwrap();
    let operations = operations(&document);
    assert!(operations.contains_key("/connectors"));
    assert!(operations.keys().all(|path| !path.starts_with("/admin")));
    assert!(!operations.contains_key("/metrics"));
    assert!(!operations.contains_key("/connector-plugins/{plugin}"));
    assert_eq!(operations["/connector-plugins"].len(), 1);
}

#[tokio::test]
async fn the_page_needs_nothing_from_elsewhere() {
    let fixture = Fixture::new();
    let accept = ["Accept: text/html"];
    let answer = fixture.send_with("GET /docs", &accept, None).await;
    assert_eq!(answer.status, 200);
    let content_type = answer.header(header::CONTENT_TYPE);
    assert_eq!(content_type, Some("text/html; charset=utf-8"));
    assert!(answer.body.contains("fetch(\"openapi.json\")"));
    assert!(!answer.body.contains("://"), "an address in the page");
    assert!(!answer.body.contains(" src="));
}
