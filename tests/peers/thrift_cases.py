"""What `faas-rpc-probe` must answer to Thrift clients: `EACH` with every client there is, the others where it matters which."""

import math
import os
import signal
import struct
from concurrent.futures import ThreadPoolExecutor

from thrift.Thrift import TMessageType
from thrift.transport.THeaderTransport import THeaderTransformID

import peer
from gate import Gate
from lambda_cases import same
from thrift_clients import (
    HEADERS, HTTP, INTERNAL_ERROR, INVALID_MESSAGE_TYPE, MISSING_RESULT, PROTOCOL_ERROR, SOCKETS, UNKNOWN_METHOD)
from wiretap import Wiretap

EACH, SOME, ENDING = [], [], []
EVERY_BYTE = bytes(range(256))
TEXT = "žluťoučký 🐎 \0 \"\\"
TRACE = "0af7651916cd43dd8448eb211c80319c"
# What only a log may tell.
INSIDE = ("secret", "panicked", ".rs")
EXTREMES = {
    "yes": [True, False],
    "tiny": [-128, -1, 0, 127],
    "small": [-2**15, -1, 0, 2**15 - 1],
    "middle": [-2**31, -1, 0, 2**31 - 1],
    "large": [-2**63, -1, 0, 2**63 - 1],
    "real": [0.0, -0.0, math.inf, -math.inf, math.nan, 5e-324, 1.7976931348623157e308, 1 / 3],
    "text": ["", "a", TEXT],
    "blob": [b"", b"\0", EVERY_BYTE],
    # Around the size where a list's head gets longer in the compact protocol.
    "numbers": [[], [-2**31, 0, 2**31 - 1], *(list(range(size)) for size in (14, 15, 16, 127, 128))],
    "names": [set(), {TEXT, "", "a"}],
    "ages": [{}, {"": -2**63, TEXT: 2**63 - 1}],
    "color": [1, 4, 99, -1],
    "index": [{}, {-2**63: [], 1: ["a", ""]}],
}


def case(cases, name):
    def keep(body):
        cases.append((name, body))
        return body
    return keep


def exactly(value):
    """Values that compare as they are on the wire: zeros with their signs, each NaN with itself."""
    return struct.pack(">d", value) if isinstance(value, float) else value


def sets(containers):
    """The sets of `Containers`, which `thriftpy2` reads as lists, as sets."""
    containers.names, containers.colors = set(containers.names), set(containers.colors)
    containers.tags = {tag: set(numbers) for tag, numbers in containers.tags.items()}
    return containers


def scalars(types, **more):
    values = dict(yes=True, no=False, tiny=-128, octet=127, small=-2**15, middle=-2**31, large=-2**63, real=-0.0, text=TEXT,
                  blob=EVERY_BYTE, color=4)
    return types.Scalars(**{**values, **more})


def nested(types):
    """Structs within structs, and fields after them."""
    return types.Nested(
        first=types.Inner(a=1, b="one"), after_first=2, second=types.Inner(a=-3), after_second=-4, scalars=scalars(types),
        last="end")


def failing(exception, call, *arguments):
    """The exception that a call declares and fails with, field by field."""
    try:
        answer = call(*arguments)
    except Exception as found:
        if type(found).__name__ != exception:
            raise
        return found
    raise AssertionError(f"{arguments} did not fail: {answer!r}"[:400])


@case(EACH, "every type, with its extremes")
def types_alone(client, function):
    with client.open(function) as connection:
        for method, values in EXTREMES.items():
            for value in values:
                found = connection.call(method, value)
                same((method, exactly(value)), (method, exactly(set(found) if method == "names" else found)))


