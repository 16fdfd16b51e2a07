//! The exports of transformations, predicates and converters.

use std::marker::PhantomData;

use super::{TASK, call_on, end, put_into, report_panics};
use crate::bindings::converter::exports::connect_wasm::plugin::converter as converter_exports;
use crate::bindings::predicate::exports::connect_wasm::plugin::predicate as predicate_exports;
use crate::bindings::record_plugin::exports::connect_wasm::plugin::record_plugin as plugin_exports;
use crate::bindings::services::connect_wasm::plugin::types as wit;
use crate::bindings::transformation::exports::connect_wasm::plugin::transformation as transformation_exports;
use crate::convert::{config_from_wit, error_to_wit, key_to_wit};
use crate::stage::Running;
use crate::{ConfigIssue, Converter, ConverterRole, Description, Predicate, Transformation};

type WitConfig = Vec<(String, String)>;

/// Exports this transformation.
pub struct TransformationExports<T>(PhantomData<T>);

/// Exports this predicate.
pub struct PredicateExports<T>(PhantomData<T>);

/// Exports this converter.
pub struct ConverterExports<T>(PhantomData<T>);

/// Exports who a plugin is.
macro_rules! export_record_plugin {
    ($exports:ident, $trait:ident, $kind:ident) => {
        impl<T: $trait> plugin_exports::Guest for $exports<T> {
            fn describe() -> plugin_exports::Description {
                report_panics();
                description_to_wit(T::describe(), plugin_exports::Kind::$kind)
            }

            fn config_def() -> Vec<plugin_exports::ConfigKey> {
                report_panics();
                T::config_def().keys.into_iter().map(key_to_wit).collect()
            }

            fn validate(
                config: WitConfig,
            ) -> Result<Vec<plugin_exports::ConfigError>, wit::ConnectError> {
                report_panics();
                let issues = T::validate(&config_from_wit(config)).map_err(error_to_wit)?;
                Ok(issues.into_iter().map(issue_to_wit).collect())
            }
        }
    };
}

export_record_plugin!(TransformationExports, Transformation, Transformation);
export_record_plugin!(PredicateExports, Predicate, Predicate);
export_record_plugin!(ConverterExports, Converter, Converter);

fn description_to_wit(
    description: Description,
    kind: plugin_exports::Kind,
) -> plugin_exports::Description {
    plugin_exports::Description {
        class: description.class,
        kind,
        version: description.version,
        aliases: description.aliases,
        documentation: description.documentation,
        header_converter: description.header_converter,
    }
}

fn issue_to_wit(issue: ConfigIssue) -> plugin_exports::ConfigError {
    plugin_exports::ConfigError {
        name: issue.name,
        message: issue.message,
    }
}

impl<T: Transformation> transformation_exports::Guest for TransformationExports<T> {
    fn configure(config: WitConfig) -> Result<(), wit::ConnectError> {
        report_panics();
        let config = T::config_def().complete(config_from_wit(config));
        let stage = config.and_then(T::configure).map_err(error_to_wit)?;
        put_into(&TASK, Running::new(stage));
        Ok(())
    }

    fn apply(records: Vec<u8>) -> Result<Vec<u8>, wit::ConnectError> {
        call_on(&TASK, |running: &mut Running<T>| running.apply(&records))
    }

    fn close() -> Result<(), wit::ConnectError> {
        end(&TASK, |running: &mut Running<T>| running.stage.close())
    }
}

impl<T: Predicate> predicate_exports::Guest for PredicateExports<T> {
    fn configure(config: WitConfig) -> Result<(), wit::ConnectError> {
        report_panics();
        let config = T::config_def().complete(config_from_wit(config));
        let stage = config.and_then(T::configure).map_err(error_to_wit)?;
        put_into(&TASK, Running::new(stage));
        Ok(())
    }

    fn test(records: Vec<u8>) -> Result<Vec<u8>, wit::ConnectError> {
        call_on(&TASK, |running: &mut Running<T>| running.test(&records))
    }

    fn close() -> Result<(), wit::ConnectError> {
        end(&TASK, |running: &mut Running<T>| running.stage.close())
    }
}

impl<T: Converter> converter_exports::Guest for ConverterExports<T> {
    fn configure(
        config: WitConfig,
        role: converter_exports::Role,
    ) -> Result<(), wit::ConnectError> {
        report_panics();
        let role = match role {
            converter_exports::Role::Key => ConverterRole::Key,
            converter_exports::Role::Value => ConverterRole::Value,
            converter_exports::Role::Header => ConverterRole::Header,
        };
        let config = T::config_def().complete(config_from_wit(config));
        let stage = config
            .and_then(|config| T::configure(config, role))
            .map_err(error_to_wit)?;
        put_into(&TASK, Running::new(stage));
        Ok(())
    }

    fn from_connect_data(data: Vec<u8>) -> Result<Vec<u8>, wit::ConnectError> {
        call_on(&TASK, |running: &mut Running<T>| {
            running.convert_data(&data)
        })
    }

    fn to_connect_data(data: Vec<u8>) -> Result<Vec<u8>, wit::ConnectError> {
        call_on(&TASK, |running: &mut Running<T>| {
            running.convert_bytes(&data)
        })
    }

    fn close() -> Result<(), wit::ConnectError> {
        end(&TASK, |running: &mut Running<T>| running.stage.close())
    }
}
