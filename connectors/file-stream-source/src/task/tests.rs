use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::rc::Rc;

use connect_sdk::log::Level;
use connect_sdk::stdin::Input as StdinInput;
use connect_sdk::testing::{self, FakeOffsets};
use tempfile::TempDir;

use super::*;

const FILE: &str = "file";

/// A file in a folder of its own, and a task that reads it.
struct Fixture {
    _folder: TempDir,
    path: PathBuf,
    offsets: Rc<FakeOffsets>,
}

impl Fixture {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("file-stream-source");
        fs::write(&path, "").unwrap();
        Self {
            path,
            _folder: folder,
            offsets: Rc::default(),
        }
    }

    fn config(&self) -> Config {
        let config = Config::from([(TOPIC, "test"), (BATCH_SIZE, "2000")]);
        config.with(FILE, self.name())
    }

    fn name(&self) -> String {
        self.path.to_str().unwrap().to_owned()
    }

    fn start(&self) -> FileStreamSourceTask {
        self.start_with(self.config()).unwrap()
    }

    fn start_with(&self, config: Config) -> Result<FileStreamSourceTask, ConnectError> {
        let context = testing::source_task_context(self.offsets.clone());
        FileStreamSourceTask::start(context, config)
    }

    fn store(&self, position: impl Into<OffsetValue<'static>>) {
        let partition = OffsetMap::of(FILENAME_FIELD, self.name());
        self.offsets
            .store(partition, OffsetMap::of(POSITION_FIELD, position));
    }

    fn append(&self, bytes: impl AsRef<[u8]>) {
        append(&self.path, bytes.as_ref());
    }
}

fn append(path: &PathBuf, bytes: &[u8]) {
    let mut file = OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .unwrap();
    file.write_all(bytes).unwrap();
}

fn poll(task: &mut FileStreamSourceTask) -> Vec<(String, i64)> {
    let records = testing::poll(task).unwrap();
    records
        .iter()
        .map(|record| {
            let offset = record.source_offset.as_ref().unwrap();
            let position = offset.get(POSITION_FIELD).unwrap().as_integer().unwrap();
            (record.value.as_str().unwrap().to_owned(), position)
        })
        .collect()
}

fn lines(expected: &[(&str, i64)]) -> Vec<(String, i64)> {
    expected
        .iter()
        .map(|(text, position)| ((*text).to_owned(), *position))
        .collect()
}

fn warnings() -> Vec<String> {
    let warnings = testing::logs()
        .into_iter()
        .filter(|(level, _)| *level == Level::Warn);
    warnings.map(|(_, line)| line).collect()
}

#[test]
fn normal_lifecycle() {
    let fixture = Fixture::new();
    let mut task = fixture.start();
    assert_eq!(poll(&mut task), []);
    fixture.append("partial line");
    assert_eq!(poll(&mut task), []);
    fixture.append(" finished\n");
    let records = testing::poll(&mut task).unwrap();
    assert_eq!(records.len(), 1);
    let record = &records[0];
    assert_eq!(record.topic.as_deref(), Some("test"));
    assert_eq!(record.value, Value::from("partial line finished"));
    assert_eq!(record.value_schema, Some(Schema::string()));
    assert_eq!((&record.key, &record.key_schema), (&Value::Null, &None));
    assert_eq!(record.kafka_partition, None);
    assert!(record.timestamp.is_some());
    assert_eq!(
        record.source_partition,
        Some(OffsetMap::of(FILENAME_FIELD, fixture.name()))
    );
    assert_eq!(
        record.source_offset,
        Some(OffsetMap::of(POSITION_FIELD, 22_i64))
    );

    // Different line endings, and a final \r that may or may not end a line.
    fixture.append("line1\rline2\r\nline3\nline4\n\r");
    assert_eq!(
        poll(&mut task),
        lines(&[("line1", 28), ("line2", 35), ("line3", 41), ("line4", 47)])
    );
    fixture.append("subsequent text");
    assert_eq!(poll(&mut task), lines(&[("", 48)]));
    task.stop().unwrap();
}

