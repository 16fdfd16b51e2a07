//! Runs of transformations, predicates and converters, through the batches that the worker sends.

use connect_data::batch::{
    BytesBatch, BytesBatchEncoder, DataBatch, DataBatchEncoder, Direction, EntryPlace, FailureKind,
    Outcome, OutcomeBatch, RecordBatchEncoder, RecordFailure, SchemaCache, Verdict, VerdictBatch,
};
use connect_data::{ConnectRecord, SchemaAndValue, SchemaRef, Value};

use super::{fake_worker, refuse_invalid};
use crate::stage::Running;
use crate::{Config, ConnectError, Converter, ConverterRole, ErrorKind, Predicate, Transformation};

/// A transformation as a task has it; see the example of [`Transformation`].
pub struct TransformationRun<T> {
    running: Running<T>,
}

impl<T: Transformation> TransformationRun<T> {
    /// Checks the configuration, without prefix, and makes the transformation.
    pub fn start(config: impl Into<Config>) -> Result<Self, ConnectError> {
        fake_worker::reset();
        let config = config.into();
        refuse_invalid(&T::config_def(), &config, T::validate)?;
        let stage = T::configure(T::config_def().complete(config)?)?;
        let running = Running::new(stage);
        Ok(Self { running })
    }

    /// Applies it to a record: what comes out, none when it was dropped.
    pub fn apply(
        &mut self,
        record: &ConnectRecord<'_>,
    ) -> Result<Option<ConnectRecord<'static>>, ConnectError> {
        let mut outcomes = self.apply_all(std::slice::from_ref(record))?;
        outcomes.pop().expect("an outcome for each record")
    }

    /// Applies it to a batch of records, which all were consumed or are of a source: an outcome for
    /// each. The error of the call is about none of them.
    ///
    /// # Panics
    /// When the worker would refuse the answer.
    pub fn apply_all(
        &mut self,
        records: &[ConnectRecord<'_>],
    ) -> Result<Vec<Result<Option<ConnectRecord<'static>>, ConnectError>>, ConnectError> {
        let answer = self.running.apply(&encoded(records)?)?;
        let mut cache = SchemaCache::new();
        let decoded = OutcomeBatch::decode(&answer, records.len(), &mut cache);
        let mut outcomes = decoded.expect("an answer that the worker takes");
        let mut all = Vec::with_capacity(records.len());
        for record in records {
            let outcome = outcomes.next_outcome().expect("an outcome");
            all.push(match outcome.expect("an outcome for each record") {
                Outcome::Kept => Ok(Some(record.clone().into_owned())),
                Outcome::Dropped => Ok(None),
                Outcome::Failed(failure) => Err(error_of(failure)),
                Outcome::Changed(changes) => {
                    let mut changed = record.clone();
                    changes.apply_to(&mut changed);
                    Ok(Some(changed.into_owned()))
                }
            });
        }
        Ok(all)
    }

    /// The transformation itself.
    pub fn transformation(&mut self) -> &mut T {
        &mut self.running.stage
    }

    /// Ends as the worker does.
    pub fn close(mut self) -> Result<(), ConnectError> {
        self.running.stage.close()
    }
}

/// A predicate as a task has it; see the example of [`Predicate`].
pub struct PredicateRun<T> {
    running: Running<T>,
}

impl<T: Predicate> PredicateRun<T> {
    /// Checks the configuration, without prefix, and makes the predicate.
    pub fn start(config: impl Into<Config>) -> Result<Self, ConnectError> {
        fake_worker::reset();
        let config = config.into();
        refuse_invalid(&T::config_def(), &config, T::validate)?;
        let stage = T::configure(T::config_def().complete(config)?)?;
        let running = Running::new(stage);
        Ok(Self { running })
    }

    /// Whether it holds for a record.
    ///
    /// # Panics
    /// When the worker would refuse the answer.
    pub fn test(&mut self, record: &ConnectRecord<'_>) -> Result<bool, ConnectError> {
        let answer = self.running.test(&encoded(std::slice::from_ref(record))?)?;
        let decoded = VerdictBatch::decode(&answer, 1);
        let mut verdicts = decoded.expect("an answer that the worker takes");
        match verdicts.next_verdict().expect("a verdict") {
            Some(Verdict::Holds(holds)) => Ok(holds),
            Some(Verdict::Failed(failure)) => Err(error_of(failure)),
            None => panic!("no verdict on the record"),
        }
    }

