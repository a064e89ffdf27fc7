//! The arguments, each once, whatever attributes take it.

use super::{Argument, Options, Read};
use crate::names;
use crate::pointer;
use crate::values;

pub(super) static NAME: Argument = Argument {
    name: "name",
    example: r#"name = "get-order""#,
    read: Read::Text(|args, text, errors| args.name = values::name(text, errors)),
};
pub(super) static TIMEOUT: Argument = Argument {
    name: "timeout",
    example: r#"timeout = "2s""#,
    read: Read::Text(|args, text, errors| {
        args.timeout = values::duration(text, NO_LIMIT, errors);
    }),
};
pub(super) static CONCURRENCY: Argument = Argument {
    name: "concurrency",
    example: "concurrency = 4",
    read: Read::Count(|args, key, number, errors| {
        args.concurrency = values::count(key, number, NO_LIMIT, errors);
    }),
};
/// Of a queue: the deliveries of one batch at once.
pub(super) static DELIVERIES: Argument = Argument {
    name: "concurrency",
    example: "concurrency = 4",
    read: Read::Count(|args, key, number, errors| {
        args.concurrency = values::count(key, number, "one delivery after the other", errors);
    }),
};
pub(super) static RATE: Argument = Argument {
    name: "rate",
    example: r#"rate = "50/s""#,
    read: Read::Text(|args, text, errors| args.rate = values::rate(text, errors)),
};
pub(super) static MEMORY: Argument = Argument {
    name: "memory",
    example: r#"memory = "256MiB""#,
    read: Read::Text(|args, text, errors| args.memory = values::size(text, errors)),
};
pub(super) static MOUNT: Argument = Argument {
    name: "mount",
    example: r#"mount = "/admin""#,
    read: Read::Text(|args, text, _| args.mount = Some(text.clone())),
};
pub(super) static LAZY: Argument = Argument {
    name: "lazy",
    example: "lazy",
    read: Read::Flag(|args| args.lazy = true),
};
pub(super) static CRATE: Argument = Argument {
    name: "crate",
    example: "crate = my_faas",
    read: Read::Path(|args, path| args.krate = Some(path)),
};

pub(super) static SERVER: Argument = Argument {
    name: "server",
    example: "server = GreeterServer",
    read: Read::Path(|args, path| args.server = Some(path)),
};

pub(super) static BATCH: Argument = Argument {
    name: "batch",
    example: "batch = 10",
    read: Read::Count(|args, key, number, errors| {
        args.batch = values::count(key, number, "what the platform brings", errors);
    }),
};
pub(super) static RETRY: Argument = Argument {
    name: "retry",
    example: r#"retry(max = 5, delay = "1s", factor = 2, cap = "5m")"#,
    read: Read::Arguments(&[&MAX, &DELAY, &FACTOR, &CAP]),
};
static MAX: Argument = Argument {
    name: "max",
    example: "max = 5",
    read: Read::Count(|args, key, number, errors| {
        args.retry.max = values::count(key, number, "5 attempts", errors);
    }),
};
static DELAY: Argument = Argument {
    name: "delay",
    example: r#"delay = "1s""#,
    read: Read::Text(|args, text, errors| {
        args.retry.delay = values::written(text, "1s", errors);
        args.retry.unread |= args.retry.delay.is_none();
    }),
};
static FACTOR: Argument = Argument {
    name: "factor",
    example: "factor = 2",
    read: Read::Count(|args, key, number, errors| {
        args.retry.factor = values::count(key, number, "a factor of 2", errors);
    }),
};
static CAP: Argument = Argument {
    name: "cap",
    example: r#"cap = "5m""#,
    read: Read::Text(|args, text, errors| {
        args.retry.cap = values::written(text, "5m", errors);
        args.retry.unread |= args.retry.cap.is_none();
    }),
};
pub(super) static PRIORITY: Argument = Argument {
    name: "priority",
    example: "priority = 10",
    read: Read::Count(|args, key, number, errors| {
        args.priority = values::priority(key, number, errors);
    }),
};
pub(super) static KEEP: Argument = Argument {
    name: "keep",
    example: r#"keep = "7d""#,
    read: Read::Text(|args, text, errors| {
        args.keep = values::duration(text, "`7d`", errors);
    }),
};
pub(super) static DEAD_LETTER: Argument = Argument {
    name: "dead_letter",
    example: r#"dead_letter = "orders-dead""#,
    read: Read::Text(|args, text, _| args.dead_letter = Some(text.clone())),
};
pub(super) static ORDERED: Argument = Argument {
    name: "ordered",
    example: "ordered",
    read: Read::Flag(|args| args.ordered = true),
};