#[test]
fn a_full_batch_comes_at_once_and_the_rest_needs_no_further_input() {
    let fixture = Fixture::new();
    let mut task = fixture
        .start_with(fixture.config().with(BATCH_SIZE, "5000"))
        .unwrap();
    for index in 0..10_000 {
        fixture.append(format!("Neque porro quisquam est qui dolorem {index}\n"));
    }
    for expected in [5000, 5000, 0] {
        assert_eq!(testing::poll(&mut task).unwrap().len(), expected);
    }
}

#[test]
fn a_batch_size_below_one_is_one() {
    let fixture = Fixture::new();
    let mut task = fixture
        .start_with(fixture.config().with(BATCH_SIZE, "0"))
        .unwrap();
    fixture.append("a\nb\n");
    assert_eq!(poll(&mut task), lines(&[("a", 2)]));
    assert_eq!(poll(&mut task), lines(&[("b", 4)]));
}

#[test]
fn it_goes_on_at_the_stored_position_in_bytes() {
    let fixture = Fixture::new();
    fixture.append("zwölf\nÄpfel\n");
    let mut task = fixture.start();
    assert_eq!(poll(&mut task), lines(&[("zwölf", 7), ("Äpfel", 14)]));
    fixture.store(7_i64);
    assert_eq!(poll(&mut fixture.start()), lines(&[("Äpfel", 14)]));
}

#[test]
fn stored_positions_of_a_wrong_type_are_refused() {
    let fixture = Fixture::new();
    fixture.store("10");
    let error = fixture.start_with(fixture.config()).err().unwrap();
    assert_eq!(error.message(), "Offset position is the incorrect type");
    fixture.store(OffsetValue::Null);
    fixture.append("a\n");
    assert_eq!(poll(&mut fixture.start()), lines(&[("a", 2)]));
}

#[test]
fn a_missing_file_is_waited_for() {
    let fixture = Fixture::new();
    fs::remove_file(&fixture.path).unwrap();
    let mut task = fixture.start();
    for polls in 1..=2 {
        assert_eq!(poll(&mut task), []);
        let text = format!(
            "Couldn't find file {} for FileStreamSourceTask, sleeping to wait for it to be created",
            fixture.name()
        );
        assert_eq!(warnings(), vec![text; polls]);
    }
    let waited: Duration = testing::waits().iter().sum();
    assert!(waited <= Duration::from_secs(2), "{waited:?}");
    // It is found soon after it was created, within the same poll.
    let path = fixture.path.clone();
    testing::on_wait(move |_| append(&path, b"here\n"));
    assert_eq!(poll(&mut task)[0], ("here".to_owned(), 5));
}

#[test]
fn a_folder_is_an_error() {
    let fixture = Fixture::new();
    let folder = fixture.path.parent().unwrap().to_str().unwrap().to_owned();
    let mut task = fixture
        .start_with(fixture.config().with(FILE, folder.clone()))
        .unwrap();
    let error = testing::poll(&mut task).unwrap_err();
    assert_eq!(
        error.message(),
        format!("Error while trying to open file {folder}: it is not a regular file")
    );
}

#[test]
fn idle_waits_grow_and_a_line_is_found_within_one() {
    let fixture = Fixture::new();
    let mut task = fixture.start();
    assert_eq!(poll(&mut task), []);
    let waits: Vec<_> = testing::waits().iter().map(Duration::as_millis).collect();
    assert_eq!(waits[..7], [1, 2, 4, 8, 16, 32, 40]);
    assert!(waits.iter().sum::<u128>() <= 1000);

    let path = fixture.path.clone();
    let before = waits.len();
    testing::on_wait(move |number| {
        if number == before + 2 {
            append(&path, b"appended\n");
        }
    });
    assert_eq!(poll(&mut task), lines(&[("appended", 9)]));
    assert_eq!(testing::waits().len(), before + 3);
}