    /// Ends as the worker does.
    pub fn close(mut self) -> Result<(), ConnectError> {
        self.running.stage.close()
    }
}

/// A converter as a task has it; see the example of [`Converter`].
pub struct ConverterRun<T> {
    running: Running<T>,
    role: ConverterRole,
}

impl<T: Converter> ConverterRun<T> {
    /// Checks the configuration, without prefix, and makes the converter. As a header converter it
    /// is asked about the header `header`.
    pub fn start(config: impl Into<Config>, role: ConverterRole) -> Result<Self, ConnectError> {
        fake_worker::reset();
        let config = config.into();
        refuse_invalid(&T::config_def(), &config, T::validate)?;
        let stage = T::configure(T::config_def().complete(config)?, role)?;
        let running = Running::new(stage);
        Ok(Self { running, role })
    }

    fn place<'a>(&self, topic: &'a str) -> EntryPlace<'a> {
        EntryPlace {
            topic: Some(topic),
            header: (self.role == ConverterRole::Header).then_some("header"),
        }
    }

    /// The bytes of a value, none for a null.
    ///
    /// # Panics
    /// When the worker would refuse the answer.
    pub fn from_connect_data(
        &mut self,
        topic: &str,
        schema: Option<&SchemaRef>,
        value: &Value<'_>,
    ) -> Result<Option<Vec<u8>>, ConnectError> {
        let mut encoder = DataBatchEncoder::new();
        encoder.push(self.place(topic), schema, value)?;
        let answer = self.running.convert_data(&encoder.finish())?;
        let decoded = BytesBatch::decode_answer(&answer, 1);
        let mut entries = decoded.expect("an answer that the worker takes");
        match entries.next_entry().expect("an entry") {
            Some((_, entry)) => entry
                .map(|bytes| bytes.map(<[u8]>::to_vec))
                .map_err(error_of),
            None => panic!("no answer for the value"),
        }
    }

    /// The data of bytes, of which none are a null.
    ///
    /// # Panics
    /// When the worker would refuse the answer.
    pub fn to_connect_data(
        &mut self,
        topic: &str,
        bytes: Option<&[u8]>,
    ) -> Result<SchemaAndValue<'static>, ConnectError> {
        let mut encoder = BytesBatchEncoder::new();
        encoder.push(self.place(topic), bytes)?;
        let answer = self.running.convert_bytes(&encoder.finish())?;
        let mut cache = SchemaCache::new();
        let decoded = DataBatch::decode_answer(&answer, 1, &mut cache);
        let mut entries = decoded.expect("an answer that the worker takes");
        match entries.next_entry().expect("an entry") {
            Some((_, entry)) => entry.map(SchemaAndValue::into_owned).map_err(error_of),
            None => panic!("no answer for the bytes"),
        }
    }

    /// Ends as the worker does.
    pub fn close(mut self) -> Result<(), ConnectError> {
        self.running.stage.close()
    }
}

fn encoded(records: &[ConnectRecord<'_>]) -> Result<Vec<u8>, ConnectError> {
    let consumed = records.iter().any(|record| record.consumed.is_some());
    let mut encoder = RecordBatchEncoder::new(if consumed {
        Direction::Consumed
    } else {
        Direction::Source
    });
    for record in records {
        encoder.push(record)?;
    }
    Ok(encoder.finish())
}

fn error_of(failure: RecordFailure) -> ConnectError {
    let kind = match failure.kind {
        FailureKind::Retriable => ErrorKind::Retriable,
        FailureKind::Data => ErrorKind::Data,
        FailureKind::Config => ErrorKind::Config,
        FailureKind::Fatal => ErrorKind::Fatal,
    };
    let error = ConnectError::new(kind, failure.message);
    match failure.detail {
        Some(detail) => error.with_detail(detail),
        None => error,
    }
}
