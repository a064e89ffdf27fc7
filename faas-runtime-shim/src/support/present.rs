//! A build with platforms that bring deliveries.

#[cfg(feature = "host")]
use crate::host::{self, events};
#[cfg(feature = "aws-lambda")]
use crate::platform::aws_lambda;

/// The ways of deliveries to functions, one for each that a platform has.
#[derive(Debug)]
pub(crate) struct Deliveries {
    /// An event of a source that the adapter for Lambda has recognised.
    #[cfg(feature = "aws-lambda")]
    pub(crate) of_lambda: aws_lambda::Deliver,
    /// CloudEvents in an HTTP request.
    #[cfg(feature = "host")]
    pub(crate) of_http: events::TakeEvents,
    /// What a person sends to the management port.
    #[cfg(feature = "host")]
    pub(crate) by_hand: host::ByHand,
}

pub(crate) const DELIVERIES: Option<&'static Deliveries> = Some(&Deliveries {
    #[cfg(feature = "aws-lambda")]
    of_lambda: aws_lambda::deliver,
    #[cfg(feature = "host")]
    of_http: events::take,
    #[cfg(feature = "host")]
    by_hand: host::invoke_by_hand,
});
