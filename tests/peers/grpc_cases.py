"""What `faas-rpc-probe` must answer to `grpcio` beside gRPC's own cases."""

import os
import signal

import grpc
from google.protobuf import descriptor_pb2, empty_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2

import peer
from gate import Gate
from grpc_interop import SECONDS, Talk
from grpc_probe import channel, code, probe_pb2, probe_pb2_grpc, refused
from lambda_cases import same
from wiretap import Wiretap

CASES, SQUEEZING, ENDING = [], [], []
EVERY_BYTE = bytes(range(256))
TRACE = "0af7651916cd43dd8448eb211c80319c"
SERVICES = ["grpc.testing.TestService", "probe.Facts", "probe.Methods", "probe.Squeezed"]
Failure = probe_pb2.Failure
# What only a log may tell.
INSIDE = ("secret", "panicked", ".rs")


def case(cases, name):
    def keep(body):
        cases.append((name, body))
        return body
    return keep


class Stubs:
    """A channel to the function, with a stub of each of its services."""

    def __init__(self, function, **options):
        self.function = function
        self.channel = channel(function.port, **options)
        self.methods = probe_pb2_grpc.MethodsStub(self.channel)
        self.facts = probe_pb2_grpc.FactsStub(self.channel)
        self.squeezed = probe_pb2_grpc.SqueezedStub(self.channel)
        self.health = health_pb2_grpc.HealthStub(self.channel)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.channel.close()


def text(words, times=0):
    return probe_pb2.Text(text=words, times=times)


def texts(answers):
    return [answer.text for answer in answers]


def told(stubs, **options):
    return stubs.facts.Context(empty_pb2.Empty(), timeout=SECONDS, **options)


def still_serves(stubs):
    same("hello ada", stubs.methods.Unary(text("ada"), timeout=SECONDS).text)


@case(CASES, "methods as functions: all four kinds")
def methods(stubs):
    still_serves(stubs)
    same("a b c", stubs.methods.Collect(map(text, "abc"), timeout=SECONDS).text)
    same("", stubs.methods.Collect(iter(()), timeout=SECONDS).text)
    same(["x 0", "x 1", "x 2"], texts(stubs.methods.Repeat(text("x", 3), timeout=SECONDS)))
    same([], texts(stubs.methods.Repeat(text("x", 0), timeout=SECONDS)))
    with Talk(stubs.methods.Converse) as talk:
        for word in ("one", "two"):
            same(f"you said {word}", talk.ask(text(word)).text)
        talk.end()
        same([], list(talk.answers))


@case(CASES, "a method that no function has, and a service that nobody has")
def undeclared(stubs):
    refused("UNIMPLEMENTED", lambda: stubs.methods.Undeclared(text("a"), timeout=SECONDS))
    for path in ("/probe.Methods/Nowhere", "/probe.Facts/Nowhere", "/probe.Nobody/Unary", "/nobody/at/all"):
        call = stubs.channel.unary_unary(path)
        refused("UNIMPLEMENTED", lambda: call(b"", timeout=SECONDS))
    still_serves(stubs)


@case(CASES, "a message that is none of its type")
def malformed(stubs):
    for path in ("/probe.Methods/Unary", "/probe.Methods/Repeat", "/probe.Squeezed/Echo"):
        call = stubs.channel.unary_unary(path)
        for broken in (b"\x0a\x05abc", b"\x0a\x02\xff\xfe", b"\xff" * 20):
            status, message = code(lambda: call(broken, timeout=SECONDS))
            if status not in ("INTERNAL", "INVALID_ARGUMENT"):
                raise AssertionError(f"{path} {broken!r}: {status} {message!r}")
    still_serves(stubs)


