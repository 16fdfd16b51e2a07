//! libFuzzer's way into `connect_fuzz::plugin_file`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| connect_fuzz::plugin_file(data));
