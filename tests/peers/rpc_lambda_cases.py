"""RPC inside of Lambda's HTTP events: a transport of Apache Thrift's for them, and what Connect and gRPC-Web must answer."""

import base64
import json
import struct
from io import BytesIO
from urllib.parse import quote

from google.protobuf import json_format
from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.protocol.TCompactProtocol import TCompactProtocolAccelerated
from thrift.transport.TTransport import TBufferedTransport, TTransportBase

from grpc_probe import probe_pb2
from lambda_cases import same
from lambda_events import http_v2, understood
from thrift_clients import Client, of_apache

CASES = []
TRAILERS = 0x80


class Event(TTransportBase):
    """Each message is the body of an HTTP API's event, as API Gateway writes bytes that are no text."""

    def __init__(self, emulator):
        self.emulator, self.written, self.answer = emulator, BytesIO(), BytesIO()

    def isOpen(self):
        return True

    def open(self):
        pass

    def close(self):
        pass

    def read(self, size):
        return self.answer.read(size)

    def write(self, data):
        self.written.write(data)

    def flush(self):
        event = http_v2("POST", "/", {"content-type": "application/x-thrift"}, body=self.written.getvalue())
        self.written = BytesIO()
        answer = understood(self.emulator.invoke(event).body)
        body = answer["body"]
        self.answer = BytesIO(body if isinstance(body, bytes) else body.encode())


def in_events(protocol):
    def connect(emulator, file, service, multiplexed=False):
        return of_apache(TBufferedTransport(Event(emulator)), protocol, file, service, multiplexed)
    return connect


THRIFT = [Client(f"apache {protocol.__name__}, Lambda", in_events(protocol), connected=False)
          for protocol in (TBinaryProtocol, TCompactProtocolAccelerated)]


def case(name):
    def keep(body):
        CASES.append((name, body))
        return body
    return keep


def asked(emulator, path, headers, body=None, method="POST", query=""):
    """The status, the media type and the bytes of an answer."""
    event = http_v2(method, path, headers, body=body, query=query)
    answer = understood(emulator.invoke(event).body)
    body = answer["body"]
    return answer["statusCode"], answer["headers"].get("content-type"), body if isinstance(body, bytes) else body.encode()


def connect(emulator, method, message, **more):
    """A unary call of Connect, in JSON."""
    headers = {"content-type": "application/json", "connect-protocol-version": "1"}
    status, media_type, body = asked(emulator, f"/probe.{method}", headers, json.dumps(message), **more)
    return status, media_type, json.loads(body)


def enveloped(data):
    return struct.pack(">BI", 0, len(data)) + data


def envelopes(data):
    while data:
        flags, length = struct.unpack_from(">BI", data)
        yield flags, data[5:5 + length]
        data = data[5 + length:]


def decoded(text):
    """Base64 whose parts may be padded each, as gRPC-Web has it."""
    return b"".join(base64.b64decode(text[at:at + 4]) for at in range(0, len(text), 4))


@case("Connect: a unary call in JSON, and in protobuf")
def unary(emulator):
    same((200, "application/json", {"text": "hello ada"}), connect(emulator, "Methods/Unary", {"text": "ada"}))
    value = {
        "anInt64": "-9223372036854775808", "someBytes": "AP8=", "colour": "GREEN", "counts": {"a": "1"},
        "at": "2026-02-03T04:05:06Z", "calledOtherwise": "r", "free": {"a": [1.0, None]}, "nested": {"words": ["deep"]}}
    status, _, found = connect(emulator, "Facts/Echo", value)
    same((200, json_format.ParseDict(value, probe_pb2.Values())), (status, json_format.ParseDict(found, probe_pb2.Values())))
    message = probe_pb2.Text(text="ada")
    headers = {"content-type": "application/proto"}
    status, media_type, body = asked(emulator, "/probe.Methods/Unary", headers, message.SerializeToString())
    same((200, "application/proto", "hello ada"), (status, media_type, probe_pb2.Text.FromString(body).text))


@case("Connect: a call without side effects by GET")
def by_get(emulator):
    query = "connect=v1&encoding=json&message=" + quote(json.dumps({"aString": "é"}))
    status, media_type, body = asked(emulator, "/probe.Facts/Echo", {}, method="GET", query=query)
    same((200, "application/json", {"aString": "é"}), (status, media_type, json.loads(body)))


@case("Connect: errors are documents, and say nothing of what is inside")
def errors(emulator):
    status, media_type, found = connect(emulator, "Methods/Fail", {"kind": "STATUS", "code": 404, "message": "for the caller"})
    same((404, "application/json", "not_found", "for the caller"), (status, media_type, found["code"], found["message"]))
    for kind in ("INTERNAL", "PANIC"):
        status, _, found = connect(emulator, "Methods/Fail", {"kind": kind, "message": "secret"})
        same((500, "internal", "internal error"), (status, found["code"], found["message"]))
    same("unimplemented", connect(emulator, "Methods/Undeclared", {})[2]["code"])
    same("invalid_argument", connect(emulator, "Methods/Unary", {"text": 5})[2]["code"])


@case("Connect: a stream of answers")
def stream(emulator):
    headers = {"content-type": "application/connect+json", "connect-protocol-version": "1"}
    request = enveloped(json.dumps({"text": "x", "times": 3}).encode())
    status, media_type, body = asked(emulator, "/probe.Methods/Repeat", headers, request)
    *answers, (flags, end) = envelopes(body)
    same((200, "application/connect+json", 2, {}), (status, media_type, flags, json.loads(end)))
    same(["x 0", "x 1", "x 2"], [json.loads(answer)["text"] for _, answer in answers])


@case("gRPC-Web: a unary call and a stream, as bytes and as text")
def web(emulator):
    message = enveloped(probe_pb2.Text(text="x", times=2).SerializeToString())
    for method, wanted in (("Unary", ["hello x"]), ("Repeat", ["x 0", "x 1"])):
        for text in (False, True):
            media_type = "application/grpc-web-text+proto" if text else "application/grpc-web+proto"
            body = base64.b64encode(message).decode() if text else message
            status, _, body = asked(emulator, f"/probe.Methods/{method}", {"content-type": media_type, "x-grpc-web": "1"}, body)
            *answers, (flags, trailers) = envelopes(decoded(body) if text else body)
            same((200, TRAILERS, True), (status, flags, b"grpc-status:0" in trailers.replace(b" ", b"")))
            same(wanted, [probe_pb2.Text.FromString(answer).text for _, answer in answers])


@case("native gRPC needs HTTP/2, which no event brings: it says what would work")
def native(emulator):
    status, _, body = asked(emulator, "/probe.Methods/Unary", {"content-type": "application/grpc"}, enveloped(b""))
    same((415, True, True), (status, b"gRPC-Web" in body, b"Connect" in body))
