//! The logical types Decimal, Date, Time and Timestamp: their schemas, and the conversions between
//! their values and the base types. Kafka counterpart: the classes of these names in
//! `org.apache.kafka.connect.data`.

use crate::{DataError, Decimal, Schema, SchemaBuilder, SchemaRef};

/// Milliseconds of a day.
pub const MILLIS_PER_DAY: i64 = 24 * 60 * 60 * 1000;

/// Name of the Decimal type.
pub const DECIMAL_NAME: &str = "org.apache.kafka.connect.data.Decimal";
/// Name of the Date type.
pub const DATE_NAME: &str = "org.apache.kafka.connect.data.Date";
/// Name of the Time type.
pub const TIME_NAME: &str = "org.apache.kafka.connect.data.Time";
/// Name of the Timestamp type.
pub const TIMESTAMP_NAME: &str = "org.apache.kafka.connect.data.Timestamp";
/// The parameter of a Decimal schema.
pub const SCALE_PARAMETER: &str = "scale";

/// Which logical type a schema's name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LogicalType {
    /// Decimal number on BYTES.
    Decimal,
    /// Days on INT32.
    Date,
    /// Milliseconds of the day on INT32.
    Time,
    /// Milliseconds since the epoch on INT64.
    Timestamp,
}

impl LogicalType {
    /// The logical type of that exact name.
    pub fn of_name(name: &str) -> Option<Self> {
        match name {
            DECIMAL_NAME => Some(Self::Decimal),
            DATE_NAME => Some(Self::Date),
            TIME_NAME => Some(Self::Time),
            TIMESTAMP_NAME => Some(Self::Timestamp),
            _ => None,
        }
    }
}

/// A builder of a Decimal schema.
pub fn decimal_builder(scale: i32) -> SchemaBuilder {
    SchemaBuilder::bytes()
        .name(DECIMAL_NAME)
        .parameter(SCALE_PARAMETER, scale.to_string())
        .version(1)
}

/// The required Decimal schema of a scale.
pub fn decimal_schema(scale: i32) -> SchemaRef {
    decimal_builder(scale)
        .build()
        .expect("nothing is set twice")
}

/// A builder of a Date schema.
pub fn date_builder() -> SchemaBuilder {
    SchemaBuilder::int32().name(DATE_NAME).version(1)
}

/// The required Date schema.
pub fn date_schema() -> SchemaRef {
    date_builder().build().expect("nothing is set twice")
}

/// A builder of a Time schema.
pub fn time_builder() -> SchemaBuilder {
    SchemaBuilder::int32().name(TIME_NAME).version(1)
}

/// The required Time schema.
pub fn time_schema() -> SchemaRef {
    time_builder().build().expect("nothing is set twice")
}

/// A builder of a Timestamp schema.
pub fn timestamp_builder() -> SchemaBuilder {
    SchemaBuilder::int64().name(TIMESTAMP_NAME).version(1)
}

/// The required Timestamp schema.
pub fn timestamp_schema() -> SchemaRef {
    timestamp_builder().build().expect("nothing is set twice")
}

/// The scale of a Decimal schema. Its name is not looked at, as in Kafka.
pub fn decimal_scale(schema: &Schema) -> Result<i32, DataError> {
    let text = schema
        .parameter(SCALE_PARAMETER)
        .ok_or(DataError::DecimalScaleMissing)?;
    text.parse().map_err(|_| DataError::DecimalScaleInvalid)
}

/// Decimal to bytes.
pub fn decimal_to_bytes(schema: &Schema, value: &Decimal) -> Result<Vec<u8>, DataError> {
    let schema_scale = decimal_scale(schema)?;
    if value.scale() != schema_scale {
        return Err(DataError::DecimalScaleMismatch {
            schema_scale,
            value_scale: value.scale(),
        });
    }
    Ok(value.to_bytes())
}

/// Bytes to decimal.
pub fn decimal_from_bytes(schema: &Schema, bytes: &[u8]) -> Result<Decimal, DataError> {
    // COMPAT: BigInteger is made before the scale is looked up, so that its complaint comes first.
    if bytes.is_empty() {
        return Err(DataError::DecimalEmpty);
    }
    Ok(Decimal::from_bytes(bytes, decimal_scale(schema)?))
}

/// Date to days since the epoch.
pub fn date_to_days(schema: &Schema, millis: i64) -> Result<i32, DataError> {
    expect_name(schema, LogicalType::Date, "Date")?;
    if millis.rem_euclid(MILLIS_PER_DAY) != 0 {
        return Err(DataError::DateWithTime);
    }
    // COMPAT: Java narrows the long with a cast.
    Ok((millis / MILLIS_PER_DAY) as i32)
}

/// Days since the epoch to date.
pub fn date_from_days(schema: &Schema, days: i32) -> Result<i64, DataError> {
    expect_name(schema, LogicalType::Date, "Date")?;
    Ok(i64::from(days) * MILLIS_PER_DAY)
}

/// Time to milliseconds of the day. The full day itself is accepted.
pub fn time_to_millis(schema: &Schema, millis: i64) -> Result<i32, DataError> {
    expect_name(schema, LogicalType::Time, "Time")?;
    if !(0..=MILLIS_PER_DAY).contains(&millis) {
        return Err(DataError::TimeWithDate);
    }
    Ok(millis as i32)
}

/// Milliseconds of the day to time.
pub fn time_from_millis(schema: &Schema, millis: i32) -> Result<i64, DataError> {
    // COMPAT: Time.toLogical names the wrong type.
    expect_name(schema, LogicalType::Time, "Date")?;
    let millis = i64::from(millis);
    if !(0..=MILLIS_PER_DAY).contains(&millis) {
        return Err(DataError::TimeOutOfRange);
    }
    Ok(millis)
}

/// Timestamp to milliseconds since the epoch.
pub fn timestamp_to_millis(schema: &Schema, millis: i64) -> Result<i64, DataError> {
    expect_name(schema, LogicalType::Timestamp, "Timestamp")?;
    Ok(millis)
}

/// Milliseconds since the epoch to timestamp.
pub fn timestamp_from_millis(schema: &Schema, millis: i64) -> Result<i64, DataError> {
    expect_name(schema, LogicalType::Timestamp, "Timestamp")?;
    Ok(millis)
}

fn expect_name(
    schema: &Schema,
    expected: LogicalType,
    logical: &'static str,
) -> Result<(), DataError> {
    if schema.logical_type() == Some(expected) {
        Ok(())
    } else {
        Err(DataError::LogicalSchemaMismatch { logical })
    }
}

#[cfg(test)]
mod tests;
