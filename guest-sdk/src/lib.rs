//! Write connectors for connect-wasm in Rust.
//!
//! A plugin is a WebAssembly component with one connector and its task. This crate has the traits
//! that the two implement, what they may ask of the worker, and the macros that export them:
//! nothing else of the component shows in a connector's code. Everything compiles natively too,
//! where [`testing`] stands in for the worker, so that a connector is tested by `cargo test`.
//!
//! # A complete source
//!
//! Put this into `src/lib.rs` of a crate with `crate-type = ["cdylib", "rlib"]`, build it with
//! `cargo build --release --target wasm32-wasip2`, and copy the `.wasm` file into a folder of the
//! worker's `plugin.path`.
//!
//! ```
//! use connect_sdk::data::{OffsetMap, OffsetValue, Schema, SourceRecord, Value};
//! use connect_sdk::{
//!     Config, ConfigDef, ConfigKey, ConnectError, ConnectorContext, Description, SourceBatch,
//!     SourceConnector, SourceTask, SourceTaskContext, Validator,
//! };
//!
//! struct Ticks {
//!     config: Config,
//! }
//!
//! impl SourceConnector for Ticks {
//!     fn describe() -> Description {
//!         Description::new("com.example.TicksConnector", "1.0.0")
//!     }
//!
//!     fn config_def() -> ConfigDef {
//!         ConfigDef::new()
//!             .key(ConfigKey::text("topic").validator(Validator::NonEmpty).doc("Where ticks go."))
//!             .key(ConfigKey::int("interval.ms").default_value(100).doc("Time between ticks."))
//!     }
//!
//!     fn start(_: Box<dyn ConnectorContext>, config: Config) -> Result<Self, ConnectError> {
//!         Ok(Self { config: Self::config_def().complete(config)? })
//!     }
//!
//!     fn task_configs(&mut self, _max_tasks: u32) -> Result<Vec<Config>, ConnectError> {
//!         Ok(vec![self.config.clone()])
//!     }
//! }
//!
//! struct TicksTask {
//!     topic: String,
//!     interval: std::time::Duration,
//!     partition: OffsetMap<'static>,
//!     next: i64,
//! }
//!
//! impl SourceTask for TicksTask {
//!     fn start(context: SourceTaskContext, config: Config) -> Result<Self, ConnectError> {
//!         let partition = OffsetMap::of("clock", "main");
//!         let next = match context.offset_reader.offset(&partition)? {
//!             Some(offset) => match offset.get("tick") {
//!                 Some(OffsetValue::Integer(tick)) => tick + 1,
//!                 _ => return Err(ConnectError::fatal("The stored offset has no 'tick'")),
//!             },
//!             None => 0,
//!         };
//!         Ok(Self {
//!             topic: config.text("topic")?.to_owned(),
//!             interval: std::time::Duration::from_millis(config.int("interval.ms")? as u64),
//!             partition,
//!             next,
//!         })
//!     }
//!
//!     fn poll(&mut self, records: &mut SourceBatch) -> Result<(), ConnectError> {
//!         if connect_sdk::stopping::wait(self.interval) {
//!             return Ok(()); // The worker wants the call back: no record this time.
//!         }
//!         let mut record = SourceRecord::new(
//!             Some(self.partition.clone()),
//!             Some(OffsetMap::of("tick", self.next)),
//!             self.topic.as_str(),
//!             Some(Schema::int64()),
//!             Value::Int64(self.next),
//!         );
//!         record.timestamp = Some(connect_sdk::clock::now_ms());
//!         records.push(&record)?;
//!         self.next += 1;
//!         Ok(())
//!     }
//! }
//!
//! connect_sdk::export_source!(Ticks, TicksTask);
//!
//! // A test, native and without a worker:
//! use connect_sdk::testing;
//! let config = Config::from([("topic", "t"), ("interval.ms", "5")]);
//! let context = testing::source_task_context(Default::default());
//! let mut task = TicksTask::start(context, config).unwrap();
//! assert_eq!(testing::poll(&mut task).unwrap()[0].value, Value::Int64(0));
//! assert_eq!(testing::poll(&mut task).unwrap()[0].value, Value::Int64(1));
//! ```
//!
//! # Transformations, predicates, converters
//!
//! [`Transformation`], [`Predicate`] and [`Converter`] are plugins of their own, between a
//! connector and its topics; each trait's documentation has a complete one with its test.
//!
//! # What a plugin may do
//!
//! Deny by default: it opens the files and endpoints that its own configuration names in keys
//! with [`ConfigKey::grants`], and nothing else. It has no threads. Every call has a deadline; a
//! wait that lasts is done with [`stopping::wait`] or ends within a second.
//!
//! # Errors and panics
//!
//! [`ConnectError`] says what the worker is to do. A panic is a trap: the task becomes FAILED with
//! the stack of the plugin in its trace, and the panic's message is in the worker's log.
#![warn(missing_docs)]

