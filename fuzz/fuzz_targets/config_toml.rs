//! See `faas_runtime_shim::fuzzing::config_toml`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| faas_runtime_shim::fuzzing::config_toml(bytes));
