//! The steps of a record between task and Kafka: transformations and conversions.
//!
//! Owns which step of a record failed, so that it can be tried again from there. Knows no Kafka
//! client, no guest and no offsets. Kafka's counterpart: `TransformationChain` and the operations
//! that tasks give to `RetryWithToleranceOperator`.

use connect_data::ConnectRecord;
use connect_data::batch::Direction;

use crate::config::ConfigMap;
use crate::converter::ConverterError;
use crate::errors::{Failure, Stage};
use crate::transform::{Applied, ChainStage, Condition, TransformationChain, Work};

use super::converters::{ConverterChoices, TaskConverters, converter_failure};
use super::guest_stages::{GuestPlugin, GuestStages};

/// A step of a record's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The transformation of this number in the chain.
    Transformation(usize),
    /// The key's conversion.
    Key,
    /// The value's conversion.
    Value,
    /// The conversion of all headers.
    Headers,
}

impl Step {
    /// Its name in reports.
    pub(super) fn stage(self) -> Stage {
        match self {
            Self::Transformation(_) => Stage::Transformation,
            Self::Key => Stage::KeyConverter,
            Self::Value => Stage::ValueConverter,
            Self::Headers => Stage::HeaderConverter,
        }
    }
}

/// A record that did not get past a step.
pub(super) struct Refusal {
    /// Which step.
    pub step: Step,
    /// Why.
    pub failure: Failure,
    /// Not a failure: the converter is to be prepared, and the step to be done again.
    pub unprepared: bool,
}

impl Refusal {
    /// The refusal by the converter of `step`.
    pub(super) fn converter(step: Step, error: &ConverterError) -> Self {
        Self {
            step,
            failure: converter_failure(error),
            unprepared: error.is_unprepared(),
        }
    }
}

/// What became of a record in the end.
pub(super) enum Recovered {
    /// Nothing stood in its way.
    Went(Applied),
    /// It failed, which is tolerated.
    Skipped,
    /// The task is to end; the record comes again after a restart.
    Stopping,
}

/// What records go through in one task.
pub(super) struct RecordPath {
    /// The transformations.
    pub chain: TransformationChain,
    /// The converters.
    pub converters: TaskConverters,
    works_on_batches: bool,
}

