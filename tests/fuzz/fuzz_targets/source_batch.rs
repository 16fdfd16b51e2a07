//! libFuzzer's way into `connect_fuzz::source_batch`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| connect_fuzz::source_batch(data));
