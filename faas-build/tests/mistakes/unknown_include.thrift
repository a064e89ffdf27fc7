include "parts/money.thrift"
include "parts/mony.thrift"

struct Price {
    1: money.Money amount,
}
