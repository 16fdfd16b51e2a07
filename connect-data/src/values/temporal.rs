//! Reads dates, times and timestamps as a lenient `SimpleDateFormat` does: what a text is, its
//! length alone decides; numbers may be out of range and are added up; what follows is ignored.

use crate::{SchemaAndValue, Value, logical, time};

const TIME_LENGTH: usize = "HH:mm:ss.SSSZ".len();
const DATE_LENGTH: usize = "yyyy-MM-dd".len();
const TIMESTAMP_LENGTH: usize = "yyyy-MM-ddTHH:mm:ss.SSSZ".len();

/// The value of a text whose length is that of a time, date or timestamp.
pub(super) fn parse_temporal(text: &str) -> Option<SchemaAndValue<'static>> {
    let text = text.replace("\\:", ":");
    let (schema, millis) = match text.len() {
        TIME_LENGTH => {
            let mut reader = Reader { rest: &text };
            let of_day = reader.time()?;
            (
                logical::time_schema(),
                time::millis_lenient(1970, 1, 1, of_day)?,
            )
        }
        TIMESTAMP_LENGTH => {
            let mut reader = Reader { rest: &text };
            let (year, month, day) = reader.date()?;
            reader.literal('T')?;
            let of_day = reader.time()?;
            (
                logical::timestamp_schema(),
                time::millis_lenient(year, month, day, of_day)?,
            )
        }
        DATE_LENGTH => {
            let mut reader = Reader { rest: &text };
            let (year, month, day) = reader.date()?;
            (
                logical::date_schema(),
                time::millis_lenient(year, month, day, 0)?,
            )
        }
        _ => return None,
    };
    Some(SchemaAndValue {
        schema: Some(schema),
        value: Value::Date(millis),
    })
}

struct Reader<'t> {
    rest: &'t str,
}

impl Reader<'_> {
    fn date(&mut self) -> Option<(i64, i64, i64)> {
        let year = self.number()?;
        self.literal('-')?;
        let month = self.number()?;
        self.literal('-')?;
        Some((year, month, self.number()?))
    }

    /// Milliseconds, up to the closing `Z`.
    fn time(&mut self) -> Option<i64> {
        let hour = self.number()?;
        self.literal(':')?;
        let minute = self.number()?;
        self.literal(':')?;
        let second = self.number()?;
        self.literal('.')?;
        let millis = self.number()?;
        self.literal('Z')?;
        Some(((hour * 60 + minute) * 60 + second) * 1000 + millis)
    }

    fn literal(&mut self, expected: char) -> Option<()> {
        self.rest = self.rest.strip_prefix(expected)?;
        Some(())
    }

    /// Digits, perhaps behind blanks and a minus sign, narrowed to 32 bits as Java narrows them.
    fn number(&mut self) -> Option<i64> {
        let text = self.rest.trim_start_matches([' ', '\t']);
        let (negative, text) = match text.strip_prefix('-') {
            Some(text) => (true, text),
            None => (false, text),
        };
        let end = text
            .find(|character: char| !character.is_ascii_digit())
            .unwrap_or(text.len());
        let magnitude: i128 = text[..end].parse().ok()?;
        self.rest = &text[end..];
        let number = if negative { -magnitude } else { magnitude };
        Some(match i64::try_from(number) {
            Ok(number) => i64::from(number as i32),
            // Beyond 64 bits Java goes through a double, which saturates.
            Err(_) if negative => i64::from(i32::MIN),
            Err(_) => i64::from(i32::MAX),
        })
    }
}
