//! libFuzzer's way into `connect_fuzz::json_converter`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| connect_fuzz::json_converter(data));
