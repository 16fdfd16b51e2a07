//! libFuzzer's way into `connect_fuzz::header_text`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| connect_fuzz::header_text(data));
