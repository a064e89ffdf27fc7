//! See `faas_runtime_shim::fuzzing::fuzz_log`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| faas_runtime_shim::fuzzing::fuzz_log(bytes));
