//! Decides from a file's bytes whether it is a plugin for this worker, before it is compiled.
//!
//! Reads the names of imports and exports of the outermost component only. Whether functions have
//! the right types is decided when the component is linked.

use std::path::PathBuf;

use wasmparser::{Encoding, Parser, Payload};

use crate::sandbox::PluginKind;

/// The versions of `connect-wasm:plugin` that this worker runs.
pub const SUPPORTED_WIT: &str = "0.1.x";
const SUPPORTED_MAJOR_MINOR: &str = "0.1";
const PACKAGE: &str = "connect-wasm:plugin/";
/// The interface that connectors of all kinds export.
const PLUGIN: &str = "plugin";
/// The interface that all other plugins export.
const RECORD_PLUGIN: &str = "record-plugin";

const HOST_INTERFACES: &[&str] = &[
    "types",
    "config-def",
    "logging",
    "metrics",
    "stopping",
    "connector-context",
    "offset-reader",
    "transaction-context",
    "sink-context",
    "errant-records",
];

/// WASI 0.2 as far as the sandbox offers it.
const WASI_INTERFACES: &[&str] = &[
    "wasi:cli/environment",
    "wasi:cli/exit",
    "wasi:cli/stderr",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stderr",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:filesystem/preopens",
    "wasi:filesystem/types",
    "wasi:http/outgoing-handler",
    "wasi:http/types",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:random/insecure",
    "wasi:random/insecure-seed",
    "wasi:random/random",
    "wasi:sockets/instance-network",
    "wasi:sockets/ip-name-lookup",
    "wasi:sockets/network",
    "wasi:sockets/tcp",
    "wasi:sockets/tcp-create-socket",
    "wasi:sockets/udp",
    "wasi:sockets/udp-create-socket",
    "wasi:tls/types",
];

/// Why a file is not a plugin for this worker.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// Another kind of file.
    #[error("{}: not a WebAssembly file", .path.display())]
    NotWasm {
        /// The file.
        path: PathBuf,
    },
    /// WebAssembly, but not a component.
    #[error(
        "{}: a WebAssembly core module, not a component; build the plugin for the target \
         wasm32-wasip2",
        .path.display()
    )]
    CoreModule {
        /// The file.
        path: PathBuf,
    },
    /// Damaged or cut off.
    #[error("{}: not a whole WebAssembly component: {message}", .path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The parser's text.
        message: String,
    },
    /// A component that is something else.
    #[error(
        "{}: a WebAssembly component, but not a connector plugin: it does not export {missing}; in \
         Rust, connect_sdk::export_source!(Connector, Task) or export_sink! at the end of lib.rs \
         exports it, and export_transformation!, export_predicate! or export_converter! a plugin of \
         another kind",
        .path.display()
    )]
    NotAPlugin {
        /// The file.
        path: PathBuf,
        /// The exports that it lacks.
        missing: String,
    },
    /// A plugin for another contract.
    #[error(
        "{}: the plugin was built for connect-wasm:plugin {found}; this worker supports \
         {SUPPORTED_WIT}",
        .path.display()
    )]
    WitVersion {
        /// The file.
        path: PathBuf,
        /// The version it was built for.
        found: String,
    },
    /// Wants what the sandbox does not have.
    #[error(
        "{}: the plugin imports {imports}, which this worker does not offer to plugins",
        .path.display()
    )]
    UnknownImports {
        /// The file.
        path: PathBuf,
        /// The imports, separated by commas.
        imports: String,
    },
}

/// Imports and exports of a component.
#[derive(Default)]
struct Interfaces {
    imports: Vec<String>,
    exports: Vec<String>,
}

/// What a plugin's bytes tell before anything is compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// What it is.
    pub kind: PluginKind,
    /// The version of `connect-wasm:plugin` that it was built for.
    pub wit_version: String,
    /// The interfaces that it imports, in the order of the file.
    pub imports: Vec<String>,
}

