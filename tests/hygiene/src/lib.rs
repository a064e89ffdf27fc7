//! A crate as strict and as odd as a user's may be, with a function of each trigger.
//!
//! Its lints are the strictest that users set, the SDK has another name in it, and names of the prelude mean something else
//! (`shadowed`). What the macros write may meet none of that: Clippy reads this crate in CI, and its tests call the functions.

#![deny(
    warnings,
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    unused_qualifications,
    elided_lifetimes_in_paths,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::wildcard_imports,
    clippy::allow_attributes_without_reason,
    clippy::missing_docs_in_private_items,
    clippy::single_call_fn,
    clippy::undocumented_unsafe_blocks
)]
#![forbid(unsafe_code)]
#![allow(
    clippy::missing_const_for_fn,
    clippy::must_use_candidate,
    clippy::single_call_fn,
    clippy::unused_async,
    reason = "functions are what the runtime calls, however little they do"
)]

pub mod made_by_macros;
pub mod nested;
pub mod plain;
pub mod services;
pub mod shadowed;
