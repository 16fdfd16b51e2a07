//! Reading texts by a pattern, as a lenient `SimpleDateFormat.parse` does. What follows the
//! pattern's end is ignored.

use super::super::java_number::{ascii_digits, java_digit};
use super::calendar::{CalendarField as F, CalendarFields};
use super::{DateFormat, Item, MONTHS, WEEKDAYS};
use crate::clock;
use crate::errors::Failure;
use connect_data::logical::MILLIS_PER_DAY;
use connect_data::time::{DateTime, millis_lenient};

impl DateFormat {
    /// The instant that a text names.
    ///
    /// # Errors
    ///
    /// The `DataException` of TimestampConverter, around Java's `ParseException`.
    pub fn parse(&self, text: &str) -> Result<i64, Failure> {
        self.read(text).ok_or_else(|| {
            let cause = format!("Unparseable date: \"{text}\"");
            Failure::data(format!(
                "Could not parse timestamp: value ({text}) does not match pattern ({})",
                self.pattern
            ))
            .caused_by(Failure::new("java.text.ParseException", cause))
        })
    }

    fn read(&self, text: &str) -> Option<i64> {
        let mut reader = Reader {
            text,
            rest: text,
            fields: CalendarFields::default(),
            ambiguous: None,
        };
        for (index, item) in self.items.iter().enumerate() {
            match item {
                Item::Text(literal) => reader.rest = reader.rest.strip_prefix(literal.as_str())?,
                Item::Field(letter, count) => {
                    // Numbers without anything between them have as many digits as letters.
                    let next = self.items.get(index + 1);
                    let counted = next.is_some_and(is_number);
                    reader.field(*letter, *count, counted)?;
                }
            }
        }
        let millis = reader.fields.millis()?;
        match reader.ambiguous {
            // The year that lies 80 years back belongs to two centuries, by the day.
            Some(year) if millis < century_start() => {
                reader.fields.set(F::Year, year + 100);
                reader.fields.millis()
            }
            _ => Some(millis),
        }
    }
}

/// Whether a part of a pattern is a field that is written in digits.
fn is_number(item: &Item) -> bool {
    match item {
        Item::Field('M' | 'L', count) => *count <= 2,
        Item::Field(letter, _) => !matches!(letter, 'G' | 'E' | 'a' | 'z' | 'Z' | 'X'),
        Item::Text(_) => false,
    }
}

/// Eighty years ago, where the hundred years begin that two digits can stand for.
fn century_start() -> i64 {
    let now = DateTime::of_millis(clock::epoch_ms());
    let of_day = clock::epoch_ms().rem_euclid(MILLIS_PER_DAY);
    let (year, month, day) = (now.year - 80, now.month.into(), now.day.into());
    millis_lenient(year, month, day, of_day).unwrap_or(i64::MIN)
}

/// The power of ten behind a number, and how many bytes tell it: Java's number formats take it
/// along.
fn exponent(text: &str) -> Option<(i32, usize)> {
    let digits = text.strip_prefix('E')?;
    let unsigned = digits.strip_prefix('-').unwrap_or(digits);
    let end = unsigned.find(|character: char| !character.is_ascii_digit());
    let length = digits.len() - unsigned.len() + end.unwrap_or(unsigned.len());
    let exponent = digits[..length].parse().ok()?;
    Some((exponent, 1 + length))
}

struct Reader<'t> {
    text: &'t str,
    rest: &'t str,
    fields: CalendarFields,
    /// A year of two digits that two centuries have.
    ambiguous: Option<i64>,
}

