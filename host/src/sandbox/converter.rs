//! Instances of converters: one for the keys, the values or the headers of a task.

use indexmap::IndexMap;

use super::bindings::converter;
use super::bindings::converter::exports::connect_wasm::plugin::converter::Role;
use super::component::Half;
use super::error::SandboxError;
use super::instance::{Core, InstanceSpec};
use crate::bridge;
use crate::metrics::InstanceUsage;

/// What a converter converts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConverterRole {
    /// Keys of records.
    Key,
    /// Values of records.
    Value,
    /// Values of headers.
    Header,
}

/// Which way a converter converts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conversion {
    /// From Connect data to bytes.
    FromConnectData,
    /// From bytes to Connect data.
    ToConnectData,
}

impl Conversion {
    fn export(self) -> &'static str {
        match self {
            Self::FromConnectData => "converter.from-connect-data",
            Self::ToConnectData => "converter.to-connect-data",
        }
    }
}

/// A converter of a task.
pub struct ConverterInstance {
    core: Core,
    guest: converter::ConverterPlugin,
}

impl ConverterInstance {
    /// Makes the instance; `configure` comes next.
    pub async fn new(spec: InstanceSpec) -> Result<Self, SandboxError> {
        let plugin = spec.plugin.clone();
        let mut core = Core::for_spec(spec)?;
        let Half::Converter(half) = plugin.half() else {
            return Err(core.wrong_kind("converter"));
        };
        let time = core.limits().deadlines.for_start();
        let (store, call) = core.begin("instantiate", time)?;
        let result = call.run(half.instantiate_async(store)).await;
        let guest = core.end(result)?;
        Ok(Self { core, guest })
    }

    /// First call, with the converter's own keys.
    pub async fn configure(
        &mut self,
        config: &IndexMap<String, String>,
        role: ConverterRole,
    ) -> Result<(), SandboxError> {
        let export = "converter.configure";
        let config = bridge::config::to_wit(config);
        let role = match role {
            ConverterRole::Key => Role::Key,
            ConverterRole::Value => Role::Value,
            ConverterRole::Header => Role::Header,
        };
        let time = self.core.limits().deadlines.for_start();
        let (store, call) = self.core.begin(export, time)?;
        let guest = self.guest.connect_wasm_plugin_converter();
        let result = call.run(guest.call_configure(store, &config, role)).await;
        self.core.end_result(export, result)
    }

    /// Converts an encoded batch: of data to one of bytes, or the reverse. The answer is
    /// unverified.
    #[allow(
        clippy::ptr_arg,
        reason = "the generated call takes a list by its owned type"
    )]
    pub async fn convert(
        &mut self,
        conversion: Conversion,
        entries: &Vec<u8>,
    ) -> Result<Vec<u8>, SandboxError> {
        let export = conversion.export();
        self.core.usage().carried(entries.len());
        let time = self.core.limits().deadlines.for_call();
        let (store, call) = self.core.begin(export, time)?;
        let guest = self.guest.connect_wasm_plugin_converter();
        let result = match conversion {
            Conversion::FromConnectData => {
                call.run(guest.call_from_connect_data(store, entries)).await
            }
            Conversion::ToConnectData => call.run(guest.call_to_connect_data(store, entries)).await,
        };
        let answer = self.core.end_result(export, result)?;
        self.core.checked_answer(export, answer)
    }

    /// An answer is wrong: drops the instance and makes the error, which names the plugin.
    pub fn reject_answer(&mut self, conversion: Conversion, message: String) -> SandboxError {
        self.core.wrong_result(conversion.export(), message)
    }

    /// Last call.
    pub async fn close(&mut self) -> Result<(), SandboxError> {
        let export = "converter.close";
        let time = self.core.limits().deadlines.for_stop();
        let (store, call) = self.core.begin(export, time)?;
        let guest = self.guest.connect_wasm_plugin_converter();
        let result = call.run(guest.call_close(store)).await;
        self.core.end_result(export, result)
    }

    /// What the instance has used so far.
    pub fn usage(&self) -> &InstanceUsage {
        self.core.usage()
    }
}
