//! Named fields, none, a derive of the user's own.

#![allow(dead_code)]

#[faas::config("db")]
#[derive(Debug, Default)]
struct DbConfig {
    url: String,
    #[serde(default)]
    r#type: String,
    #[cfg(any())]
    gone: u64,
}

#[faas::config("read_db")]
#[derive(serde::Deserialize)]
struct Own {
    url: String,
}

#[faas::config("flags")]
struct Flags;

fn main() {}