@case(CASES, "every kind of field both ways")
def values(stubs):
    value = probe_pb2.Values(
        a_double=float("-inf"), a_float=1.5, an_int32=-2**31, an_int64=-2**63, a_uint32=2**32 - 1, a_uint64=2**64 - 1,
        a_sint32=-2**31, a_sint64=2**63 - 1, a_fixed32=2**32 - 1, a_fixed64=2**64 - 1, a_sfixed32=-1, a_sfixed64=-2**63,
        a_bool=True, a_string="žluťoučký 🐎", some_bytes=EVERY_BYTE, colour=probe_pb2.GREEN, numbers=[0, -1, 2**62],
        words=["", "a"], counts={"": 0, "é": -5}, texts={-1: text("x", 2)}, number=0, maybe="", renamed="r")
    value.nested.words.append("deep")
    value.many.add().a_bool = True
    value.at.FromJsonString("2026-02-03T04:05:06.789Z")
    value.lasts.FromJsonString("-1.5s")
    value.wrapped.value = ""
    value.free.update({"a": [1, None, {"b": True}]})
    value.mask.paths.append("a.b")
    value.any.Pack(text("inside"))
    same(value, stubs.facts.Echo(value, timeout=SECONDS))
    unknown_enum = probe_pb2.Values.FromString(b"\x80\x01\x63")
    same(99, stubs.facts.Echo(unknown_enum, timeout=SECONDS).colour)
    same([3, 4], [answer.number for answer in stubs.facts.Each(probe_pb2.Values(numbers=[3, 4]), timeout=SECONDS)])


@case(CASES, "the context: which function, by what, for whom")
def context(stubs):
    trace = ("traceparent", f"00-{TRACE}-b7ad6b7169203331-01")
    found = told(stubs, metadata=(trace,))
    same(("facts", "grpc", TRACE), (found.function, found.trigger, found.trace_id))
    same(stubs.function.CLIENT_ADDRESS, found.client_address)
    same(True, len(found.invocation_id) > 8)
    same(False, found.invocation_id == told(stubs).invocation_id)


@case(CASES, "metadata: text, bytes, names that come more than once, both ways")
def metadata(stubs):
    sent = (("echo-text", "a b"), ("echo-text", "c"), ("echo-bytes-bin", EVERY_BYTE), ("trail-text", "t"),
            ("trail-empty-bin", b""), ("trail-bytes-bin", b"\0"), ("trail-bytes-bin", b"\xff"))
    found = told(stubs, metadata=sent)
    same("t", found.metadata["trail-text"])
    same(EVERY_BYTE, found.binary_metadata["echo-bytes-bin"])
    _, succeeds = stubs.facts.Metadata.with_call(empty_pb2.Empty(), metadata=sent, timeout=SECONDS)
    fails = stubs.facts.Refuse.future(Failure(kind=Failure.GRPC, code=9), metadata=sent, timeout=SECONDS)
    refused("FAILED_PRECONDITION", fails.result)
    for prefix, came in (("echo-", succeeds.initial_metadata()), ("trail-", fails.trailing_metadata())):
        same([each for each in sent if each[0].startswith(prefix)], sorted(
            (each for each in map(tuple, came) if each[0].startswith(prefix)),
            key=lambda each: [name for name, _ in sent].index(each[0])))


@case(CASES, "deadlines: the handler sees what is left, and is gone when nothing is")
def deadlines(stubs):
    for seconds in (SECONDS, 7200):
        found = stubs.facts.Context(empty_pb2.Empty(), timeout=seconds)
        # gRPC's C core rounds up what it sends.
        same((seconds, True), (seconds, 0 < found.remaining_ms <= seconds * 1020))
    for method in (stubs.facts.Hold, stubs.facts.HoldMidStream):
        with Gate() as gate:
            call = method.future if method is stubs.facts.Hold else method
            answers = call(probe_pb2.Gate(port=gate.port), timeout=1)
            waiting = gate.began()
            refused("DEADLINE_EXCEEDED", lambda: answers.result() if method is stubs.facts.Hold else list(answers))
            waiting.gone()


