//! The converters of one task.
//!
//! Owns which converters a task uses, with their class names for error reports, and the waits for
//! what a converter has to fetch before it can convert a record. Knows no Kafka client and no guest. Kafka's counterpart: the converter choice in `Worker.startTask`.

use super::guest_stages::GuestStages;
use crate::config::connector::{ConnectorConfig, ConverterChoice};
use crate::config::worker::WorkerConfig;
use crate::converter::{
    BatchConverter, Converter, ConverterError, ConverterType, HeaderConverter, create_converter,
    create_header_converter, resolve_class,
};
use crate::errors::{Failure, Stage};

/// LIMIT: how often one record may send its converters to fetch something: a schema for each of key,
/// value and a few headers. Afterwards it is a record that cannot be converted.
pub(super) const PREPARATIONS_MAX: usize = 16;

/// The converters of one task.
pub(super) struct TaskConverters {
    /// For keys.
    pub key: Box<dyn Converter>,
    /// For values.
    pub value: Box<dyn Converter>,
    /// For headers.
    pub header: Box<dyn HeaderConverter>,
    key_class: String,
    value_class: String,
    header_class: String,
}

/// The choices for key, value and header.
pub(super) struct ConverterChoices {
    /// For keys.
    pub key: ConverterChoice,
    /// For values.
    pub value: ConverterChoice,
    /// For headers.
    pub header: ConverterChoice,
}

impl ConverterChoices {
    /// Those of a connector, or else the worker's.
    pub(super) fn of(config: &ConnectorConfig, worker: &WorkerConfig) -> Self {
        Self {
            key: config.key_converter_in(worker).clone(),
            value: config.value_converter_in(worker).clone(),
            header: config.header_converter_in(worker).clone(),
        }
    }
}

impl TaskConverters {
    /// Makes the converters.
    ///
    /// # Errors
    ///
    /// The failure of the task when a class is unknown or its settings are wrong.
    pub(super) fn create(choices: &ConverterChoices, guests: GuestStages) -> Result<Self, Failure> {
        let ConverterChoices { key, value, header } = choices;
        let made = |choice: &ConverterChoice, kind| {
            create_converter(&choice.class, &choice.settings, kind)
                .map_err(|error| converter_failure(&error))
        };
        Ok(Self {
            key: match guests.key {
                Some(guest) => guest,
                None => made(key, ConverterType::Key)?,
            },
            value: match guests.value {
                Some(guest) => guest,
                None => made(value, ConverterType::Value)?,
            },
            header: match guests.header {
                Some(guest) => guest,
                None => create_header_converter(&header.class, &header.settings)
                    .map_err(|error| converter_failure(&error))?,
            },
            key_class: full_class(&key.class),
            value_class: full_class(&value.class),
            header_class: full_class(&header.class),
        })
    }
}

/// The class that an alias stands for: reports of failures name classes.
fn full_class(class: &str) -> String {
    resolve_class(class).unwrap_or(class).to_owned()
}

impl TaskConverters {
    /// The class of the converter of a stage.
    pub(super) fn class(&self, stage: Stage) -> &str {
        match stage {
            Stage::KeyConverter => &self.key_class,
            Stage::HeaderConverter => &self.header_class,
            _ => &self.value_class,
        }
    }

    /// Those that convert many values at once.
    pub(super) fn batched(&mut self) -> impl Iterator<Item = &mut dyn BatchConverter> {
        let (key, value) = (self.key.as_batch(), self.value.as_batch());
        key.into_iter().chain(value).chain(self.header.as_batch())
    }

    /// The converter of a stage as one that converts many values at once, if it is.
    pub(super) fn batch_converter(&mut self, stage: Stage) -> Option<&mut dyn BatchConverter> {
        match stage {
            Stage::KeyConverter => self.key.as_batch(),
            Stage::HeaderConverter => self.header.as_batch(),
            _ => self.value.as_batch(),
        }
    }

    /// Fetches what the converter lacked that refused a record as unprepared; the record is then to
    /// be converted again. Cancel safe.
    pub(super) async fn prepare(&mut self, stage: Stage) -> Result<(), ConverterError> {
        let preparation = match stage {
            Stage::KeyConverter => self.key.prepare(),
            Stage::HeaderConverter => self.header.prepare(),
            _ => self.value.prepare(),
        };
        preparation.await
    }
}

/// A converter's error as it stands in a trace.
pub(super) fn converter_failure(error: &ConverterError) -> Failure {
    let failure = Failure::new(error.class_name, error.message.clone().unwrap_or_default());
    match &error.cause {
        Some(cause) => failure.caused_by(converter_failure(cause)),
        None => failure,
    }
}
