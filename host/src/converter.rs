//! Converters: bytes of a Kafka record to and from Connect data.
//!
//! Owns the converter traits, the list of built-in converters and their settings. Everything here is
//! pure: no clock, no Kafka, no sandbox; converters that do IO (a schema registry) plug in through
//! [`Converter::prepare`]. Kafka counterpart: `connect/api` storage/Converter and HeaderConverter,
//! `connect/json`, and `connect/runtime` converters.

mod batch;
mod bytes;
mod error;
mod header;
mod json;
mod primitive;
mod registry;
mod settings;
mod string;

use std::future::Future;
use std::pin::Pin;

use connect_data::{SchemaAndValue, SchemaRef, Value};

pub use batch::{BatchConverter, FetchFuture as ConverterFetchFuture};
pub use bytes::ByteArrayConverter;
pub use error::ConverterError;
pub use header::{DataHeaderConverter, SimpleHeaderConverter};
pub use json::JsonConverter;
pub use primitive::{BooleanConverter, NumberConverter, NumberKind};
pub use registry::{
    ConverterClass, create_converter, create_header_converter, known_converters,
    known_header_converters, resolve_class,
};
pub use settings::{ConverterType, DecimalFormat, JsonSettings, config_def};
pub use string::StringConverter;

#[cfg(test)]
mod tests;

/// What a conversion to bytes produced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Serialized {
    /// The bytes were appended to the caller's buffer.
    Bytes,
    /// A null: the record's key, value or header value is absent (a tombstone for values).
    Null,
}

/// The future of [`Converter::prepare`].
pub type PrepareFuture<'a> = Pin<Box<dyn Future<Output = Result<(), ConverterError>> + Send + 'a>>;

/// Converts keys and values. One instance belongs to one task and is never shared.
///
/// Conversions are synchronous, because the hot path may not suspend per record. A converter that
/// needs IO keeps what it learned in a cache. When a record needs something that is not cached, the
/// conversion appends nothing and returns [`ConverterError::unprepared`]; the caller then awaits
/// [`Converter::prepare`], which fetches everything that was missed so far, and converts that record
/// again. A batch whose schemas are known therefore never awaits. No built-in converter ever returns
/// `unprepared`.
#[expect(clippy::wrong_self_convention, reason = "the names are Kafka's")]
pub trait Converter: Send {
    /// Appends the bytes of `value` to `out`. On an error `out` is as it was before the call.
    fn from_connect_data(
        &mut self,
        topic: &str,
        schema: Option<&SchemaRef>,
        value: &Value<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Serialized, ConverterError>;

    /// Reads `bytes`; `None` is a null key or value. The result borrows from `bytes` where it can.
    fn to_connect_data<'a>(
        &mut self,
        topic: &str,
        bytes: Option<&'a [u8]>,
    ) -> Result<SchemaAndValue<'a>, ConverterError>;

    /// Fetches what earlier calls missed; see the trait's description. Cancel safe: what was not
    /// fetched is missed again by the next conversion.
    fn prepare(&mut self) -> PrepareFuture<'_> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// The converter as one that converts many values at once, if it is.
    fn as_batch(&mut self) -> Option<&mut dyn BatchConverter> {
        None
    }
}

/// Converts header values. One instance belongs to one task and is never shared.
#[expect(clippy::wrong_self_convention, reason = "the names are Kafka's")]
pub trait HeaderConverter: Send {
    /// Appends the bytes of the header `key` to `out`. On an error `out` is as it was before the call.
    fn from_connect_header(
        &mut self,
        topic: &str,
        key: &str,
        schema: Option<&SchemaRef>,
        value: &Value<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Serialized, ConverterError>;

    /// Reads the bytes of the header `key`; `None` is a null header value.
    fn to_connect_header<'a>(
        &mut self,
        topic: &str,
        key: &str,
        bytes: Option<&'a [u8]>,
    ) -> Result<SchemaAndValue<'a>, ConverterError>;

    /// As [`Converter::prepare`].
    fn prepare(&mut self) -> PrepareFuture<'_> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// The converter as one that converts many values at once, if it is.
    fn as_batch(&mut self) -> Option<&mut dyn BatchConverter> {
        None
    }
}
