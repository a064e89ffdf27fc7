//! The rows of the triggers.

use super::arguments::{
    BATCH, CONCURRENCY, CRATE, DEAD_LETTER, DELIVERIES, EVERY, IDEMPOTENT, IDEMPOTENT_OBJECTS,
    IDEMPOTENT_TICKS, JITTER, KEEP, MEMORY, MISSED, MOUNT, NAME, ON_CHANGE, ON_OBJECT, ORDERED,
    OVERLAP, PREFIX, PRESTART, PRIORITY, RATE, RETRY, SERVER, SOURCE, SUFFIX, TIMEOUT, TIMEZONE,
};
use super::{Argument, Attribute, Kind, Unnamed};
use crate::model::{Rpc, event};

pub(crate) static HTTP: Attribute = Attribute {
    name: "http",
    kind: Kind::Http,
    unnamed: Unnamed::Route,
    arguments: &[
        &MOUNT,
        &NAME,
        &TIMEOUT,
        &CONCURRENCY,
        &RATE,
        &MEMORY,
        &CRATE,
    ],
    hints: &[
        (
            "path",
            r#"a path stands without a name: `#[faas::http(GET, "/orders/{id}")]`"#,
        ),
        (
            "method",
            r#"methods stand without a name: `#[faas::http(GET | POST, "/orders")]`"#,
        ),
        (
            "methods",
            r#"methods stand without a name: `#[faas::http(GET | POST, "/orders")]`"#,
        ),
    ],
    example: r#"#[faas::http(GET, "/orders/{id}")]"#,
};

pub(crate) static INVOKE: Attribute = Attribute {
    name: "invoke",
    kind: Kind::Event(event::invoke),
    unnamed: Unnamed::Nothing,
    arguments: &[
        &NAME,
        &TIMEOUT,
        &CONCURRENCY,
        &RATE,
        &MEMORY,
        &IDEMPOTENT,
        &CRATE,
    ],
    hints: &[(
        "path",
        r#"an invoke function has no path; did you mean `#[faas::http("/path")]`?"#,
    )],
    example: r#"#[faas::invoke(timeout = "2s")]"#,
};

