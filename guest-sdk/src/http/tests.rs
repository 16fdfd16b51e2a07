use super::*;
use crate::testing;

#[test]
fn urls_are_taken_apart() {
    let parts = |url| UrlParts::of(url).map(|it| (it.secure, it.authority, it.path_with_query));
    let path = |path: &str| path.to_owned();
    assert_eq!(
        parts("http://a:80/b?c#d"),
        Ok((false, "a:80", path("/b?c")))
    );
    assert_eq!(parts("HTTPS://a"), Ok((true, "a", path("/"))));
    assert_eq!(
        parts("http://[::1]?x=/"),
        Ok((false, "[::1]", path("/?x=/")))
    );
    for url in ["a", "ftp://a", "http:///x", "http://me:pw@a/"] {
        assert!(
            matches!(parts(url), Err(HttpErrorReason::Invalid(_))),
            "{url}"
        );
    }
}

#[test]
fn errors_hide_secrets_and_say_what_to_do() {
    testing::on_http(|request| Err(HttpError::new(request, HttpErrorReason::Denied)));
    let error = Request::get("http://a/b?key=secret").send().unwrap_err();
    let error = ConnectError::from(error);
    assert!(
        error
            .message()
            .starts_with("GET http://a/b: the worker does not allow")
    );
    assert_eq!(error.kind(), ErrorKind::Fatal);
    let error = Request::get("http://me:secret@a/").send().unwrap_err();
    assert!(!error.to_string().contains("secret"), "{error}");
}

#[test]
fn broken_connections_are_retriable() {
    testing::on_http(|request| {
        let reason = HttpErrorReason::Failed("connection refused".to_owned());
        Err(HttpError::new(request, reason))
    });
    let error = ConnectError::from(Request::post("http://a", "x").send().unwrap_err());
    assert_eq!(error.message(), "POST http://a: connection refused");
    assert_eq!(error.kind(), ErrorKind::Retriable);
}