@case(EACH, "structs in structs with fields after them, containers in containers, unions")
def types_together(client, function):
    with client.open(function) as connection:
        types = connection.types
        same(scalars(types), connection.call("scalars", scalars(types)))
        same(nested(types), connection.call("nested", nested(types)))
        full = types.Containers(
            numbers=[-1, 0], names={"a", TEXT}, ages={"a": -1, "b": 2**40}, inners=[types.Inner(a=1, b=""), types.Inner(a=2)],
            deep={-7: [{"x": types.Inner(a=1)}, {}], 0: []}, colors={1, 4}, flags=[True, False, True], blobs=[EVERY_BYTE, b""],
            reals={"pi": math.pi, "tiny": 5e-324}, table=[[1, -2], [], [3]], tags={"t": {1, -2**63}, "": set()})
        empty = types.Containers(numbers=[], names=set(), ages={}, inners=[], deep={}, colors=set(), flags=[], blobs=[], reals={},
                                 table=[], tags={})
        for value in (full, empty):
            same(value, sets(connection.call("containers", value)))
        for choice in ({"number": -1}, {"text": TEXT}, {"inner": types.Inner(a=5, b="b")}, {"many": [1, -2**63]}):
            same(types.Choice(**choice), connection.call("choice", types.Choice(**choice)))


@case(EACH, "results, and nothing as a result")
def results(client, function):
    with client.open(function) as connection:
        item = connection.call("find", 7)
        same((7, "item 7", None), (item.id, item.name, item.parent))
        whole = connection.types.Item(id=1, name="all", tags=["x"], color=2, limit=5, type=-3,
                                      choice=connection.types.Choice(number=1), parent=connection.types.Item(id=2, name="up"))
        for method, arguments in (("store", (whole,)), ("ping", ()), ("nothing", ()), ("remote", (False,))):
            same((method, None), (method, connection.call(method, *arguments)))
        same("camelCase", connection.call("doItNow", "camelCase"))
        same((10, 15), (connection.call("add", 1, 2), connection.call("add", 1, 2, 5)))
        about = connection.call("about", "me")
        same(("me", None, 2), (about.source, about.stamp, about.origin))


@case(EACH, "exceptions that are declared: each of several, of an included file, without a result")
def declared(client, function):
    with client.open(function) as connection:
        missing = failing("NotFound", connection.call, "find", 0)
        same((0, "begin with 1"), (missing.id, missing.hint))
        refused = failing("Refused", connection.call, "find", -1)
        same(("not yours", 4), (refused.why, refused.code))
        same("not yours", failing("Refused", connection.call, "store", connection.types.Item(id=-1, name="x")).why)
        same([1, 2], [failing("NotFound", connection.call, "twice", value).id for value in (1, 2)])
        same(6, connection.call("twice", 3))
        for method, argument in (("remote", True), ("about", "")):
            down = failing("Unavailable", connection.call, method, argument)
            same(("maintenance", 30), (down.reason, down.retry_after))
        same(None, connection.call("ping"))


@case(EACH, "failures that are not declared: an exception of Thrift's own, and nothing of what is inside")
def undeclared(client, function):
    with client.open(function) as connection:
        same((INTERNAL_ERROR, "internal error"), connection.fault("fail"))
        same(None, connection.call("ping"))
    with client.open(function, "probe", "Probe") as connection:
        for failure, wanted in ((1, (INTERNAL_ERROR, "internal error")), (2, (INTERNAL_ERROR, "for the caller")),
                                (3, (INTERNAL_ERROR, "internal error")), (4, (MISSING_RESULT, "as it is"))):
            same((failure, wanted), (failure, connection.fault("fail_as", failure)))
        same("thrift", connection.call("context").trigger)


@case(EACH, "calls that nobody waits for")
def oneway(client, function):
    with Gate() as gate, client.open(function) as connection, ThreadPoolExecutor(1) as pool:
        touched = pool.submit(connection.call, "touch", gate.port, TEXT)
        waiting = gate.began()
        if not client.connected:
            # A response ends the invocation on some platforms, so it waits for the handler.
            waiting.open()
        same(None, touched.result(peer.SECONDS))
        same([None, None, 3], [connection.call("tick"), connection.call("tick"), connection.call("middle", 3)])
        if client.connected:
            waiting.open()


