//! What a test says the platform shall do.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

/// What becomes of one poll.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Poll {
    /// An event.
    Hand(Event),
    /// An answer without one.
    Status(u16, &'static str),
    /// So many bytes of the answer with the next event, then the end of the connection.
    Cut {
        /// How many bytes; at most all but the last.
        after: usize,
        /// Whether it ends by a reset.
        reset: bool,
    },
    /// These bytes, then the end of the connection.
    Raw(&'static str),
}

/// What becomes of one post.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Posting {
    /// What the service's rules say.
    Ruled,
    /// This status, and the invocation is over.
    Status(u16, &'static str),
    /// The end of the connection.
    Cut {
        /// How far the post is read before.
        at: At,
        /// Whether it ends by a reset.
        reset: bool,
    },
    /// By the rules, but the body stays unread until the test releases it.
    Held,
    /// By the rules, but only so many bytes of the body are read until the test allows more.
    Metered(usize),
    /// By the rules, but the body is read in small pieces.
    Slow,
    /// By the rules, but 413 above this many bytes.
    Limited(usize),
}

/// How far a post was read when its connection ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum At {
    /// Nothing was: for the platform it never came.
    Nothing,
    /// The head was: the platform has counted the invocation as failed.
    Head,
    /// The head was, and so many bytes of the body.
    Body(usize),
    /// All of it was.
    Everything,
    /// All of it was, and the answer was half written.
    HalfAnswer,
}

/// What becomes of the wait for a restore.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Restored {
    /// It is answered; every other connection is dead.
    Answered,
    /// It is dead like every other connection.
    Cut,
}

/// What the metadata endpoint answers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Zone {
    /// The zone of this name, to who has the token.
    Is(&'static str),
    /// This status and text.
    Status(u16, &'static str),
    /// Nothing: the connection ends.
    Cut,
}

/// How the body of a poll's answer is sent.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Framing {
    /// As the service does: by length up to 2,048 bytes, longer ones in chunks.
    BySize,
    /// In chunks of so many bytes, each in a write of its own.
    Chunks(usize),
    /// Without any, so until the connection ends.
    UntilClose,
    /// By length, and the connection ends silently after it.
    ThenClose,
}

/// One invocation as the platform hands it out.
#[derive(Clone, Debug)]
pub struct Event {
    pub(crate) id: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) framing: Framing,
    /// What becomes of its answer, before what the queue of posts says.
    pub(crate) posting: Option<Posting>,
}

impl Event {
    /// With an id of its own, a deadline in a minute, and the headers that always come.
    pub fn new(body: impl Into<Vec<u8>>) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let event = Self {
            id: format!("8476a536-e9f4-11e8-9739-{number:012x}"),
            headers: Vec::new(),
            body: body.into(),
            framing: Framing::BySize,
            posting: None,
        };
        event
            .header("Content-Type", "application/json")
            .header(
                "Lambda-Runtime-Invoked-Function-Arn",
                "arn:aws:lambda:eu-central-1:123456789012:function:probe",
            )
            .header("Lambda-Runtime-Deadline-Ms", &in_ms(60_000).to_string())
    }

    /// Its request id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// With this request id.
    #[must_use]
    pub fn with_id(mut self, id: &str) -> Self {
        id.clone_into(&mut self.id);
        self
    }

    /// Sent in this way.
    #[must_use]
    pub fn framed(mut self, framing: Framing) -> Self {
        self.framing = framing;
        self
    }

    /// With this becoming of its answer, whatever else is posted before it.
    #[must_use]
    pub fn answered(mut self, posting: Posting) -> Self {
        self.posting = Some(posting);
        self
    }

    /// Sets a header, in place of another of its name.
    #[must_use]
    pub fn header(self, name: &str, value: &str) -> Self {
        let mut event = self.without(name);
        event.headers.push((name.to_owned(), value.to_owned()));
        event
    }

    /// Takes a header away.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers
            .retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self
    }

    /// Whether its deadline has passed.
    ///
    /// # Panics
    ///
    /// If it has none.
    pub fn is_late(&self) -> bool {
        let deadline = |(name, value): &(String, String)| {
            (name == "Lambda-Runtime-Deadline-Ms").then(|| value.parse::<u128>().unwrap())
        };
        self.headers.iter().find_map(deadline).unwrap() < in_ms(0)
    }
}

/// The wall clock so many milliseconds from now, as the platform writes it.
///
/// # Panics
///
/// If the clock stands before 1970.
#[expect(
    clippy::disallowed_methods,
    reason = "the platform lives by the wall clock, and so does the process under test"
)]
pub fn in_ms(millis: u64) -> u128 {
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap();
    (now + Duration::from_millis(millis)).as_millis()
}
