//! One line of comma-separated values, with the quoting of RFC 4180.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder, WriteResult, Writer, WriterBuilder};

/// Reads and writes lines with one delimiter.
pub(crate) struct Lines {
    reader: Reader,
    writer: Writer,
    delimiter: u8,
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Lines {
    pub(crate) fn new(delimiter: u8) -> Self {
        Self {
            reader: ReaderBuilder::new().delimiter(delimiter).build(),
            writer: WriterBuilder::new().delimiter(delimiter).build(),
            delimiter,
            text: Vec::new(),
            ends: Vec::new(),
        }
    }

    /// The cells of a line. None when there is more than one line.
    pub(crate) fn read(&mut self, line: &[u8]) -> Option<Vec<&[u8]>> {
        self.reader.reset();
        // Unquoted text is never longer than the line, and has at most a cell for each delimiter.
        let delimiters = line.iter().filter(|byte| **byte == self.delimiter).count();
        self.text.resize(line.len() + 1, 0);
        self.ends.resize(delimiters + 2, 0);
        let (mut read, mut written, mut cells) = (0, 0, 0);
        loop {
            let (result, taken, put, ends) = self.reader.read_record(
                &line[read..],
                &mut self.text[written..],
                &mut self.ends[cells..],
            );
            read += taken;
            written += put;
            cells += ends;
            match result {
                // No more input: the next call says so.
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::Record | ReadRecordResult::End => break,
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => return None,
            }
        }
        let rest = &line[read..];
        if !rest.iter().all(|byte| matches!(byte, b'\r' | b'\n')) {
            return None;
        }
        if cells == 0 {
            // An empty line is one empty cell.
            return Some(vec![b""]);
        }
        let mut start = 0;
        let cells = self.ends[..cells].iter().map(|end| {
            let cell = &self.text[start..*end];
            start = *end;
            cell
        });
        Some(cells.collect())
    }

    /// Appends a line, without an end.
    pub(crate) fn write<'c>(&mut self, cells: impl Iterator<Item = &'c str>, out: &mut Vec<u8>) {
        for (index, cell) in cells.enumerate() {
            if index > 0 {
                self.put(out, |writer, room| writer.delimiter(room));
            }
            let mut rest = cell.as_bytes();
            // Twice the cell and two quotes are always room enough.
            while !rest.is_empty() {
                let mut taken = 0;
                self.put(out, |writer, room| {
                    let (result, read, put) = writer.field(rest, room);
                    taken = read;
                    (result, put)
                });
                rest = &rest[taken..];
            }
        }
        // Closes a quote that is open, and writes the end of the line, which is taken off again.
        self.put(out, |writer, room| writer.terminator(room));
        while matches!(out.last(), Some(b'\n' | b'\r')) {
            out.pop();
        }
    }

    fn put(
        &mut self,
        out: &mut Vec<u8>,
        write: impl FnOnce(&mut Writer, &mut [u8]) -> (WriteResult, usize),
    ) {
        let mut room = [0; 256];
        let (_, put) = write(&mut self.writer, &mut room);
        out.extend_from_slice(&room[..put]);
    }
}