pub(crate) static QUEUE: Attribute = Attribute {
    name: "queue",
    kind: Kind::Event(event::queue),
    unnamed: Unnamed::Text("queue"),
    arguments: &[
        &BATCH,
        &DELIVERIES,
        &RETRY,
        &DEAD_LETTER,
        &ORDERED,
        &NAME,
        &TIMEOUT,
        &RATE,
        &MEMORY,
        &IDEMPOTENT,
        &CRATE,
    ],
    hints: &[
        ("queue", NAMELESS_QUEUE),
        ("topic", NAMELESS_QUEUE),
        ("subject", NAMELESS_QUEUE),
        (
            "url",
            r#"an address stands in the configuration, not in the code: `[queues.orders] url = "…"`"#,
        ),
        (
            "group",
            r#"a consumer group stands in the configuration, not in the code: `[queues.orders] url = "…"`"#,
        ),
        (
            "batch_size",
            "`batch = 10` is the most deliveries of one call",
        ),
        (
            "retries",
            "`retry(max = 5)` is the most attempts, the first included",
        ),
        ("dlq", r#"write `dead_letter = "orders-dead"`"#),
        ("fifo", "write `ordered`"),
    ],
    example: r#"#[faas::queue("orders")]"#,
};

const NAMELESS_QUEUE: &str = r#"a queue stands without a name: `#[faas::queue("orders")]`"#;

pub(crate) static TIMER: Attribute = Attribute {
    name: "timer",
    kind: Kind::Event(event::timer),
    unnamed: Unnamed::Text("schedule"),
    arguments: &[
        &EVERY,
        &TIMEZONE,
        &JITTER,
        &MISSED,
        &OVERLAP,
        &PRESTART,
        &NAME,
        &TIMEOUT,
        &CONCURRENCY,
        &RATE,
        &MEMORY,
        &IDEMPOTENT_TICKS,
        &CRATE,
    ],
    hints: &[
        ("cron", NAMELESS_SCHEDULE),
        ("schedule", NAMELESS_SCHEDULE),
        ("interval", r#"write `every = "5m"`"#),
        ("tz", r#"write `timezone = "Asia/Shanghai"`"#),
        ("zone", r#"write `timezone = "Asia/Shanghai"`"#),
    ],
    example: r#"#[faas::timer("0 3 * * *")]"#,
};

const NAMELESS_SCHEDULE: &str =
    r#"a cron text stands without a name: `#[faas::timer("0 3 * * *")]`"#;

pub(crate) static OBJECT: Attribute = Attribute {
    name: "object",
    kind: Kind::Event(event::object),
    unnamed: Unnamed::Text("bucket"),
    arguments: &[
        &ON_OBJECT,
        &PREFIX,
        &SUFFIX,
        &NAME,
        &TIMEOUT,
        &CONCURRENCY,
        &RATE,
        &MEMORY,
        &IDEMPOTENT_OBJECTS,
        &CRATE,
    ],
    hints: &[
        (
            "bucket",
            r#"a bucket stands without a name: `#[faas::object("uploads")]`"#,
        ),
        (
            "container",
            r#"a bucket stands without a name: `#[faas::object("uploads")]`"#,
        ),
        ("events", "write `on = created`"),
        ("folder", r#"write `prefix = "in/"`"#),
        ("extension", r#"write `suffix = ".mp4"`"#),
    ],
    example: r#"#[faas::object("uploads")]"#,
};

pub(crate) static BINLOG: Attribute = Attribute {
    name: "binlog",
    kind: Kind::Event(event::binlog),
    unnamed: Unnamed::Text("table"),
    arguments: &[
        &ON_CHANGE,
        &NAME,
        &TIMEOUT,
        &CONCURRENCY,
        &RATE,
        &MEMORY,
        &IDEMPOTENT,
        &CRATE,
    ],
    hints: &[
        (
            "table",
            r#"a table stands without a name: `#[faas::binlog("shop.orders")]`"#,
        ),
        ("events", "write `on = [insert, update]`"),
    ],
    example: r#"#[faas::binlog("shop.orders")]"#,
};

pub(crate) static EVENT: Attribute = Attribute {
    name: "event",
    kind: Kind::Event(event::event),
    unnamed: Unnamed::Text("type"),
    arguments: &[
        &SOURCE,
        &NAME,
        &TIMEOUT,
        &CONCURRENCY,
        &RATE,
        &MEMORY,
        &IDEMPOTENT,
        &CRATE,
    ],
    hints: &[
        ("type", NAMELESS_TYPE),
        ("kind", NAMELESS_TYPE),
        (
            "subject",
            "a function is found by the type and the source of an event; look at the subject inside of it",
        ),
    ],
    example: r#"#[faas::event("com.example.user.created")]"#,
};

const NAMELESS_TYPE: &str =
    r#"a type stands without a name: `#[faas::event("com.example.user.created")]`"#;

pub(crate) static TASK: Attribute = Attribute {
    name: "task",
    kind: Kind::Event(event::task),
    unnamed: Unnamed::Nothing,
    arguments: &[
        &RETRY,
        &PRIORITY,
        &KEEP,
        &NAME,
        &TIMEOUT,
        &CONCURRENCY,
        &RATE,
        &MEMORY,
        &IDEMPOTENT,
        &CRATE,
    ],
    hints: &[
        (
            "queue",
            "a task function is submitted to by its own name; for messages of a queue there is `#[faas::queue]`",
        ),
        (
            "retries",
            "`retry(max = 5)` is the most attempts, the first included",
        ),
        ("retention", r#"write `keep = "7d"`"#),
    ],
    example: r#"#[faas::task(timeout = "10m")]"#,
};

pub(crate) static GRPC: Attribute = Attribute {
    name: "grpc",
    kind: Kind::Rpc(Rpc::Grpc),
    unnamed: Unnamed::Text("method"),
    arguments: RPC_ARGUMENTS,
    hints: &[
        ("method", NAMELESS_METHOD),
        ("path", NAMELESS_METHOD),
        (
            "service",
            "a service is that of the trait or of the server, which know its name",
        ),
        (
            "interceptor",
            "annotate a fn that returns the server with its interceptor: `-> InterceptedService<GreeterServer<MyGreeter>, MyInterceptor>`",
        ),
    ],
    example: r#"#[faas::grpc("hello.Greeter/SayHello")]"#,
};

const NAMELESS_METHOD: &str =
    r#"a method stands without a name: `#[faas::grpc("hello.Greeter/SayHello")]`"#;

pub(crate) static THRIFT: Attribute = Attribute {
    name: "thrift",
    kind: Kind::Rpc(Rpc::Thrift),
    unnamed: Unnamed::Nothing,
    arguments: RPC_ARGUMENTS,
    hints: &[
        (
            "service",
            "a service is that of the trait or of the server, which know its name",
        ),
        ("listen", THRIFT_ADDRESS),
        ("port", THRIFT_ADDRESS),
        ("protocol", THRIFT_FORM),
        ("transport", THRIFT_FORM),
    ],
    example: r#"#[faas::thrift(timeout = "2s")]"#,
};

const THRIFT_ADDRESS: &str =
    r#"an address stands in the configuration, not in the code: `[thrift] listen = "…"`"#;
const THRIFT_FORM: &str = "there is nothing to choose: transport and protocol are told by the first bytes of a connection";

const RPC_ARGUMENTS: &[&Argument] = &[
    &SERVER,
    &NAME,
    &TIMEOUT,
    &CONCURRENCY,
    &RATE,
    &MEMORY,
    &CRATE,
];
