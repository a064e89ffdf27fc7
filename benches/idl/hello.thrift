// What the servers of Thrift serve, with and without `faas`.
namespace rs hello

struct Person {
    1: required string name,
    2: required i64 n,
}

struct Greeting {
    1: required string greeting,
    2: required i64 n,
}

service Greeter {
    Greeting say_hello(1: Person person),
}
