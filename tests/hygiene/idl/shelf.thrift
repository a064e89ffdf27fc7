namespace rs shelf

/** A box on a shelf. */
struct Box {
    1: required string label,
}

exception Lost {
    1: string label,
}

service Shelves {
    /** Finds a box. */
    Box find(1: Box wanted) throws (1: Lost lost),
}

service Ladders {
    i32 climb(1: i32 steps),
}
