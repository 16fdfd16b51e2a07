//! The markdown table.

use std::fmt;

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// A rate.
    More,
    /// A cost.
    Less,
}

/// One figure of everything that was measured.
#[derive(Clone, Debug)]
pub struct Row {
    /// What it is, with its unit.
    pub figure: String,
    /// Digits after the point.
    pub digits: usize,
    /// Our worker's.
    pub ours: f64,
    /// The JVM worker's.
    pub jvm: Option<f64>,
    /// That of librdkafka alone: kcat, or a bare producer.
    pub alone: Option<f64>,
    /// Which way the ratios go.
    pub better: Better,
    /// What is wanted.
    pub goal: String,
}

/// The rows in the order they were measured.
#[derive(Default)]
pub struct Table {
    rows: Vec<Row>,
}

impl Table {
    /// Adds a row, and shows it at once to whoever waits.
    pub fn add(&mut self, row: Row) {
        eprintln!("{row}");
        self.rows.push(row);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            formatter,
            "| figure | connect-wasm | JVM worker | librdkafka alone | better than the JVM by | than librdkafka alone by | goal |"
        )?;
        writeln!(formatter, "|---|--:|--:|--:|--:|--:|---|")?;
        for row in &self.rows {
            writeln!(formatter, "{row}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Row {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.digits;
        let number = |value: Option<f64>| {
            value.map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}"))
        };
        let ratio = |other: Option<f64>| {
            let Some(other) = other else {
                return "-".to_owned();
            };
            let ratio = match self.better {
                Better::More => self.ours / other,
                Better::Less => other / self.ours,
            };
            format!("{ratio:.2}x")
        };
        write!(
            formatter,
            "| {} | {} | {} | {} | {} | {} | {} |",
            self.figure,
            number(Some(self.ours)),
            number(self.jvm),
            number(self.alone),
            ratio(self.jvm),
            ratio(self.alone),
            self.goal,
        )
    }
}
