//! What happens elsewhere, and what becomes of it, whoever brings it.

use faas_runtime_shim::invocation::ObjectKind::{self, Created, Removed};

use self::Fate::{Again, Done, Never, Nobody, Untried};

/// Something that happens, in the words of no platform.
pub(super) struct Event {
    pub(super) name: &'static str,
    pub(super) brings: Brings,
    /// What becomes of each thing that it brings.
    pub(super) fates: &'static [Fate],
    /// What handlers note of it, in this order: the members that their notes have among others.
    pub(super) notes: &'static [&'static str],
}

/// What it brings.
#[derive(Clone, Copy)]
pub(super) enum Brings {
    /// Messages of a queue, together where the platform has batches.
    Messages(Queue, &'static [Message]),
    /// A due time of this timer.
    Tick(&'static str),
    /// An object of a bucket.
    Object(&'static str, &'static str, ObjectKind),
    /// A new row of a table, with these two columns.
    Row(&'static str, &'static str, &'static str),
    /// An event of a type, with JSON as its data.
    Event(&'static str, &'static str),
}

/// A queue.
#[derive(Clone, Copy)]
pub(super) struct Queue {
    pub(super) name: &'static str,
    /// Whether the messages of one key come one after the other.
    pub(super) is_ordered: bool,
}

/// A message.
#[derive(Clone, Copy)]
pub(super) struct Message {
    pub(super) key: &'static str,
    pub(super) body: &'static str,
}

/// What becomes of a thing. Each way has a word of its own for it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Fate {
    /// It is done.
    Done,
    /// It comes again.
    Again,
    /// Its handler wants it never again.
    Never,
    /// Nobody has tried it: one before it, of its key, has to come again.
    Untried,
    /// There is no function for it.
    Nobody,
}

pub(super) static EVENTS: &[Event] = &[
    Event {
        name: "a message",
        brings: Brings::Messages(ORDERS, &[any(r#"{"id":1}"#)]),
        fates: &[Done],
        notes: &[r#"{"function":"orders","id":1}"#],
    },
    Event {
        name: "a batch in which one fails, one panics and one is rejected",
        brings: Brings::Messages(
            ORDERS,
            &[
                any(r#"{"id":1}"#),
                any(r#"{"id":2,"do":"fail"}"#),
                any(r#"{"id":3,"do":"panic"}"#),
                any(r#"{"id":4,"do":"reject"}"#),
                any(r#"{"id":5}"#),
            ],
        ),
        fates: &[Done, Again, Again, Never, Done],
        notes: &[
            r#"{"id":1}"#,
            r#"{"id":2}"#,
            r#"{"id":3}"#,
            r#"{"id":4}"#,
            r#"{"id":5}"#,
        ],
    },
    Event {
        name: "a message that asks for time",
        brings: Brings::Messages(
            ORDERS,
            &[any(r#"{"id":1,"do":"later"}"#), any(r#"{"id":2}"#)],
        ),
        fates: &[Again, Done],
        notes: &[r#"{"id":1}"#, r#"{"id":2}"#],
    },
    Event {
        name: "a handler that is too late",
        brings: Brings::Messages(HASTY, &[any(r#"{"id":1,"do":"slow"}"#), any(r#"{"id":2}"#)]),
        fates: &[Again, Done],
        notes: &[r#"{"id":1}"#, r#"{"id":2}"#],
    },
    Event {
        name: "bodies of another form",
        brings: Brings::Messages(
            ORDERS,
            &[
                any("no JSON"),
                any(r#"{"id":"two"}"#),
                any(""),
                any(r#"{"id":4}"#),
            ],
        ),
        fates: &[Never, Never, Never, Done],
        notes: &[r#"{"id":4}"#],
    },
    Event {
        name: "a queue with an order: a key stops behind its failure, the other goes on",
        brings: Brings::Messages(
            STEPS,
            &[
                of("a", r#"{"id":1}"#),
                of("a", r#"{"id":2,"do":"fail"}"#),
                of("b", r#"{"id":3}"#),
                of("a", r#"{"id":4}"#),
                of("b", r#"{"id":5}"#),
            ],
        ),
        fates: &[Done, Again, Done, Untried, Done],
        notes: &[r#"{"id":1}"#, r#"{"id":2}"#, r#"{"id":3}"#, r#"{"id":5}"#],
    },
    Event {
        name: "a handler of whole batches reports on each",
        brings: Brings::Messages(
            BULK,
            &[
                any(r#"{"id":1}"#),
                any(r#"{"id":2,"do":"fail"}"#),
                any(r#"{"id":3,"do":"reject"}"#),
                any("no JSON"),
                any(r#"{"id":5}"#),
            ],
        ),
        fates: &[Done, Again, Never, Never, Done],
        notes: &[r#"{"id":1}"#, r#"{"id":2}"#, r#"{"id":3}"#, r#"{"id":5}"#],
    },
    Event {
        name: "a message of the queue that brings the tasks of a function",
        brings: Brings::Messages(
            RESIZE,
            &[
                any(r#"{"id":1}"#),
                any(r#"{"id":2,"do":"fail"}"#),
                any(r#"{"id":3,"do":"panic"}"#),
                any(r#"{"id":4,"do":"reject"}"#),
                any(r#"{"id":"five"}"#),
            ],
        ),
        fates: &[Done, Again, Again, Never, Never],
        notes: &[
            r#"{"function":"resize","trigger":"task","id":1}"#,
            r#"{"id":2}"#,
            r#"{"id":3}"#,
            r#"{"id":4}"#,
        ],
    },
    Event {
        name: "a queue without a function",
        brings: Brings::Messages(
            Queue {
                name: "unheard",
                is_ordered: false,
            },
            &[any(r#"{"id":1}"#)],
        ),
        fates: &[Nobody],
        notes: &[],
    },
    Event {
        name: "a due time",
        brings: Brings::Tick("my-scheduled-rule"),
        fates: &[Done],
        notes: &[r#"{"function":"my-scheduled-rule","timer":"my-scheduled-rule"}"#],
    },
    Event {
        name: "a due time whose handler fails",
        brings: Brings::Tick("broken"),
        fates: &[Again],
        notes: &[r#"{"function":"broken"}"#],
    },
    Event {
        name: "a due time without a function",
        brings: Brings::Tick("unheard"),
        fates: &[Nobody],
        notes: &[],
    },
    Event {
        name: "an object, its key in plain text",
        brings: Brings::Object("uploads", "in/50% é+1.txt", Created),
        fates: &[Done],
        notes: &[
            r#"{"function":"uploads","bucket":"uploads","key":"in/50% é+1.txt","kind":"created"}"#,
        ],
    },
    Event {
        name: "an object whose handler fails",
        brings: Brings::Object("uploads", "fail/a.txt", Created),
        fates: &[Again],
        notes: &[r#"{"key":"fail/a.txt"}"#],
    },
    Event {
        name: "an object whose handler panics",
        brings: Brings::Object("uploads", "panic/a.txt", Created),
        fates: &[Again],
        notes: &[r#"{"key":"panic/a.txt"}"#],
    },
    Event {
        name: "an object whose handler rejects it",
        brings: Brings::Object("uploads", "reject/a.txt", Created),
        fates: &[Never],
        notes: &[r#"{"key":"reject/a.txt"}"#],
    },
    Event {
        name: "an object that is gone",
        brings: Brings::Object("sourcebucket", "a b", Removed),
        fates: &[Done],
        notes: &[r#"{"function":"sourcebucket","key":"a b","kind":"removed"}"#],
    },
    Event {
        name: "a bucket without a function",
        brings: Brings::Object("unheard", "a.txt", Created),
        fates: &[Nobody],
        notes: &[],
    },
    Event {
        name: "a new row",
        brings: Brings::Row("Example-Table", "k", "ü"),
        fates: &[Done],
        notes: &[
            r#"{"function":"example_table","table":"Example-Table","kind":"insert","before":null}"#,
        ],
    },
    Event {
        name: "a row whose handler fails",
        brings: Brings::Row("Example-Table", "fail/", "v"),
        fates: &[Again],
        notes: &[r#"{"function":"example_table"}"#],
    },
    Event {
        name: "a table without a function",
        brings: Brings::Row("unheard", "k", "v"),
        fates: &[Nobody],
        notes: &[],
    },
    Event {
        name: "an event",
        brings: Brings::Event("com.example.work", r#"{"id":1}"#),
        fates: &[Done],
        notes: &[r#"{"function":"work","type":"com.example.work","data":{"id":1,"do":"ok"}}"#],
    },
    Event {
        name: "an event whose handler fails",
        brings: Brings::Event("com.example.work", r#"{"id":1,"do":"fail"}"#),
        fates: &[Again],
        notes: &[r#"{"function":"work"}"#],
    },
    Event {
        name: "an event whose handler panics",
        brings: Brings::Event("com.example.work", r#"{"id":1,"do":"panic"}"#),
        fates: &[Again],
        notes: &[r#"{"function":"work"}"#],
    },
    Event {
        name: "an event that is rejected",
        brings: Brings::Event("com.example.work", r#"{"id":1,"do":"reject"}"#),
        fates: &[Never],
        notes: &[r#"{"function":"work"}"#],
    },
    Event {
        name: "an event with data of another form",
        brings: Brings::Event("com.example.work", r#"{"id":"one"}"#),
        fates: &[Never],
        notes: &[],
    },
    Event {
        name: "an event whose handler answers",
        brings: Brings::Event("com.example.parrot", r#"{"any":["thing"]}"#),
        fates: &[Done],
        notes: &[r#"{"function":"parrot"}"#],
    },
    Event {
        name: "an event for which there is only a pattern",
        brings: Brings::Event("com.example.star.two", r#"{}"#),
        fates: &[Done],
        notes: &[r#"{"function":"star","type":"com.example.star.two"}"#],
    },
    Event {
        name: "an event without a function",
        brings: Brings::Event("com.example.unheard", r#"{"id":1}"#),
        fates: &[Nobody],
        notes: &[],
    },
];

const ORDERS: Queue = Queue {
    name: "orders",
    is_ordered: false,
};
const HASTY: Queue = Queue {
    name: "hasty",
    ..ORDERS
};
const STEPS: Queue = Queue {
    name: "steps",
    is_ordered: true,
};
const BULK: Queue = Queue {
    name: "bulk",
    ..ORDERS
};
/// Named like the task function.
const RESIZE: Queue = Queue {
    name: "resize",
    ..ORDERS
};

const fn any(body: &'static str) -> Message {
    of("", body)
}

const fn of(key: &'static str, body: &'static str) -> Message {
    Message { key, body }
}
