//! The exports of a sink plugin.

use std::marker::PhantomData;
use std::rc::Rc;

use connect_data::batch::{self, SchemaCache};

use super::{CONNECTOR, TASK, call_on, end, put_into, report_panics};
use crate::bindings::plugin::exports::connect_wasm::plugin::plugin as plugin_exports;
use crate::bindings::services::connect_wasm::plugin::types as wit;
use crate::bindings::sink::exports::connect_wasm::plugin::{
    sink_connector as connector_exports, sink_task as task_exports,
};
use crate::convert::{
    config_from_wit, configs_to_wit, description_to_wit, error_to_wit, issue_to_wit, key_to_wit,
    partition_from_wit, partition_offset_from_wit, partition_offset_to_wit, recommendation_to_wit,
};
use crate::host::Worker;
use crate::{AlteredConsumerOffset, SinkBatch, SinkConnector, SinkTask, SinkTaskContext};

type WitConfig = Vec<(String, String)>;

/// Exports this connector with this task.
pub struct SinkExports<C, T>(PhantomData<(C, T)>);

/// The task of the instance with the schemas that its batches brought.
struct Running<T> {
    task: T,
    schemas: SchemaCache,
}

impl<C: SinkConnector, T: SinkTask> plugin_exports::Guest for SinkExports<C, T> {
    fn describe() -> plugin_exports::Description {
        report_panics();
        description_to_wit(C::describe(), plugin_exports::Kind::Sink)
    }

    fn config_def() -> Vec<plugin_exports::ConfigKey> {
        report_panics();
        C::config_def().keys.into_iter().map(key_to_wit).collect()
    }

    fn validate(config: WitConfig) -> Result<Vec<plugin_exports::ConfigError>, wit::ConnectError> {
        report_panics();
        let issues = C::validate(&config_from_wit(config)).map_err(error_to_wit)?;
        Ok(issues.into_iter().map(issue_to_wit).collect())
    }

    fn recommend(
        config: WitConfig,
    ) -> Result<Vec<plugin_exports::Recommendation>, wit::ConnectError> {
        report_panics();
        let values = C::recommend(&config_from_wit(config)).map_err(error_to_wit)?;
        Ok(values.into_iter().map(recommendation_to_wit).collect())
    }
}

impl<C: SinkConnector, T: SinkTask> connector_exports::Guest for SinkExports<C, T> {
    fn start(config: WitConfig) -> Result<(), wit::ConnectError> {
        report_panics();
        let connector =
            C::start(Box::new(Worker), config_from_wit(config)).map_err(error_to_wit)?;
        put_into(&CONNECTOR, connector);
        Ok(())
    }

    fn task_class() -> String {
        C::describe().task_class
    }

    fn task_configs(max_tasks: u32) -> Result<Vec<WitConfig>, wit::ConnectError> {
        call_on(&CONNECTOR, |connector: &mut C| {
            connector.task_configs(max_tasks)
        })
        .map(configs_to_wit)
    }

    fn monitor() -> Result<(), wit::ConnectError> {
        call_on(&CONNECTOR, C::monitor)
    }

    fn stop() -> Result<(), wit::ConnectError> {
        end(&CONNECTOR, C::stop)
    }

    fn alter_offsets(
        config: WitConfig,
        offsets: Vec<connector_exports::AlteredOffset>,
    ) -> Result<bool, wit::ConnectError> {
        report_panics();
        let offsets: Vec<_> = offsets
            .into_iter()
            .map(|altered| AlteredConsumerOffset {
                partition: partition_from_wit(altered.partition),
                offset: altered.offset,
            })
            .collect();
        C::alter_offsets(&config_from_wit(config), &offsets).map_err(error_to_wit)
    }
}

impl<C: SinkConnector, T: SinkTask> task_exports::Guest for SinkExports<C, T> {
    fn start(config: WitConfig) -> Result<(), wit::ConnectError> {
        report_panics();
        let worker = Rc::new(Worker);
        let context = SinkTaskContext {
            consumer: worker.clone(),
            errant_records: worker,
        };
        let task = T::start(context, config_from_wit(config)).map_err(error_to_wit)?;
        let schemas = SchemaCache::default();
        put_into(&TASK, Running { task, schemas });
        Ok(())
    }

    fn open(partitions: Vec<wit::TopicPartition>) -> Result<(), wit::ConnectError> {
        let partitions: Vec<_> = partitions.into_iter().map(partition_from_wit).collect();
        call_on(&TASK, |running: &mut Running<T>| {
            running.task.open(&partitions)
        })
    }

    fn put(records: Vec<u8>) -> Result<(), wit::ConnectError> {
        call_on(&TASK, |running: &mut Running<T>| {
            let records = batch::SinkBatch::decode(&records, &mut running.schemas)?;
            running.task.put(&SinkBatch::new(records))
        })
    }

    fn pre_commit(
        offsets: Vec<wit::PartitionOffset>,
    ) -> Result<Option<Vec<wit::PartitionOffset>>, wit::ConnectError> {
        let offsets: Vec<_> = offsets.into_iter().map(partition_offset_from_wit).collect();
        let answer = call_on(&TASK, |running: &mut Running<T>| {
            running.task.pre_commit(&offsets)
        })?;
        Ok(answer.map(|offsets| offsets.iter().map(partition_offset_to_wit).collect()))
    }

    fn flush(offsets: Vec<wit::PartitionOffset>) -> Result<(), wit::ConnectError> {
        let offsets: Vec<_> = offsets.into_iter().map(partition_offset_from_wit).collect();
        call_on(&TASK, |running: &mut Running<T>| {
            running.task.flush(&offsets)
        })
    }

    fn close(partitions: Vec<wit::TopicPartition>) -> Result<(), wit::ConnectError> {
        let partitions: Vec<_> = partitions.into_iter().map(partition_from_wit).collect();
        call_on(&TASK, |running: &mut Running<T>| {
            running.task.close(&partitions)
        })
    }

    fn stop() -> Result<(), wit::ConnectError> {
        end(&TASK, |running: &mut Running<T>| running.task.stop())
    }
}
