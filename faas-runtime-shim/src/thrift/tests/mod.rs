//! A service of every behaviour, called in every way that needs no socket.

mod calls;
mod clients;
mod http;
pub(crate) mod kit;
