//! See `faas_runtime_shim::fuzzing::http_front`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| faas_runtime_shim::fuzzing::http_front(bytes));