impl Reader<'_> {
    fn field(&mut self, letter: char, count: usize, counted: bool) -> Option<()> {
        let start = self.text.len() - self.rest.len();
        self.rest = self.rest.trim_start_matches([' ', '\t']);
        if self.rest.is_empty() {
            return None;
        }
        let limit = counted.then_some(start + count);
        let (field, value) = match letter {
            'G' => {
                let names = ["BC", "AD"];
                (F::Era, self.name(&names)?)
            }
            'M' | 'L' if count > 2 => (F::Month, self.name_or_short(&MONTHS)?),
            'E' => (F::DayOfWeek, self.name_or_short(&WEEKDAYS)? + 1),
            'a' => (F::AmPm, self.name(&["AM", "PM"])?),
            'z' | 'Z' => (F::ZoneOffset, self.zone()?),
            'X' => (F::ZoneOffset, self.iso_zone(count)?),
            'y' => (F::Year, self.year(count, limit)?),
            'Y' => (F::WeekYear, self.year(count, limit)?),
            _ => {
                let number = self.number(limit)?;
                match letter {
                    'M' | 'L' => (F::Month, number - 1),
                    'd' => (F::DayOfMonth, number),
                    'k' if number == 24 => (F::HourOfDay, 0),
                    'k' | 'H' => (F::HourOfDay, number),
                    'h' if number == 12 => (F::Hour, 0),
                    'h' | 'K' => (F::Hour, number),
                    'm' => (F::Minute, number),
                    's' => (F::Second, number),
                    'S' => (F::Millisecond, number),
                    'D' => (F::DayOfYear, number),
                    'F' => (F::DayOfWeekInMonth, number),
                    'w' => (F::WeekOfYear, number),
                    'W' => (F::WeekOfMonth, number),
                    // Monday is 1, Sunday 7.
                    'u' if number == 7 => (F::DayOfWeek, 1),
                    'u' if (1..7).contains(&number) => (F::DayOfWeek, number + 1),
                    // Java takes any other number for one that counts from Sunday.
                    'u' => (F::DayOfWeek, number),
                    _ => return None,
                }
            }
        };
        self.fields.set(field, value);
        Some(())
    }

    /// Digits, perhaps behind a minus sign, up to `limit` in the text, narrowed to 32 bits as Java
    /// narrows them.
    fn number(&mut self, limit: Option<usize>) -> Option<i64> {
        let here = self.text.len() - self.rest.len();
        let available = match limit {
            Some(limit) => self.text.get(here..limit)?,
            None => self.rest,
        };
        let (sign, digits) = match available.strip_prefix('-') {
            Some(digits) => (-1, digits),
            None => (1, available),
        };
        let end = digits.find(|character: char| java_digit(character).is_none());
        let digits = &digits[..end.unwrap_or(digits.len())];
        if digits.is_empty() {
            return None;
        }
        let length = digits.len() + usize::from(sign < 0);
        let exponent = exponent(&available[length..]);
        self.rest = &self.rest[length + exponent.map_or(0, |(_, length)| length)..];
        let digits = ascii_digits(digits);
        let mut magnitude: f64 = digits.parse().ok()?;
        if let Some((exponent, _)) = exponent {
            magnitude *= 10f64.powi(exponent);
            return Some(i64::from((sign as f64 * magnitude) as i32));
        }
        Some(match digits.parse::<i64>() {
            Ok(magnitude) => i64::from((sign * magnitude) as i32),
            // Beyond 64 bits Java goes through a double, which saturates.
            Err(_) => i64::from((sign as f64 * magnitude) as i32),
        })
    }

    /// Two digits for up to two letters are a year from 80 years ago to 20 years ahead.
    fn year(&mut self, count: usize, limit: Option<usize>) -> Option<i64> {
        let before = self.rest;
        let year = self.number(limit)?;
        let read = &before[..before.len() - self.rest.len()];
        let is_digit = |character| java_digit(character).is_some();
        let two_digits = read.chars().count() == 2 && read.chars().all(is_digit);
        if count > 2 || !two_digits {
            return Some(year);
        }
        let first = DateTime::of_millis(century_start()).year;
        let century = if year < first % 100 { 100 } else { 0 };
        let full = first / 100 * 100 + century + year;
        self.ambiguous = (full == first).then_some(full);
        Some(full)
    }

    /// The index of the longest of the names that the text goes on with, in any case.
    fn name(&mut self, names: &[&str]) -> Option<i64> {
        let rest = self.rest;
        let matches = |name: &str| {
            rest.get(..name.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(name))
        };
        let (index, length) = (names.iter().enumerate())
            .filter(|(_, name)| matches(name))
            .map(|(index, name)| (index, name.len()))
            .max_by_key(|(_, length)| *length)?;
        self.rest = &rest[length..];
        i64::try_from(index).ok()
    }

    fn name_or_short(&mut self, names: &[&str]) -> Option<i64> {
        self.name(names).or_else(|| {
            let short: Vec<&str> = names.iter().map(|name| &name[..3]).collect();
            self.name(&short)
        })
    }

    /// A time zone as RFC 822 writes it, as `GMT+hh:mm` or by name.
    fn zone(&mut self) -> Option<i64> {
        if let Some(sign) = self.sign() {
            return self.offset(sign, 0, false);
        }
        let is_gmt = (self.rest.get(..3)).is_some_and(|start| start.eq_ignore_ascii_case("GMT"));
        if is_gmt {
            self.rest = &self.rest[3..];
            return match self.sign() {
                Some(sign) => self.offset(sign, 0, true),
                None => Some(0),
            };
        }
        let zones: Vec<&str> = ZONES.iter().map(|(name, _)| *name).collect();
        let index = usize::try_from(self.name(&zones)?).ok()?;
        Some(ZONES[index].1 * 60_000)
    }

    /// A time zone as ISO 8601 writes it.
    fn iso_zone(&mut self, count: usize) -> Option<i64> {
        if let Some(rest) = self.rest.strip_prefix('Z') {
            self.rest = rest;
            return Some(0);
        }
        let sign = self.sign()?;
        self.offset(sign, count, count == 3)
    }

    fn sign(&mut self) -> Option<i64> {
        let sign = match self.rest.as_bytes().first()? {
            b'+' => 1,
            b'-' => -1,
            _ => return None,
        };
        self.rest = &self.rest[1..];
        Some(sign)
    }

    /// Hours and, unless there is but one letter, minutes.
    fn offset(&mut self, sign: i64, count: usize, colon: bool) -> Option<i64> {
        let mut hours = self.digit()?;
        match self.digit() {
            Some(digit) => hours = hours * 10 + digit,
            None if count > 0 || !colon => return None,
            None => {}
        }
        let mut minutes = 0;
        if count != 1 {
            if colon {
                self.rest = self.rest.strip_prefix(':')?;
            }
            minutes = self.digit()? * 10 + self.digit()?;
        }
        if hours > 23 || minutes > 59 {
            return None;
        }
        Some(sign * (hours * 60 + minutes) * 60_000)
    }

    fn digit(&mut self) -> Option<i64> {
        let digit = self.rest.chars().next()?.to_digit(10)?;
        self.rest = &self.rest[1..];
        Some(i64::from(digit))
    }
}

/// Names of time zones that are understood, with their distance from UTC in minutes. Java knows
/// hundreds.
const ZONES: [(&str, i64); 17] = [
    ("UTC", 0),
    ("Coordinated Universal Time", 0),
    ("Greenwich Mean Time", 0),
    ("UCT", 0),
    ("Z", 0),
    ("WET", 0),
    ("WEST", 60),
    ("CET", 60),
    ("CEST", 120),
    ("EET", 120),
    ("EEST", 180),
    ("EST", -300),
    ("EDT", -240),
    ("CST", -360),
    ("CDT", -300),
    ("PST", -480),
    ("PDT", -420),
];
