//! Numbered lines, and the tally that says what of them is missing, repeated or out of order.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

const NUMBER_DIGITS: usize = 9;

/// Lines of one length, each with its number first.
#[derive(Clone, Copy, Debug)]
pub struct NumberedLines {
    /// How many there are.
    pub count: u64,
    /// Bytes of a line without its end.
    pub length: usize,
}

impl NumberedLines {
    /// `count` lines of `length` bytes.
    pub fn new(count: u64, length: usize) -> NumberedLines {
        assert!(length >= NUMBER_DIGITS, "a line must hold its number");
        NumberedLines { count, length }
    }

    /// The line of a number, without its end.
    pub fn line(&self, number: u64) -> String {
        let mut line = format!("{number:0NUMBER_DIGITS$}");
        while line.len() < self.length {
            let position = line.len();
            line.push(if position == NUMBER_DIGITS {
                ' '
            } else {
                char::from(b'a' + (position % 26) as u8)
            });
        }
        line
    }

    /// All lines in order.
    pub fn lines(self) -> impl Iterator<Item = String> {
        (0..self.count).map(move |number| self.line(number))
    }

    /// Writes all lines to a file.
    pub fn write(&self, path: &Path) -> std::io::Result<()> {
        let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
        for line in self.lines() {
            file.write_all(line.as_bytes())?;
            file.write_all(b"\n")?;
        }
        file.flush()
    }

    /// A tally of these lines.
    pub fn tally(self) -> Tally {
        let numbers = usize::try_from(self.count).expect("a test's lines fit into memory");
        Tally {
            lines: self,
            seen: vec![0; numbers],
            spoilt: Vec::new(),
            backward: 0,
            last: None,
        }
    }
}

/// What arrived of numbered lines.
#[derive(Debug)]
pub struct Tally {
    lines: NumberedLines,
    seen: Vec<u16>,
    spoilt: Vec<String>,
    backward: u64,
    last: Option<u64>,
}

impl Tally {
    /// Counts a line that arrived.
    pub fn add(&mut self, line: &str) {
        let number = line
            .get(..NUMBER_DIGITS)
            .and_then(|digits| digits.parse::<u64>().ok());
        match number {
            Some(number) if number < self.lines.count && line == self.lines.line(number) => {
                let seen = &mut self.seen[number as usize];
                *seen = seen.saturating_add(1);
                if self.last.is_some_and(|last| number <= last) {
                    self.backward += 1;
                }
                self.last = Some(number);
            }
            _ => self.spoilt.push(line.to_owned()),
        }
    }

    /// Counts a line of a file whose writer was killed: the beginning of an unfinished line may
    /// stand in front of it.
    pub fn add_after_kills(&mut self, line: &str) {
        let start = line.len().saturating_sub(self.lines.length);
        match line.get(start..) {
            Some(whole) => self.add(whole),
            None => self.add(line),
        }
    }

    /// Numbers that never arrived.
    pub fn missing(&self) -> Vec<u64> {
        (0..self.lines.count)
            .filter(|number| self.seen[*number as usize] == 0)
            .collect()
    }

    /// How many lines arrived more often than once, counting each repetition.
    pub fn repeated(&self) -> u64 {
        self.seen
            .iter()
            .map(|seen| u64::from(seen.saturating_sub(1)))
            .sum()
    }

    /// How often a line came after one with the same or a higher number.
    pub fn backward(&self) -> u64 {
        self.backward
    }

    /// Lines that are none of those written.
    pub fn spoilt(&self) -> &[String] {
        &self.spoilt
    }

    /// Panics unless every line arrived and no line was spoilt.
    #[track_caller]
    pub fn expect_nothing_missing(&self) {
        let missing = self.missing();
        assert!(
            missing.is_empty(),
            "{} of {} lines are missing, the first {:?}",
            missing.len(),
            self.lines.count,
            &missing[..missing.len().min(10)]
        );
        assert!(
            self.spoilt.is_empty(),
            "{} lines are spoilt, the first {:?}",
            self.spoilt.len(),
            &self.spoilt[..self.spoilt.len().min(3)]
        );
    }

    /// Panics unless every line arrived once, in order.
    #[track_caller]
    pub fn expect_exactly_once_in_order(&self) {
        self.expect_nothing_missing();
        assert_eq!(self.repeated(), 0, "lines arrived more than once");
        assert_eq!(self.backward, 0, "lines arrived out of order");
    }
}