#[test]
fn a_stop_ends_the_wait() {
    let fixture = Fixture::new();
    let mut task = fixture.start();
    testing::set_stopping(true);
    assert_eq!(poll(&mut task), []);
    assert_eq!(testing::waits().len(), 1);
}

#[test]
fn a_file_shorter_than_the_position_is_named_with_both_sizes_and_waited_for() {
    let fixture = Fixture::new();
    fixture.append("0123\n");
    fixture.store(10_i64);
    let mut task = fixture.start();
    assert_eq!(poll(&mut task), []);
    assert_eq!(poll(&mut task), []);
    let said = warnings();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(
        said[0].starts_with(&format!(
            "File {} has 5 bytes, fewer than its stored position 10",
            fixture.name()
        )),
        "{said:?}"
    );
    fixture.append("5678\nnew\n");
    assert_eq!(poll(&mut task), lines(&[("new", 14)]));
}

#[test]
fn a_truncated_file_is_named_with_both_sizes() {
    let fixture = Fixture::new();
    fixture.append("one\ntwo\n");
    let mut task = fixture.start();
    assert_eq!(poll(&mut task).len(), 2);
    fs::write(&fixture.path, "x\n").unwrap();
    assert_eq!(poll(&mut task), []);
    assert!(warnings()[0].contains("has 2 bytes, fewer than its stored position 8"));
    fixture.append("345678\nend\n");
    assert_eq!(poll(&mut task), lines(&[("", 9), ("end", 13)]));
}

#[test]
fn a_replaced_file_is_named_with_both_sizes_and_the_old_one_read_on() {
    let fixture = Fixture::new();
    fixture.append("one\n");
    let mut task = fixture.start();
    assert_eq!(poll(&mut task), lines(&[("one", 4)]));
    let rotated = fixture.path.with_extension("1");
    fs::rename(&fixture.path, &rotated).unwrap();
    assert_eq!(poll(&mut task), []);
    assert!(warnings()[0].contains("was removed or renamed; 4 of its 4 bytes were read"));
    fixture.append("another file\n");
    append(&rotated, b"last\n");
    assert_eq!(poll(&mut task), lines(&[("last", 9)]));
    assert_eq!(poll(&mut task), []);
    let said = warnings();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(
        said[1]
            .contains("was replaced by another one of 13 bytes; 9 of the 9 bytes of the old one"),
        "{said:?}"
    );
}

#[test]
fn malformed_text_becomes_replacement_characters_and_keeps_positions() {
    let fixture = Fixture::new();
    fixture.append(b"a\xffb\nc\n");
    let mut task = fixture.start();
    assert_eq!(poll(&mut task), lines(&[("a\u{fffd}b", 4), ("c", 6)]));
}

#[test]
fn long_lines_pass_whole() {
    let fixture = Fixture::new();
    let long = "x".repeat(3 << 20);
    fixture.append(format!("{long}\nshort\n"));
    let mut task = fixture.start();
    let end = (3 << 20) + 1;
    assert_eq!(
        poll(&mut task),
        vec![(long, end), ("short".to_owned(), end + 6)]
    );
}

#[test]
fn standard_input_has_no_offsets() {
    let fixture = Fixture::new();
    let mut task = fixture.start_with(fixture.config().with(FILE, "")).unwrap();
    testing::push_stdin(StdinInput::Bytes(b"one\ntwo\npart".to_vec()));
    let records = testing::poll(&mut task).unwrap();
    assert_eq!(records.len(), 2);
    assert_eq!(records[1].value, Value::from("two"));
    let null = |key| Some(OffsetMap::of(key, OffsetValue::Null));
    assert_eq!(records[1].source_partition, null(FILENAME_FIELD));
    assert_eq!(records[1].source_offset, null(POSITION_FIELD));
    testing::push_stdin(StdinInput::Bytes(b"ial\n".to_vec()));
    assert_eq!(
        testing::poll(&mut task).unwrap()[0].value,
        Value::from("partial")
    );
    testing::push_stdin(StdinInput::End);
    assert_eq!(testing::poll(&mut task).unwrap(), []);
}
