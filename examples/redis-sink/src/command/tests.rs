use connect_sdk::testing::{sink_record, text_record};

use super::*;

fn packed(mode: Mode, record: &SinkRecord<'_>) -> Vec<String> {
    let packed = command_of(mode, "p:", record).unwrap().get_packed_command();
    // Every other line of a packed command is the length of the argument after it.
    let text = String::from_utf8(packed).unwrap();
    let lines: Vec<&str> = text.lines().skip(1).collect();
    lines.chunks(2).map(|pair| pair[1].to_owned()).collect()
}

#[test]
fn keys_are_set_and_deleted() {
    let mut record = text_record("t", 0, 1, "v");
    record.key = Value::from("k");
    assert_eq!(packed(Mode::Set, &record), ["SET", "p:k", "v"]);
    record.value = Value::Null;
    assert_eq!(packed(Mode::Set, &record), ["DEL", "p:k"]);
}

#[test]
fn entries_of_streams_say_where_they_come_from() {
    assert_eq!(
        packed(Mode::Stream, &text_record("t", 2, 7, "v")),
        [
            "XADD",
            "p:t",
            "*",
            "partition",
            "2",
            "offset",
            "7",
            "value",
            "v"
        ]
    );
}

#[test]
fn what_cannot_be_written_is_named() {
    let message = |record: &SinkRecord<'_>| {
        let error = command_of(Mode::Set, "", record).err().unwrap();
        error.message().to_owned()
    };
    let without_key = message(&text_record("t", 2, 7, "v"));
    assert!(
        without_key.starts_with("The record t-2@7 has no key"),
        "{without_key}"
    );
    let number = message(&sink_record("t", 0, 1, 5_i64));
    assert!(
        number.contains("a value that is neither text nor bytes"),
        "{number}"
    );
}
