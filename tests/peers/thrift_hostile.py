"""Bytes that no client sends by intention, to the Thrift port and over HTTP. After each of them the function must still serve."""

import random
import socket
import struct
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.protocol.TCompactProtocol import TCompactProtocol
from thrift.Thrift import TApplicationException, TMessageType, TType
from thrift.transport.TTransport import TMemoryBuffer

import peer
from lambda_cases import same
from thrift_clients import PROTOCOL_ERROR, SOCKETS

CASES = []
# `[thrift] max_frame`, unless somebody sets it.
MAX_FRAME = 16 * 1024 * 1024
LARGEST = 2**31 - 1
# What may come of the worst of these at most: a message several times over, and many connections.
MEGABYTES = 150


def case(name):
    def keep(body):
        def run(function):
            before = resident(function)
            body(function)
            with SOCKETS[0].open(function) as connection:
                same(1, connection.call("middle", 1))
            if (grown := resident(function) - before) > MEGABYTES:
                raise AssertionError(f"the function takes {grown} MB more than before")
        CASES.append((f"hostile: {name}", run))
        return body
    return keep


def resident(function):
    """The most memory that the function ever had, in MB."""
    status = Path(f"/proc/{function.process.child.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) // 1024


@contextmanager
def raw(function):
    with socket.create_connection(("127.0.0.1", function.thrift), timeout=peer.SECONDS) as connection:
        yield connection


def rest(connection):
    """All that comes before the function ends the connection."""
    parts = []
    try:
        while part := connection.recv(65536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


def sent(function, data, half_close=False):
    """What the function answers to these bytes until it ends the connection."""
    with raw(function) as connection:
        try:
            connection.sendall(data)
            if half_close:
                connection.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError):
            pass
        return rest(connection)


def message(method, args, kind=TMessageType.CALL, sequence=1):
    """A message of the binary protocol: its head, and whatever bytes for its arguments."""
    return struct.pack(">HHi", 0x8001, kind, len(method)) + method.encode() + struct.pack(">i", sequence) + args


def framed(data):
    return struct.pack(">i", len(data)) + data


def field(kind, number, value):
    return struct.pack(">bh", kind, number) + value


def refused(answer, protocol=TBinaryProtocol, framing=True):
    """The answer is one exception of Thrift's own, that says what is wrong with the message."""
    if framing:
        same(len(answer) - 4, struct.unpack_from(">i", answer)[0])
        answer = answer[4:]
    read = protocol(TMemoryBuffer(answer))
    _, kind, _ = read.readMessageBegin()
    same(TMessageType.EXCEPTION, kind)
    fault = TApplicationException()
    fault.read(read)
    same(PROTOCOL_ERROR, fault.type)


CALL = message("middle", field(TType.I32, 1, struct.pack(">i", 5)) + b"\0")
ANSWER = message("middle", field(TType.I32, 0, struct.pack(">i", 5)) + b"\0", TMessageType.REPLY)


@case("lengths of frames: none, negative, the largest, one over the limit")
def frame_lengths(function):
    for length in (0, -1, -2**31, LARGEST, MAX_FRAME + 1):
        sent(function, struct.pack(">i", length) + CALL)


@case("lengths of what is inside: longer than the message, negative, counts of 2^31 - 1")
def inner_lengths(function):
    count = struct.pack(">i", LARGEST)
    for kind, length in (
            (TType.STRING, count), (TType.STRING, struct.pack(">i", -1)), (TType.LIST, bytes([TType.BYTE]) + count),
            (TType.LIST, bytes([TType.STRUCT]) + count), (TType.SET, bytes([TType.I64]) + struct.pack(">i", -5)),
            (TType.MAP, bytes([TType.BYTE, TType.BYTE]) + count), (TType.LIST, bytes([99]) + struct.pack(">i", 1))):
        for number in (1, 77):
            args = field(kind, number, length) + bytes(20)
            answer = sent(function, framed(message("text", args)) + framed(CALL), half_close=True)
            refused(answer[:4 + struct.unpack_from(">i", answer)[0]])


@case("counts that are true, but cost more memory than the message has bytes")
def bombs(function):
    count = 4_000_000
    # So many empty structs, and so many empty texts in a map.
    lists = field(TType.LIST, 1, bytes([TType.BYTE]) + struct.pack(">i", count)) + bytes(count)
    structs = field(TType.LIST, 4, bytes([TType.STRUCT]) + struct.pack(">i", count)) + bytes(count)
    inner = (bytes([TType.I16]) + bytes(4)) * (count // 2)
    nested = field(TType.LIST, 10, bytes([TType.LIST]) + struct.pack(">i", count // 2)) + inner
    for args in (lists, structs, nested):
        value = field(TType.STRUCT, 1, args + b"\0") + b"\0"
        with raw(function) as connection:
            connection.sendall(framed(message("containers", value)))
            connection.shutdown(socket.SHUT_WR)
            refused(rest(connection))


@case("10,000 structs, lists and maps within each other, asked for and not")
def deep(function):
    structs = field(TType.STRUCT, 1, b"") * 10_000 + bytes(10_001)
    lists = field(TType.LIST, 9, struct.pack(">bi", TType.LIST, 1) * 10_000 + struct.pack(">bi", TType.BYTE, 0)) + b"\0"
    entry = struct.pack(">bbib", TType.BYTE, TType.MAP, 1, 1)
    maps = field(TType.MAP, 9, entry * 10_000 + struct.pack(">bbi", TType.BYTE, TType.BYTE, 0)) + b"\0"
    for args in (structs, lists, maps):
        refused(sent(function, framed(message("scalars", args)), half_close=True))
    # `Item` may have an `Item`.
    parents = field(TType.STRUCT, 1, b"") + field(TType.STRUCT, 8, b"") * 10_000 + bytes(10_002)
    refused(sent(function, framed(message("store", parents)), half_close=True))


@case("text that is no UTF-8, as a value, as a key, as the method's name")
def no_text(function):
    wrong = struct.pack(">i", 2) + b"\xff\xfe"
    refused(sent(function, framed(message("text", field(TType.STRING, 1, wrong) + b"\0")), half_close=True))
    ages = field(TType.MAP, 1, bytes([TType.STRING, TType.I64]) + struct.pack(">i", 1) + wrong + bytes(8)) + b"\0"
    refused(sent(function, framed(message("ages", ages)), half_close=True))
    sent(function, framed(CALL.replace(b"middle", b"mi\xff\xfele")), half_close=True)


@case("compact: varints without an end, unknown types, the largest counts")
def compact(function):
    head = b"\x82\x21\x01\x04text"
    for args in (b"\x18" + b"\xff" * 12, b"\x18\xff\xff\xff\xff\x07", b"\x19\xfc\xff\xff\xff\xff\x07", b"\x1b\xff\xff\xff\xff\x07\x88",
                 b"\x1f\x01", b"\x1e\x01", b"\x0c" * 1000):
        refused(sent(function, framed(head + args), half_close=True), TCompactProtocol)
    sent(function, framed(b"\x82\x21" + b"\xff" * 20), half_close=True)


@case("a message that is cut at every byte")
def cut(function):
    def ends(end):
        for data in (framed(CALL), CALL):
            if end < len(data):
                same((end, b""), (end, sent(function, data[:end], half_close=True)))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ends, range(len(framed(CALL)))))


@case("thousands of messages with some bytes altered")
def altered(function):
    chance = random.Random(5)
    whole = framed(message("nested", field(TType.STRUCT, 1, field(TType.STRUCT, 1, field(TType.I32, 1, bytes(4)) + b"\0") + field(
        TType.I32, 2, bytes(4)) + field(TType.STRING, 6, struct.pack(">i", 3) + b"end") + b"\0") + b"\0"))

    def alter(_):
        data = bytearray(whole)
        for _ in range(3):
            data[chance.randrange(len(data))] = chance.randrange(256)
        sent(function, bytes(data), half_close=True)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(alter, range(2000)))


@case("other protocols: HTTP, HTTP/2, TLS, SSH, noise")
def strangers(function):
    noise = random.Random(7)
    tls = bytes.fromhex("16030100f1010000ed0303") + noise.randbytes(230)
    for data in (b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n", b"POST / HTTP/1.1\r\ncontent-length: 5\r\n\r\nhello",
                 b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", tls, b"SSH-2.0-OpenSSH_9.9\r\n", b"\r\n", b"\0", bytes(100),
                 *(noise.randbytes(noise.randrange(1, 5000)) for _ in range(50))):
        # Half of them would wait for an answer for ever.
        sent(function, data, half_close=True)
    sent(function, b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n")
    sent(function, tls)


@case("the client closes its half after the last call, and reads on")
def half_closed(function):
    for data, wanted in ((framed(CALL), framed(ANSWER)), (CALL, ANSWER), (framed(CALL) * 100, framed(ANSWER) * 100)):
        same(wanted, sent(function, data, half_close=True))


@case("a message that comes byte by byte, and many at once")
def pieces(function):
    with raw(function) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for data, wanted in ((CALL, ANSWER), (framed(CALL), framed(ANSWER))):
            for byte in data:
                connection.send(bytes([byte]))
            same(wanted, connection.makefile("rb").read(len(wanted)))
        connection.sendall(CALL * 1000)
        same(ANSWER * 1000, connection.makefile("rb").read(len(ANSWER) * 1000))


@case("clients that never read what they asked for")
def never_read(function):
    large = framed(message("blob", field(TType.STRING, 1, struct.pack(">i", 1_000_000) + bytes(1_000_000)) + b"\0"))
    connections = [socket.create_connection(("127.0.0.1", function.thrift)) for _ in range(5)]
    try:
        for connection in connections:
            connection.setblocking(False)
            try:
                # Far more than the buffers between the two hold.
                for _ in range(100):
                    connection.sendall(large)
            except BlockingIOError:
                continue
            raise AssertionError("the function takes a hundred calls of which nobody reads the answers")
        with SOCKETS[0].open(function) as other:
            same(b"abc", other.call("blob", b"abc"))
    finally:
        for connection in connections:
            connection.close()


@case("over HTTP: nothing, noise, a head that is cut, more than the limit")
def http(function):
    for body, statuses in ((b"", (400,)), (b"\0" * 50, (400,)), (b"hello", (400,)), (CALL[:9], (400,)), (CALL[:-1], (200, 400)),
                           (bytes(MAX_FRAME + 1), (413,))):
        for media_type in ("application/x-thrift", "application/vnd.apache.thrift.binary"):
            answer = peer.post(f"http://127.0.0.1:{function.port}/", body, {"content-type": media_type})
            same((body[:10], True), (body[:10], answer.status in statuses))
