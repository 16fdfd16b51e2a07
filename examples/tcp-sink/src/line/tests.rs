use connect_sdk::testing::sink_record;

use super::*;

fn line(value: impl Into<Value<'static>>) -> Result<String, ConnectError> {
    let mut lines = Vec::new();
    append(&sink_record("t", 1, 2, value), &mut lines)?;
    Ok(String::from_utf8(lines).unwrap())
}

#[test]
fn values_become_lines() {
    assert_eq!(line("grüße").unwrap(), "grüße\n");
    assert_eq!(line(5_i64).unwrap(), "5\n");
    assert_eq!(line(true).unwrap(), "true\n");
    assert_eq!(line(Value::Null).unwrap(), "\n");
}

#[test]
fn what_is_no_line_is_named() {
    let error = line("a\nb").unwrap_err();
    assert_eq!(error.message(), "The record t-1@2 has a line feed inside");
    assert!(line(Value::Array(Vec::new())).is_err());
}