/// Finds out what kind of plugin the bytes of `path` are. Pure: looks at nothing but the bytes, and
/// takes time and memory in proportion to them.
pub fn verify(path: &std::path::Path, wasm: &[u8]) -> Result<Component, VerifyError> {
    let path = || path.to_owned();
    if !wasm.starts_with(b"\0asm") {
        return Err(VerifyError::NotWasm { path: path() });
    }
    if Parser::is_core_wasm(wasm) {
        return Err(VerifyError::CoreModule { path: path() });
    }
    let interfaces = read(wasm).map_err(|error| VerifyError::Malformed {
        path: path(),
        message: error.to_string(),
    })?;
    let contract = interfaces
        .exports
        .iter()
        .filter_map(|name| name.strip_prefix(PACKAGE));
    let mut exported: Vec<&str> = Vec::new();
    let mut wit_version = "";
    for name in contract {
        let (interface, version) = name.split_once('@').unwrap_or((name, "without a version"));
        if !is_supported(version) {
            return Err(VerifyError::WitVersion {
                path: path(),
                found: version.to_owned(),
            });
        }
        if interface == PLUGIN || interface == RECORD_PLUGIN {
            wit_version = version;
        }
        exported.push(interface);
    }
    let kind = kind_of(&exported).map_err(|missing| VerifyError::NotAPlugin {
        path: path(),
        missing,
    })?;
    let unknown: Vec<&str> = interfaces
        .imports
        .iter()
        .map(String::as_str)
        .filter(|name| !is_offered(name))
        .collect();
    if unknown.is_empty() {
        Ok(Component {
            kind,
            wit_version: wit_version.to_owned(),
            imports: interfaces.imports,
        })
    } else {
        Err(VerifyError::UnknownImports {
            path: path(),
            imports: unknown.join(", "),
        })
    }
}

/// The interfaces by which each kind is known, and what it exports besides.
const KINDS: [(PluginKind, &[&str], &str); 5] = [
    (
        PluginKind::Source,
        &["source-connector", "source-task"],
        PLUGIN,
    ),
    (PluginKind::Sink, &["sink-connector", "sink-task"], PLUGIN),
    (
        PluginKind::Transformation,
        &["transformation"],
        RECORD_PLUGIN,
    ),
    (PluginKind::Predicate, &["predicate"], RECORD_PLUGIN),
    (PluginKind::Converter, &["converter"], RECORD_PLUGIN),
];

/// The kind that the exported interfaces make, or the interfaces that lack.
fn kind_of(exported: &[&str]) -> Result<PluginKind, String> {
    let has = |interface: &str| exported.contains(&interface);
    let found = KINDS
        .iter()
        .find(|(_, interfaces, _)| interfaces.iter().any(|interface| has(interface)));
    let Some((kind, interfaces, plugin)) = found else {
        return Err(format!(
            "{PACKAGE}source-connector or {PACKAGE}sink-connector"
        ));
    };
    let kind = *kind;
    let needed = std::iter::once(*plugin).chain(interfaces.iter().copied());
    let missing: Vec<String> = needed
        .filter(|interface| !has(interface))
        .map(|interface| format!("{PACKAGE}{interface}"))
        .collect();
    if missing.is_empty() {
        Ok(kind)
    } else {
        Err(missing.join(", "))
    }
}

fn is_supported(version: &str) -> bool {
    version
        .strip_prefix(SUPPORTED_MAJOR_MINOR)
        .and_then(|rest| rest.strip_prefix('.'))
        .is_some_and(|patch| patch.parse::<u32>().is_ok())
}

fn is_offered(import: &str) -> bool {
    let (interface, version) = import.split_once('@').unwrap_or((import, ""));
    match interface.strip_prefix(PACKAGE) {
        Some(ours) => HOST_INTERFACES.contains(&ours) && is_supported(version),
        None => WASI_INTERFACES.contains(&interface) && version.starts_with("0.2."),
    }
}

/// The names of the outermost component's imports and exports.
fn read(wasm: &[u8]) -> Result<Interfaces, wasmparser::BinaryReaderError> {
    let mut interfaces = Interfaces::default();
    let mut depth = 0_u32;
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::Version {
                encoding: Encoding::Component | Encoding::Module,
                ..
            } => depth += 1,
            Payload::End(_) => depth -= 1,
            Payload::ComponentImportSection(imports) if depth == 1 => {
                for import in imports {
                    interfaces.imports.push(import?.name.name.to_owned());
                }
            }
            Payload::ComponentExportSection(exports) if depth == 1 => {
                for export in exports {
                    interfaces.exports.push(export?.name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    Ok(interfaces)
}

#[cfg(test)]
mod tests;