// The generated code and the macros name this crate by its public name everywhere.
extern crate self as connect_sdk;

#[cfg(target_arch = "wasm32")]
mod bindings;
pub mod clock;
mod config;
mod config_def;
mod context;
#[cfg(target_arch = "wasm32")]
mod convert;
mod converter;
mod error;
#[cfg(target_arch = "wasm32")]
mod export;
mod host;
pub mod http;
pub mod log;
pub mod metrics;
mod plugin;
#[cfg(feature = "tokio")]
pub mod runtime;
mod sink;
mod source;
mod stage;
pub mod stdin;
pub mod stopping;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;
mod transformation;

/// Schemas, values and records.
pub use connect_data as data;

pub use config::Config;
pub use config_def::{
    ConfigDef, ConfigKey, ConfigType, DefaultValue, Grant, Importance, Validator, Width,
};
pub use context::{
    ConnectorContext, ErrantRecordReporter, OffsetReader, PartitionOffset, SinkConsumer,
    SinkTaskContext, SourceTaskContext, TopicPartition, TransactionContext,
};
pub use converter::{ConvertedData, Converter, ConverterRole, Serialized};
pub use error::{ConnectError, ErrorKind};
pub use plugin::{ConfigIssue, Description, Recommendation};
pub use sink::{AlteredConsumerOffset, SinkBatch, SinkConnector, SinkRecords, SinkTask};
pub use source::{
    AlteredOffset, CommittedRecord, RecordMetadata, SourceBatch, SourceConnector, SourceTask,
    Support,
};
pub use transformation::{Applied, Predicate, Record, Transformation};

#[cfg(all(target_arch = "wasm32", not(target_os = "wasi")))]
compile_error!(
    "connect-sdk: a plugin is a component for WASI 0.2. Build it with \
     `cargo build --release --target wasm32-wasip2` (`rustup target add wasm32-wasip2` installs \
     that target), or with `cargo component build --release`."
);

/// For the code that the macros generate. Not part of the interface of this crate.
#[doc(hidden)]
pub mod __private {
    #[cfg(target_arch = "wasm32")]
    pub use crate::bindings::{
        converter, plugin, predicate, record_plugin, sink, source, transformation,
    };
    #[cfg(target_arch = "wasm32")]
    pub use crate::export::{
        ConverterExports, PredicateExports, SinkExports, SourceExports, TransformationExports,
    };
    #[cfg(target_arch = "wasm32")]
    pub use wit_bindgen::rt;

    /// Compiles for what can be exported.
    pub const fn is_source<C: crate::SourceConnector, T: crate::SourceTask>() {}

    /// Compiles for what can be exported.
    pub const fn is_sink<C: crate::SinkConnector, T: crate::SinkTask>() {}

    /// Compiles for what can be exported.
    pub const fn is_transformation<T: crate::Transformation>() {}

    /// Compiles for what can be exported.
    pub const fn is_predicate<T: crate::Predicate>() {}

    /// Compiles for what can be exported.
    pub const fn is_converter<T: crate::Converter>() {}
}

/// Exports a [`SourceConnector`] with its [`SourceTask`] from the component. Once in a crate:
/// a plugin is one connector. Forgotten, the worker refuses the component and names this macro.
///
/// A native build only checks the types. The tests of the crate use them as any others.
#[macro_export]
macro_rules! export_source {
    ($connector:ty, $task:ty $(,)?) => {
        #[doc(hidden)]
        mod a_crate_exports_one_connector {}

        const _: () = $crate::__private::is_source::<$connector, $task>();

        #[cfg(target_arch = "wasm32")]
        const _: () = {
            type Exported = $crate::__private::SourceExports<$connector, $task>;
            $crate::__private::plugin::export_plugin_world!(
                Exported with_types_in $crate::__private::plugin
            );
            $crate::__private::source::export_source_world!(
                Exported with_types_in $crate::__private::source
            );
        };
    };
    ($($other:tt)*) => {
        ::std::compile_error!(
            "export_source! takes the type of the connector and the type of its task: \
             export_source!(MyConnector, MyTask);"
        );
    };
}

