//! Transformations and predicates in a sandbox.

use connect_data::ConnectRecord;
use connect_data::batch::{
    BatchError, Changes, Direction, Outcome, OutcomeBatch, RecordBatchEncoder, SchemaCache,
    Verdict, VerdictBatch,
};

use super::waiting::{CALL_BYTES_MAX, CALL_RECORDS_MAX, Waiting};
use super::{failure_of, unencodable};
use crate::errors::Failure;
use crate::sandbox::{PredicateInstance, TransformationInstance};
use crate::transform::{Applied, Batched, FetchFuture, Predicate, Transformation};
use crate::worker::task::guest_failure;

/// What a transformation made of a record.
enum Made {
    Kept,
    Changed(Box<Changes<'static>>),
    Dropped,
}

/// Records for a guest, until they are sent.
struct Announced {
    encoder: RecordBatchEncoder,
    /// The call's bytes.
    bytes: Vec<u8>,
    count: usize,
}

impl Announced {
    fn new(direction: Direction) -> Self {
        Self {
            encoder: RecordBatchEncoder::new(direction),
            bytes: Vec::new(),
            count: 0,
        }
    }

    /// Takes a record: false when there is no room.
    fn push<A>(
        &mut self,
        waiting: &mut Waiting<A>,
        position: u32,
        record: &ConnectRecord<'_>,
    ) -> bool {
        let full =
            self.encoder.len() >= CALL_RECORDS_MAX || self.encoder.byte_len() >= CALL_BYTES_MAX;
        if full {
            return false;
        }
        match self.encoder.push(record) {
            Ok(()) => waiting.announce(position),
            Err(error) if error.is_full() && !self.encoder.is_empty() => return false,
            Err(error) => waiting.refuse(position, unencodable(&error)),
        }
        true
    }

    /// The bytes of the next call; none when there is nothing to ask.
    fn finish(&mut self) -> Option<&Vec<u8>> {
        self.count = self.encoder.len();
        self.bytes.clear();
        if self.count == 0 {
            return None;
        }
        self.encoder.finish_into(&mut self.bytes);
        Some(&self.bytes)
    }
}

/// A transformation of a task that is a guest.
pub(in crate::worker) struct GuestTransformation {
    instance: TransformationInstance,
    consumed: bool,
    announced: Announced,
    waiting: Waiting<Made>,
    schemas: SchemaCache,
}

impl GuestTransformation {
    /// For records that go this way.
    pub fn new(instance: TransformationInstance, direction: Direction) -> Self {
        Self {
            instance,
            consumed: direction == Direction::Consumed,
            announced: Announced::new(direction),
            waiting: Waiting::default(),
            schemas: SchemaCache::new(),
        }
    }

    async fn ask(&mut self) -> Result<(), Failure> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let answer = match self.announced.finish() {
            Some(records) => {
                let answer = self.instance.apply(records).await;
                answer.map_err(|error| guest_failure(&error))?
            }
            None => Vec::new(),
        };
        let read = self.read(&answer);
        read.map_err(|error| guest_failure(&self.instance.reject_answer(error)))
    }

    fn read(&mut self, answer: &[u8]) -> Result<(), String> {
        let told = |error: BatchError| format!("an answer that is not as BATCH.md says: {error}");
        let count = self.announced.count;
        let mut batch = match count {
            0 => None,
            count => Some(OutcomeBatch::decode(answer, count, &mut self.schemas).map_err(told)?),
        };
        let consumed = self.consumed;
        self.waiting.fill(|| {
            let outcome = match &mut batch {
                Some(batch) => batch.next_outcome().map_err(told)?,
                None => None,
            };
            Ok(match outcome {
                Some(Outcome::Kept) => Ok(Made::Kept),
                Some(Outcome::Dropped) => Ok(Made::Dropped),
                Some(Outcome::Failed(failure)) => Err(failure_of(failure)),
                Some(Outcome::Changed(changes)) => {
                    let lost = changes.topic == Some(None) || changes.kafka_partition == Some(None);
                    if consumed && lost {
                        return Err("a consumed record without topic or partition".to_owned());
                    }
                    Ok(Made::Changed(Box::new(changes.into_owned())))
                }
                None => return Err("fewer outcomes than records".to_owned()),
            })
        })?;
        match batch.map(|mut batch| batch.next_outcome().map_err(told)) {
            Some(Err(error)) => Err(error),
            _ => Ok(()),
        }
    }
}

