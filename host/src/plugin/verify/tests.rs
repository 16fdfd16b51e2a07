use std::path::Path;

use super::*;

/// A component that imports and exports empty instances of these names.
fn component(imports: &[&str], exports: &[&str]) -> Vec<u8> {
    let mut wasm = b"\0asm\x0d\0\x01\0".to_vec();
    let name = |out: &mut Vec<u8>, text: &str| {
        out.push(0);
        out.push(u8::try_from(text.len()).unwrap());
        out.extend_from_slice(text.as_bytes());
    };
    let mut section = |id: u8, body: Vec<u8>| {
        wasm.push(id);
        let mut length = body.len();
        loop {
            let byte = (length & 0x7f) as u8;
            length >>= 7;
            wasm.push(if length > 0 { byte | 0x80 } else { byte });
            if length == 0 {
                break;
            }
        }
        wasm.extend(body);
    };
    // Type 0: an instance type without anything in it.
    section(7, vec![1, 0x42, 0]);
    let mut body = vec![u8::try_from(imports.len() + 1).unwrap()];
    name(&mut body, "wasi:io/poll@0.2.0");
    body.extend([5, 0]);
    for import in imports {
        name(&mut body, import);
        body.extend([5, 0]);
    }
    section(10, body);
    let mut body = vec![u8::try_from(exports.len()).unwrap()];
    for export in exports {
        name(&mut body, export);
        // Sort instance, index 0, without a type.
        body.extend([5, 0, 0]);
    }
    section(11, body);
    wasm
}

fn check(wasm: &[u8]) -> Result<PluginKind, String> {
    verify(Path::new("x.wasm"), wasm)
        .map(|component| component.kind)
        .map_err(|error| error.to_string())
}

const SOURCE: &[&str] = &[
    "connect-wasm:plugin/plugin@0.1.0",
    "connect-wasm:plugin/source-connector@0.1.0",
    "connect-wasm:plugin/source-task@0.1.0",
];
const SINK: &[&str] = &[
    "connect-wasm:plugin/plugin@0.1.3",
    "connect-wasm:plugin/sink-connector@0.1.3",
    "connect-wasm:plugin/sink-task@0.1.3",
];

#[test]
fn sources_and_sinks_are_told_apart() {
    assert_eq!(check(&component(&[], SOURCE)), Ok(PluginKind::Source));
    let imports = [
        "connect-wasm:plugin/logging@0.1.0",
        "wasi:sockets/tcp@0.2.6",
        "wasi:http/outgoing-handler@0.2.6",
        "wasi:tls/types@0.2.0-draft",
    ];
    assert_eq!(check(&component(&imports, SINK)), Ok(PluginKind::Sink));
}

#[test]
fn plugins_of_other_kinds_are_told_apart() {
    let record_plugin = "connect-wasm:plugin/record-plugin@0.1.0";
    for (interface, kind) in [
        ("transformation", PluginKind::Transformation),
        ("predicate", PluginKind::Predicate),
        ("converter", PluginKind::Converter),
    ] {
        let own = format!("connect-wasm:plugin/{interface}@0.1.0");
        let whole = component(&[], &[record_plugin, &own]);
        assert_eq!(check(&whole), Ok(kind));
        let error = check(&component(&[], &[&own])).unwrap_err();
        let lacks = "it does not export connect-wasm:plugin/record-plugin;";
        assert!(error.contains(lacks), "{error}");
    }
}

#[test]
fn what_is_no_component_is_told_by_name() {
    assert_eq!(
        check(b"PK\x03\x04"),
        Err("x.wasm: not a WebAssembly file".to_owned())
    );
    assert_eq!(check(b""), Err("x.wasm: not a WebAssembly file".to_owned()));
    assert_eq!(
        check(b"\0asm\x01\0\0\0"),
        Err("x.wasm: a WebAssembly core module, not a component; build the plugin for the target wasm32-wasip2"
            .to_owned())
    );
    let mut cut = component(&[], SOURCE);
    cut.truncate(cut.len() - 3);
    assert!(
        check(&cut)
            .unwrap_err()
            .starts_with("x.wasm: not a whole WebAssembly component: ")
    );
}

#[test]
fn a_component_without_our_exports_is_told_what_lacks() {
    assert_eq!(
        check(&component(&[], &["wasi:cli/run@0.2.0"])),
        Err(
            "x.wasm: a WebAssembly component, but not a connector plugin: it does not export \
             connect-wasm:plugin/source-connector or connect-wasm:plugin/sink-connector; in Rust, \
             connect_sdk::export_source!(Connector, Task) or export_sink! at the end of lib.rs \
             exports it, and export_transformation!, export_predicate! or export_converter! a \
             plugin of another kind"
                .to_owned()
        )
    );
    assert_eq!(
        check(&component(&[], &SOURCE[..2])),
        Err(
            "x.wasm: a WebAssembly component, but not a connector plugin: it does not export \
             connect-wasm:plugin/source-task; in Rust, \
             connect_sdk::export_source!(Connector, Task) or export_sink! at the end of lib.rs \
             exports it, and export_transformation!, export_predicate! or export_converter! a \
             plugin of another kind"
                .to_owned()
        )
    );
}

#[test]
fn another_version_of_the_contract_is_told_with_ours() {
    for found in ["0.2.0", "1.0.0", "0.10.0"] {
        let exports: Vec<String> = SOURCE
            .iter()
            .map(|name| name.replace("0.1.0", found))
            .collect();
        let exports: Vec<&str> = exports.iter().map(String::as_str).collect();
        assert_eq!(
            check(&component(&[], &exports)),
            Err(format!(
                "x.wasm: the plugin was built for connect-wasm:plugin {found}; this worker supports 0.1.x"
            ))
        );
    }
}

#[test]
fn imports_that_nobody_offers_are_named() {
    let imports = [
        "wasi:http/incoming-handler@0.2.0",
        "wasi:io/poll@0.3.0",
        "acme:db/sql@1.0.0",
    ];
    assert_eq!(
        check(&component(&imports, SOURCE)),
        Err(
            "x.wasm: the plugin imports wasi:http/incoming-handler@0.2.0, wasi:io/poll@0.3.0, \
             acme:db/sql@1.0.0, which this worker does not offer to plugins"
                .to_owned()
        )
    );
}