/// Exports a [`SinkConnector`] with its [`SinkTask`] from the component. Once in a crate:
/// a plugin is one connector. Forgotten, the worker refuses the component and names this macro.
///
/// A native build only checks the types. The tests of the crate use them as any others.
#[macro_export]
macro_rules! export_sink {
    ($connector:ty, $task:ty $(,)?) => {
        #[doc(hidden)]
        mod a_crate_exports_one_connector {}

        const _: () = $crate::__private::is_sink::<$connector, $task>();

        #[cfg(target_arch = "wasm32")]
        const _: () = {
            type Exported = $crate::__private::SinkExports<$connector, $task>;
            $crate::__private::plugin::export_plugin_world!(
                Exported with_types_in $crate::__private::plugin
            );
            $crate::__private::sink::export_sink_world!(
                Exported with_types_in $crate::__private::sink
            );
        };
    };
    ($($other:tt)*) => {
        ::std::compile_error!(
            "export_sink! takes the type of the connector and the type of its task: \
             export_sink!(MyConnector, MyTask);"
        );
    };
}

/// Exports a [`Transformation`] from the component. Once in a crate: a plugin is one class. Forgotten, the
/// worker refuses the component and names this macro.
///
/// A native build only checks the type. The tests of the crate use it as any other.
#[macro_export]
macro_rules! export_transformation {
    ($plugin:ty $(,)?) => {
        #[doc(hidden)]
        mod a_crate_exports_one_connector {}

        const _: () = $crate::__private::is_transformation::<$plugin>();

        #[cfg(target_arch = "wasm32")]
        const _: () = {
            type Exported = $crate::__private::TransformationExports<$plugin>;
            $crate::__private::record_plugin::export_record_plugin_world!(
                Exported with_types_in $crate::__private::record_plugin
            );
            $crate::__private::transformation::export_transformation_world!(
                Exported with_types_in $crate::__private::transformation
            );
        };
    };
    ($($other:tt)*) => {
        ::std::compile_error!(
            "export_transformation! takes the type of the transformation: export_transformation!(MyTransformation);"
        );
    };
}

/// Exports a [`Predicate`] from the component. Once in a crate: a plugin is one class. Forgotten, the
/// worker refuses the component and names this macro.
///
/// A native build only checks the type. The tests of the crate use it as any other.
#[macro_export]
macro_rules! export_predicate {
    ($plugin:ty $(,)?) => {
        #[doc(hidden)]
        mod a_crate_exports_one_connector {}

        const _: () = $crate::__private::is_predicate::<$plugin>();

        #[cfg(target_arch = "wasm32")]
        const _: () = {
            type Exported = $crate::__private::PredicateExports<$plugin>;
            $crate::__private::record_plugin::export_record_plugin_world!(
                Exported with_types_in $crate::__private::record_plugin
            );
            $crate::__private::predicate::export_predicate_world!(
                Exported with_types_in $crate::__private::predicate
            );
        };
    };
    ($($other:tt)*) => {
        ::std::compile_error!(
            "export_predicate! takes the type of the predicate: export_predicate!(MyPredicate);"
        );
    };
}

/// Exports a [`Converter`] from the component. Once in a crate: a plugin is one class. Forgotten, the
/// worker refuses the component and names this macro.
///
/// A native build only checks the type. The tests of the crate use it as any other.
#[macro_export]
macro_rules! export_converter {
    ($plugin:ty $(,)?) => {
        #[doc(hidden)]
        mod a_crate_exports_one_connector {}

        const _: () = $crate::__private::is_converter::<$plugin>();

        #[cfg(target_arch = "wasm32")]
        const _: () = {
            type Exported = $crate::__private::ConverterExports<$plugin>;
            $crate::__private::record_plugin::export_record_plugin_world!(
                Exported with_types_in $crate::__private::record_plugin
            );
            $crate::__private::converter::export_converter_world!(
                Exported with_types_in $crate::__private::converter
            );
        };
    };
    ($($other:tt)*) => {
        ::std::compile_error!(
            "export_converter! takes the type of the converter: export_converter!(MyConverter);"
        );
    };
}
