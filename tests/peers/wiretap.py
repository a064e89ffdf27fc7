"""A proxy that reads along and can be cut: which gRPC messages are compressed client libraries do not tell, and none of them
breaks its connection on demand.
"""

import socket
import struct
import threading
from collections import defaultdict
from contextlib import suppress

import peer

# RFC 9113: the type of a frame with data, the flag of a padded one, the bytes before a frame's payload.
DATA, PADDED, HEAD = 0, 8, 9


class Wiretap:
    """Carries one connection at a time between its own port and the server's."""

    def __init__(self, port):
        self.server = port
        self.socket = socket.create_server(("127.0.0.1", 0))
        # Whichever a client asks for.
        self.port = self.thrift = self.socket.getsockname()[1]
        self.answers = bytearray()
        self.carriers, self.ends = [], []
        threading.Thread(target=self.carry, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def carry(self):
        client = self.socket.accept()[0]
        server = socket.create_connection(("127.0.0.1", self.server))
        self.ends = [client, server]
        for carrier in ((client, server, bytearray()), (server, client, self.answers)):
            thread = threading.Thread(target=pump, args=carrier, daemon=True)
            self.carriers.append(thread)
            thread.start()

    def cut(self):
        """Ends the connection as a broken cable does, for both."""
        for end in self.ends:
            # The other carrier may have heard of it already.
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def compressed(self):
        """The flag of each message that came, of one call after the other. The client has closed its connection."""
        for carrier in self.carriers:
            carrier.join(peer.SECONDS)
        streams = defaultdict(bytearray)
        for kind, flags, stream, payload in frames(bytes(self.answers)):
            if kind == DATA:
                streams[stream] += payload[1:len(payload) - payload[0]] if flags & PADDED else payload
        return [flag for stream in sorted(streams) for flag in messages(streams[stream])]


def pump(source, target, record):
    with suppress(OSError):
        while data := source.recv(65536):
            record += data
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


def frames(data):
    at = 0
    while len(data) - at >= HEAD:
        high, low, kind, flags, stream = struct.unpack_from("!BHBBI", data, at)
        length = high << 16 | low
        yield kind, flags, stream, data[at + HEAD:at + HEAD + length]
        at += HEAD + length


def messages(data):
    at = 0
    while len(data) - at >= 5:
        flag, length = struct.unpack_from("!BI", data, at)
        yield bool(flag)
        at += 5 + length
