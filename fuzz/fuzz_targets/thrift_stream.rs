//! See `faas_runtime_shim::fuzzing::thrift_stream`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| faas_runtime_shim::fuzzing::thrift_stream(bytes));