/// A record of a batch that goes through the chain stage by stage.
#[derive(Default)]
pub(super) enum Staged<'a> {
    /// It goes on.
    Alive(ConnectRecord<'a>),
    /// A transformation dropped it.
    #[default]
    Dropped,
    /// It did not get past a transformation.
    Refused(ConnectRecord<'a>, Refusal),
    /// It goes all its way by itself.
    Alone,
}

/// What a configuration says about the path of its records.
pub(super) struct PathChoices {
    /// The connector's configuration, with the keys of transformations and predicates.
    pub config: ConfigMap,
    /// The converters.
    pub converters: ConverterChoices,
    /// The plugins of files among them, and which way records go.
    pub guests: Vec<GuestPlugin>,
    /// Which way records go.
    pub direction: Direction,
}

impl RecordPath {
    /// Makes transformations and converters.
    ///
    /// # Errors
    ///
    /// The failure of the task when a class is unknown or its settings are wrong.
    pub(super) async fn create(choices: &PathChoices) -> Result<Self, Failure> {
        let mut guests = GuestStages::start(&choices.guests, choices.direction).await?;
        let stages = std::mem::take(&mut guests.stages);
        let mut converters = TaskConverters::create(&choices.converters, guests)?;
        let chain = TransformationChain::create_with(&choices.config, stages)?;
        Ok(Self {
            works_on_batches: chain.works_on_batches() || converters.batched().next().is_some(),
            converters,
            chain,
        })
    }

    /// Whether something on the way works on many records at once, so that batches are to go
    /// through it step by step.
    pub(super) fn works_on_batches(&self) -> bool {
        self.works_on_batches
    }

    /// A batch begins.
    pub(super) fn begin(&mut self) {
        for stage in self.chain.stages() {
            stage.batched().for_each(|stage| stage.begin());
        }
        self.converters.batched().for_each(|one| one.begin());
    }

    /// The record at this position of the batch is the next one.
    pub(super) fn at(&mut self, position: u32) {
        if self.works_on_batches {
            for stage in self.chain.stages() {
                stage.batched().for_each(|stage| stage.at(position));
            }
            self.converters.batched().for_each(|one| one.at(position));
        }
    }

    /// Gets what a step lacked that refused a record as unprepared; the step is then to be done
    /// again. A refusal instead when that failed for this record. Cancel safe.
    ///
    /// # Errors
    ///
    /// The failure of the task.
    pub(super) async fn prepare(&mut self, step: Step) -> Result<Option<Refusal>, Failure> {
        if let Step::Transformation(number) = step {
            if let Some(stage) = self.chain.stages().get_mut(number) {
                for stage in stage.batched() {
                    stage.fetch().await?;
                }
            }
            return Ok(None);
        }
        if let Some(converter) = self.converters.batch_converter(step.stage()) {
            return converter.fetch().await.map(|()| None);
        }
        let prepared = self.converters.prepare(step.stage()).await;
        Ok(prepared.err().map(|error| Refusal::converter(step, &error)))
    }

    /// Applies the transformations of the chain to a batch, one after the other.
    ///
    /// # Errors
    ///
    /// The failure of the task.
    pub(super) async fn transform_all(
        &mut self,
        records: &mut [Staged<'_>],
    ) -> Result<(), Failure> {
        for (number, stage) in self.chain.stages().iter_mut().enumerate() {
            apply_all(number, stage, records).await?;
        }
        Ok(())
    }

    /// The last calls of what is a guest. Failures are logged.
    pub(super) async fn close(&mut self) {
        for stage in self.chain.stages() {
            for stage in stage.batched() {
                log_failed_close(stage.close().await);
            }
        }
        for converter in self.converters.batched() {
            log_failed_close(converter.close().await);
        }
    }

    /// Applies the transformations of the chain, from the given one on.
    pub(super) fn transform(
        &mut self,
        record: &mut ConnectRecord<'_>,
        first: usize,
    ) -> Result<Applied, Refusal> {
        for (number, stage) in self.chain.stages().iter_mut().enumerate().skip(first) {
            match stage.apply(record) {
                Ok(Applied::Kept) => {}
                Ok(Applied::Dropped) => return Ok(Applied::Dropped),
                Err(failure) => {
                    return Err(Refusal {
                        step: Step::Transformation(number),
                        unprepared: failure.is_unprepared(),
                        failure,
                    });
                }
            }
        }
        Ok(Applied::Kept)
    }

    /// The class that is at work in a step.
    pub(super) fn class(&mut self, step: Step) -> String {
        match step {
            Step::Transformation(number) => {
                let stage = self.chain.stages().get(number);
                stage.map_or_else(String::new, |stage| stage.class.clone())
            }
            Step::Key | Step::Value | Step::Headers => {
                self.converters.class(step.stage()).to_owned()
            }
        }
    }
}

fn log_failed_close(closed: Result<(), Failure>) {
    if let Err(failure) = closed {
        tracing::warn!("The close of a plugin failed: {failure}");
    }
}

/// Applies one stage of a chain to the records of a batch that are still on their way.
async fn apply_all(
    number: usize,
    stage: &mut ChainStage,
    records: &mut [Staged<'_>],
) -> Result<(), Failure> {
    if let Some((Condition::Batch(predicate), _)) = &mut stage.predicate {
        for (position, record) in (0..).zip(records.iter()) {
            if let Staged::Alive(record) = record {
                while !predicate.expect(position, record) {
                    predicate.fetch().await?;
                }
            }
        }
        predicate.fetch().await?;
    }
    let mut wanted = vec![false; records.len()];
    for ((position, place), wanted) in (0..).zip(records.iter_mut()).zip(&mut wanted) {
        let Staged::Alive(record) = place else {
            continue;
        };
        stage.batched().for_each(|stage| stage.at(position));
        match stage.is_wanted(record) {
            Ok(false) => {}
            Ok(true) => {
                *wanted = true;
                if let Work::Batch(work) = &mut stage.work {
                    while !work.expect(position, record) {
                        work.fetch().await?;
                    }
                }
            }
            Err(failure) => refuse(place, number, failure),
        }
    }
    if let Work::Batch(work) = &mut stage.work {
        work.fetch().await?;
    }
    for ((position, place), wanted) in (0..).zip(records.iter_mut()).zip(wanted) {
        let Staged::Alive(record) = place else {
            continue;
        };
        if !wanted {
            continue;
        }
        stage.batched().for_each(|stage| stage.at(position));
        match stage.work.apply(record) {
            Ok(Applied::Kept) => {}
            Ok(Applied::Dropped) => *place = Staged::Dropped,
            Err(failure) => refuse(place, number, failure),
        }
    }
    Ok(())
}

fn refuse(place: &mut Staged<'_>, number: usize, failure: Failure) {
    if let Staged::Alive(record) = std::mem::replace(place, Staged::Dropped) {
        let refusal = Refusal {
            step: Step::Transformation(number),
            unprepared: failure.is_unprepared(),
            failure,
        };
        *place = Staged::Refused(record, refusal);
    }
}
