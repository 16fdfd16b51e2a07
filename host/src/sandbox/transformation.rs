//! Instances of transformations and predicates: stages of a task's chain.

use indexmap::IndexMap;

use super::bindings::{predicate, transformation};
use super::component::Half;
use super::error::SandboxError;
use super::instance::{Core, InstanceSpec};
use super::source_task::BATCH_BYTES_MAX;
use crate::bridge;
use crate::metrics::InstanceUsage;

/// A transformation of a task.
pub struct TransformationInstance {
    core: Core,
    guest: transformation::TransformPlugin,
}

impl TransformationInstance {
    /// Makes the instance; `configure` comes next.
    pub async fn new(spec: InstanceSpec) -> Result<Self, SandboxError> {
        let plugin = spec.plugin.clone();
        let mut core = Core::for_spec(spec)?;
        let Half::Transformation(half) = plugin.half() else {
            return Err(core.wrong_kind("transformation"));
        };
        let time = core.limits().deadlines.for_start();
        let (store, call) = core.begin("instantiate", time)?;
        let result = call.run(half.instantiate_async(store)).await;
        let guest = core.end(result)?;
        Ok(Self { core, guest })
    }

    /// First call, with the transformation's own keys.
    pub async fn configure(
        &mut self,
        config: &IndexMap<String, String>,
    ) -> Result<(), SandboxError> {
        let export = "transformation.configure";
        let config = bridge::config::to_wit(config);
        let time = self.core.limits().deadlines.for_start();
        let (store, call) = self.core.begin(export, time)?;
        let guest = self.guest.connect_wasm_plugin_transformation();
        let result = call.run(guest.call_configure(store, &config)).await;
        self.core.end_result(export, result)
    }

    /// Applies it to an encoded batch of records. The answer is an encoded batch of outcomes,
    /// unverified.
    #[allow(
        clippy::ptr_arg,
        reason = "the generated call takes a list by its owned type"
    )]
    pub async fn apply(&mut self, records: &Vec<u8>) -> Result<Vec<u8>, SandboxError> {
        let export = "transformation.apply";
        self.core.usage().carried(records.len());
        let time = self.core.limits().deadlines.for_call();
        let (store, call) = self.core.begin(export, time)?;
        let guest = self.guest.connect_wasm_plugin_transformation();
        let result = call.run(guest.call_apply(store, records)).await;
        let answer = self.core.end_result(export, result)?;
        self.core.checked_answer(export, answer)
    }

    /// An answer is wrong: drops the instance and makes the error, which names the plugin.
    pub fn reject_answer(&mut self, message: String) -> SandboxError {
        self.core.wrong_result("transformation.apply", message)
    }

    /// Last call.
    pub async fn close(&mut self) -> Result<(), SandboxError> {
        let export = "transformation.close";
        let time = self.core.limits().deadlines.for_stop();
        let (store, call) = self.core.begin(export, time)?;
        let guest = self.guest.connect_wasm_plugin_transformation();
        let result = call.run(guest.call_close(store)).await;
        self.core.end_result(export, result)
    }

    /// Whether the instance was dropped after a failure, so that every further call fails.
    pub fn is_lost(&self) -> bool {
        self.core.is_lost()
    }

    /// What the instance has used so far.
    pub fn usage(&self) -> &InstanceUsage {
        self.core.usage()
    }
}

/// A predicate of a task.
pub struct PredicateInstance {
    core: Core,
    guest: predicate::PredicatePlugin,
}

impl PredicateInstance {
    /// Makes the instance; `configure` comes next.
    pub async fn new(spec: InstanceSpec) -> Result<Self, SandboxError> {
        let plugin = spec.plugin.clone();
        let mut core = Core::for_spec(spec)?;
        let Half::Predicate(half) = plugin.half() else {
            return Err(core.wrong_kind("predicate"));
        };
        let time = core.limits().deadlines.for_start();
        let (store, call) = core.begin("instantiate", time)?;
        let result = call.run(half.instantiate_async(store)).await;
        let guest = core.end(result)?;
        Ok(Self { core, guest })
    }

    /// First call, with the predicate's own keys.
    pub async fn configure(
        &mut self,
        config: &IndexMap<String, String>,
    ) -> Result<(), SandboxError> {
        let export = "predicate.configure";
        let config = bridge::config::to_wit(config);
        let time = self.core.limits().deadlines.for_start();
        let (store, call) = self.core.begin(export, time)?;
        let guest = self.guest.connect_wasm_plugin_predicate();
        let result = call.run(guest.call_configure(store, &config)).await;
        self.core.end_result(export, result)
    }

    /// Tests an encoded batch of records. The answer is an encoded batch of verdicts, unverified.
    #[allow(
        clippy::ptr_arg,
        reason = "the generated call takes a list by its owned type"
    )]
    pub async fn test(&mut self, records: &Vec<u8>) -> Result<Vec<u8>, SandboxError> {
        let export = "predicate.test";
        self.core.usage().carried(records.len());
        let time = self.core.limits().deadlines.for_call();
        let (store, call) = self.core.begin(export, time)?;
        let guest = self.guest.connect_wasm_plugin_predicate();
        let result = call.run(guest.call_test(store, records)).await;
        let answer = self.core.end_result(export, result)?;
        self.core.checked_answer(export, answer)
    }

    /// An answer is wrong: drops the instance and makes the error, which names the plugin.
    pub fn reject_answer(&mut self, message: String) -> SandboxError {
        self.core.wrong_result("predicate.test", message)
    }

    /// Last call.
    pub async fn close(&mut self) -> Result<(), SandboxError> {
        let export = "predicate.close";
        let time = self.core.limits().deadlines.for_stop();
        let (store, call) = self.core.begin(export, time)?;
        let guest = self.guest.connect_wasm_plugin_predicate();
        let result = call.run(guest.call_close(store)).await;
        self.core.end_result(export, result)
    }

    /// What the instance has used so far.
    pub fn usage(&self) -> &InstanceUsage {
        self.core.usage()
    }
}

impl Core {
    /// The instance is of another kind than it is to be.
    pub(super) fn wrong_kind(&mut self, expected: &str) -> SandboxError {
        let found = self.plugin_kind().name();
        self.wrong_result(
            "instantiate",
            format!("a {found} plugin where a {expected} is expected"),
        )
    }

    /// Counts the bytes of an answer, and refuses more than a batch may have.
    pub(super) fn checked_answer(
        &mut self,
        export: &'static str,
        answer: Vec<u8>,
    ) -> Result<Vec<u8>, SandboxError> {
        self.usage().carried(answer.len());
        if answer.len() <= BATCH_BYTES_MAX {
            return Ok(answer);
        }
        let message = format!(
            "a batch of {} bytes; at most {BATCH_BYTES_MAX} are allowed",
            answer.len()
        );
        Err(self.wrong_result(export, message))
    }
}
