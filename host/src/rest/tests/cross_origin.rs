use axum::http::HeaderName;

use super::*;

const ALLOWED: &str = "Access-Control-Allow-Origin";

fn with_origins(origins: &str, methods: &str) -> RestSettings {
    RestSettings {
        allow_origin: origins.to_owned(),
        allow_methods: methods.to_owned(),
        ..settings()
    }
}

fn with_headers(rules: &str) -> RestSettings {
    RestSettings {
        response_headers: parse_header_rules(rules).unwrap(),
        ..settings()
    }
}

impl Answer {
    fn named(&self, name: &str) -> Vec<&str> {
        let name = HeaderName::try_from(name).unwrap();
        let values = self.headers.get_all(name);
        values.iter().map(|value| value.to_str().unwrap()).collect()
    }
}

#[tokio::test]
async fn nothing_is_said_about_origins_unless_it_is_asked_for() {
    let fixture = Fixture::new();
    let origin = ["Origin: http://a.example"];
    let answer = fixture.send_with("GET /", &origin, None).await;
    assert!(answer.named("Vary").is_empty() && answer.named(ALLOWED).is_empty());
}

#[tokio::test]
async fn simple_requests_of_other_origins() {
    let fixture = Fixture::new();
    let settings = with_origins("http://a.example, http://.*\\.b\\.example", "");
    let main = fixture.resources(&settings).main;
    for (origin, allowed) in [
        ("http://a.example", true),
        ("HTTP://A.EXAMPLE", true),
        ("http://evil.example http://a.example", true),
        ("http://x.y.b.example", true),
        ("http://b.example", false),
        ("http://a.example.evil", false),
        ("null", false),
        ("", false),
    ] {
        for request in ["GET /", "GET /nope", "DELETE /connectors/nope"] {
            let header = format!("Origin: {origin}");
            let answer = send_to(main.clone(), request, &[&header], None).await;
            let expected: Vec<&str> = allowed.then_some(origin).into_iter().collect();
            assert_eq!(answer.named(ALLOWED), expected, "{request} {origin}");
            assert_eq!(answer.named("Vary"), ["Origin"]);
            assert!(answer.named("Access-Control-Allow-Methods").is_empty());
        }
    }
    let answer = send_to(main, "GET /", &[], None).await;
    assert_eq!(answer.named("Vary"), ["Origin"]);
    assert!(answer.named(ALLOWED).is_empty());
}

#[tokio::test]
async fn preflight_requests() {
    let fixture = Fixture::new();
    let preflight = [
        "Origin: http://a.example",
        "Access-Control-Request-Method: PUT",
    ];
    for (methods, told) in [
        ("", "GET,POST,HEAD"),
        ("GET, PUT,delete,", "GET,PUT,delete"),
    ] {
        let main = fixture.resources(&with_origins("*", methods)).main;
        let answer = send_to(main.clone(), "OPTIONS /connectors", &preflight, None).await;
        assert_eq!(answer.named(ALLOWED), ["http://a.example"]);
        assert_eq!(answer.named("Access-Control-Allow-Methods"), [told]);
        assert_eq!(
            answer.named("Access-Control-Allow-Headers"),
            ["Content-Type"]
        );
        assert_eq!(answer.named("Access-Control-Max-Age"), ["60"]);
        // The resource answers, too.
        assert_eq!(answer.named("Allow"), ["HEAD,POST,GET,OPTIONS"]);
        let answer = send_to(main.clone(), "OPTIONS /nope", &preflight, None).await;
        assert_eq!(answer.status, 404);
        assert_eq!(answer.named(ALLOWED), ["http://a.example"]);
        let answer = send_to(main, "OPTIONS /connectors", &preflight[..1], None).await;
        assert!(answer.named("Access-Control-Allow-Methods").is_empty());
    }
    let main = fixture.resources(&with_origins("http://b", "")).main;
    let answer = send_to(main, "OPTIONS /connectors", &preflight, None).await;
    assert_eq!(answer.status, 200);
    assert!(answer.named(ALLOWED).is_empty());
}

#[tokio::test]
async fn headers_of_the_operator() {
    let fixture = Fixture::new();
    let settings = with_headers(
        "add Cache-Control: no-cache, \"set X-A: 1,2\", add X-A: 3, set Content-Type: text/x, \
         setDate Expires: 0, add X-B: a\tb",
    );
    let resources = fixture.resources(&settings);
    let answer = send_to(resources.main.clone(), "GET /", &[], None).await;
    assert_eq!(answer.named("Cache-Control"), ["no-cache"]);
    assert_eq!(answer.named("X-A"), ["1,2", "3"]);
    assert_eq!(answer.named("X-B"), ["a\tb"]);
    let date = answer.named("Expires")[0];
    assert_eq!(date.len(), "Sun, 06 Nov 1994 08:49:37 GMT".len(), "{date}");
    assert!(date.ends_with(" GMT") && date.contains(", "), "{date}");
    // What the resource says itself wins.
    assert_eq!(answer.named("Content-Type"), ["application/json"]);
    let answer = send_to(resources.main, "GET /nope", &[], None).await;
    assert_eq!(answer.named("Content-Type"), ["text/x"]);
    // Listeners of their own have no such headers.
    let admin = send_to(resources.admin, "GET /admin/loggers/root", &[], None).await;
    assert_eq!(admin.status, 200);
    assert!(admin.named("X-A").is_empty());
}

#[tokio::test]
async fn settings_that_make_no_resources() {
    let fixture = Fixture::new();
    for (settings, message) in [
        (
            with_origins("http://a,http://a", ""),
            "access.control.allow.origin names http://a twice",
        ),
        (
            with_origins("*", "GET,GET"),
            "access.control.allow.methods names GET twice",
        ),
        (
            with_origins("http://(", ""),
            "access.control.allow.origin has an item that is no regular expression: http://( (error: unclosed group)",
        ),
        (
            with_headers("setDate Expires: abc"),
            "response.http.headers.config: the date of expires is 'abc'; expected a number of milliseconds from now",
        ),
        (
            with_headers("set X(: 1"),
            "response.http.headers.config: 'X(' is no name of an HTTP header",
        ),
        (
            with_headers("set Content-Length: 1"),
            "response.http.headers.config: 'content-length' is set by the server alone",
        ),
    ] {
        let error = Resources::new(fixture.herder.clone(), &settings, &Metrics::default())
            .err()
            .unwrap()
            .to_string();
        let expected = format!("Unable to initialize REST resources: {message}");
        assert!(error.starts_with(&expected), "{error}");
    }
}
