//! Converters: between the bytes of a topic and Connect data. Kafka counterparts: `Converter`,
//! `HeaderConverter`.

use connect_data::{SchemaAndValue, SchemaRef, Value};

use crate::{Config, ConfigDef, ConfigIssue, ConnectError, Description};

/// What an instance of a converter converts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConverterRole {
    /// Keys of records.
    Key,
    /// Values of records.
    Value,
    /// Values of headers.
    Header,
}

/// Which data is converted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConvertedData<'a> {
    /// The topic of the record.
    pub topic: &'a str,
    /// The key of the header; none for keys and values of records.
    pub header: Option<&'a str>,
}

/// What a conversion to bytes produced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Serialized {
    /// The bytes were appended.
    Bytes,
    /// A null: no key, a tombstone, a header without a value.
    Null,
}

/// Converts keys, values or headers. Exported by [`export_converter!`](crate::export_converter). A
/// task has an instance for each of the three that name it.
///
/// ```
/// use connect_sdk::data::{Schema, SchemaAndValue, SchemaRef, Value};
/// use connect_sdk::testing::ConverterRun;
/// use connect_sdk::{
///     Config, ConfigDef, ConnectError, ConvertedData, Converter, ConverterRole, Description,
///     Serialized,
/// };
///
/// /// Texts as their bytes in reverse.
/// struct Reversed;
///
/// impl Converter for Reversed {
///     fn describe() -> Description {
///         Description::new("com.example.ReversedConverter", "1.0.0").header_converter()
///     }
///
///     fn config_def() -> ConfigDef {
///         ConfigDef::new()
///     }
///
///     fn configure(_: Config, _: ConverterRole) -> Result<Self, ConnectError> {
///         Ok(Self)
///     }
///
///     fn from_connect_data(
///         &mut self,
///         _: ConvertedData<'_>,
///         _: Option<&SchemaRef>,
///         value: &Value<'_>,
///         out: &mut Vec<u8>,
///     ) -> Result<Serialized, ConnectError> {
///         match value {
///             Value::Null => Ok(Serialized::Null),
///             Value::String(text) => {
///                 out.extend(text.bytes().rev());
///                 Ok(Serialized::Bytes)
///             }
///             other => Err(ConnectError::data(format!("{} is no text", other.class_name()))),
///         }
///     }
///
///     fn to_connect_data<'a>(
///         &mut self,
///         _: ConvertedData<'_>,
///         bytes: Option<&'a [u8]>,
///     ) -> Result<SchemaAndValue<'a>, ConnectError> {
///         let Some(bytes) = bytes else {
///             return Ok(SchemaAndValue::NULL);
///         };
///         let text = String::from_utf8(bytes.iter().rev().copied().collect());
///         let text = text.map_err(|_| ConnectError::data("The bytes are no text"))?;
///         Ok(SchemaAndValue::new(Some(Schema::optional_string()), text))
///     }
/// }
///
/// connect_sdk::export_converter!(Reversed);
///
/// let mut run = ConverterRun::<Reversed>::start(Config::new(), ConverterRole::Value).unwrap();
/// let bytes = run.from_connect_data("topic", None, &Value::from("abc")).unwrap();
/// assert_eq!(bytes.as_deref(), Some(b"cba".as_slice()));
/// let read = run.to_connect_data("topic", bytes.as_deref()).unwrap();
/// assert_eq!(read.value, Value::from("abc"));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a converter",
    label = "this type does not implement `connect_sdk::Converter`"
)]
pub trait Converter: Sized + 'static {
    /// Who this plugin is. The class name is what `key.converter`, `value.converter` and, with
    /// [`Description::header_converter`], `header.converter` name.
    fn describe() -> Description;

    /// The keys that configure it, without the prefix (`value.converter.` and the like).
    fn config_def() -> ConfigDef;

    /// Checks beyond the ConfigDef. Called without any grant.
    fn validate(_config: &Config) -> Result<Vec<ConfigIssue>, ConnectError> {
        Ok(Vec::new())
    }

    /// Makes the converter of one task. The configuration has its own keys, with their defaults.
    fn configure(config: Config, role: ConverterRole) -> Result<Self, ConnectError>;

    /// Appends the bytes of a value. An error is about this record alone: the connector's
    /// `errors.tolerance` decides what becomes of it, and after a retriable error it comes again
    /// while `errors.retry.timeout` lasts.
    #[expect(clippy::wrong_self_convention, reason = "the name is Kafka's")]
    fn from_connect_data(
        &mut self,
        data: ConvertedData<'_>,
        schema: Option<&SchemaRef>,
        value: &Value<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Serialized, ConnectError>;

    /// Reads bytes; none is a null. The result borrows from the bytes where it can. Errors are
    /// those of [`Converter::from_connect_data`].
    fn to_connect_data<'a>(
        &mut self,
        data: ConvertedData<'_>,
        bytes: Option<&'a [u8]>,
    ) -> Result<SchemaAndValue<'a>, ConnectError>;

    /// Last call.
    fn close(&mut self) -> Result<(), ConnectError> {
        Ok(())
    }
}
