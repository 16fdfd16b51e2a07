//! Generated from `wit/`. Private: nothing of it shows in a connector's code, but the export
//! macros refer to it.
#![allow(clippy::all, missing_docs, unsafe_code)]

/// WASI, for [`crate::stdin`].
pub mod stdin {
    wit_bindgen::generate!({
        path: "wit",
        world: "connect-wasm:sdk/stdin",
        runtime_path: "::connect_sdk::__private::rt",
        generate_all,
    });
}

/// WASI, for [`crate::http`].
pub mod http {
    wit_bindgen::generate!({
        path: "wit",
        world: "connect-wasm:sdk/http",
        runtime_path: "::connect_sdk::__private::rt",
        with: {
            "wasi:io/error@0.2.0": crate::bindings::stdin::wasi::io::error,
            "wasi:io/poll@0.2.0": crate::bindings::stdin::wasi::io::poll,
            "wasi:io/streams@0.2.0": crate::bindings::stdin::wasi::io::streams,
            "wasi:clocks/monotonic-clock@0.2.0": crate::bindings::stdin::wasi::clocks::monotonic_clock,
        },
        generate_all,
    });
}

/// All services of the worker.
pub mod services {
    wit_bindgen::generate!({
        path: "../wit",
        inline: "
            package connect-wasm:sdk;
            world services {
                include connect-wasm:plugin/host-services@0.1.0;
                import connect-wasm:plugin/offset-reader@0.1.0;
                import connect-wasm:plugin/transaction-context@0.1.0;
                import connect-wasm:plugin/sink-context@0.1.0;
                import connect-wasm:plugin/errant-records@0.1.0;
            }
        ",
        runtime_path: "::connect_sdk::__private::rt",
        with: { "wasi:io/poll@0.2.0": crate::bindings::stdin::wasi::io::poll },
        generate_all,
    });
}

/// The export that every plugin has.
pub mod plugin {
    wit_bindgen::generate!({
        path: "../wit",
        inline: "
            package connect-wasm:sdk;
            world plugin {
                export connect-wasm:plugin/plugin@0.1.0;
            }
        ",
        runtime_path: "::connect_sdk::__private::rt",
        default_bindings_module: "::connect_sdk::__private::plugin",
        pub_export_macro: true,
        export_macro_name: "export_plugin_world",
        with: {
            "connect-wasm:plugin/types@0.1.0": crate::bindings::services::connect_wasm::plugin::types,
        },
        generate_all,
    });
}

/// The other exports of a source plugin.
pub mod source {
    wit_bindgen::generate!({
        path: "../wit",
        inline: "
            package connect-wasm:sdk;
            world source {
                export connect-wasm:plugin/source-connector@0.1.0;
                export connect-wasm:plugin/source-task@0.1.0;
            }
        ",
        runtime_path: "::connect_sdk::__private::rt",
        default_bindings_module: "::connect_sdk::__private::source",
        pub_export_macro: true,
        export_macro_name: "export_source_world",
        with: {
            "connect-wasm:plugin/types@0.1.0": crate::bindings::services::connect_wasm::plugin::types,
        },
        generate_all,
    });
}

/// The other exports of a sink plugin.
pub mod sink {
    wit_bindgen::generate!({
        path: "../wit",
        inline: "
            package connect-wasm:sdk;
            world sink {
                export connect-wasm:plugin/sink-connector@0.1.0;
                export connect-wasm:plugin/sink-task@0.1.0;
            }
        ",
        runtime_path: "::connect_sdk::__private::rt",
        default_bindings_module: "::connect_sdk::__private::sink",
        pub_export_macro: true,
        export_macro_name: "export_sink_world",
        with: {
            "connect-wasm:plugin/types@0.1.0": crate::bindings::services::connect_wasm::plugin::types,
        },
        generate_all,
    });
}

/// Who a transformation, predicate or converter is.
pub mod record_plugin {
    wit_bindgen::generate!({
        path: "../wit",
        inline: "
            package connect-wasm:sdk;
            world record-plugin {
                export connect-wasm:plugin/record-plugin@0.1.0;
            }
        ",
        runtime_path: "::connect_sdk::__private::rt",
        default_bindings_module: "::connect_sdk::__private::record_plugin",
        pub_export_macro: true,
        export_macro_name: "export_record_plugin_world",
        with: {
            "connect-wasm:plugin/types@0.1.0": crate::bindings::services::connect_wasm::plugin::types,
            "connect-wasm:plugin/config-def@0.1.0": crate::bindings::plugin::connect_wasm::plugin::config_def,
        },
        generate_all,
    });
}

/// The other exports of a transformation.
pub mod transformation {
    wit_bindgen::generate!({
        path: "../wit",
        inline: "
            package connect-wasm:sdk;
            world transformation-stage {
                export connect-wasm:plugin/transformation@0.1.0;
            }
        ",
        runtime_path: "::connect_sdk::__private::rt",
        default_bindings_module: "::connect_sdk::__private::transformation",
        pub_export_macro: true,
        export_macro_name: "export_transformation_world",
        with: {
            "connect-wasm:plugin/types@0.1.0": crate::bindings::services::connect_wasm::plugin::types,
        },
        generate_all,
    });
}

/// The other exports of a predicate.
pub mod predicate {
    wit_bindgen::generate!({
        path: "../wit",
        inline: "
            package connect-wasm:sdk;
            world predicate-stage {
                export connect-wasm:plugin/predicate@0.1.0;
            }
        ",
        runtime_path: "::connect_sdk::__private::rt",
        default_bindings_module: "::connect_sdk::__private::predicate",
        pub_export_macro: true,
        export_macro_name: "export_predicate_world",
        with: {
            "connect-wasm:plugin/types@0.1.0": crate::bindings::services::connect_wasm::plugin::types,
        },
        generate_all,
    });
}

/// The other exports of a converter.
pub mod converter {
    wit_bindgen::generate!({
        path: "../wit",
        inline: "
            package connect-wasm:sdk;
            world converter-stage {
                export connect-wasm:plugin/converter@0.1.0;
            }
        ",
        runtime_path: "::connect_sdk::__private::rt",
        default_bindings_module: "::connect_sdk::__private::converter",
        pub_export_macro: true,
        export_macro_name: "export_converter_world",
        with: {
            "connect-wasm:plugin/types@0.1.0": crate::bindings::services::connect_wasm::plugin::types,
        },
        generate_all,
    });
}
