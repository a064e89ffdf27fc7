//! See `faas_runtime_shim::fuzzing::lambda_event`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| faas_runtime_shim::fuzzing::lambda_event(bytes));
