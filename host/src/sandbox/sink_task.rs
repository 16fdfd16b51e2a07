//! A sink task instance.

use indexmap::IndexMap;

use super::bindings::sink;
use super::component::Half;
use super::error::SandboxError;
use super::instance::{Core, InstanceSpec};
use super::services::{PartitionOffset, TopicPartition};
use crate::bridge;
use crate::metrics::InstanceUsage;

/// A running sink task.
pub struct SinkTaskInstance {
    core: Core,
    guest: sink::SinkPlugin,
}

impl SinkTaskInstance {
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
        let Half::Sink(half) = plugin.half() else {
            return Err(core.wrong_kind("sink"));
        };
        let time = core.limits().deadlines.for_start();
        let (store, call) = core.begin("instantiate", time)?;
        let result = call.run(half.instantiate_async(store)).await;
        let guest = core.end(result)?;
        Ok(Self { core, guest })
    }

    /// First call.
    pub async fn start(&mut self, config: &IndexMap<String, String>) -> Result<(), SandboxError> {
        let export = "sink-task.start";
        let config = bridge::config::to_wit(config);
        let time = self.core.limits().deadlines.for_start();
        let (store, call) = self.core.begin(export, time)?;
        let result = call
            .run(
                self.guest
                    .connect_wasm_plugin_sink_task()
                    .call_start(store, &config),
            )
            .await;
        self.core.end_result(export, result)
    }

    /// Partitions were assigned.
    pub async fn open(&mut self, partitions: &[TopicPartition]) -> Result<(), SandboxError> {
        let export = "sink-task.open";
        let partitions = bridge::offset::partitions_to_wit(partitions.to_vec());
        let time = self.core.limits().deadlines.for_call();
        let (store, call) = self.core.begin(export, time)?;
        let task = self.guest.connect_wasm_plugin_sink_task();
        let result = call.run(task.call_open(store, &partitions)).await;
        self.core.end_result(export, result)
    }

    /// Records to deliver, as an encoded batch.
    #[allow(
        clippy::ptr_arg,
        reason = "the generated call takes a list by its owned type"
    )]
    pub async fn put(&mut self, batch: &Vec<u8>) -> Result<(), SandboxError> {
        let export = "sink-task.put";
        self.core.usage().carried(batch.len());
        let time = self.core.limits().deadlines.for_put();
        let (store, call) = self.core.begin(export, time)?;
        let result = call
            .run(
                self.guest
                    .connect_wasm_plugin_sink_task()
                    .call_put(store, batch),
            )
            .await;
        self.core.end_result(export, result)
    }

    /// Which offsets may be committed; none: flush, then all.
    pub async fn pre_commit(
        &mut self,
        offsets: &[PartitionOffset],
    ) -> Result<Option<Vec<PartitionOffset>>, SandboxError> {
        let export = "sink-task.pre-commit";
        let offsets = bridge::offset::partition_offsets_to_wit(offsets);
        let time = self.core.limits().deadlines.for_put();
        let (store, call) = self.core.begin(export, time)?;
        let task = self.guest.connect_wasm_plugin_sink_task();
        let result = call.run(task.call_pre_commit(store, &offsets)).await;
        let answer = self.core.end_result(export, result)?;
        Ok(answer.map(bridge::offset::partition_offsets_from_wit))
    }

    /// Make everything that was put durable.
    pub async fn flush(&mut self, offsets: &[PartitionOffset]) -> Result<(), SandboxError> {
        let export = "sink-task.flush";
        let offsets = bridge::offset::partition_offsets_to_wit(offsets);
        let time = self.core.limits().deadlines.for_put();
        let (store, call) = self.core.begin(export, time)?;
        let result = call
            .run(
                self.guest
                    .connect_wasm_plugin_sink_task()
                    .call_flush(store, &offsets),
            )
            .await;
        self.core.end_result(export, result)
    }

    /// Partitions are given up.
    pub async fn close(&mut self, partitions: &[TopicPartition]) -> Result<(), SandboxError> {
        let export = "sink-task.close";
        let partitions = bridge::offset::partitions_to_wit(partitions.to_vec());
        let time = self.core.limits().deadlines.for_call();
        let (store, call) = self.core.begin(export, time)?;
        let task = self.guest.connect_wasm_plugin_sink_task();
        let result = call.run(task.call_close(store, &partitions)).await;
        self.core.end_result(export, result)
    }

    /// Last call.
    pub async fn stop(&mut self) -> Result<(), SandboxError> {
        let export = "sink-task.stop";
        let time = self.core.limits().deadlines.for_stop();
        let (store, call) = self.core.begin(export, time)?;
        let result = call
            .run(self.guest.connect_wasm_plugin_sink_task().call_stop(store))
            .await;
        self.core.end_result(export, result)
    }
}