@case(CASES, "a method's own limit of time, without a deadline of the client")
def impatient(stubs):
    with Gate() as gate:
        call = stubs.facts.Impatient.future(probe_pb2.Gate(port=gate.port))
        waiting = gate.began()
        refused("DEADLINE_EXCEEDED", call.result)
        waiting.gone()
    still_serves(stubs)


@case(CASES, "a cancelled call: its handler is gone, be it before its answer, in its stream, or with the connection")
def cancelled(stubs):
    with Gate() as gate:
        here = probe_pb2.Gate(port=gate.port)
        unary = stubs.facts.Hold.future(here, timeout=SECONDS)
        waiting = gate.began()
        unary.cancel()
        waiting.gone()

        stream = stubs.facts.HoldMidStream(here, timeout=SECONDS)
        same("waits", next(stream).text)
        waiting = gate.began()
        stream.cancel()
        waiting.gone()

        with Wiretap(stubs.function.port) as tap, Stubs(tap) as others:
            call = others.facts.Hold.future(here, timeout=SECONDS)
            waiting = gate.began()
            tap.cut()
            waiting.gone()
            refused("UNAVAILABLE", call.result)
    still_serves(stubs)


@case(CASES, "streams that go on at their own pace")
def paced(stubs):
    with Gate() as gate:
        stream = stubs.facts.HoldMidStream(probe_pb2.Gate(port=gate.port), timeout=SECONDS)
        same("waits", next(stream).text)
        gate.began().open()
        same(["went on"], texts(stream))


@case(CASES, "a hundred calls at once on one connection")
def many(stubs):
    with Gate() as gate:
        calls = [stubs.facts.Hold.future(probe_pb2.Gate(port=gate.port), timeout=SECONDS) for _ in range(100)]
        for waiting in [gate.began() for _ in calls]:
            waiting.open()
        same(["went on"] * 100, [call.result().text for call in calls])


@case(CASES, "a function that takes one call at a time")
def narrow(stubs):
    with Gate() as gate:
        here = probe_pb2.Gate(port=gate.port)
        first = stubs.methods.Narrow.future(here, timeout=SECONDS)
        waiting = gate.began()
        refused("RESOURCE_EXHAUSTED", lambda: stubs.methods.Narrow(here, timeout=SECONDS))
        waiting.open()
        same("went on", first.result().text)
        again = stubs.methods.Narrow.future(here, timeout=SECONDS)
        gate.began().open()
        same("went on", again.result().text)


@case(CASES, "large messages: up to the limit, over it, and success after that")
def large(stubs):
    """Tonic calls it OUT_OF_RANGE, where other implementations say RESOURCE_EXHAUSTED."""
    limit = 4 * 1024 * 1024
    longest = "x" * (limit - 5)
    # The text's own head has five bytes.
    same(limit, text(longest).ByteSize())
    same(len(longest) + 6, len(stubs.methods.Unary(text(longest), timeout=SECONDS).text))
    for method in (stubs.methods.Unary, lambda one, **options: stubs.methods.Collect(iter([one]), **options)):
        found, message = code(lambda: method(text(longest + "x"), timeout=SECONDS))
        same(("OUT_OF_RANGE", True), (found, str(limit) in message))
    still_serves(stubs)


@case(CASES, "a server with limits of its own, compressed")
def squeezed(stubs):
    word = "x" * 99_000
    with Wiretap(stubs.function.port) as tap:
        with Stubs(tap, compression=grpc.Compression.Gzip) as compressed:
            same(word, compressed.squeezed.Echo(text(word), timeout=SECONDS).text)
            same([word] * 2, texts(compressed.squeezed.Repeat(text(word, 2), timeout=SECONDS)))
        same([True] * 3, tap.compressed())
    # The second is small on the way and large when it is unpacked.
    for compression, status in ((None, "OUT_OF_RANGE"), (grpc.Compression.Gzip, "RESOURCE_EXHAUSTED")):
        with Stubs(stubs.function, compression=compression) as others:
            refused(status, lambda: others.squeezed.Echo(text("x" * 1_000_000), timeout=SECONDS))
            same("x", others.squeezed.Echo(text("x"), timeout=SECONDS).text)


