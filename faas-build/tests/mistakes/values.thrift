enum Color {
    RED = 1,
    BLUE,
}

struct Item {
    1: i8 tiny = 200,
    2: string name = 7,
    3: Color color = Color.BLEU,
    4: Color other = RED,
    5: Color third = 9,
    6: list<i32> numbers = {1: 2},
    7: bool flag = "yes",
    8: i32 limit = LIMTI,
    9: double ratio = 1,
}

const i32 LIMIT = 1.5
const Item ITEM = {"tiny": 1, "nmae": "x"}
const map<string, i16> COUNTS = {"a": 1, "b": 100000}
const i32 EGG = HEN
const i32 HEN = EGG
