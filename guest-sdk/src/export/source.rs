//! The exports of a source plugin.

use std::marker::PhantomData;
use std::rc::Rc;

use super::{CONNECTOR, TASK, call_on, end, put_into, report_panics};
use crate::bindings::plugin::exports::connect_wasm::plugin::plugin as plugin_exports;
use crate::bindings::services::connect_wasm::plugin::types as wit;
use crate::bindings::source::exports::connect_wasm::plugin::{
    source_connector as connector_exports, source_task as task_exports,
};
use crate::convert::{
    config_from_wit, configs_to_wit, description_to_wit, error_to_wit, issue_to_wit, key_to_wit,
    offset_from_wit, recommendation_to_wit,
};
use crate::host::Worker;
use crate::source::Support;
use crate::{
    CommittedRecord, RecordMetadata, SourceBatch, SourceConnector, SourceTask, SourceTaskContext,
};

type WitConfig = Vec<(String, String)>;
type WitOffset = Vec<(String, wit::OffsetValue)>;

/// Exports this connector with this task.
pub struct SourceExports<C, T>(PhantomData<(C, T)>);

/// The task of the instance with the batch that its polls fill.
struct Running<T> {
    task: T,
    batch: SourceBatch,
}

impl<C: SourceConnector, T: SourceTask> plugin_exports::Guest for SourceExports<C, T> {
    fn describe() -> plugin_exports::Description {
        report_panics();
        description_to_wit(C::describe(), plugin_exports::Kind::Source)
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

impl<C: SourceConnector, T: SourceTask> connector_exports::Guest for SourceExports<C, T> {
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

    fn exactly_once_support(
        config: WitConfig,
    ) -> Result<connector_exports::ExactlyOnce, wit::ConnectError> {
        report_panics();
        use connector_exports::ExactlyOnce;
        match C::exactly_once_support(&config_from_wit(config)).map_err(error_to_wit)? {
            Support::Supported => Ok(ExactlyOnce::Supported),
            Support::Unsupported => Ok(ExactlyOnce::Unsupported),
            Support::Unknown => Ok(ExactlyOnce::Unknown),
        }
    }

    fn can_define_transaction_boundaries(
        config: WitConfig,
    ) -> Result<connector_exports::TransactionBoundaries, wit::ConnectError> {
        report_panics();
        use connector_exports::TransactionBoundaries;
        let config = config_from_wit(config);
        match C::can_define_transaction_boundaries(&config).map_err(error_to_wit)? {
            Support::Supported => Ok(TransactionBoundaries::Supported),
            Support::Unsupported => Ok(TransactionBoundaries::Unsupported),
            Support::Unknown => Ok(TransactionBoundaries::Unknown),
        }
    }

    fn alter_offsets(
        config: WitConfig,
        offsets: Vec<(Option<WitOffset>, Option<WitOffset>)>,
    ) -> Result<bool, wit::ConnectError> {
        report_panics();
        let offsets: Vec<_> = offsets
            .into_iter()
            .map(|(partition, offset)| {
                (partition.map(offset_from_wit), offset.map(offset_from_wit))
            })
            .collect();
        C::alter_offsets(&config_from_wit(config), &offsets).map_err(error_to_wit)
    }
}

impl<C: SourceConnector, T: SourceTask> task_exports::Guest for SourceExports<C, T> {
    fn start(config: WitConfig) -> Result<task_exports::TaskOptions, wit::ConnectError> {
        report_panics();
        let worker = Rc::new(Worker);
        let context = SourceTaskContext {
            offset_reader: worker.clone(),
            transaction: worker,
        };
        let task = T::start(context, config_from_wit(config)).map_err(error_to_wit)?;
        let options = task_exports::TaskOptions {
            wants_commit_records: task.wants_commit_records(),
        };
        let batch = SourceBatch::new();
        put_into(&TASK, Running { task, batch });
        Ok(options)
    }

    fn poll() -> Result<Option<Vec<u8>>, wit::ConnectError> {
        call_on(&TASK, |running: &mut Running<T>| {
            let result = running.task.poll(&mut running.batch);
            let batch = running.batch.take();
            result.map(|()| batch)
        })
    }

    fn commit_records(
        records: Vec<task_exports::CommittedRecord>,
    ) -> Result<(), wit::ConnectError> {
        let records: Vec<_> = records.into_iter().map(committed_from_wit).collect();
        call_on(&TASK, |running: &mut Running<T>| {
            running.task.commit_records(&records)
        })
    }

    fn commit() -> Result<(), wit::ConnectError> {
        call_on(&TASK, |running: &mut Running<T>| running.task.commit())
    }

    fn stop() -> Result<(), wit::ConnectError> {
        end(&TASK, |running: &mut Running<T>| running.task.stop())
    }
}

fn committed_from_wit(record: task_exports::CommittedRecord) -> CommittedRecord {
    CommittedRecord {
        batch: record.batch,
        index: record.index,
        metadata: record.metadata.map(|metadata| RecordMetadata {
            topic: metadata.topic,
            partition: metadata.partition,
            offset: metadata.offset,
        }),
    }
}
