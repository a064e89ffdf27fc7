//! See `faas_runtime_shim::fuzzing::fuzz_idempotent`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| faas_runtime_shim::fuzzing::fuzz_idempotent(bytes));
