struct Item {
    1: i64 id @deprecated,
    2: string naïve,
    3: string note = "never ends,
}
