include "parts/broken.thrift"

struct Price {
    1: broken.Money amount,
}
