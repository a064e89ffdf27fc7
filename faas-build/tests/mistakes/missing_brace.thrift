struct First {
    1: i32 a,
    2: i32 b

struct Second {
    1: i32 a,
}

enum Color {
    RED = 1,
    GREEN = ,
}