impl Transformation for GuestTransformation {
    fn apply(&mut self, record: &mut ConnectRecord<'_>) -> Result<Applied, Failure> {
        match self.waiting.take() {
            Some(Ok(Made::Kept)) => Ok(Applied::Kept),
            Some(Ok(Made::Dropped)) => Ok(Applied::Dropped),
            Some(Ok(Made::Changed(changes))) => {
                changes.apply_to(record);
                Ok(Applied::Kept)
            }
            Some(Err(failure)) => Err(failure),
            None => {
                self.expect(self.waiting.position(), record);
                Err(Failure::unprepared())
            }
        }
    }
}

impl Batched for GuestTransformation {
    fn expect(&mut self, position: u32, record: &ConnectRecord<'_>) -> bool {
        self.announced.push(&mut self.waiting, position, record)
    }

    fn fetch(&mut self) -> FetchFuture<'_> {
        Box::pin(self.ask())
    }

    fn at(&mut self, position: u32) {
        self.waiting.at(position);
    }

    fn begin(&mut self) {
        self.waiting.begin();
        self.announced.encoder.clear();
    }

    fn close(&mut self) -> FetchFuture<'_> {
        Box::pin(async {
            let closed = self.instance.close().await;
            closed.map_err(|error| guest_failure(&error))
        })
    }
}

/// A predicate of a task that is a guest.
pub(in crate::worker) struct GuestPredicate {
    instance: PredicateInstance,
    announced: Announced,
    waiting: Waiting<bool>,
}

impl GuestPredicate {
    /// For records that go this way.
    pub fn new(instance: PredicateInstance, direction: Direction) -> Self {
        Self {
            instance,
            announced: Announced::new(direction),
            waiting: Waiting::default(),
        }
    }

    async fn ask(&mut self) -> Result<(), Failure> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let answer = match self.announced.finish() {
            Some(records) => {
                let answer = self.instance.test(records).await;
                answer.map_err(|error| guest_failure(&error))?
            }
            None => Vec::new(),
        };
        let read = self.read(&answer);
        read.map_err(|error| guest_failure(&self.instance.reject_answer(error)))
    }

    fn read(&mut self, answer: &[u8]) -> Result<(), String> {
        let told = |error: BatchError| format!("an answer that is not as BATCH.md says: {error}");
        let mut batch = match self.announced.count {
            0 => None,
            count => Some(VerdictBatch::decode(answer, count).map_err(told)?),
        };
        self.waiting.fill(|| {
            let verdict = match &mut batch {
                Some(batch) => batch.next_verdict().map_err(told)?,
                None => None,
            };
            match verdict {
                Some(Verdict::Holds(holds)) => Ok(Ok(holds)),
                Some(Verdict::Failed(failure)) => Ok(Err(failure_of(failure))),
                None => Err("fewer verdicts than records".to_owned()),
            }
        })?;
        match batch.map(|mut batch| batch.next_verdict().map_err(told)) {
            Some(Err(error)) => Err(error),
            _ => Ok(()),
        }
    }
}

impl Predicate for GuestPredicate {
    fn test(&mut self, record: &ConnectRecord<'_>) -> Result<bool, Failure> {
        // The answer stays: the transformation behind may make the record come again.
        self.waiting.peek().unwrap_or_else(|| {
            self.expect(self.waiting.position(), record);
            Err(Failure::unprepared())
        })
    }
}

impl Batched for GuestPredicate {
    fn expect(&mut self, position: u32, record: &ConnectRecord<'_>) -> bool {
        self.announced.push(&mut self.waiting, position, record)
    }

    fn fetch(&mut self) -> FetchFuture<'_> {
        Box::pin(self.ask())
    }

    fn at(&mut self, position: u32) {
        self.waiting.at(position);
    }

    fn begin(&mut self) {
        self.waiting.begin();
        self.announced.encoder.clear();
    }

    fn close(&mut self) -> FetchFuture<'_> {
        Box::pin(async {
            let closed = self.instance.close().await;
            closed.map_err(|error| guest_failure(&error))
        })
    }
}
