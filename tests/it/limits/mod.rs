//! What a client may cost: past each limit there is an answer, and never unbounded memory or an endless wait.

mod bodies;
mod connections;
mod functions;
mod heads;
mod memory;
