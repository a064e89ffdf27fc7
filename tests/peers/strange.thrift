// What clients take `tests/idl/everything.thrift` for that have another version of it: newer, older, or wrong.
namespace py strange

struct Deep {
    1: map<string, list<map<i64, set<string>>>> a,
    2: Deep deeper,
}

// A newer `Inner`: a field of every type before, between and behind those that are known.
struct Inner {
    10: bool yes,
    11: bool no,
    1: i32 a,
    12: byte tiny,
    13: i16 small,
    14: i32 middle,
    15: i64 large,
    16: double real,
    17: string text,
    18: binary blob,
    2: string b,
    19: Deep deep,
    20: list<bool> flags,
    21: set<double> reals,
    22: map<bool, list<string>> texts,
    23: list<Deep> structs,
    24: map<string, string> empty,
    20000: i64 far,
}

struct Scalars {
    1: bool yes,
    2: bool no,
    3: byte tiny,
    4: byte octet,
    5: i16 small,
    6: i32 middle,
    7: i64 large,
    8: double real,
    9: string text,
    100: binary blob,
    16000: i32 color,
    17000: Inner inner,
}

struct Nested {
    1: Inner first,
    2: i32 after_first,
    3: Inner second,
    4: i32 after_second,
    5: Scalars scalars,
    7: list<Inner> more,
    6: string last,
}

service Everything {
    Nested nested(1: Nested value, 2: Inner more),
    // An older or a broken client: `Scalars` without what is required.
    Scalars scalars(1: Scalars value),
    // Another type than the service's.
    i32 middle(1: string value),
    string text(1: i32 value),
    // There is no such method.
    i32 nowhere(1: i32 value),
}