@case(EACH, "100 kB of text, 1 MB of bytes, 100,000 numbers")
def large(client, function):
    with client.open(function) as connection:
        for method, value in (("text", "ž" * 50_000), ("blob", EVERY_BYTE * 4096), ("numbers", list(range(100_000)))):
            if connection.call(method, value) != value:
                raise AssertionError(f"{method}: another value came back")
    with client.open(function, "probe", "Probe") as connection:
        same(1_000_000, len(connection.call("bytes_of", 1_000_000)))


@case(EACH, "many calls, one after the other")
def many(client, function):
    with client.open(function) as connection:
        for number in range(500 if client.connected else 20):
            same(number, connection.call("middle", number))


@case(EACH, "clients of another version: unknown fields of every type before, between and behind the known ones")
def newer(client, function):
    with client.open(function, "strange") as connection:
        types = connection.types
        deep = types.Deep(a={"k": [{1: {"x", ""}}, {}]}, deeper=types.Deep(a={}))
        more = dict(
            yes=True, no=False, tiny=-1, small=-2, middle=-3, large=-4, real=-0.5, text=TEXT, blob=EVERY_BYTE, deep=deep,
            flags=[True, False], reals={1.5, -1.5}, texts={True: ["a"], False: []}, structs=[deep, deep], empty={}, far=2**63 - 1)
        inner = types.Inner(a=1, b="one", **more)
        value = types.Nested(
            first=inner, after_first=2, second=types.Inner(a=-3, **more), after_second=-4, more=[inner] * 3, last="end",
            scalars=scalars(types, inner=inner))
        found = connection.call("nested", value, inner)
        same(nested(types), found)


@case(EACH, "clients with another idea of a message: its own exception, and the next call is served")
def mistaken(client, function):
    with client.open(function, "strange") as connection:
        types = connection.types
        without = scalars(types)
        without.text = None
        for method, argument, wanted in (("scalars", without, PROTOCOL_ERROR), ("middle", "text", PROTOCOL_ERROR),
                                         ("text", 5, PROTOCOL_ERROR), ("nowhere", 1, UNKNOWN_METHOD)):
            found, message = connection.fault(method, argument)
            same((method, wanted, []), (method, found, [part for part in INSIDE if part in message]))
            same(scalars(types), connection.call("scalars", scalars(types)))


@case(EACH, "multiplexed: services by their names")
def multiplexed(client, function):
    for service, argument, wanted in (("Everything", 5, 10), ("Small", 5, -6)):
        with client.open(function, service=service, multiplexed=True) as connection:
            method = "twice" if service == "Everything" else "match"
            same(wanted, connection.call(method, argument))
    with client.open(function, "strange", multiplexed=True) as connection:
        same(UNKNOWN_METHOD, connection.fault("nowhere", 1)[0])


@case(SOME, "services without names: each method where it is")
def unnamed(function):
    with SOCKETS[0].open(function, service="Small") as connection:
        same([-1, -2], [connection.call(method, value) for value, method in enumerate(("new", "clone"))])
        # Another service has it too.
        same(UNKNOWN_METHOD, connection.fault("match", 1)[0])


@case(SOME, "the context: which function, by what, for whom, in which trace")
def context(function):
    for client in (SOCKETS[0], *HEADERS, HTTP[0]):
        with client.open(function, "probe", "Probe") as connection:
            told = connection.call("context")
            same(("probe", "thrift", "127.0.0.1"), (told.function, told.trigger, told.client_address))
            same(False, told.invocation_id == connection.call("context").invocation_id)
            if client in HEADERS:
                connection.protocol.set_header(b"traceparent", f"00-{TRACE}-b7ad6b7169203331-01".encode())
                connection.protocol.set_header(b"client_timeout", b"60000")
                told = connection.call("context")
                same((TRACE, True), (told.trace_id, 0 < told.remaining_ms <= 60_000))