def fail(stubs, kind, **more):
    return code(lambda: stubs.methods.Fail(Failure(kind=kind, message="for the caller", **more), timeout=SECONDS))


@case(CASES, "errors: each kind its status, and nothing of what is inside")
def errors(stubs):
    for kind, wanted in (
            (Failure.INTERNAL, ("INTERNAL", "internal error")), (Failure.RETRY, ("INTERNAL", "internal error")),
            (Failure.RETRY_AFTER, ("UNAVAILABLE", "internal error")), (Failure.REJECT, ("INVALID_ARGUMENT", "for the caller"))):
        same(wanted, fail(stubs, kind))
    for http, wanted in ((400, "INVALID_ARGUMENT"), (401, "UNAUTHENTICATED"), (403, "PERMISSION_DENIED"), (404, "NOT_FOUND"),
                         (409, "ABORTED"), (429, "RESOURCE_EXHAUSTED"), (501, "UNIMPLEMENTED"), (503, "UNAVAILABLE")):
        message = "for the caller" if http < 500 else "internal error"
        same((http, (wanted, message)), (http, fail(stubs, Failure.STATUS, code=http)))
    for number in range(1, 17):
        status = next(each for each in grpc.StatusCode if each.value[0] == number)
        same((status.name, "for the caller"), fail(stubs, Failure.GRPC, code=number))


@case(CASES, "a panic is INTERNAL, says nothing of itself, and the connection lives")
def panics(stubs):
    for kind in (stubs.methods.Fail, stubs.methods.FailMidStream, stubs.facts.Refuse):
        found, message = code(lambda: kind(Failure(kind=Failure.PANIC, message="secret"), timeout=SECONDS))
        same(("INTERNAL", []), (found, [part for part in INSIDE if part in message]))
        still_serves(stubs)


@case(CASES, "a stream that fails has sent what came before")
def fails_mid_stream(stubs):
    for kind, wanted in ((Failure.GRPC, ("DATA_LOSS", "for the caller")), (Failure.STATUS, ("NOT_FOUND", "for the caller"))):
        number = 15 if kind == Failure.GRPC else 404
        stream = stubs.methods.FailMidStream(Failure(kind=kind, code=number, message="for the caller"), timeout=SECONDS)
        same("before", next(stream).text)
        same(wanted, code(lambda: next(stream)))


@case(CASES, "a status with details")
def details(stubs):
    call = stubs.facts.Refuse.future(Failure(kind=Failure.GRPC, code=9, message="see within", details=EVERY_BYTE), timeout=SECONDS)
    same(("FAILED_PRECONDITION", "see within"), code(call.result))
    same(EVERY_BYTE, dict(call.trailing_metadata())["grpc-status-details-bin"])


@case(CASES, "health: each service, all of them, and none such")
def health(stubs):
    for service in ("", *SERVICES):
        same(health_pb2.HealthCheckResponse.SERVING, stubs.health.Check(
            health_pb2.HealthCheckRequest(service=service), timeout=SECONDS).status)
    nobody = health_pb2.HealthCheckRequest(service="probe.Nobody")
    refused("NOT_FOUND", lambda: stubs.health.Check(nobody, timeout=SECONDS))
    watch = stubs.health.Watch(health_pb2.HealthCheckRequest(service=SERVICES[0]), timeout=SECONDS)
    same(health_pb2.HealthCheckResponse.SERVING, next(watch).status)
    watch.cancel()


def reflected(stubs, version, *requests):
    """The answers of a reflection service. The messages of the two versions are the same on the wire."""
    call = stubs.channel.stream_stream(
        f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo",
        request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
        response_deserializer=reflection_pb2.ServerReflectionResponse.FromString)
    asked = (reflection_pb2.ServerReflectionRequest(**request) for request in requests)
    return list(call(asked, timeout=SECONDS))


