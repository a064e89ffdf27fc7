"""Clients of both libraries, one for each transport and protocol that they have, behind one face for the cases."""

import socket
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Callable

import thriftpy2.http
import thriftpy2.rpc
import thriftpy2.thrift
from thrift.protocol.TBinaryProtocol import TBinaryProtocol, TBinaryProtocolAccelerated
from thrift.protocol.TCompactProtocol import TCompactProtocol, TCompactProtocolAccelerated
from thrift.protocol.THeaderProtocol import THeaderProtocol
from thrift.protocol.TMultiplexedProtocol import TMultiplexedProtocol
from thrift.Thrift import TApplicationException, TMessageType
from thrift.transport.THeaderTransport import THeaderClientType, THeaderSubprotocolID
from thrift.transport.THttpClient import THttpClient
from thrift.transport.TSocket import TSocket
from thrift.transport.TTransport import TBufferedTransport, TFramedTransport
from thriftpy2.protocol import TBinaryProtocolFactory, TCompactProtocolFactory, TCyBinaryProtocolFactory
from thriftpy2.protocol import TMultiplexedProtocolFactory
from thriftpy2.transport import TBufferedTransportFactory, TCyBufferedTransportFactory, TCyFramedTransportFactory
from thriftpy2.transport import TFramedTransportFactory

import peer
from thrift_idl import MODULES, Apache

MILLISECONDS = peer.SECONDS * 1000
# Thrift's numbers of what a `TApplicationException` says.
UNKNOWN_METHOD, INVALID_MESSAGE_TYPE, MISSING_RESULT, INTERNAL_ERROR, PROTOCOL_ERROR = 1, 2, 5, 6, 7


@dataclass
class Client:
    """A way to call the function."""

    name: str
    connect: Callable
    # Whether calls travel on one connection of their own; else each is a request, whose response comes after its handler.
    connected: bool = True

    @contextmanager
    def open(self, function, file="everything", service="Everything", **options):
        connection = self.connect(function, file, service, **options)
        try:
            yield connection
        finally:
            connection.close()


class FirstConnection:
    """A client of `thriftpy2`."""

    def __init__(self, file, client, close):
        self.types, self.client, self.close = MODULES[file], client, close

    def call(self, method, *arguments):
        return getattr(self.client, method)(*arguments)

    def fault(self, method, *arguments):
        """The number and the text of what comes instead of a result."""
        try:
            answer = self.call(method, *arguments)
        except thriftpy2.thrift.TApplicationException as fault:
            return fault.type, fault.message
        raise AssertionError(f"the call did not fail: {answer!r}"[:400])


def first(protocol, transport):
    def connect(function, file, service, multiplexed=False):
        factory = TMultiplexedProtocolFactory(protocol(), service) if multiplexed else protocol()
        client = thriftpy2.rpc.make_client(
            getattr(MODULES[file], service), "127.0.0.1", function.thrift, proto_factory=factory, trans_factory=transport(),
            timeout=MILLISECONDS)
        return FirstConnection(file, client, client.close)
    return connect


def first_http(protocol, keep_alive):
    def connect(function, file, service, multiplexed=False, path="/"):
        factory = TMultiplexedProtocolFactory(protocol(), service) if multiplexed else protocol()
        client = thriftpy2.http.make_client(
            getattr(MODULES[file], service), "127.0.0.1", function.port, path, proto_factory=factory, timeout=MILLISECONDS,
            keep_alive=keep_alive)
        return FirstConnection(file, client, client.close)
    return connect


