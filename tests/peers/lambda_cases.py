"""What a function must answer on AWS Lambda, whoever plays the platform: one row a case, one session a process.

A row is a name and its steps; a step is an event and a check of the answer. Here are requests and payloads;
`lambda_sources` has what comes from queues, stores and timers.
"""

import json
import re
from dataclasses import dataclass, field

from lambda_events import encoded, http_v2, recorded, response, understood

# The largest answer of a buffered invocation: 6 MiB + 100 bytes (Lambda quotas; the emulator's `interop.MaxPayloadSize`).
LARGEST = 6 * 1024 * 1024 + 100
EVERY_BYTE = bytes(range(256))
TRACE = "0af7651916cd43dd8448eb211c80319c"
PROBLEM = "application/problem+json"


@dataclass
class Session:
    """One process of the function, and the cases that it serves one after the other."""

    name: str
    cases: list
    env: dict = field(default_factory=dict)
    binary: str = "faas-probe"
    # What only AWS's own emulator does as the service does.
    rie_only: bool = False


def exactly(expected):
    def check(answer, _):
        same(expected, answer.body)
    return check


def http(*arguments, **options):
    def check(answer, _):
        same(response(*arguments, **options), understood(answer.body))
    return check


def streamed(status, body, content_type, cookies=()):
    """A streamed answer as the emulator passes it on: the prelude, eight NULs, the body."""
    def check(answer, _):
        head, between, rest = answer.body.partition(bytes(8))
        same(bytes(8), between)
        prelude = json.loads(head)
        same(status, prelude["statusCode"])
        same(content_type, prelude["headers"].get("content-type"))
        same(list(cookies), prelude.get("cookies", []))
        same(body if isinstance(body, bytes) else body.encode(), rest)
    return check


def error(kind, *parts):
    """The error document of the Runtime API: its type, and texts that its message must hold."""
    def check(answer, _):
        document = json.loads(answer.body)
        if not re.fullmatch(kind, document.get("errorType", "")):
            raise AssertionError(f"errorType should be {kind}: {answer.body!r}")
        for part in parts:
            if part not in document.get("errorMessage", ""):
                raise AssertionError(f"errorMessage should hold {part!r}: {answer.body!r}")
    return check


def facts(**expected):
    """The probe's view of its context; a value is the one expected, or a test of it."""
    def check(answer, seen):
        read = json.loads(understood(answer.body)["body"])
        for name, wanted in expected.items():
            if not (wanted(read[name]) if callable(wanted) else wanted == read[name]):
                raise AssertionError(f"`{name}` of the context is {read[name]!r}: {read}")
        same(seen.setdefault("pid", read["pid"]), read["pid"])
    return check


def headers(**expected):
    def check(answer, _):
        read = json.loads(understood(answer.body)["body"])
        for name, wanted in expected.items():
            same({name: wanted}, {name: read.get(name.replace("_", "-"))})
    return check


def failed(*items):
    """Exactly these of the batch have failed, in this order. Anything else in the answer fails the whole batch."""
    def check(answer, _):
        same({"batchItemFailures": [{"itemIdentifier": item} for item in items]}, json.loads(answer.body))
    return check


def saw(*notes):
    """What handlers of the probe have noted since the last time, each note by the fields that are told here."""
    def check(answer, _):
        found = json.loads(understood(answer.body)["body"])
        told = [{name: note.get(name) for name in wanted} for wanted, note in zip(notes, found)]
        same(list(notes), told + found[len(notes):])
    return check


def size(count):
    def check(answer, _):
        same(count, len(answer.body))
    return check


def same(expected, found):
    if expected != found:
        raise AssertionError(f"expected\n      {shown(expected)}\n    found\n      {shown(found)}")


def shown(value):
    text = repr(value)
    return text if len(text) < 1000 else f"{text[:500]} … {text[-300:]}"


CONTEXT = http_v2("GET", "/context")
HELLO = http_v2("GET", "/hello/ada")
HELLO_ADA = http(200, '{"greeting":"hello ada"}')
TWO_COOKIES = ["first=1; Path=/", "second=2; HttpOnly"]

