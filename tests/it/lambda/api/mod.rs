//! AWS Lambda's Runtime API as a test wants it: it hands out events, breaks connections, refuses answers, and keeps what it
//! was sent.
//!
//! It holds the rules that the service holds: a poll before an answer gives the same event again, an id is answered once,
//! an answer above the limit is refused while the client still writes. [`RuntimeApi`] is what tests talk to, `connection`
//! what the function talks to.

mod connection;
mod script;
mod wire;

use std::collections::VecDeque;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

pub(super) use self::script::{At, Event, Framing, Poll, Posting, in_ms};
pub(super) use self::wire::Request;
use crate::process::PATIENCE;

/// 6 MiB and 100 bytes: above it the service answers 413 (Lambda quotas).
pub(super) const LARGEST: usize = 6_291_556;

/// The platform's side of one instance.
pub(super) struct RuntimeApi {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// What becomes of the next polls; with none left a poll waits.
    polls: VecDeque<Poll>,
    /// What becomes of the next posts; with none left they are served by the rules.
    posts: VecDeque<Posting>,
    /// What is handed out again until it is over.
    current: Option<Event>,
    /// All requests but the polls, in the order in which they ended.
    received: Vec<Request>,
    /// Of these, how many a test has taken.
    taken: usize,
    polled: usize,
    waiting: usize,
    /// A post that stays unread until a test lets it go on.
    held: usize,
    released: usize,
    over: bool,
}

impl RuntimeApi {
    pub(super) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            changed: Condvar::new(),
        });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if accepting.lock().over {
                    return;
                }
                let shared = Arc::clone(&accepting);
                let stream = stream.unwrap();
                // a connection that broke is what the tests are about
                thread::spawn(move || drop(connection::serve(stream, &shared)));
            }
        });
        Self { address, shared }
    }

    /// The value of `AWS_LAMBDA_RUNTIME_API`.
    pub(super) fn authority(&self) -> String {
        self.address.to_string()
    }

    /// Says what becomes of the next polls.
    pub(super) fn polls(&self, polls: impl IntoIterator<Item = Poll>) {
        self.shared.change(|state| state.polls.extend(polls));
    }

    /// Says what becomes of the next posts.
    pub(super) fn posts(&self, posts: impl IntoIterator<Item = Posting>) {
        self.shared.change(|state| state.posts.extend(posts));
    }

    /// Waits for the next request that is no poll.
    #[track_caller]
    pub(super) fn received(&self) -> Option<Request> {
        self.shared.wait(|state| {
            let request = state.received.get(state.taken).cloned()?;
            state.taken += 1;
            Some(request)
        })
    }

    /// Waits until everything was handed out and the function asks for more.
    pub(super) fn idle(&self) -> Option<()> {
        self.shared
            .wait(|state| (state.polls.is_empty() && state.waiting > 0).then_some(()))
    }

    /// Waits until a post is held, its head read and nothing of its body.
    pub(super) fn held(&self) -> Option<()> {
        self.shared
            .wait(|state| (state.held > state.released).then_some(()))
    }

    /// Reads on where a post is held.
    pub(super) fn release(&self) {
        self.shared.change(|state| state.released += 1);
    }

    /// Everything but polls that came so far.
    pub(super) fn all(&self) -> Vec<Request> {
        self.shared.lock().received.clone()
    }

    /// How many polls there were.
    pub(super) fn polled(&self) -> usize {
        self.shared.lock().polled
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.shared.change(|state| state.over = true);
        // the accepting thread looks only when somebody connects
        drop(TcpStream::connect(self.address));
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // a test that failed while it held the lock is reported already
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        let done = change(&mut self.lock());
        self.changed.notify_all();
        done
    }

    /// Waits until `look` finds something, or for too long.
    fn wait<R>(&self, mut look: impl FnMut(&mut State) -> Option<R>) -> Option<R> {
        let mut found = None;
        let (_state, _) = self
            .changed
            .wait_timeout_while(self.lock(), PATIENCE, |state| {
                found = look(state);
                found.is_none()
            })
            .unwrap();
        found
    }
}
