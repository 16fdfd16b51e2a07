use connect_data::{ConnectHeaders, ConnectRecord, Value};

use crate::transform::tests::records::{apply, record};

fn headers(keys: &[&'static str]) -> ConnectHeaders<'static> {
    let mut headers = ConnectHeaders::new();
    for key in keys {
        headers.add_int(*key, 1);
    }
    headers
}

#[test]
fn headers_of_these_names_are_taken_away() {
    for (before, after) in [
        (&["a", "drop", "drop"][..], &["a"][..]),
        (&["a", "b"], &["a", "b"]),
        (&["drop2", "x", "drop"], &["x"]),
        (&[], &[]),
    ] {
        let before = ConnectRecord {
            headers: headers(before),
            ..record(None, Value::Null)
        };
        let dropped = apply("DropHeaders", &[("headers", "drop,drop2")], before.clone());
        let expected = ConnectRecord {
            headers: headers(after),
            ..before
        };
        assert_eq!(dropped, Ok(expected));
    }
}
