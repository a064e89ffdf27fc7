//! A build without the host.

/// There is none.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Engine {}

pub(crate) const EMBEDDED: Option<Engine> = None;
