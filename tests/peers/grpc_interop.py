"""gRPC's interoperability cases, by their names and numbers in `doc/interop-test-descriptions.md` of github.com/grpc/grpc.

A case gets a stub of `grpc.testing.TestService`, the channel below it, and the function. Not here: what needs Google's
credentials, a caching proxy or a load balancer; and of `client_compressed_streaming` the message that is left uncompressed
within a compressed call, which `grpcio` cannot send.
"""

from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

import grpc

import grpc_probe
from grpc_probe import refused, test_pb2, test_pb2_grpc
from lambda_cases import same
from wiretap import Wiretap

CASES = []
UNKNOWN = grpc.StatusCode.UNKNOWN.value[0]
REQUEST_SIZES, RESPONSE_SIZES = [27182, 8, 1828, 45904], [31415, 9, 2653, 58979]
INITIAL = ("x-grpc-test-echo-initial", "test_initial_metadata_value")
TRAILING = ("x-grpc-test-echo-trailing-bin", b"\xab\xab\xab")
SPECIAL = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"
SECONDS = 60


def case(body):
    CASES.append((body.__name__, body))
    return body


def cases(function):
    """The cases with all they need, each on a channel of its own."""
    for name, body in CASES:
        def run(body=body):
            with grpc_probe.channel(function.port) as channel:
                body(test_pb2_grpc.TestServiceStub(channel), channel, function)
        yield name, run


def payload(size):
    return test_pb2.Payload(body=bytes(size))


def large(**more):
    return test_pb2.SimpleRequest(response_size=314159, payload=payload(271828), **more)


def output(*sizes, request=None, **more):
    parameters = [test_pb2.ResponseParameters(size=size) for size in sizes]
    sent = None if request is None else payload(request)
    return test_pb2.StreamingOutputCallRequest(response_parameters=parameters, payload=sent, **more)


def flag(value):
    return test_pb2.BoolValue(value=value)


def is_large(answer):
    same(314159, len(answer.payload.body))


@case
def empty_unary(stub, *_):
    same(test_pb2.Empty(), stub.EmptyCall(test_pb2.Empty(), timeout=SECONDS))


@case
def large_unary(stub, *_):
    answer = stub.UnaryCall(large(), timeout=SECONDS)
    same((bytes(314159), test_pb2.COMPRESSABLE), (answer.payload.body, answer.payload.type))


@case
def client_compressed_unary(stub, *_):
    expecting, plain = large(expect_compressed=flag(True)), large(expect_compressed=flag(False))
    refused("INVALID_ARGUMENT", lambda: stub.UnaryCall(expecting, timeout=SECONDS))
    is_large(stub.UnaryCall(expecting, timeout=SECONDS, compression=grpc.Compression.Gzip))
    is_large(stub.UnaryCall(plain, timeout=SECONDS))


@case
def server_compressed_unary(_stub, _channel, function):
    for wanted in (True, False):
        with Wiretap(function.port) as tap:
            with grpc_probe.channel(tap.port) as channel:
                stub = test_pb2_grpc.TestServiceStub(channel)
                is_large(stub.UnaryCall(large(response_compressed=flag(wanted)), timeout=SECONDS))
            same([wanted], tap.compressed())


@case
def client_streaming(stub, *_):
    requests = [test_pb2.StreamingInputCallRequest(payload=payload(size)) for size in REQUEST_SIZES]
    same(74922, stub.StreamingInputCall(iter(requests), timeout=SECONDS).aggregated_payload_size)


@case
def client_compressed_streaming(stub, *_):
    expecting = [test_pb2.StreamingInputCallRequest(payload=payload(size), expect_compressed=flag(True)) for size in (27182, 45904)]
    refused("INVALID_ARGUMENT", lambda: stub.StreamingInputCall(iter(expecting[:1]), timeout=SECONDS))
    answer = stub.StreamingInputCall(iter(expecting), timeout=SECONDS, compression=grpc.Compression.Gzip)
    same(73086, answer.aggregated_payload_size)


@case
def server_streaming(stub, *_):
    answers = stub.StreamingOutputCall(output(*RESPONSE_SIZES), timeout=SECONDS)
    same(RESPONSE_SIZES, [len(answer.payload.body) for answer in answers])


@case
def server_compressed_streaming(_stub, _channel, function):
    """The second half of the case, to leave one message as it is, is beyond tonic: its streams are compressed whole."""
    parameters = [test_pb2.ResponseParameters(size=size, compressed=flag(True)) for size in (31415, 92653)]
    with Wiretap(function.port) as tap:
        with grpc_probe.channel(tap.port) as channel:
            request = test_pb2.StreamingOutputCallRequest(response_parameters=parameters)
            answers = test_pb2_grpc.TestServiceStub(channel).StreamingOutputCall(request, timeout=SECONDS)
            same([31415, 92653], [len(answer.payload.body) for answer in answers])
        same([True, True], tap.compressed())