class SecondConnection:
    """A client of Apache Thrift, as its compiler writes them."""

    def __init__(self, file, service, transport, protocol):
        self.types, self.service, self.transport, self.protocol = Apache(MODULES[file]), service, transport, protocol
        self.sequence = 0

    def close(self):
        self.transport.close()

    def call(self, method, *arguments, kind=None, sequence=None):
        taken, given, oneway = self.types.method(self.service, method)
        kind = kind or (TMessageType.ONEWAY if oneway else TMessageType.CALL)
        self.sequence = self.sequence + 1 if sequence is None else sequence
        self.protocol.writeMessageBegin(method, kind, self.sequence)
        taken(*arguments).write(self.protocol)
        self.protocol.writeMessageEnd()
        self.protocol.trans.flush()
        return None if oneway else self.answer(method, given)

    def answer(self, method, given):
        name, kind, sequence = self.protocol.readMessageBegin()
        if (name, sequence) != (method, self.sequence):
            raise AssertionError(f"{method} number {self.sequence} is answered by {name} number {sequence}")
        result = TApplicationException() if kind == TMessageType.EXCEPTION else given()
        result.read(self.protocol)
        self.protocol.readMessageEnd()
        if kind == TMessageType.EXCEPTION:
            raise result
        for field in given.__slots__:
            value = getattr(result, field)
            if field != "success" and value is not None:
                raise value
        return getattr(result, "success", None)

    def fault(self, method, *arguments, **options):
        try:
            answer = self.call(method, *arguments, **options)
        except TApplicationException as fault:
            return fault.type, fault.message
        raise AssertionError(f"the call did not fail: {answer!r}"[:400])


def second(protocol, transport):
    def connect(function, file, service, multiplexed=False):
        opened = TSocket("127.0.0.1", function.thrift, socket_family=socket.AF_INET)
        opened.setTimeout(MILLISECONDS)
        return of_apache(transport(opened), protocol, file, service, multiplexed)
    return connect


def second_http(protocol):
    def connect(function, file, service, multiplexed=False, path="/"):
        transport = THttpClient(f"http://127.0.0.1:{function.port}{path}")
        transport.setTimeout(MILLISECONDS)
        return of_apache(TBufferedTransport(transport), protocol, file, service, multiplexed)
    return connect


def of_apache(transport, protocol, file, service, multiplexed):
    transport.open()
    spoken = protocol(transport)
    if multiplexed:
        spoken = TMultiplexedProtocol(spoken, service)
    return SecondConnection(file, service, transport, spoken)


def with_header(subprotocol):
    return lambda transport: THeaderProtocol(transport, (THeaderClientType.HEADERS,), subprotocol)


FIRST_PROTOCOLS = {"binary": TBinaryProtocolFactory, "cy-binary": TCyBinaryProtocolFactory, "compact": TCompactProtocolFactory}
FIRST_TRANSPORTS = {"buffered": TBufferedTransportFactory, "framed": TFramedTransportFactory,
                    "cy-buffered": TCyBufferedTransportFactory, "cy-framed": TCyFramedTransportFactory}
SECOND_PROTOCOLS = {"TBinary": TBinaryProtocol, "TBinaryAccelerated": TBinaryProtocolAccelerated, "TCompact": TCompactProtocol,
                    "TCompactAccelerated": TCompactProtocolAccelerated}
SECOND_TRANSPORTS = {"TBuffered": TBufferedTransport, "TFramed": TFramedTransport}
HEADERS = [Client(f"apache THeader, {name}", second(with_header(subprotocol), lambda opened: opened))
           for name, subprotocol in (("binary", THeaderSubprotocolID.BINARY), ("compact", THeaderSubprotocolID.COMPACT))]
SOCKETS = [
    *(Client(f"thriftpy2 {protocol}, {transport}", first(speaks, carries))
      for protocol, speaks in FIRST_PROTOCOLS.items() for transport, carries in FIRST_TRANSPORTS.items()
      # The one written in C needs such a transport.
      if protocol != "cy-binary" or transport.startswith("cy-")),
    *(Client(f"apache {protocol}, {transport}", second(speaks, carries))
      for protocol, speaks in SECOND_PROTOCOLS.items() for transport, carries in SECOND_TRANSPORTS.items()),
    *HEADERS,
]
HTTP = [
    *(Client(f"thriftpy2 {protocol}, HTTP{' kept alive' * keep_alive}", first_http(speaks, keep_alive), False)
      for protocol, speaks, keep_alive in (
          ("binary", TBinaryProtocolFactory, False), ("binary", TBinaryProtocolFactory, True),
          ("compact", TCompactProtocolFactory, False))),
    *(Client(f"apache {protocol}, THttpClient", second_http(speaks), False) for protocol, speaks in SECOND_PROTOCOLS.items()),
]
CLIENTS = [*SOCKETS, *HTTP]
