//! What the service remembers, and how its threads wait for each other.

use std::collections::{HashMap, VecDeque};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::request::Request;
use crate::rules::{Mode, Rules};
use crate::script::{Poll, Posting, Restored, Zone};

/// How long a test waits for what has to come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(crate) struct Shared {
    state: Mutex<State>,
    pub(crate) changed: Condvar,
}

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) rules: Rules,
    /// What becomes of the next polls; with none left a poll waits.
    pub(crate) polls: VecDeque<Poll>,
    /// What becomes of the next posts; with none left they are served by the rules.
    pub(crate) posts: VecDeque<Posting>,
    /// All posts to the Runtime API, in the order in which they ended.
    pub(crate) received: Vec<Request>,
    /// Of these, how many a test has taken.
    pub(crate) taken: usize,
    /// Everything else that came but polls: extensions, restores, metadata.
    pub(crate) asides: Vec<Request>,
    pub(crate) polled: usize,
    pub(crate) handed: usize,
    /// The connection of the last poll.
    pub(crate) polled_on: usize,
    pub(crate) waiting: usize,
    pub(crate) parked: usize,
    /// A post that stays unread until a test lets it go on.
    pub(crate) held: usize,
    pub(crate) released: usize,
    /// The bodies of streamed and metered posts, by invocation, as far as they have come.
    pub(crate) arriving: HashMap<String, Vec<u8>>,
    /// How much of a metered body may be read, by invocation.
    pub(crate) quota: HashMap<String, usize>,
    /// What callers of the invocation path wait for: the answer, or none yet.
    pub(crate) callers: HashMap<String, Option<Request>>,
    pub(crate) restored: Option<Restored>,
    pub(crate) restoring: usize,
    pub(crate) token: String,
    pub(crate) zone: Zone,
    /// What is answered to requests that are no posts and no polls, by the end of their path, before all rules.
    pub(crate) refused: Vec<(&'static str, u16)>,
    connections: HashMap<usize, TcpStream>,
    accepted: usize,
    pub(crate) over: bool,
}

impl State {
    fn new(mode: Mode) -> Self {
        Self {
            rules: Rules::new(mode),
            polls: VecDeque::new(),
            posts: VecDeque::new(),
            received: Vec::new(),
            taken: 0,
            asides: Vec::new(),
            polled: 0,
            handed: 0,
            polled_on: 0,
            waiting: 0,
            parked: 0,
            held: 0,
            released: 0,
            arriving: HashMap::new(),
            quota: HashMap::new(),
            callers: HashMap::new(),
            restored: None,
            restoring: 0,
            token: "token".to_owned(),
            zone: Zone::Is("use1-az1"),
            refused: Vec::new(),
            connections: HashMap::new(),
            accepted: 0,
            over: false,
        }
    }

    /// What becomes of a post: what its event says, then what the queue says.
    pub(crate) fn posting(&mut self, post: &Request) -> Posting {
        let of_event = post
            .invocation()
            .and_then(|(id, _)| self.rules.posting(&id));
        match of_event {
            Some(posting) => posting,
            None => self.posts.pop_front().unwrap_or(Posting::Ruled),
        }
    }

    /// What is answered to a path before all rules.
    pub(crate) fn refused(&self, path: &str) -> Option<u16> {
        let refused = self.refused.iter().find(|(end, _)| path.ends_with(end));
        refused.map(|(_, status)| *status)
    }

    /// Numbers a connection and keeps a way to end it.
    pub(crate) fn connected(&mut self, stream: &TcpStream) -> usize {
        self.accepted += 1;
        if let Ok(stream) = stream.try_clone() {
            self.connections.insert(self.accepted, stream);
        }
        self.accepted
    }

    pub(crate) fn disconnected(&mut self, connection: usize) {
        self.connections.remove(&connection);
    }

    /// Ends every connection but one, as a restore does.
    pub(crate) fn cut_all_but(&mut self, connection: usize) {
        for (number, stream) in &self.connections {
            if *number != connection {
                // it may have ended by itself
                let _ = stream.shutdown(Shutdown::Both);
            }
        }
    }
}

impl Shared {
    pub(crate) fn new(mode: Mode) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State::new(mode)),
            changed: Condvar::new(),
        })
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        // a test that failed while it held the lock is reported already
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn change<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        let done = change(&mut self.lock());
        self.changed.notify_all();
        done
    }

    /// Waits until `look` finds something, or for too long.
    pub(crate) fn wait<R>(&self, mut look: impl FnMut(&mut State) -> Option<R>) -> Option<R> {
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

    /// Waits until it is so or the test is over, however long that takes.
    pub(crate) fn wait_until(&self, is_so: impl Fn(&State) -> bool) -> MutexGuard<'_, State> {
        self.changed
            .wait_while(self.lock(), |state| !state.over && !is_so(state))
            .unwrap_or_else(PoisonError::into_inner)
    }
}
