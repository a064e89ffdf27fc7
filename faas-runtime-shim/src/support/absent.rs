//! A build without platforms that bring deliveries.

/// There are none.
#[derive(Debug)]
pub(crate) enum Deliveries {}

pub(crate) const DELIVERIES: Option<&'static Deliveries> = None;
