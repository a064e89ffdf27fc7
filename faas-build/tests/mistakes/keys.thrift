struct Point {
    1: double x,
    2: double y,
}

struct Places {
    1: set<Point> points,
    2: map<list<set<i32>>, string> names,
    3: map<double, i32> heights,
    4: set<set<i32>> fine (pilota.rust_type = "btree"),
}
