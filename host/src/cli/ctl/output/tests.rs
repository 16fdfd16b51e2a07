use std::sync::{Arc, Mutex};

use super::*;

/// An output that a test can look at.
#[derive(Clone, Default)]
pub(in crate::cli::ctl) struct Printed(Arc<Mutex<Vec<u8>>>);

impl Printed {
    pub(in crate::cli::ctl) fn output(&self, format: Format) -> Output {
        Output {
            format,
            columns: None,
            stream: Box::new(self.clone()),
        }
    }

    pub(in crate::cli::ctl) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).expect("UTF-8")
    }
}

impl Write for Printed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn control_characters_reach_no_terminal() {
    assert_eq!(
        visible("a\u{1b}[31mb\n\t\u{7f}\u{9b}"),
        r"a\u{1b}[31mb\n\t\u{7f}\u{9b}"
    );
    assert_eq!(visible("käse 日本 👩‍💻"), "käse 日本 👩‍💻");
}

#[test]
fn json_is_pretty_and_keeps_order_and_numbers() {
    let printed = Printed::default();
    let text = r#"{"b":9223372036854775807,"a":[1.0,null,"ü"]}"#;
    let value = serde_json::from_str(text).unwrap();
    printed.output(Format::Json).json(&value).expect("printed");
    let expected =
        "{\n  \"b\": 9223372036854775807,\n  \"a\": [\n    1.0,\n    null,\n    \"ü\"\n  ]\n}\n";
    assert_eq!(printed.text(), expected);
}

#[test]
fn a_reader_that_has_gone_is_told_from_other_failures() {
    let mut output = Output {
        format: Format::Table,
        columns: None,
        stream: Box::new(Closed),
    };
    let error = output.line("x").expect_err("nobody reads");
    assert!(error.is_broken_pipe());
    let full = CtlError::Output(io::ErrorKind::StorageFull.into());
    assert!(!full.is_broken_pipe());
    assert_eq!(full.exit_code(), 1);
}

#[test]
fn counts_are_words() {
    assert_eq!(count(0, "task"), "0 tasks");
    assert_eq!(count(1, "task"), "1 task");
    assert_eq!(count(2, "task"), "2 tasks");
}