@case(SOME, "deadlines: a method's own, and the one of THeader")
def deadlines(function):
    for client in (SOCKETS[0], *HEADERS, HTTP[0]):
        with Gate() as gate, client.open(function, "probe", "Probe") as connection:
            for method in ("impatient", "hold"):
                if method == "hold":
                    if client not in HEADERS:
                        continue
                    connection.protocol.set_header(b"client_timeout", b"300")
                same((INTERNAL_ERROR, "the deadline passed"), connection.fault(method, gate.port))
                gate.began().gone()


@case(SOME, "a client that goes away: over HTTP it takes its call along, elsewhere the call comes to its end")
def gone(function):
    """A plain connection has no word for it: a client may well close its half after the last call, and wait."""
    for client, port in ((SOCKETS[0], function.thrift), (HEADERS[0], function.thrift), (HTTP[0], function.port)):
        with Gate() as gate, Wiretap(port) as tap, ThreadPoolExecutor(1) as pool:
            with client.open(tap, "probe", "Probe") as connection:
                call = pool.submit(connection.call, "hold", gate.port)
                waiting = gate.began()
                tap.cut()
                if client not in HTTP:
                    waiting.open()
                waiting.gone()
                same(True, isinstance(call.exception(peer.SECONDS), Exception))
        with client.open(function) as connection:
            same(1, connection.call("middle", 1))


@case(SOME, "messages that are no calls")
def no_calls(function):
    for client in SOCKETS:
        if not client.name.startswith("apache"):
            continue
        with client.open(function) as connection:
            for kind in (TMessageType.REPLY, TMessageType.EXCEPTION):
                same(INVALID_MESSAGE_TYPE, connection.fault("middle", 1, kind=kind)[0])
            same(1, connection.call("middle", 1))


@case(SOME, "sequence numbers come back as they were")
def sequences(function):
    for client in (*SOCKETS, *HTTP):
        if client.name.startswith("apache"):
            with client.open(function) as connection:
                for number in (0, 1, 2**31 - 1, -1, -2**31):
                    same(number, connection.call("middle", number, sequence=number))


@case(SOME, "a hundred connections at once")
def at_once(function):
    def one(number):
        with SOCKETS[number % len(SOCKETS)].open(function) as connection:
            return [connection.call("middle", number + step) - number for step in range(10)]
    with ThreadPoolExecutor(100) as pool:
        same([list(range(10))] * 100, list(pool.map(one, range(100))))


@case(SOME, "HTTP: any path, and a path that names the service")
def paths(function):
    for client in HTTP:
        for path in ("/", "/any/where?a=b", "/Small"):
            with client.open(function, service="Small", path=path) as connection:
                same(-1, connection.call("clone", 0))
        with client.open(function, path="/Small") as connection:
            same(UNKNOWN_METHOD, connection.fault("middle", 1)[0])


@case(SOME, "THeader with a transform is refused, and the server goes on")
def transforms(function):
    for client in HEADERS:
        with client.open(function) as connection:
            connection.protocol.add_transform(THeaderTransformID.ZLIB)
            failing("TTransportException", connection.call, "ping")
        with client.open(function) as connection:
            same(1, connection.call("middle", 1))


@case(ENDING, "SIGTERM: the call in flight is answered, the idle connection is closed, status 0")
def drained(function):
    with Gate() as gate, SOCKETS[0].open(function, "probe", "Probe") as busy, SOCKETS[0].open(function) as idle:
        same(1, idle.call("middle", 1))
        pool = ThreadPoolExecutor(1)
        call = pool.submit(busy.call, "hold", gate.port)
        waiting = gate.began()
        os.kill(function.process.child.pid, signal.SIGTERM)
        peer.wait_until(lambda: "no new requests" in function.process.output(), "it does not say that it stops")
        same((True, False), (function.process.running(), call.done()))
        waiting.open()
        same("went on", call.result(peer.SECONDS))
    same(0, function.process.child.wait(peer.SECONDS))
    same(True, "faas-rpc-probe: stopped" in function.process.output())
