"""Where handlers wait until a test lets them go on: it knows how far they are, and that they are gone."""

import socket

import peer


class Gate:
    """A port of the test. A handler connects to it, and goes on when a byte comes."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=200)
        self.socket.settimeout(peer.SECONDS)
        self.port = self.socket.getsockname()[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def began(self):
        """The next handler that has come here."""
        return Waiting(self.socket.accept()[0])


class Waiting:
    """A handler that waits."""

    def __init__(self, connection):
        self.connection = connection
        self.connection.settimeout(peer.SECONDS)

    def open(self):
        self.connection.sendall(b"\1")

    def gone(self):
        """Waits until the handler is no more, whatever it was doing."""
        try:
            left = self.connection.recv(1)
        except ConnectionResetError:
            left = b""
        self.connection.close()
        if left:
            raise AssertionError("the handler says something instead of ending")
