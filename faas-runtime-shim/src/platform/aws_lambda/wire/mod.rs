//! Lambda's events as they are on the wire, recognised in one pass over the text.
//!
//! An event says only in its middle what it is, and a direct invocation may hold anything under the same keys. So
//! [`Scan`] picks up what any source may need, and a value of an unexpected form is noted, not refused: it matters
//! only if the event turns out to be an HTTP request; the other sources' events are read again, by [`sources`]. What the
//! parts mean is `decode`'s business.
//!
//! Facts: AWS Lambda Developer Guide and API Gateway Developer Guide, "Lambda proxy integrations"; ELB, "Lambda
//! functions as targets"; VPC Lattice, "Lambda functions as targets".

#![deny(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing
)]

mod context;
mod headers;
mod json;
mod query;
mod scan;
pub(crate) mod sources;

pub(crate) use context::Context;
pub(crate) use headers::SECURITY_TOKEN;
pub(crate) use json::{Fault, Mismatch, Text};
pub(crate) use query::{Encoding, encode, write_pairs};
pub(crate) use scan::Scan;