@case(CASES, "reflection, v1 and v1alpha: services, files by symbol and by name, none such")
def reflection(stubs):
    for version in ("v1", "v1alpha"):
        services, symbol, method, named = reflected(
            stubs, version, {"list_services": ""}, {"file_containing_symbol": "probe.Values"},
            {"file_containing_symbol": "grpc.testing.TestService.UnaryCall"},
            {"file_by_filename": "google/protobuf/timestamp.proto"})
        listed = {service.name for service in services.list_services_response.service}
        same([], [name for name in (*SERVICES, f"grpc.reflection.{version}.ServerReflection", "grpc.health.v1.Health")
                  if name not in listed])
        files = [descriptor_pb2.FileDescriptorProto.FromString(each.file_descriptor_response.file_descriptor_proto[0])
                 for each in (symbol, method, named)]
        same(["probe", "grpc.testing", "google.protobuf"], [file.package for file in files])
        same(True, "Values" in [message.name for message in files[0].message_type])
        nobody, behind = reflected(
            stubs, version, {"file_containing_symbol": "probe.Nobody"}, {"file_containing_symbol": "probe.Values"})
        same(grpc.StatusCode.NOT_FOUND.value[0], nobody.error_response.error_code)
        same(True, behind.HasField("file_descriptor_response"))


@case(CASES, "HTTP/1.1: other functions on the same port, and for native gRPC a hint of what is possible")
def http1(stubs):
    port = stubs.function.port
    plain = peer.post(f"http://127.0.0.1:{port}/plain", b"a")
    same((200, b"plain"), (plain.status, plain.body))
    answer = peer.post(f"http://127.0.0.1:{port}/probe.Methods/Unary", bytes(5), {"content-type": "application/grpc"})
    same((415, True, True), (answer.status, b"gRPC-Web" in answer.body, b"Connect" in answer.body))


@case(SQUEEZING, "answers of every form are compressed, as the configuration says, for callers that take it")
def configured(function):
    word = "x" * 1000
    with Wiretap(function.port) as tap:
        with Stubs(tap) as stubs:
            stubs.facts.Echo(probe_pb2.Values(a_string=word), timeout=SECONDS)
            stubs.methods.Unary(text(word), timeout=SECONDS)
            list(stubs.methods.Repeat(text(word, 2), timeout=SECONDS))
        same([True] * 4, tap.compressed())
    with Wiretap(function.port) as tap:
        with Stubs(tap, options=[("grpc.compression_enabled_algorithms_bitset", 1)]) as stubs:
            stubs.facts.Echo(probe_pb2.Values(a_string=word), timeout=SECONDS)
        same([False], tap.compressed())


@case(ENDING, "SIGTERM: calls in flight are answered, health says so, status 0")
def drained(function):
    with Stubs(function) as stubs, Gate() as gate:
        here = probe_pb2.Gate(port=gate.port)
        watch = stubs.health.Watch(health_pb2.HealthCheckRequest(service="probe.Facts"), timeout=SECONDS)
        same(health_pb2.HealthCheckResponse.SERVING, next(watch).status)
        unary = stubs.facts.Hold.future(here, timeout=SECONDS)
        unary_waits = gate.began()
        stream = stubs.facts.HoldMidStream(here, timeout=SECONDS)
        same("waits", next(stream).text)
        stream_waits = gate.began()
        with Talk(stubs.methods.Converse) as talk:
            same("you said one", talk.ask(text("one")).text)
            os.kill(function.process.child.pid, signal.SIGTERM)
            peer.wait_until(lambda: "no new requests" in function.process.output(), "it does not say that it stops")
            same(health_pb2.HealthCheckResponse.NOT_SERVING, next(watch).status)
            watch.cancel()
            same("you said two", talk.ask(text("two")).text)
            talk.end()
            same([], list(talk.answers))
        unary_waits.open()
        same("went on", unary.result().text)
        stream_waits.open()
        same(["went on"], texts(stream))
    same(0, function.process.child.wait(peer.SECONDS))
    same(True, "faas-rpc-probe: stopped" in function.process.output())
