//! What functions bring into a binary besides their handlers: code that serves functions of their kind, and no others.
//!
//! Whoever uses such code does not name it: a registration asks for it ([`Needs`](crate::function::Needs)), the application
//! keeps what its registrations ask for, and what nobody asks for the linker leaves out.

#[cfg(feature = "grpc")]
mod grpc;
mod http;
#[cfg(all(
    any(feature = "aws-lambda", feature = "host"),
    not(target_family = "wasm")
))]
mod present;
#[cfg(not(all(
    any(feature = "aws-lambda", feature = "host"),
    not(target_family = "wasm")
)))]
#[path = "absent.rs"]
mod present;
#[cfg(feature = "thrift")]
mod thrift;

#[cfg(feature = "grpc")]
pub(crate) use self::grpc::{GRPC, Grpc};
pub(crate) use self::http::{HTTP, Http};
pub(crate) use self::present::{DELIVERIES, Deliveries};
#[cfg(feature = "thrift")]
pub(crate) use self::thrift::{THRIFT, Thrift};
use crate::function::{Function, Needs};

/// What the registrations of a binary have asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Support {
    /// How platforms' deliveries are read; without functions for any there is nothing.
    pub(crate) deliveries: Option<&'static Deliveries>,
    /// How requests reach routes; without functions for HTTP there is nothing.
    pub(crate) http: Option<&'static Http>,
    /// How calls reach gRPC services.
    #[cfg(feature = "grpc")]
    pub(crate) grpc: Option<&'static Grpc>,
    /// How calls reach Thrift services.
    #[cfg(feature = "thrift")]
    pub(crate) thrift: Option<&'static Thrift>,
}

impl Support {
    /// Collects what these functions ask for.
    pub(crate) fn of(functions: &[&'static Function]) -> Self {
        let mut needs = Needs::default();
        for function in functions {
            (function.needs)(&mut needs);
        }
        needs.support
    }
}
