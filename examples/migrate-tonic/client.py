"""A client that knows nothing of the move: `python3 client.py localhost:3001`. Needs `pip install grpcio grpcio-tools`."""

import sys
from pathlib import Path

import grpc

sys.path.insert(0, str(Path(__file__).parent / "proto"))
messages, services = grpc.protos_and_services("library.proto")
READER = (("reader", "7"),)

with grpc.insecure_channel(sys.argv[1]) as channel:
    library = services.LibraryStub(channel)
    print(library.GetBook(messages.GetBookRequest(isbn="9780132350884"), metadata=READER, timeout=5).title)
    for book in library.ListBooks(messages.ListBooksRequest(), metadata=READER, timeout=5):
        print(book.isbn, book.title)
    for metadata, isbn in ((READER, "1"), ((), "9780132350884")):
        try:
            library.GetBook(messages.GetBookRequest(isbn=isbn), metadata=metadata, timeout=5)
        except grpc.RpcError as error:
            print(f"{error.code().name}: {error.details()}")
