//! Converters that convert many values at once, such as those in a sandbox.
//!
//! Values are announced, converted with one call, and then handed out one by one by the methods of
//! [`super::Converter`]. What was not announced is missed, as [`super::ConverterError::unprepared`]
//! says.

use std::future::Future;
use std::pin::Pin;

use connect_data::{SchemaRef, Value};

use crate::errors::Failure;

/// The future of [`BatchConverter::fetch`].
pub type FetchFuture<'a> = Pin<Box<dyn Future<Output = Result<(), Failure>> + Send + 'a>>;

/// A converter that converts many values at once.
pub trait BatchConverter: Send {
    /// Announces a value of the record at a position; `header` is the key of a header. False when
    /// there is no room: `fetch` comes first, and then the value again.
    fn expect_data(
        &mut self,
        position: u32,
        topic: &str,
        header: Option<&str>,
        schema: Option<&SchemaRef>,
        value: &Value<'_>,
    ) -> bool;

    /// As `expect_data`, for bytes.
    fn expect_bytes(
        &mut self,
        position: u32,
        topic: &str,
        header: Option<&str>,
        bytes: Option<&[u8]>,
    ) -> bool;

    /// Converts everything that was announced.
    ///
    /// # Errors
    ///
    /// The failure of the task; values have failures of their own.
    fn fetch(&mut self) -> FetchFuture<'_>;

    /// The next value that is converted is of the record at this position. Positions grow, and what
    /// was converted for lower ones is forgotten.
    fn at(&mut self, position: u32);

    /// Forgets everything: positions begin again.
    fn begin(&mut self);

    /// Ends its work.
    fn close(&mut self) -> FetchFuture<'_>;
}