@case
def ping_pong(stub, *_):
    with Talk(stub.FullDuplexCall) as talk:
        for request, response in zip(REQUEST_SIZES, RESPONSE_SIZES):
            same(response, len(talk.ask(output(response, request=request)).payload.body))
        talk.end()
        same([], list(talk.answers))


@case
def empty_stream(stub, *_):
    same([], list(stub.FullDuplexCall(iter(()), timeout=SECONDS)))


@case
def half_duplex(stub, *_):
    """A method of the service without a case of its own: all is read before the first answer."""
    requests = [output(size) for size in RESPONSE_SIZES]
    answers = stub.HalfDuplexCall(iter(requests), timeout=SECONDS)
    same(RESPONSE_SIZES, [len(answer.payload.body) for answer in answers])


@case
def custom_metadata(stub, *_):
    _, unary = stub.UnaryCall.with_call(large(), metadata=(INITIAL, TRAILING), timeout=SECONDS)
    duplex = stub.FullDuplexCall(iter([output(314159, request=271828)]), metadata=(INITIAL, TRAILING), timeout=SECONDS)
    same(1, len(list(duplex)))
    for call in (unary, duplex):
        same(INITIAL[1], dict(call.initial_metadata()).get(INITIAL[0]))
        same(TRAILING[1], dict(call.trailing_metadata()).get(TRAILING[0]))


@case
def status_code_and_message(stub, *_):
    status = test_pb2.EchoStatus(code=UNKNOWN, message="test status message")
    unary = grpc_probe.code(lambda: stub.UnaryCall(test_pb2.SimpleRequest(response_status=status), timeout=SECONDS))
    duplex = grpc_probe.code(lambda: stub.FullDuplexCall(iter([output(response_status=status)]), timeout=SECONDS))
    same([("UNKNOWN", "test status message")] * 2, [unary, duplex])


@case
def special_status_message(stub, *_):
    status = test_pb2.EchoStatus(code=UNKNOWN, message=SPECIAL)
    found = grpc_probe.code(lambda: stub.UnaryCall(test_pb2.SimpleRequest(response_status=status), timeout=SECONDS))
    same(("UNKNOWN", SPECIAL), found)


def unknown(channel, method):
    call = channel.unary_unary(
        method, request_serializer=test_pb2.Empty.SerializeToString, response_deserializer=test_pb2.Empty.FromString)
    refused("UNIMPLEMENTED", lambda: call(test_pb2.Empty(), timeout=SECONDS))


@case
def unimplemented_method(_, channel, *__):
    unknown(channel, "/grpc.testing.TestService/UnimplementedCall")


@case
def unimplemented_service(_, channel, *__):
    unknown(channel, "/grpc.testing.UnimplementedService/UnimplementedCall")


@case
def cancel_after_begin(stub, *_):
    with Talk(stub.StreamingInputCall.future) as talk:
        talk.answers.cancel()
        same(True, talk.answers.cancelled())
        same(grpc.StatusCode.CANCELLED, talk.answers.code())


@case
def cancel_after_first_response(stub, *_):
    with Talk(stub.FullDuplexCall) as talk:
        same(31415, len(talk.ask(output(31415, request=27182)).payload.body))
        talk.answers.cancel()
        refused("CANCELLED", lambda: next(talk.answers))


@case
def timeout_on_sleeping_server(stub, *_):
    with Talk(stub.FullDuplexCall, timeout=0.001) as talk:
        talk.say(output(request=27182))
        refused("DEADLINE_EXCEEDED", lambda: list(talk.answers))


@case
def concurrent_large_unary(stub, *_):
    """Named as something to do in the document, with 1000 calls."""
    with ThreadPoolExecutor(100) as pool:
        for answer in pool.map(lambda _: stub.UnaryCall(large(), timeout=SECONDS), range(100)):
            is_large(answer)


class Talk:
    """A call whose requests are sent one by one."""

    def __init__(self, method, timeout=SECONDS, **options):
        self.requests = SimpleQueue()
        self.answers = method(iter(self.requests.get, None), timeout=timeout, **options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()
        self.answers.cancel()

    def say(self, request):
        self.requests.put(request)

    def ask(self, request):
        self.say(request)
        return next(self.answers)

    def end(self):
        """No more requests."""
        self.requests.put(None)
