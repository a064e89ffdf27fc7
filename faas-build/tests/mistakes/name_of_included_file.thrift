include "parts/money.thrift"

struct Price {
    1: Money amount,
    2: mony.Money tax,
    3: money.Monye shipping,
    4: other.Money discount,
}
