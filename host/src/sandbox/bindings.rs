//! Rust types generated from `wit/`, for the sandbox and the bridge alone.
//!
//! Owns the one `bindgen!` invocation of each world: `any-plugin` (the interface `plugin`, which
//! every connector exports), `any-record-plugin` (`record-plugin`, which all others export), and
//! the worlds of the contract. Interfaces that they share are generated once and aliased. Generated names never leave
//! `sandbox` and `bridge`. Later WIT versions get a sibling module each.

#![allow(missing_docs, reason = "generated from documented WIT")]

/// What every plugin exports, and all types and imports that worlds share.
pub mod any {
    wasmtime::component::bindgen!({
        path: "../wit",
        inline: "
            package connect-wasm:host;
            world any-plugin {
                include connect-wasm:plugin/host-services@0.1.0;
                import connect-wasm:plugin/offset-reader@0.1.0;
                import connect-wasm:plugin/transaction-context@0.1.0;
                import connect-wasm:plugin/sink-context@0.1.0;
                import connect-wasm:plugin/errant-records@0.1.0;
                export connect-wasm:plugin/plugin@0.1.0;
            }
        ",
        imports: {
            "connect-wasm:plugin/stopping.wait": async | trappable,
            "connect-wasm:plugin/offset-reader.offsets": async | trappable,
            "connect-wasm:plugin/errant-records.report": async | trappable,
            default: trappable,
        },
        exports: { default: async },
        with: { "wasi:io/poll": wasmtime_wasi::p2::bindings::io::poll },
        additional_derives: [PartialEq, serde::Serialize, serde::Deserialize],
    });
}

/// The source plugin's halves.
pub mod source {
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "connect-wasm:plugin/source-plugin",
        exports: { default: async },
        with: {
            "wasi:io/poll": wasmtime_wasi::p2::bindings::io::poll,
            "connect-wasm:plugin/types": super::any::connect_wasm::plugin::types,
            "connect-wasm:plugin/config-def": super::any::connect_wasm::plugin::config_def,
            "connect-wasm:plugin/logging": super::any::connect_wasm::plugin::logging,
            "connect-wasm:plugin/metrics": super::any::connect_wasm::plugin::metrics,
            "connect-wasm:plugin/stopping": super::any::connect_wasm::plugin::stopping,
            "connect-wasm:plugin/connector-context": super::any::connect_wasm::plugin::connector_context,
            "connect-wasm:plugin/offset-reader": super::any::connect_wasm::plugin::offset_reader,
            "connect-wasm:plugin/transaction-context": super::any::connect_wasm::plugin::transaction_context,
        },
    });
}

/// The sink plugin's halves.
pub mod sink {
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "connect-wasm:plugin/sink-plugin",
        exports: { default: async },
        with: {
            "wasi:io/poll": wasmtime_wasi::p2::bindings::io::poll,
            "connect-wasm:plugin/types": super::any::connect_wasm::plugin::types,
            "connect-wasm:plugin/config-def": super::any::connect_wasm::plugin::config_def,
            "connect-wasm:plugin/logging": super::any::connect_wasm::plugin::logging,
            "connect-wasm:plugin/metrics": super::any::connect_wasm::plugin::metrics,
            "connect-wasm:plugin/stopping": super::any::connect_wasm::plugin::stopping,
            "connect-wasm:plugin/connector-context": super::any::connect_wasm::plugin::connector_context,
            "connect-wasm:plugin/sink-context": super::any::connect_wasm::plugin::sink_context,
            "connect-wasm:plugin/errant-records": super::any::connect_wasm::plugin::errant_records,
        },
    });
}

/// What every transformation, predicate and converter exports.
pub mod record {
    wasmtime::component::bindgen!({
        path: "../wit",
        inline: "
            package connect-wasm:host;
            world any-record-plugin {
                include connect-wasm:plugin/record-services@0.1.0;
                export connect-wasm:plugin/record-plugin@0.1.0;
            }
        ",
        exports: { default: async },
        with: {
            "wasi:io/poll": wasmtime_wasi::p2::bindings::io::poll,
            "connect-wasm:plugin/types": super::any::connect_wasm::plugin::types,
            "connect-wasm:plugin/config-def": super::any::connect_wasm::plugin::config_def,
            "connect-wasm:plugin/logging": super::any::connect_wasm::plugin::logging,
            "connect-wasm:plugin/metrics": super::any::connect_wasm::plugin::metrics,
            "connect-wasm:plugin/stopping": super::any::connect_wasm::plugin::stopping,
        },
        additional_derives: [PartialEq, serde::Serialize, serde::Deserialize],
    });
}

/// What a transformation does.
pub mod transformation {
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "connect-wasm:plugin/transform-plugin",
        exports: { default: async },
        with: {
            "wasi:io/poll": wasmtime_wasi::p2::bindings::io::poll,
            "connect-wasm:plugin/types": super::any::connect_wasm::plugin::types,
            "connect-wasm:plugin/config-def": super::any::connect_wasm::plugin::config_def,
            "connect-wasm:plugin/logging": super::any::connect_wasm::plugin::logging,
            "connect-wasm:plugin/metrics": super::any::connect_wasm::plugin::metrics,
            "connect-wasm:plugin/stopping": super::any::connect_wasm::plugin::stopping,
        },
    });
}

/// What a predicate does.
pub mod predicate {
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "connect-wasm:plugin/predicate-plugin",
        exports: { default: async },
        with: {
            "wasi:io/poll": wasmtime_wasi::p2::bindings::io::poll,
            "connect-wasm:plugin/types": super::any::connect_wasm::plugin::types,
            "connect-wasm:plugin/config-def": super::any::connect_wasm::plugin::config_def,
            "connect-wasm:plugin/logging": super::any::connect_wasm::plugin::logging,
            "connect-wasm:plugin/metrics": super::any::connect_wasm::plugin::metrics,
            "connect-wasm:plugin/stopping": super::any::connect_wasm::plugin::stopping,
        },
    });
}

/// What a converter does.
pub mod converter {
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "connect-wasm:plugin/converter-plugin",
        exports: { default: async },
        with: {
            "wasi:io/poll": wasmtime_wasi::p2::bindings::io::poll,
            "connect-wasm:plugin/types": super::any::connect_wasm::plugin::types,
            "connect-wasm:plugin/config-def": super::any::connect_wasm::plugin::config_def,
            "connect-wasm:plugin/logging": super::any::connect_wasm::plugin::logging,
            "connect-wasm:plugin/metrics": super::any::connect_wasm::plugin::metrics,
            "connect-wasm:plugin/stopping": super::any::connect_wasm::plugin::stopping,
        },
    });
}