SESSIONS = [
    Session("all functions", [
        ("the context of a first invocation", [(CONTEXT, facts(
            function="context", trigger="http", platform="aws-lambda", cold_start=True,
            client_address="203.0.113.7", invocation_id=lambda text: re.fullmatch(r"[0-9a-f-]{36}", text)))]),
        ("the context of a second one", [(CONTEXT, facts(cold_start=False))]),
        ("an HTTP API event", [(HELLO, HELLO_ADA)]),
        ("two cookies both ways", [(
            http_v2("GET", "/cookies", cookies=["a=1", "b=2"]), http(200, '["a=1; b=2"]', cookies=TWO_COOKIES))]),
        ("every byte both ways", [(
            http_v2("POST", "/echo", {"content-type": "application/octet-stream"}, body=EVERY_BYTE),
            http(200, EVERY_BYTE, "application/octet-stream"))]),
        ("text that is no ASCII both ways", [(
            http_v2("POST", "/echo", {"content-type": "text/plain; charset=utf-8"}, body="žluťoučký 🐎"),
            http(200, "žluťoučký 🐎", "text/plain; charset=utf-8"))]),
        ("a path that the front end has decoded", [(
            recorded("apigw-http-v2-path-with-space.json", "GET", "/hello/ada lovelace"),
            http(200, '{"greeting":"hello ada lovelace"}'))]),
        ("a function URL's event", [(
            recorded("function-url-iam.json", path="/cookies"), http(200, '["cookie1; cookie2"]', cookies=TWO_COOKIES))]),
        ("a function URL's event of a browser", [(
            recorded("function-url.json", path="/headers"),
            headers(host=["abcdefghijklmnopqrst.lambda-url.us-east-1.on.aws"], sec_ch_ua_mobile=["?0"]))]),
        ("a REST API's event", [(
            recorded("apigw-rest-v1.json", path="/echo"), http(200, '{\r\n\t"a": 1\r\n}', multi=True))]),
        ("cookies to a REST API", [(
            recorded("apigw-rest-v1-multivalue.json", path="/cookies"), http(200, "[]", cookies=TWO_COOKIES, multi=True))]),
        ("repeated headers in format 1.0", [(
            recorded("apigw-http-v1-format.json", path="/headers"), headers(header2=["value1", "value2"]))]),
        ("a load balancer's event with lists", [(
            recorded("alb-multi-value.json", path="/echo"), http(
                200, b"Some text", "application/octet-stream", multi=True))]),
        ("no route", [(http_v2("GET", "/nowhere"), http(
            404, '{"title":"Not Found","status":404,"detail":"no function takes this path"}', PROBLEM))]),
        ("a handler's error is an answer", [(
            http_v2("GET", "/fail"), http(500, '{"title":"Internal Server Error","status":500}', PROBLEM))]),
        ("a panic, then success in the same process", [
            (CONTEXT, facts()),
            (http_v2("GET", "/panic"), http(500, '{"title":"Internal Server Error","status":500}', PROBLEM)),
            (CONTEXT, facts()),
        ]),
        ("an event of an unknown source is loud", [(
            encoded({"Records": [{"eventSource": "aws:nope"}]}), error(r"Runtime\.\w+", "aws:nope"))]),
        ("an event of a known source without a function is loud", [(
            recorded("sqs-standard.json"), error(r"Runtime\.\w+", "no function takes"))]),
        ("a payload for several functions is loud", [(
            encoded({"a": 2, "b": 3}), error(r"Runtime\.\w+", "FAAS_FUNCTION"))]),
        ("a payload that is no JSON is loud", [(b'{"a":', error(r"Runtime\.\w+"))]),
        ("and the process still serves", [(CONTEXT, facts())]),
        ("an answer that is too large, then success", [
            (http_v2("GET", f"/big/{LARGEST}"), http(500, '{"title":"Internal Server Error","status":500}', PROBLEM)),
            (CONTEXT, facts()),
        ]),
        ("a body whose length nobody knew", [(
            http_v2("GET", "/stream/3"), http(200, "chunk 0\nchunk 1\nchunk 2\n", "text/plain; charset=utf-8"))]),
    ]),
    Session("sum", [
        ("the payload as it is", [(recorded("invoke-raw.json"), exactly(b'{"sum":5}'))]),
        ("wrong JSON names the path", [(encoded({"a": 1, "b": "two"}), error(r"\w[\w.]*", "`b`"))]),
        ("then success", [(encoded({"a": -1, "b": 1}), exactly(b'{"sum":0}'))]),
        ("an HTTP event is a payload here", [(HELLO, error(r"\w[\w.]*", "`a`"))]),
    ], {"FAAS_FUNCTION": "sum"}),
    Session("sum, by the platform's own selector", [
        ("the payload as it is", [(encoded({"a": 2, "b": 3}), exactly(b'{"sum":5}'))]),
    ], {"_HANDLER": "sum", "AWS_LAMBDA_FUNCTION_HANDLER": "sum"}),
    Session("explode", [
        ("a panic is an error", [(encoded({"a": 1, "b": 1}), error(r"Panic", "asked to explode"))] * 2),
    ], {"FAAS_FUNCTION": "explode"}),
    Session("refuse", [
        ("a handler's error", [(encoded({"a": 1, "b": 1}), error(r"Refused", "asked to refuse"))] * 2),
    ], {"FAAS_FUNCTION": "refuse"}),
    Session("large", [
        ("6 MiB and one byte", [(encoded({"bytes": 6 * 1024 * 1024 + 1}), size(6 * 1024 * 1024 + 1))]),
        ("the largest answer", [(encoded({"bytes": LARGEST}), size(LARGEST))]),
        ("one byte more, then success", [
            (encoded({"bytes": LARGEST + 1}), error(r"Function\.ResponseSizeTooLarge")),
            (encoded({"bytes": 9}), exactly(b'"xxxxxxx"')),
        ]),
        ("twice as much, then success", [
            (encoded({"bytes": 2 * LARGEST}), error(r"Function\.ResponseSizeTooLarge")),
            (encoded({"bytes": 9}), exactly(b'"xxxxxxx"')),
        ]),
    ], {"FAAS_FUNCTION": "large"}, rie_only=True),
    Session("streams", [
        ("an HTTP API event", [(HELLO, streamed(200, '{"greeting":"hello ada"}', "application/json"))]),
        ("a body that is made while it is sent", [(
            http_v2("GET", "/stream/3"), streamed(200, "chunk 0\nchunk 1\nchunk 2\n", "text/plain; charset=utf-8"))]),
        ("a long one", [(http_v2("GET", "/flood/90"), streamed(200, b"x" * (90 * 64 * 1024), None))]),
        ("every byte", [(
            http_v2("POST", "/echo", {"content-type": "application/octet-stream"}, body=EVERY_BYTE),
            streamed(200, EVERY_BYTE, "application/octet-stream"))]),
        ("two cookies", [(
            http_v2("GET", "/cookies"), streamed(200, "[]", "application/json", TWO_COOKIES))]),
        ("our own answer", [(http_v2("GET", "/nowhere"), streamed(
            404, '{"title":"Not Found","status":404,"detail":"no function takes this path"}', PROBLEM))]),
        ("an error in the middle, then success", [
            (http_v2("GET", "/broken/2"), streamed(200, "piecepiece", None)),
            (HELLO, streamed(200, '{"greeting":"hello ada"}', "application/json")),
        ]),
        ("what is no HTTP is no stream", [(encoded({"Records": [{"eventSource": "aws:nope"}]}), error(r"Runtime\.\w+"))]),
    ], {"FAAS_RESPONSE_MODE": "stream"}, rie_only=True),
    Session("two seconds", [
        ("a passed deadline is an answer, then success", [
            (http_v2("GET", "/slow/5000"), http(504, '{"title":"Gateway Timeout","status":504}', PROBLEM)),
            (CONTEXT, facts(remaining_ms=lambda left: 0 < left <= 2000)),
        ]),
    ], {"AWS_LAMBDA_FUNCTION_TIMEOUT": "2"}, rie_only=True),
    # Without a trace of the platform's own, which this emulator never sends.
    Session("a trace", [
        ("the caller's", [(
            http_v2("GET", "/context", {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}), facts(trace=TRACE))]),
    ], rie_only=True),
    Session("a function that does not exist", [
        ("an unknown selection is the init error", [(HELLO, error(r"Runtime\.\w+", "FAAS_FUNCTION", "`nope`", "hello"))]),
    ], {"FAAS_FUNCTION": "nope"}, rie_only=True),
]
