// One of everything that Thrift has, for tests of both directions and against other implementations.
namespace rs faas_test.everything
namespace py everything

include "base.thrift"

const i32 LIMIT = 100
const string GREETING = "hello"
const list<string> WORDS = ["one", "two"]
const map<string, i32> COUNTS = {"one": 1, "two": 2}
const Color FAVOURITE = Color.BLUE
const double RATIO = 0.5

typedef i64 ItemId
typedef string Tag
typedef list<Tag> Tags
typedef map<ItemId, Tags> Index

enum Color {
    RED = 1,
    GREEN = 2,
    BLUE = 4,
}

struct Inner {
    1: required i32 a,
    2: optional string b,
}

// Fields of every base type, each followed by another, with a gap in the numbers.
struct Scalars {
    1: required bool yes,
    2: required bool no,
    3: required i8 tiny,
    4: required byte octet,
    5: required i16 small,
    6: required i32 middle,
    7: required i64 large,
    8: required double real,
    9: required string text,
    100: required binary blob,
    16000: required Color color,
}

// Structs within structs, with fields after each of them.
struct Nested {
    1: required Inner first,
    2: required i32 after_first,
    3: optional Inner second,
    4: optional i32 after_second,
    5: required Scalars scalars,
    6: required string last,
}

struct Containers {
    1: required list<i32> numbers,
    2: required set<string> names,
    3: required map<string, i64> ages,
    4: required list<Inner> inners,
    5: required map<i32, list<map<string, Inner>>> deep,
    6: required set<Color> colors,
    7: required list<bool> flags,
    8: required list<binary> blobs,
    9: required map<string, double> reals,
    10: required list<list<i16>> table,
    11: required map<Tag, set<i64>> tags,
}

union Choice {
    1: i32 number,
    2: string text,
    3: Inner inner,
    4: list<i64> many,
}

struct Item {
    1: required ItemId id,
    2: required string name = "unnamed",
    3: optional Tags tags,
    4: Color color = Color.RED,
    5: optional Choice choice,
    6: optional base.Meta meta,
    7: i32 limit = LIMIT,
    8: optional Item parent,
    9: i16 type,
}

exception NotFound {
    1: required ItemId id,
    2: optional string hint,
}

exception Refused {
    1: required string why,
    2: required Color code,
}

service Everything extends base.Base {
    Scalars scalars(1: Scalars value),
    Nested nested(1: Nested value),
    Containers containers(1: Containers value),
    Choice choice(1: Choice value),
    Color color(1: Color value),
    Index index(1: Index value),

    bool yes(1: bool value),
    i8 tiny(1: i8 value),
    i16 small(1: i16 value),
    i32 middle(1: i32 value),
    i64 large(1: i64 value),
    double real(1: double value),
    string text(1: string value),
    binary blob(1: binary value),
    list<i32> numbers(1: list<i32> value),
    set<string> names(1: set<string> value),
    map<string, i64> ages(1: map<string, i64> value),

    /**
     * Finds an item.
     */
    Item find(1: ItemId id) throws (1: NotFound missing, 2: Refused refused),
    void store(1: Item item) throws (1: Refused refused),
    // Two numbers, one exception.
    i32 twice(1: i32 value) throws (1: NotFound first, 2: NotFound second),
    // An exception of an included file.
    void remote(1: bool fail) throws (1: base.Unavailable down),
    oneway void touch(1: ItemId id, 2: string note),
    oneway void tick(),

    void nothing(),
    string fail(),
    string slow(1: i32 millis),
    string doItNow(1: string camelCase),
    i32 add(1: i32 a, 2: i32 b, 3: optional i32 c, 5: i32 d = 7),
    string keywords(1: string type, 2: string self, 3: string fn, 4: string async),
}

// A second service in one file; it has a method that is a keyword of Rust.
service Small {
    i32 match(1: i32 value),
    i32 new(1: i32 value),
    i32 clone(1: i32 value),
}
