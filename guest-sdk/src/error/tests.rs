use super::*;

#[test]
fn context_keeps_the_cause_in_the_detail() {
    let error = ConnectError::retriable("c").context("b").context("a");
    assert_eq!(error.kind(), ErrorKind::Retriable);
    assert_eq!(error.message(), "a");
    assert_eq!(error.detail(), Some("Caused by: b\nCaused by: c"));
    assert_eq!(error.to_string(), "a\nCaused by: b\nCaused by: c");
}

#[test]
fn connection_errors_are_retriable() {
    let reset = io::Error::from(io::ErrorKind::ConnectionReset);
    assert_eq!(ConnectError::from(reset).kind(), ErrorKind::Retriable);
    let denied = io::Error::from(io::ErrorKind::PermissionDenied);
    assert_eq!(ConnectError::from(denied).kind(), ErrorKind::Fatal);
}
