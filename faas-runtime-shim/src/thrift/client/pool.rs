//! Connections that wait for their next call. One call at a time goes through each.

use std::fmt;
use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::current;

/// The connections to one address that wait for their next call.
#[derive(Default)]
pub(super) struct Pool(Mutex<Vec<Idle>>);

struct Idle {
    stream: TcpStream,
    since: Instant,
    /// How often the instance had been restored from a snapshot.
    restores: u32,
}

impl Pool {
    /// Takes out one that is still open, as far as can be known.
    pub(super) async fn take(&self) -> Option<TcpStream> {
        loop {
            let Idle {
                stream,
                since,
                restores,
            } = self.pop()?;
            // lets the runtime hear of what has come on it meanwhile
            tokio::task::yield_now().await;
            let is_of_now = restores == current::restores() && since.elapsed() < LONGEST_IDLE;
            if is_of_now && is_quiet(&stream) {
                return Some(stream);
            }
        }
    }

    /// Puts one back through which an answer has come to its last byte.
    pub(super) fn put(&self, stream: TcpStream) {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() >= MOST_IDLE {
            // the one that has waited for longest
            let _ = idle.remove(0);
        }
        idle.push(Idle {
            stream,
            since: Instant::now(),
            restores: current::restores(),
        });
    }

    fn pop(&self) -> Option<Idle> {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // the last that came back is the least likely to have been closed
        idle.pop()
    }
}

/// Nothing is read that nobody has asked for: neither bytes nor an end.
fn is_quiet(stream: &TcpStream) -> bool {
    let read = stream.try_read(&mut [0; 1]);
    matches!(read, Err(error) if error.kind() == io::ErrorKind::WouldBlock)
}

/// Servers and what stands before them close connections that idle for a minute or more.
const LONGEST_IDLE: Duration = Duration::from_secs(30);

/// A file descriptor each; who makes more calls at once opens new ones.
const MOST_IDLE: usize = 32;

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").finish_non_exhaustive()
    }
}