pub(super) static IDEMPOTENT: Argument = Argument {
    name: "idempotent",
    example: r#"idempotent(key = "/order/id", ttl = "1d")"#,
    read: Read::Options(
        |args, at| args.idempotent.at = Some(at.clone()),
        &Options {
            arguments: &[&KEY, &TTL, &AFTER_CRASH],
            hints: &[
                ("keys", r#"write `key = ["/customer", "/number"]`"#),
                ("keep", r#"write `ttl = "1d"`"#),
            ],
        },
    ),
};
/// Of a timer.
pub(super) static IDEMPOTENT_TICKS: Argument = Argument {
    name: "idempotent",
    example: r#"idempotent(ttl = "1d")"#,
    read: Read::Options(
        |args, at| args.idempotent.at = Some(at.clone()),
        &Options {
            arguments: &[&TTL, &AFTER_CRASH],
            hints: &[(
                "key",
                "a tick has no payload to point into; its key is the due time",
            )],
        },
    ),
};
/// Of what happens to objects.
pub(super) static IDEMPOTENT_OBJECTS: Argument = Argument {
    name: "idempotent",
    example: r#"idempotent(ttl = "1d")"#,
    read: Read::Options(
        |args, at| args.idempotent.at = Some(at.clone()),
        &Options {
            arguments: &[&TTL, &AFTER_CRASH],
            hints: &[(
                "key",
                "what happens to an object has no payload to point into, and a key of its own",
            )],
        },
    ),
};
static KEY: Argument = Argument {
    name: "key",
    example: r#"key = "/order/id""#,
    read: Read::Texts(|args, texts, errors| args.idempotent.key = pointer::all(texts, errors)),
};
static TTL: Argument = Argument {
    name: "ttl",
    example: r#"ttl = "1d""#,
    read: Read::Text(|args, text, errors| {
        args.idempotent.ttl = values::duration(text, "`1d`", errors);
    }),
};
static AFTER_CRASH: Argument = Argument {
    name: "after_crash",
    example: "after_crash = retry",
    read: Read::Word(&[("retry", "Retry"), ("hold", "Hold")], |args, word| {
        args.idempotent.after_crash = Some(word);
    }),
};

pub(super) static EVERY: Argument = Argument {
    name: "every",
    example: r#"every = "5m""#,
    read: Read::Text(|args, text, errors| {
        args.every = values::written(text, "a cron text in its place", errors);
        // The schedule is there, be it a wrong one.
        args.unread |= args.every.is_none();
    }),
};
pub(super) static TIMEZONE: Argument = Argument {
    name: "timezone",
    example: r#"timezone = "Asia/Shanghai""#,
    read: Read::Text(|args, text, _| args.timezone = Some(text.clone())),
};
pub(super) static JITTER: Argument = Argument {
    name: "jitter",
    example: r#"jitter = "30s""#,
    read: Read::Text(|args, text, errors| {
        args.jitter = values::written(text, "the very moment", errors);
    }),
};
pub(super) static MISSED: Argument = Argument {
    name: "missed",
    example: "missed = once",
    read: Read::Word(
        &[("skip", "Skip"), ("once", "Once"), ("all", "All")],
        |args, word| args.missed = Some(word),
    ),
};
pub(super) static OVERLAP: Argument = Argument {
    name: "overlap",
    example: "overlap = skip",
    read: Read::Word(
        &[("skip", "Skip"), ("queue", "Queue"), ("allow", "Allow")],
        |args, word| args.overlap = Some(word),
    ),
};
pub(super) static PRESTART: Argument = Argument {
    name: "prestart",
    example: r#"prestart = "10s""#,
    read: Read::Text(|args, text, errors| {
        args.prestart = values::written(text, "the very moment", errors);
    }),
};

pub(super) static ON_OBJECT: Argument = Argument {
    name: "on",
    example: "on = created",
    read: Read::Words(
        &[("created", "Created"), ("removed", "Removed")],
        |args, words| args.on = words,
    ),
};
pub(super) static PREFIX: Argument = Argument {
    name: "prefix",
    example: r#"prefix = "in/""#,
    read: Read::Text(|args, text, errors| args.prefix = names::affix("prefix", text, errors)),
};
pub(super) static SUFFIX: Argument = Argument {
    name: "suffix",
    example: r#"suffix = ".mp4""#,
    read: Read::Text(|args, text, errors| args.suffix = names::affix("suffix", text, errors)),
};
pub(super) static ON_CHANGE: Argument = Argument {
    name: "on",
    example: "on = [insert, update]",
    read: Read::Words(
        &[
            ("insert", "Insert"),
            ("update", "Update"),
            ("delete", "Delete"),
        ],
        |args, words| args.on = words,
    ),
};
pub(super) static SOURCE: Argument = Argument {
    name: "source",
    example: r#"source = "/users""#,
    read: Read::Text(|args, text, errors| args.source = names::source(text, errors)),
};

const NO_LIMIT: &str = "no limit of its own";
