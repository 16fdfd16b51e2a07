//! Tables without lines: columns of equal width, two blanks between them.
//!
//! Owns how a table looks. Widths are those that a terminal gives to characters, so that wide ones
//! align as well.

use comfy_table::presets::NOTHING;
use comfy_table::{ColumnConstraint, ContentArrangement};

use super::output::visible;

/// Rows below a header.
pub(super) struct Table {
    header: Vec<&'static str>,
    /// The column whose text goes on below itself when the terminal is too narrow.
    wrapped: Option<usize>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows.
    pub(super) fn new(header: &[&'static str]) -> Self {
        Self {
            header: header.to_vec(),
            wrapped: None,
            rows: Vec::new(),
        }
    }

    /// Lets the last column use several lines at a terminal that is too narrow.
    pub(super) fn wrap_last(mut self) -> Self {
        self.wrapped = self.header.len().checked_sub(1);
        self
    }

    /// Adds a row. An empty cell is shown as `-`, so that columns can be counted.
    pub(super) fn row<const N: usize>(&mut self, cells: [&str; N]) {
        self.cells(cells.into_iter());
    }

    /// Adds a row of as many cells as the header has.
    pub(super) fn cells<'a>(&mut self, cells: impl Iterator<Item = &'a str>) {
        let shown = |cell: &str| match visible(cell) {
            text if text.is_empty() => "-".to_owned(),
            text => text,
        };
        self.rows.push(cells.map(shown).collect());
    }

    /// Whether there are no rows.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The lines of the table, for a terminal of so many columns, without an end of line at the end.
    pub(super) fn render(&self, columns: Option<u16>) -> String {
        let mut table = comfy_table::Table::new();
        table.load_style(NOTHING).set_header(self.header.clone());
        for row in &self.rows {
            table.add_row(row.clone());
        }
        match (columns, self.wrapped) {
            (Some(columns), Some(_)) => {
                table.set_content_arrangement(ContentArrangement::Dynamic);
                table.set_width(columns);
            }
            _ => {
                table.set_content_arrangement(ContentArrangement::Disabled);
            }
        }
        let last = self.header.len().saturating_sub(1);
        for (index, column) in table.column_iter_mut().enumerate() {
            column.set_padding((0, if index == last { 0 } else { 2 }));
            if self.wrapped != Some(index) {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
        table.trim_fmt()
    }
}

#[cfg(test)]
mod tests;
