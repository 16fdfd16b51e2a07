//! Kafka Connect's data model: schemas, values, records, offsets, and the binary batch in which
//! records cross between the worker and a plugin.
//!
//! Shared by the worker and by guests, so it knows nothing of tokio, wasmtime or rdkafka and
//! builds for wasm32-wasip2. Kafka counterpart: `connect/api`, package
//! `org.apache.kafka.connect.data` and its neighbours. Values borrow where they can (`Value<'a>`),
//! because a record of a batch is looked at once and passed on.

pub mod batch;
mod decimal;
mod error;
mod header;
pub mod java_map;
mod java_text;
pub mod logical;
mod offset;
pub mod projector;
mod record;
mod schema;
mod structure;
pub mod time;
mod value;
pub mod values;

pub use decimal::{Decimal, ParseDecimalError};
pub use error::DataError;
pub use header::{ConnectHeaders, Header};
pub use java_text::{double_text, float_text};
pub use offset::{OffsetMap, OffsetValue};
pub use record::{ConnectRecord, Consumed, SinkRecord, SourceRecord, TimestampType};
pub use schema::{Field, Schema, SchemaBuilder, SchemaRef, Type, validate_value};
pub use structure::Struct;
pub use value::{SchemaAndValue, Value};
