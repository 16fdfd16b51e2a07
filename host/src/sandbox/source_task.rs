//! A source task instance.

use indexmap::IndexMap;

use super::bindings::source;
use super::component::Half;
use super::error::SandboxError;
use super::instance::{Core, InstanceSpec};
use crate::bridge;
use crate::metrics::InstanceUsage;

/// LIMIT: as the WIT says of `source-task.poll`.
pub const BATCH_BYTES_MAX: usize = 64 << 20;

/// What the host is to do for a task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TaskOptions {
    /// Call `commit_records`.
    pub wants_commit_records: bool,
}

/// What became of a record that `poll` returned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommittedRecord {
    /// The number of batches with records that `poll` returned before its batch.
    pub batch: u64,
    /// Its index in the batch.
    pub index: u32,
    /// Where it was written; none when it was dropped.
    pub metadata: Option<RecordMetadata>,
}

/// Where a record was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordMetadata {
    /// The topic.
    pub topic: String,
    /// The partition.
    pub partition: i32,
    /// The offset.
    pub offset: i64,
}

/// A running source task.
pub struct SourceTaskInstance {
    core: Core,
    guest: source::SourcePlugin,
}

impl SourceTaskInstance {
    /// Whether the instance was dropped after a failure, so that every further call fails.
    pub fn is_lost(&self) -> bool {
        self.core.is_lost()
    }

    /// What the instance has used so far.
    pub fn usage(&self) -> &InstanceUsage {
        self.core.usage()
    }

    /// Makes the instance; `start` comes next.
    pub async fn new(spec: InstanceSpec) -> Result<Self, SandboxError> {
        let plugin = spec.plugin.clone();
        let mut core = Core::for_spec(spec)?;
        let Half::Source(half) = plugin.half() else {
            return Err(core.wrong_kind("source"));
        };
        let time = core.limits().deadlines.for_start();
        let (store, call) = core.begin("instantiate", time)?;
        let result = call.run(half.instantiate_async(store)).await;
        let guest = core.end(result)?;
        Ok(Self { core, guest })
    }

    /// First call.
    pub async fn start(
        &mut self,
        config: &IndexMap<String, String>,
    ) -> Result<TaskOptions, SandboxError> {
        let export = "source-task.start";
        let config = bridge::config::to_wit(config);
        let time = self.core.limits().deadlines.for_start();
        let (store, call) = self.core.begin(export, time)?;
        let task = self.guest.connect_wasm_plugin_source_task();
        let result = call.run(task.call_start(store, &config)).await;
        self.core
            .end_result(export, result)
            .map(bridge::task::options_from_wit)
    }

    /// The next records as an encoded batch, unverified, or none.
    pub async fn poll(&mut self) -> Result<Option<Vec<u8>>, SandboxError> {
        let export = "source-task.poll";
        let time = self.core.limits().deadlines.for_poll();
        let (store, call) = self.core.begin(export, time)?;
        let task = self.guest.connect_wasm_plugin_source_task();
        let result = call.run(task.call_poll(store)).await;
        let batch: Option<Vec<u8>> = self.core.end_result(export, result)?;
        let length = batch.as_ref().map_or(0, Vec::len);
        self.core.usage().carried(length);
        match batch {
            Some(bytes) if bytes.len() > BATCH_BYTES_MAX => {
                let message = format!(
                    "a batch of {} bytes; at most {BATCH_BYTES_MAX} are allowed",
                    bytes.len()
                );
                Err(self.core.wrong_result(export, message))
            }
            batch => Ok(batch),
        }
    }

    /// Tells what became of records; only for tasks that want it.
    pub async fn commit_records(
        &mut self,
        records: &[CommittedRecord],
    ) -> Result<(), SandboxError> {
        let export = "source-task.commit-records";
        let records = bridge::task::committed_to_wit(records);
        let time = self.core.limits().deadlines.for_call();
        let (store, call) = self.core.begin(export, time)?;
        let task = self.guest.connect_wasm_plugin_source_task();
        let result = call.run(task.call_commit_records(store, &records)).await;
        self.core.end_result(export, result)
    }

    /// Tells that source offsets were stored.
    pub async fn commit(&mut self) -> Result<(), SandboxError> {
        let export = "source-task.commit";
        let time = self.core.limits().deadlines.for_call();
        let (store, call) = self.core.begin(export, time)?;
        let task = self.guest.connect_wasm_plugin_source_task();
        let result = call.run(task.call_commit(store)).await;
        self.core.end_result(export, result)
    }

    /// Last call.
    pub async fn stop(&mut self) -> Result<(), SandboxError> {
        let export = "source-task.stop";
        let time = self.core.limits().deadlines.for_stop();
        let (store, call) = self.core.begin(export, time)?;
        let task = self.guest.connect_wasm_plugin_source_task();
        let result = call.run(task.call_stop(store)).await;
        self.core.end_result(export, result)
    }

    /// A batch is wrong: drops the instance and makes the error, which names the plugin.
    pub fn reject_batch(&mut self, message: String) -> SandboxError {
        self.core.wrong_result("source-task.poll", message)
    }
}
