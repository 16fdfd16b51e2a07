//! Converters of single numbers and booleans in Kafka's binary forms.
//!
//! Owns BooleanConverter and the five number converters. Kafka counterpart: `connect/runtime`
//! converters/{Boolean,Number,Short,Integer,Long,Float,Double}Converter and Kafka's serializers.

use connect_data::{Schema, SchemaAndValue, SchemaRef, Type, Value};

use super::error::{SERIALIZATION, java_class};
use super::{Converter, ConverterError, Serialized};

/// One byte, 0 or 1.
#[derive(Clone, Copy, Debug, Default)]
pub struct BooleanConverter;

impl Converter for BooleanConverter {
    fn from_connect_data(
        &mut self,
        _topic: &str,
        schema: Option<&SchemaRef>,
        value: &Value<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Serialized, ConverterError> {
        if let Some(schema) = schema
            && schema.schema_type() != Type::Boolean
        {
            return Err(ConverterError::data(format!(
                "Invalid schema type for BooleanConverter: {}",
                schema.schema_type()
            )));
        }
        match value {
            Value::Null => Ok(Serialized::Null),
            Value::Boolean(value) => {
                out.push(u8::from(*value));
                Ok(Serialized::Bytes)
            }
            other => Err(ConverterError::data(format!(
                "BooleanConverter is not compatible with objects of type {}",
                java_class(other)
            ))),
        }
    }

    fn to_connect_data<'a>(
        &mut self,
        _topic: &str,
        bytes: Option<&'a [u8]>,
    ) -> Result<SchemaAndValue<'a>, ConverterError> {
        let value = match bytes {
            None => Value::Null,
            Some([0]) => Value::Boolean(false),
            Some([1]) => Value::Boolean(true),
            Some(other) => {
                let cause = if other.len() == 1 {
                    format!(
                        "Unexpected byte received by BooleanDeserializer: {}",
                        other[0] as i8
                    )
                } else {
                    "Size of data received by BooleanDeserializer is not 1".to_owned()
                };
                return Err(ConverterError::data("Failed to deserialize boolean: ")
                    .caused_by(ConverterError::new(SERIALIZATION, cause)));
            }
        };
        Ok(SchemaAndValue {
            schema: Some(Schema::optional_boolean()),
            value,
        })
    }
}

/// Which number a [`NumberConverter`] is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberKind {
    /// INT16, 2 bytes.
    Short,
    /// INT32, 4 bytes.
    Integer,
    /// INT64, 8 bytes.
    Long,
    /// FLOAT32, 4 bytes.
    Float,
    /// FLOAT64, 8 bytes.
    Double,
}

/// A number, big endian. The schema of what is written is ignored, its class is not.
#[derive(Clone, Copy, Debug)]
pub struct NumberConverter {
    kind: NumberKind,
}

impl NumberConverter {
    /// The converter for `kind`.
    pub fn new(kind: NumberKind) -> Self {
        Self { kind }
    }

    /// The name in messages, the boxed class, and the name in the deserializer's message.
    fn names(self) -> (&'static str, &'static str, &'static str) {
        match self.kind {
            NumberKind::Short => ("short", "Short", "ShortDeserializer"),
            NumberKind::Integer => ("integer", "Integer", "IntegerDeserializer"),
            NumberKind::Long => ("long", "Long", "LongDeserializer"),
            // COMPAT: FloatDeserializer and DoubleDeserializer do not name themselves.
            NumberKind::Float => ("float", "Float", "Deserializer"),
            NumberKind::Double => ("double", "Double", "Deserializer"),
        }
    }

