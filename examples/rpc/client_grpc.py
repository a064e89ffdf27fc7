"""A client of the gRPC service: `python3 client_grpc.py localhost:8080`. Needs `pip install grpcio grpcio-tools`."""

import sys
from pathlib import Path

import grpc

# Reads the .proto itself; a larger project runs `python3 -m grpc_tools.protoc` once.
sys.path.insert(0, str(Path(__file__).parent / "proto"))
messages, services = grpc.protos_and_services("shop.proto")

with grpc.insecure_channel(sys.argv[1]) as channel:
    shop = services.ShopStub(channel)
    item = shop.Find(messages.FindRequest(id=1), timeout=5)
    print(f"found a {item.name} for {item.price} cents")
    for item in shop.Search(messages.SearchRequest(word="ink"), timeout=5):
        print(f"found {item.name}")
    try:
        shop.Find(messages.FindRequest(id=9), timeout=5)
    except grpc.RpcError as error:
        print(f"{error.code().name}: {error.details()}")
