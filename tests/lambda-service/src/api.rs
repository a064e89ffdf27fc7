//! What a test talks to.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use crate::connection;
use crate::request::Request;
use crate::rules::Mode;
use crate::script::{Poll, Posting, Restored, Zone};
use crate::state::Shared;

/// The platform's side of one instance, on a port of its own.
#[derive(Debug)]
pub struct RuntimeApi {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Default for RuntimeApi {
    fn default() -> Self {
        Self::new()
    }
}

impl RuntimeApi {
    /// A classic instance.
    pub fn new() -> Self {
        Self::of(Mode::Classic)
    }

    /// An instance of this kind.
    ///
    /// # Panics
    ///
    /// If no port can be had.
    pub fn of(mode: Mode) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Shared::new(mode);
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if accepting.lock().over {
                    return;
                }
                let shared = Arc::clone(&accepting);
                let stream = stream.unwrap();
                // a connection that broke is what the tests are about
                thread::spawn(move || drop(connection::serve(&stream, &shared)));
            }
        });
        Self { address, shared }
    }

    /// The value of `AWS_LAMBDA_RUNTIME_API`, and of `AWS_LAMBDA_METADATA_API`.
    pub fn authority(&self) -> String {
        self.address.to_string()
    }

    /// Says what becomes of the next polls.
    pub fn polls(&self, polls: impl IntoIterator<Item = Poll>) {
        self.shared.change(|state| state.polls.extend(polls));
    }

    /// Says what becomes of the next posts, but of those whose event says it.
    pub fn posts(&self, posts: impl IntoIterator<Item = Posting>) {
        self.shared.change(|state| state.posts.extend(posts));
    }

    /// Says what the metadata endpoint answers, and to whom.
    pub fn metadata(&self, token: &str, zone: Zone) {
        self.shared.change(|state| {
            token.clone_into(&mut state.token);
            state.zone = zone;
        });
    }

    /// Answers requests that are no posts and no polls with this status, by the end of their path.
    pub fn refuse(&self, path: &'static str, status: u16) {
        self.shared
            .change(|state| state.refused.push((path, status)));
    }

    /// Waits for the next post to the Runtime API.
    pub fn received(&self) -> Option<Request> {
        self.shared.wait(|state| {
            let request = state.received.get(state.taken).cloned()?;
            state.taken += 1;
            Some(request)
        })
    }

    /// Waits for so many posts and forgets them.
    pub fn drained(&self, count: usize) -> Option<Vec<Request>> {
        self.shared.wait(|state| {
            (state.received.len() >= count).then(|| {
                state.taken = 0;
                std::mem::take(&mut state.received)
            })
        })
    }

    /// Waits for something that is no post to the Runtime API and no poll: by the end of its path, and how many came before it.
    pub fn aside(&self, path: &str, number: usize) -> Option<Request> {
        self.shared.wait(|state| {
            let mut of_path = state
                .asides
                .iter()
                .filter(|aside| aside.path.ends_with(path));
            of_path.nth(number).cloned()
        })
    }

    /// All of these that came so far.
    pub fn asides(&self) -> Vec<Request> {
        self.shared.lock().asides.clone()
    }

    /// Waits until everything was handed out and the function asks for more.
    pub fn idle(&self) -> Option<()> {
        self.waiting(1)
    }

    /// Waits until everything was handed out and so many polls wait.
    pub fn waiting(&self, polls: usize) -> Option<()> {
        self.shared
            .wait(|state| (state.polls.is_empty() && state.waiting >= polls).then_some(()))
    }

    /// Waits until so many extensions wait for an event.
    pub fn parked(&self, extensions: usize) -> Option<()> {
        self.shared
            .wait(|state| (state.parked >= extensions).then_some(()))
    }

    /// Waits until a post is held, its head read and nothing of its body.
    pub fn held(&self) -> Option<()> {
        self.shared
            .wait(|state| (state.held > state.released).then_some(()))
    }

    /// Reads on where a post is held.
    pub fn release(&self) {
        self.shared.change(|state| state.released += 1);
    }

    /// Waits until so many bytes of a streamed or metered answer have come, and returns what is there.
    pub fn arrived(&self, id: &str, bytes: usize) -> Option<Vec<u8>> {
        self.shared.wait(|state| {
            let ended = state
                .received
                .iter()
                .find(|post| post.invocation().is_some_and(|(of, _)| of == id));
            let body = ended
                .map(|post| &post.body)
                .or_else(|| state.arriving.get(id))?;
            (body.len() >= bytes).then(|| body.clone())
        })
    }

    /// Lets so many bytes more of a metered answer be read.
    pub fn allow(&self, id: &str, bytes: usize) {
        self.shared.change(|state| {
            if let Some(quota) = state.quota.get_mut(id) {
                *quota = quota.saturating_add(bytes);
            }
        });
    }

    /// Ends the time of an invocation of a managed instance, whose handler goes on.
    pub fn time_out(&self, id: &str) {
        self.shared.change(|state| state.rules.time_out(id));
    }

    /// Waits until the function waits for its restore.
    pub fn restoring(&self) -> Option<()> {
        self.shared
            .wait(|state| (state.restoring > 0).then_some(()))
    }

    /// Restores the function: its connections are dead, as the one is or is not that it waits on.
    pub fn restore(&self, restored: Restored) {
        self.shared.change(|state| state.restored = Some(restored));
    }

    /// All posts that came so far.
    pub fn all(&self) -> Vec<Request> {
        self.shared.lock().received.clone()
    }

    /// How many polls there were.
    pub fn polled(&self) -> usize {
        self.shared.lock().polled
    }

    /// How many events went out, those that were handed out again among them.
    pub fn handed(&self) -> usize {
        self.shared.lock().handed
    }

    /// The number of the connection of the last poll.
    pub fn polled_on(&self) -> usize {
        self.shared.lock().polled_on
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.shared.change(|state| state.over = true);
        // the accepting thread looks only when somebody connects
        drop(TcpStream::connect(self.address));
    }
}