    fn read(self, bytes: &[u8]) -> Option<Value<'static>> {
        Some(match self.kind {
            NumberKind::Short => Value::Int16(i16::from_be_bytes(bytes.try_into().ok()?)),
            NumberKind::Integer => Value::Int32(i32::from_be_bytes(bytes.try_into().ok()?)),
            NumberKind::Long => Value::Int64(i64::from_be_bytes(bytes.try_into().ok()?)),
            NumberKind::Float => Value::Float32(f32::from_be_bytes(bytes.try_into().ok()?)),
            NumberKind::Double => Value::Float64(f64::from_be_bytes(bytes.try_into().ok()?)),
        })
    }

    fn schema_and_size(self) -> (SchemaRef, usize) {
        match self.kind {
            NumberKind::Short => (Schema::optional_int16(), 2),
            NumberKind::Integer => (Schema::optional_int32(), 4),
            NumberKind::Long => (Schema::optional_int64(), 8),
            NumberKind::Float => (Schema::optional_float32(), 4),
            NumberKind::Double => (Schema::optional_float64(), 8),
        }
    }
}

impl Converter for NumberConverter {
    fn from_connect_data(
        &mut self,
        _topic: &str,
        _schema: Option<&SchemaRef>,
        value: &Value<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Serialized, ConverterError> {
        match (self.kind, value) {
            (_, Value::Null) => return Ok(Serialized::Null),
            (NumberKind::Short, Value::Int16(number)) => out.extend(number.to_be_bytes()),
            (NumberKind::Integer, Value::Int32(number)) => out.extend(number.to_be_bytes()),
            (NumberKind::Long, Value::Int64(number)) => out.extend(number.to_be_bytes()),
            (NumberKind::Float, Value::Float32(number)) => {
                out.extend(number.to_be_bytes());
            }
            (NumberKind::Double, Value::Float64(number)) => {
                out.extend(java_double_bits(*number).to_be_bytes());
            }
            (_, other) => return Err(self.wrong_class(other)),
        }
        Ok(Serialized::Bytes)
    }

    fn to_connect_data<'a>(
        &mut self,
        _topic: &str,
        bytes: Option<&'a [u8]>,
    ) -> Result<SchemaAndValue<'a>, ConverterError> {
        let (schema, size) = self.schema_and_size();
        let value = match bytes {
            None => Value::Null,
            Some(bytes) => self.read(bytes).ok_or_else(|| {
                let (name, _, deserializer) = self.names();
                ConverterError::data(format!("Failed to deserialize {name}: ")).caused_by(
                    ConverterError::new(
                        SERIALIZATION,
                        format!("Size of data received by {deserializer} is not {size}"),
                    ),
                )
            })?,
        };
        Ok(SchemaAndValue {
            schema: Some(schema),
            value,
        })
    }
}

impl NumberConverter {
    fn wrong_class(self, value: &Value<'_>) -> ConverterError {
        let (name, boxed, _) = self.names();
        let class = java_class(value);
        let plain = value.class_name();
        // COMPAT: what is no number at all fails a cast earlier than another number does.
        let is_number = value.as_integer().is_some()
            || matches!(
                value,
                Value::Float32(_) | Value::Float64(_) | Value::Decimal(_)
            );
        let target = if is_number { boxed } else { "Number" };
        let cast = if matches!(value, Value::Struct(_)) {
            format!(
                "{plain} is in unnamed module of loader 'app'; java.lang.{target} is in module \
                 java.base of loader 'bootstrap'"
            )
        } else {
            format!("{plain} and java.lang.{target} are in module java.base of loader 'bootstrap'")
        };
        ConverterError::data(format!("Failed to serialize to {name} (was {class}): ")).caused_by(
            ConverterError::new(
                "java.lang.ClassCastException",
                format!("{class} cannot be cast to class java.lang.{target} ({cast})"),
            ),
        )
    }
}

/// `Double.doubleToLongBits`, which Kafka's serializer uses: every NaN is the same one. For floats it
/// uses the raw bits.
fn java_double_bits(number: f64) -> u64 {
    if number.is_nan() {
        0x7ff8_0000_0000_0000
    } else {
        number.to_bits()
    }
}
