"""A client of the Thrift service: `python3 client_thrift.py localhost:9090`. Needs `pip install thriftpy2`."""

import sys
from pathlib import Path

import thriftpy2
from thriftpy2.rpc import make_client

shop = thriftpy2.load(str(Path(__file__).parent / "idl/shop.thrift"), module_name="shop_thrift")

host, port = sys.argv[1].split(":")
stock = make_client(shop.Stock, host, int(port))
item = stock.find(1)
print(f"found a {item.name} for {item.price} cents")
for item in stock.search("ink"):
    print(f"found {item.name}")
try:
    stock.find(9)
except shop.NotFound as missing:
    print(f"there is no item {missing.id}")
