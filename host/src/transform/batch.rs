//! Transformations and predicates that answer for many records at once, such as those in a sandbox.
//!
//! Owns the traits: records are announced, answered with one call, and then applied one by one as
//! with any other. Must not know what answers.

use std::future::Future;
use std::pin::Pin;

use connect_data::ConnectRecord;

use super::{Applied, Predicate, Transformation};
use crate::errors::Failure;

/// The future of [`Batched::fetch`].
pub type FetchFuture<'a> = Pin<Box<dyn Future<Output = Result<(), Failure>> + Send + 'a>>;

/// What works on many records at once. A record that was neither announced nor fetched, or whose
/// answer is used up, is refused by `apply` or `test` as [`Failure::unprepared`]: it is announced by
/// that, and applied again after a `fetch`.
pub trait Batched: Send {
    /// Announces the record at a position. False when there is no room: `fetch` comes first, and
    /// then the record again.
    fn expect(&mut self, position: u32, record: &ConnectRecord<'_>) -> bool;

    /// Gets the answers for all records that were announced.
    ///
    /// # Errors
    ///
    /// The failure of the task; records have failures of their own.
    fn fetch(&mut self) -> FetchFuture<'_>;

    /// The next record that is applied or tested is the one at this position. Positions grow, and
    /// answers for lower ones are forgotten.
    fn at(&mut self, position: u32);

    /// Forgets all answers: positions begin again.
    fn begin(&mut self);

    /// Ends its work.
    fn close(&mut self) -> FetchFuture<'_>;
}

/// A transformation that works on many records at once.
pub trait BatchTransformation: Transformation + Batched {}

impl<T: Transformation + Batched> BatchTransformation for T {}

/// A predicate that works on many records at once.
pub trait BatchPredicate: Predicate + Batched {}

impl<T: Predicate + Batched> BatchPredicate for T {}

/// What a transformation of a chain is.
pub enum Work {
    /// One that is part of this program.
    Native(Box<dyn Transformation>),
    /// One that works on many records at once.
    Batch(Box<dyn BatchTransformation>),
}

/// What a predicate of a chain is.
pub enum Condition {
    /// One that is part of this program.
    Native(Box<dyn Predicate>),
    /// One that works on many records at once.
    Batch(Box<dyn BatchPredicate>),
}

impl Work {
    /// Applies it to a record.
    ///
    /// # Errors
    ///
    /// As [`Transformation::apply`].
    #[inline]
    pub fn apply(&mut self, record: &mut ConnectRecord<'_>) -> Result<Applied, Failure> {
        match self {
            Self::Native(work) => work.apply(record),
            Self::Batch(work) => work.apply(record),
        }
    }
}

impl Condition {
    /// Whether it holds for a record.
    ///
    /// # Errors
    ///
    /// As [`Predicate::test`].
    #[inline]
    pub fn test(&mut self, record: &ConnectRecord<'_>) -> Result<bool, Failure> {
        match self {
            Self::Native(condition) => condition.test(record),
            Self::Batch(condition) => condition.test(record),
        }
    }
}
