//! CsvConverter: lines of comma-separated values to and from structs or arrays.

mod converter;
mod line;

pub use converter::CsvConverter;

connect_sdk::export_converter!(CsvConverter);
