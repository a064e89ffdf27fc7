// What `everything.thrift` includes: another namespace, an exception and a service to extend.
namespace rs faas_test.base

enum Origin {
    UNKNOWN = 0,
    MINE = 1,
    THEIRS = 2,
}

typedef i64 Stamp

struct Meta {
    1: required string source,
    2: optional Stamp stamp,
    3: Origin origin = Origin.MINE,
    4: optional map<string, string> labels,
}

exception Unavailable {
    1: required string reason,
    2: optional i32 retry_after,
}

service Base {
    // Answers with nothing.
    void ping(),
    Meta about(1: string who) throws (1: Unavailable down),
}
