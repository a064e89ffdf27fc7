//! What a test says the platform shall do.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

/// What becomes of one poll.
#[derive(Clone, Debug)]
pub(crate) enum Poll {
    /// An event.
    Hand(Event),
    /// An answer without one.
    Status(u16, &'static str),
    /// So many bytes of the answer with the next event, then the end of the connection.
    Cut { after: usize, reset: bool },
    /// These bytes, then the end of the connection.
    Raw(&'static str),
}

/// What becomes of one post.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Posting {
    /// What the service's rules say.
    Ruled,
    /// This status, and the invocation is over.
    Status(u16, &'static str),
    /// The end of the connection at this point.
    Cut { at: At, reset: bool },
    /// By the rules, but the body stays unread until the test releases it, and is read slowly then.
    Held,
    /// By the rules, but 413 above this many bytes.
    Limited(usize),
}

/// How far a post was read when its connection ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum At {
    /// Nothing was: for the platform it never came.
    Nothing,
    /// The head was: the platform has counted the invocation as failed.
    Head,
    /// All of it was.
    Everything,
    /// All of it was, and the answer was half written.
    HalfAnswer,
}

/// How the body of a poll's answer is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Framing {
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
pub(crate) struct Event {
    pub(super) id: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
    pub(super) framing: Framing,
}

impl Event {
    /// With an id of its own, a deadline in a minute, and the headers that always come.
    pub(crate) fn new(body: impl Into<Vec<u8>>) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let event = Self {
            id: format!("8476a536-e9f4-11e8-9739-{number:012x}"),
            headers: Vec::new(),
            body: body.into(),
            framing: Framing::BySize,
        };
        event
            .header("Content-Type", "application/json")
            .header(
                "Lambda-Runtime-Invoked-Function-Arn",
                "arn:aws:lambda:eu-central-1:123456789012:function:probe",
            )
            .header("Lambda-Runtime-Deadline-Ms", &in_ms(60_000).to_string())
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn with_id(mut self, id: &str) -> Self {
        id.clone_into(&mut self.id);
        self
    }

    pub(crate) fn framed(mut self, framing: Framing) -> Self {
        self.framing = framing;
        self
    }

    /// Sets a header, in place of another of its name.
    pub(crate) fn header(self, name: &'static str, value: &str) -> Self {
        let mut event = self.without(name);
        event.headers.push((name, value.to_owned()));
        event
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self
    }

    /// Whether its deadline has passed.
    pub(crate) fn is_late(&self) -> bool {
        let deadline = |(name, value): &(&str, String)| {
            (*name == "Lambda-Runtime-Deadline-Ms").then(|| value.parse::<u128>().unwrap())
        };
        self.headers.iter().find_map(deadline).unwrap() < in_ms(0)
    }
}

/// The wall clock so many milliseconds from now, as the platform writes it.
#[expect(
    clippy::disallowed_methods,
    reason = "the platform lives by the wall clock, and so does the process under test"
)]
pub(crate) fn in_ms(millis: u64) -> u128 {
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap();
    (now + Duration::from_millis(millis)).as_millis()
}
