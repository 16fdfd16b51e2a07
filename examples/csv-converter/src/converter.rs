//! The converter: its keys, and what cells become.

use connect_sdk::data::{Schema, SchemaAndValue, SchemaBuilder, SchemaRef, Struct, Value};
use connect_sdk::{
    Config, ConfigDef, ConfigKey, ConnectError, ConvertedData, Converter, ConverterRole,
    Description, Importance, Serialized, Validator,
};

use crate::line::Lines;

/// What configurations name in `key.converter` and its siblings.
const CLASS: &str = "com.example.CsvConverter";

const COLUMNS: &str = "columns";
const DELIMITER: &str = "delimiter";
const HEADER_ROW: &str = "header.row";

/// Lines of comma-separated values.
pub struct CsvConverter {
    lines: Lines,
    /// The struct of a line; none: a line is an array.
    columns: Option<SchemaRef>,
    /// Whether a line with the names of the columns is a null.
    header_row: bool,
    array: SchemaRef,
}

impl Converter for CsvConverter {
    fn describe() -> Description {
        Description::new(CLASS, env!("CARGO_PKG_VERSION"))
            .doc("Lines of comma-separated values, as structs of texts or as arrays of texts.")
            .header_converter()
    }

    fn config_def() -> ConfigDef {
        ConfigDef::new()
            .key(
                ConfigKey::list(COLUMNS)
                    .default_value("")
                    .doc("The names of the columns: a line is a struct. Empty: it is an array."),
            )
            .key(
                ConfigKey::text(DELIMITER)
                    .default_value(",")
                    .validator(Validator::NonEmpty)
                    .doc("What stands between cells: one character of ASCII, or \\t.")
                    .importance(Importance::Low),
            )
            .key(
                ConfigKey::boolean(HEADER_ROW)
                    .default_value(false)
                    .doc("Whether a line with the names of the columns is a null, not a record.")
                    .importance(Importance::Low),
            )
    }

    fn configure(config: Config, _: ConverterRole) -> Result<Self, ConnectError> {
        let delimiter = match config.text(DELIMITER)?.as_bytes() {
            b"\\t" => b'\t',
            [one] if one.is_ascii() && !b"\"\r\n".contains(one) => *one,
            _ => {
                let message = format!("{DELIMITER} is one character of ASCII, and no quote");
                return Err(ConnectError::config(message));
            }
        };
        let names = config.list(COLUMNS)?;
        let mut columns = SchemaBuilder::structure().optional();
        for name in &names {
            columns = columns.field(*name, Schema::optional_string());
        }
        let columns = (!names.is_empty()).then(|| columns.build()).transpose()?;
        Ok(Self {
            lines: Lines::new(delimiter),
            columns,
            header_row: config.boolean(HEADER_ROW)?,
            array: SchemaBuilder::array(Schema::optional_string())
                .optional()
                .build()?,
        })
    }

    fn from_connect_data(
        &mut self,
        _: ConvertedData<'_>,
        _: Option<&SchemaRef>,
        value: &Value<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Serialized, ConnectError> {
        let cells: Vec<String> = match value {
            Value::Null => return Ok(Serialized::Null),
            Value::Array(elements) => elements.iter().map(cell).collect::<Result<_, _>>()?,
            Value::Struct(fields) => match &self.columns {
                None => fields.values().iter().map(cell).collect::<Result<_, _>>()?,
                Some(columns) => {
                    let names = columns.fields()?.iter().map(|column| column.name());
                    let given = |name| fields.get(name).map_err(ConnectError::from);
                    names
                        .map(|name| given(name).and_then(cell))
                        .collect::<Result<_, _>>()?
                }
            },
            Value::Map(entries) => {
                let Some(columns) = &self.columns else {
                    let message = format!("A map has no order: {COLUMNS} has to name its keys");
                    return Err(ConnectError::data(message));
                };
                let names = columns.fields()?.iter().map(|column| column.name());
                let given = |name| {
                    let entry = entries.iter().find(|(key, _)| key.as_str() == Some(name));
                    entry.map_or(&Value::Null, |(_, value)| value)
                };
                names
                    .map(|name| cell(given(name)))
                    .collect::<Result<_, _>>()?
            }
            one => vec![cell(one)?],
        };
        self.lines.write(cells.iter().map(String::as_str), out);
        Ok(Serialized::Bytes)
    }

    fn to_connect_data<'a>(
        &mut self,
        _: ConvertedData<'_>,
        bytes: Option<&'a [u8]>,
    ) -> Result<SchemaAndValue<'a>, ConnectError> {
        let Some(bytes) = bytes else {
            return Ok(SchemaAndValue::NULL);
        };
        let Some(cells) = self.lines.read(bytes) else {
            return Err(ConnectError::data(
                "There is more than one line, expected one line of comma-separated values",
            ));
        };
        let mut texts = Vec::with_capacity(cells.len());
        for (index, cell) in cells.iter().enumerate() {
            let text = std::str::from_utf8(cell).map_err(|error| {
                ConnectError::from(error)
                    .context(format!("Cell {} of the line is no UTF-8", index + 1))
            })?;
            // An empty cell is a null, as nothing tells the two apart.
            texts.push((!text.is_empty()).then(|| text.to_owned()));
        }
        let Some(columns) = &self.columns else {
            let array = texts.into_iter().map(Value::from).collect::<Vec<_>>();
            return Ok(SchemaAndValue::new(Some(self.array.clone()), array));
        };
        let fields = columns.fields()?;
        if texts.len() != fields.len() {
            return Err(ConnectError::data(format!(
                "The line has {} cells, expected {}, one for each of {COLUMNS}",
                texts.len(),
                fields.len()
            )));
        }
        let is_header = || {
            let mut pairs = fields.iter().zip(&texts);
            pairs.all(|(field, text)| text.as_deref() == Some(field.name()))
        };
        if self.header_row && is_header() {
            return Ok(SchemaAndValue::new(Some(columns.clone()), Value::Null));
        }
        let mut line = Struct::new(columns.clone())?;
        for (field, text) in fields.iter().zip(texts) {
            line.put(field.name(), text)?;
        }
        Ok(SchemaAndValue::new(Some(columns.clone()), line))
    }
}

/// The text of a cell.
fn cell(value: &Value<'_>) -> Result<String, ConnectError> {
    match value {
        Value::Null => Ok(String::new()),
        Value::String(text) => Ok(text.to_string()),
        Value::Array(_) | Value::Map(_) | Value::Struct(_) | Value::Bytes(_) => {
            Err(ConnectError::data(format!(
                "A {} has no place in a cell, expected a text, a number or a boolean",
                value.class_name()
            )))
        }
        other => Ok(other.to_java_string()),
    }
}

#[cfg(test)]
mod tests;
