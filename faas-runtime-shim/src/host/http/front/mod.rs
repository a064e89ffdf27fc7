//! What stands between the socket and hyper, so that HTTP/1.1 is read as RFC 9112 demands.
//!
//! hyper forgives what lets a proxy and a server disagree on where a request ends (a second `content-length`, one beside
//! `transfer-encoding`, line ends without CR, a missing `host`), and forgets it before a service could look. [`Front`]
//! follows the bytes on their way in and spoils the first forbidden one: hyper refuses the head with its own 400, in
//! order behind earlier answers, and closes. It is no second parser: names, values and targets stay hyper's business.
//!
//! Begin with `io`, what hyper reads through; `scan` holds the rules, `watch` what the serving loop and the service see.

mod chunks;
mod find;
mod host;
mod io;
pub(crate) mod scan;
#[cfg(test)]
mod tests;
mod violation;
mod watch;

pub(crate) use self::io::Front;
#[cfg(test)]
use self::violation::Violation;
pub(super) use self::watch::{Answer, Overdue, Signals, Timeouts};
