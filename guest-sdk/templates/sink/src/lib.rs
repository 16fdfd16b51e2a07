//! {{crate}}: a sink connector for connect-wasm.

mod connector;
mod task;

pub use connector::{{Type}}Connector;
pub use task::{{Type}}Task;

connect_sdk::export_sink!({{Type}}Connector, {{Type}}Task);
