//! libFuzzer's way into `connect_fuzz::sink_batch`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| connect_fuzz::sink_batch(data));
