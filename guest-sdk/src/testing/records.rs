//! Records for sinks, and looks at the records of sources and sinks.

use connect_data::{Schema, SinkRecord, SourceRecord, Value};

/// Something with a value: a record.
pub trait Valued {
    /// Its value.
    fn value(&self) -> &Value<'_>;
}

impl Valued for SourceRecord<'_> {
    fn value(&self) -> &Value<'_> {
        &self.value
    }
}

impl Valued for SinkRecord<'_> {
    fn value(&self) -> &Value<'_> {
        &self.value
    }
}

/// The values of records.
pub fn values<R: Valued>(records: &[R]) -> Vec<Value<'_>> {
    records
        .iter()
        .map(|record| record.value().clone())
        .collect()
}

/// The values of records that are texts.
///
/// # Panics
/// When a value is something else.
#[track_caller]
pub fn texts<R: Valued>(records: &[R]) -> Vec<&str> {
    let mut texts = Vec::with_capacity(records.len());
    for record in records {
        match record.value() {
            Value::String(text) => texts.push(text.as_ref()),
            other => panic!("expected a text, found {other:?}"),
        }
    }
    texts
}

/// Panics unless the records have exactly these values, in this order.
///
/// ```
/// use connect_sdk::testing::{assert_values, text_record};
///
/// let records = [text_record("topic", 0, 0, "a"), text_record("topic", 0, 1, "b")];
/// assert_values(&records, ["a", "b"]);
/// ```
#[track_caller]
pub fn assert_values<'a, R: Valued, V: Into<Value<'a>>>(
    records: &[R],
    expected: impl IntoIterator<Item = V>,
) {
    let expected: Vec<Value<'a>> = expected.into_iter().map(Into::into).collect();
    let found = values(records);
    let same = found
        .iter()
        .zip(&expected)
        .take_while(|(a, b)| a == b)
        .count();
    assert!(
        same == found.len() && same == expected.len(),
        "the values differ from number {same} on: expected {:?}, found {:?}",
        &expected[same..],
        &found[same..]
    );
}

/// A record as it comes from Kafka, without a schema (as from JSON without schemas).
pub fn sink_record<'a>(
    topic: &'a str,
    partition: i32,
    offset: i64,
    value: impl Into<Value<'a>>,
) -> SinkRecord<'a> {
    SinkRecord::new(topic, partition, offset, None, value)
}

/// A record with a text, as the StringConverter makes it.
pub fn text_record<'a>(
    topic: &'a str,
    partition: i32,
    offset: i64,
    text: &'a str,
) -> SinkRecord<'a> {
    SinkRecord::new(
        topic,
        partition,
        offset,
        Some(Schema::optional_string()),
        text,
    )
}
