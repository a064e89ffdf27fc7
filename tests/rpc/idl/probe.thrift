// What `tests/peers/thrift` asks of a Thrift function beside `everything.thrift`.
namespace rs probe

// What a handler has seen of its call.
struct Told {
    1: required string function,
    2: required string trigger,
    3: required string platform,
    4: required string invocation_id,
    5: optional string trace_id,
    6: optional string client_address,
    7: optional i64 remaining_ms,
}

enum Failure {
    // The error of something inside, whose text is nobody's business.
    INTERNAL = 1,
    REJECT = 2,
    PANIC = 3,
    // An exception of Thrift's own: MISSING_RESULT.
    OWN = 4,
}

service Probe {
    Told context(),
    string fail_as(1: Failure failure),
    // Answers when a gate opens: a port of the caller's machine that the handler connects to, and waits for a byte.
    string hold(1: i32 port),
    // As `hold`, but nobody has that much time.
    string impatient(1: i32 port),
    // As `hold`, for nobody.
    oneway void pass_through(1: i32 port),
    // So many bytes.
    binary bytes_of(1: i32 size),
    // A name that another service has too.
    i32 match(1: i32 value),
}
