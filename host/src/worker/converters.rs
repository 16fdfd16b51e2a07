//! The converters of one task.
//!
//! Owns which converters a task uses, with their class names for error reports. Knows no Kafka
//! client and no guest. Kafka's counterpart: the converter choice in `Worker.startTask`.

use crate::config::connector::ConverterChoice;
use crate::converter::{
    Converter, ConverterError, ConverterType, HeaderConverter, create_converter,
    create_header_converter,
};
use crate::errors::Failure;

/// The converters of one task.
pub(super) struct TaskConverters {
    /// For keys.
    pub key: Box<dyn Converter>,
    /// For values.
    pub value: Box<dyn Converter>,
    /// For headers.
    pub header: Box<dyn HeaderConverter>,
    /// The class of the key converter.
    pub key_class: String,
    /// The class of the value converter.
    pub value_class: String,
    /// The class of the header converter.
    pub header_class: String,
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

impl TaskConverters {
    /// Makes the converters.
    ///
    /// # Errors
    ///
    /// The failure of the task when a class is unknown or its settings are wrong.
    pub(super) fn create(choices: &ConverterChoices) -> Result<Self, Failure> {
        let ConverterChoices { key, value, header } = choices;
        Ok(Self {
            key: create_converter(&key.class, &key.settings, ConverterType::Key)
                .map_err(|error| converter_failure(&error))?,
            value: create_converter(&value.class, &value.settings, ConverterType::Value)
                .map_err(|error| converter_failure(&error))?,
            header: create_header_converter(&header.class, &header.settings)
                .map_err(|error| converter_failure(&error))?,
            key_class: key.class.clone(),
            value_class: value.class.clone(),
            header_class: header.class.clone(),
        })
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
