//! See `faas_runtime_shim::fuzzing::thrift_struct`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| faas_runtime_shim::fuzzing::thrift_struct(bytes));
