//! See `faas_runtime_shim::fuzzing::poll_answer`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| faas_runtime_shim::fuzzing::poll_answer(bytes));
