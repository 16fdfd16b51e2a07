//! libFuzzer's way into `connect_fuzz::offset_map`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| connect_fuzz::offset_map(data));
