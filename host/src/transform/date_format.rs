//! Dates and times in text, by the patterns of Java's SimpleDateFormat: lenient, in UTC, in
//! English.
//!
//! Owns patterns and formatting; reading is in `parse`, the calendar's arithmetic in `calendar`.
//! Must not know what the texts are for. Java's counterpart: `java.text.SimpleDateFormat` with
//! `GregorianCalendar`, weeks from Sunday on.

mod calendar;
mod parse;

use std::fmt::Write as _;

use connect_data::time::DateTime;

use self::calendar::{day_of_year, week_of_month, week_year_and_week};
use crate::errors::Failure;

/// The letters that stand for something.
const LETTERS: &str = "GyMdkHmsSEDFwWahKzZYuXL";

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const WEEKDAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

/// A pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DateFormat {
    pattern: String,
    items: Vec<Item>,
}

/// A part of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    /// Text that stands for itself.
    Text(String),
    /// So many of a letter.
    Field(char, usize),
}

impl DateFormat {
    /// Reads a pattern.
    ///
    /// # Errors
    ///
    /// The `IllegalArgumentException` of SimpleDateFormat's constructor.
    pub fn compile(pattern: &str) -> Result<Self, Failure> {
        let mut items = Vec::new();
        let mut text = String::new();
        let mut rest = pattern.chars().peekable();
        let mut quoted = false;
        while let Some(character) = rest.next() {
            if character == '\'' {
                if rest.next_if_eq(&'\'').is_some() {
                    text.push('\'');
                } else {
                    quoted = !quoted;
                }
            } else if quoted || !character.is_ascii_alphabetic() {
                text.push(character);
            } else if LETTERS.contains(character) {
                let mut count = 1;
                while rest.next_if_eq(&character).is_some() {
                    count += 1;
                }
                if !text.is_empty() {
                    items.push(Item::Text(std::mem::take(&mut text)));
                }
                items.push(Item::Field(character, count));
            } else {
                return Err(illegal(format!("Illegal pattern character '{character}'")));
            }
        }
        if quoted {
            return Err(illegal("Unterminated quote".to_owned()));
        }
        if !text.is_empty() {
            items.push(Item::Text(text));
        }
        Ok(Self {
            pattern: pattern.to_owned(),
            items,
        })
    }

    /// The text of an instant.
    pub fn format(&self, millis: i64) -> String {
        let time = DateTime::of_millis(millis);
        let mut out = String::with_capacity(self.pattern.len() + 8);
        for item in &self.items {
            match item {
                Item::Text(text) => out.push_str(text),
                Item::Field(letter, count) => write_field(&mut out, *letter, *count, millis, &time),
            }
        }
        out
    }
}

fn illegal(message: String) -> Failure {
    Failure::new("java.lang.IllegalArgumentException", message)
}

fn write_field(out: &mut String, letter: char, count: usize, millis: i64, time: &DateTime) {
    let hour = i64::from(time.hour);
    let weekday = WEEKDAYS[time.weekday as usize];
    let month = MONTHS[time.month as usize - 1];
    let number = match letter {
        'G' => return out.push_str(if time.year > 0 { "AD" } else { "BC" }),
        'y' => return write_year(out, year_of_era(time.year), count),
        'Y' => {
            let (week_year, _) = week_year_and_week(millis);
            return write_year(out, week_year, count);
        }
        'M' | 'L' if count >= 4 => return out.push_str(month),
        'M' | 'L' if count == 3 => return out.push_str(&month[..3]),
        'M' | 'L' => i64::from(time.month),
        'E' if count >= 4 => return out.push_str(weekday),
        'E' => return out.push_str(&weekday[..3]),
        'a' => return out.push_str(if hour < 12 { "AM" } else { "PM" }),
        'z' if count >= 4 => return out.push_str("Coordinated Universal Time"),
        'z' => return out.push_str("UTC"),
        'Z' => return out.push_str("+0000"),
        'X' => return out.push('Z'),
        'd' => i64::from(time.day),
        'k' if hour == 0 => 24,
        'k' | 'H' => hour,
        'h' if hour % 12 == 0 => 12,
        'h' | 'K' => hour % 12,
        'm' => i64::from(time.minute),
        's' => i64::from(time.second),
        'S' => i64::from(time.millis),
        'D' => day_of_year(millis),
        'F' => i64::from(time.day - 1) / 7 + 1,
        'w' => week_year_and_week(millis).1,
        'W' => week_of_month(time),
        // Monday is 1.
        'u' => i64::from((time.weekday + 6) % 7 + 1),
        _ => return,
    };
    pad(out, number, count);
}

/// Two letters are two digits; any other number is at least so many.
fn write_year(out: &mut String, year: i64, count: usize) {
    if count == 2 {
        pad(out, year % 100, 2);
    } else {
        pad(out, year, count);
    }
}

/// Years before Christ count backwards from 1.
fn year_of_era(year: i64) -> i64 {
    if year > 0 { year } else { 1 - year }
}

fn pad(out: &mut String, number: i64, width: usize) {
    write!(out, "{number:0width$}").expect("a String takes all text");
}

#[cfg(test)]
mod tests;
