//! The steps of a record between task and Kafka: transformations and conversions.
//!
//! Owns which step of a record failed, so that it can be tried again from there. Knows no Kafka
//! client, no guest and no offsets. Kafka's counterpart: `TransformationChain` and the operations
//! that tasks give to `RetryWithToleranceOperator`.

use connect_data::ConnectRecord;

use crate::config::ConfigMap;
use crate::converter::ConverterError;
use crate::errors::{Failure, Stage};
use crate::transform::{Applied, TransformationChain};

use super::converters::{ConverterChoices, TaskConverters, converter_failure};

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
}

/// What a configuration says about the path of its records.
pub(super) struct PathChoices {
    /// The connector's configuration, with the keys of transformations and predicates.
    pub config: ConfigMap,
    /// The converters.
    pub converters: ConverterChoices,
}

impl RecordPath {
    /// Makes transformations and converters.
    ///
    /// # Errors
    ///
    /// The failure of the task when a class is unknown or its settings are wrong.
    pub(super) fn create(choices: &PathChoices) -> Result<Self, Failure> {
        Ok(Self {
            converters: TaskConverters::create(&choices.converters)?,
            chain: TransformationChain::create(&choices.config)?,
        })
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
                        failure,
                        unprepared: false,
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
