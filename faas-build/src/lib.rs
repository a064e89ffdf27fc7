#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(any(feature = "proto", feature = "thrift"))]
mod error;
#[cfg(any(feature = "proto", feature = "thrift"))]
mod output;
#[cfg(feature = "proto")]
mod proto;
#[cfg(any(feature = "proto", feature = "thrift"))]
mod source;
#[cfg(feature = "thrift")]
mod thrift;

#[cfg(any(feature = "proto", feature = "thrift"))]
pub use self::error::Error;
#[cfg(feature = "proto")]
pub use self::proto::{Proto, proto};
#[cfg(feature = "thrift")]
pub use self::thrift::{Thrift, thrift};
