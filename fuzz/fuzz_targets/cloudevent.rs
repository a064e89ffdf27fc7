//! See `faas_runtime_shim::fuzzing::cloudevent`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| faas_runtime_shim::fuzzing::cloudevent(bytes));
