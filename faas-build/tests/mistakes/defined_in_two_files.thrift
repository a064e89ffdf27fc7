namespace rs money

include "parts/money.thrift"

struct Money {
    1: money.Money other,
}
