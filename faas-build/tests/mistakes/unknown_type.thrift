namespace rs shop

struct Item {
    1: required i64 id,
    2: list<Itm> parts,
    3: strng name,
    4: map<string, Elsewhere> others,
}
