"""What `faas-rpc-probe` must do with TLS on its ports: for `ANYBODY`, for clients that it has to know (`KNOWN`), at its start."""

import http.client
import os
import socket
import ssl
import tempfile
from pathlib import Path

# Handshakes fail here on purpose.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")

import grpc
import thriftpy2.rpc
import trustme
from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.transport.TSSLSocket import TSSLSocket
from thrift.transport.TTransport import TFramedTransport
from thriftpy2.protocol import TCompactProtocolFactory
from thriftpy2.transport import TBufferedTransportFactory

import peer
from grpc_probe import OPTIONS, probe_pb2, probe_pb2_grpc
from lambda_cases import same
from rpc_probe import Function
from thrift_clients import MILLISECONDS, of_apache
from thrift_idl import MODULES

ANYBODY, KNOWN, STARTS = [], [], []
# Above a record of TLS, and above HTTP/2's first window.
LARGE = 200_000


def case(cases, name):
    def keep(body):
        cases.append((name, body))
        return body
    return keep


class Authority:
    """An authority with a server's certificate and a client's, as files; and one that nobody knows."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="peer-")
        self.authority, self.stranger = trustme.CA(), trustme.CA()
        self.ca = self.file("ca.pem", self.authority.cert_pem)
        self.server = self.pair("server", self.authority, "127.0.0.1", "localhost")
        self.client = self.pair("client", self.authority, "client@example.com")
        self.forged = self.pair("forged", self.stranger, "client@example.com")
        return self

    def __exit__(self, *_):
        self.folder.cleanup()

    def file(self, name, blob):
        path = Path(self.folder.name) / name
        blob.write_to_path(str(path))
        return str(path)

    def pair(self, name, authority, *identities):
        made = authority.issue_cert(*identities)
        chain = Path(self.folder.name) / f"{name}.pem"
        chain.write_bytes(b"".join(blob.bytes() for blob in made.cert_chain_pems))
        return str(chain), self.file(f"{name}.key", made.private_key_pem)

    def settings(self, section, strict):
        certificate, key = self.server
        settings = {f"FAAS__{section}__TLS__CERTIFICATE": certificate, f"FAAS__{section}__TLS__KEY": key}
        return {**settings, **({f"FAAS__{section}__TLS__CLIENT_CA": self.ca} if strict else {})}


class Secured(Function):
    """The function with TLS on both ports."""

    def __init__(self, binary, authority, strict):
        super().__init__(binary, **authority.settings("HTTP", strict), **authority.settings("THRIFT", strict))
        self.authority = authority

    def context(self, protocols=(), known_by=None):
        """A client's view, as OpenSSL has it."""
        context = ssl.create_default_context(cafile=self.authority.ca)
        if protocols:
            context.set_alpn_protocols(list(protocols))
        if known_by:
            context.load_cert_chain(*known_by)
        return context

    def hands(self, port, **options):
        """A connection after the handshake."""
        plain = socket.create_connection(("127.0.0.1", port), timeout=peer.SECONDS)
        return self.context(**options).wrap_socket(plain, server_hostname="localhost")


def stub(function, known_by=None, trusted=True):
    read = lambda path: Path(path).read_bytes()  # noqa: E731
    chain, key = (read(known_by[0]), read(known_by[1])) if known_by else (None, None)
    roots = read(function.authority.ca) if trusted else function.authority.stranger.cert_pem.bytes()
    credentials = grpc.ssl_channel_credentials(roots, key, chain)
    channel = grpc.secure_channel(f"localhost:{function.port}", credentials, OPTIONS)
    return channel, probe_pb2_grpc.MethodsStub(channel)


def greeted(function, **options):
    """One call of each kind of wire, by gRPC."""
    channel, methods = stub(function, **options)
    with channel:
        same("hello ada", methods.Unary(probe_pb2.Text(text="ada"), timeout=peer.SECONDS).text)


def unavailable(function, **options):
    channel, methods = stub(function, **options)
    with channel:
        try:
            methods.Unary(probe_pb2.Text(text="ada"), timeout=peer.SECONDS)
        except grpc.RpcError as error:
            same("UNAVAILABLE", error.code().name)
        else:
            raise AssertionError("the call was answered")


@case(ANYBODY, "gRPC over TLS")
def over_tls(function):
    greeted(function)


@case(ANYBODY, "gRPC over TLS: a large message there and back, and streams")
def large(function):
    channel, methods = stub(function)
    with channel:
        name = "x" * LARGE
        same(f"hello {name}", methods.Unary(probe_pb2.Text(text=name), timeout=peer.SECONDS).text)
        answers = methods.Converse(iter(probe_pb2.Text(text=str(number)) for number in range(100)), timeout=peer.SECONDS)
        same(100, len(list(answers)))


@case(ANYBODY, "a client that does not trust the authority ends the handshake, and the next is served")
def untrusted(function):
    unavailable(function, trusted=False)
    greeted(function)


@case(ANYBODY, "the protocol is agreed on in the handshake (ALPN)")
def agreed(function):
    for offered, expected in ((("h2", "http/1.1"), "h2"), (("http/1.1", "h2"), "h2"), (("http/1.1",), "http/1.1"), ((), None)):
        with function.hands(function.port, protocols=offered) as connection:
            same(expected, connection.selected_alpn_protocol())
    try:
        with function.hands(function.port, protocols=("spdy/3",)):
            raise AssertionError("the handshake with an unknown protocol was accepted")
    except ssl.SSLError as error:
        # RFC 7301, section 3.2
        if "no application protocol" not in str(error).lower().replace("_", " "):
            raise


@case(ANYBODY, "versions before TLS 1.2 are refused")
def old(function):
    context = function.context()
    same({"TLSv1.3"}, {version(function, context, None)})
    same({"TLSv1.2"}, {version(function, context, ssl.TLSVersion.TLSv1_2)})
    plain = socket.create_connection(("127.0.0.1", function.port), timeout=peer.SECONDS)
    with plain:
        # A greeting of TLS 1.0 alone, by hand: OpenSSL no longer says it (RFC 2246, section 7.4.1.2).
        hello = b"\x03\x01" + bytes(32) + b"\0" + b"\0\x02\0\x2f" + b"\x01\0"
        handshake = b"\x01" + len(hello).to_bytes(3, "big") + hello
        plain.sendall(b"\x16\x03\x01" + len(handshake).to_bytes(2, "big") + handshake)
        answer = plain.recv(64)
        # An alert and no handshake: content type 21.
        same(21, answer[0])
    greeted(function)


def version(function, context, most):
    if most:
        context.maximum_version = most
    plain = socket.create_connection(("127.0.0.1", function.port), timeout=peer.SECONDS)
    with context.wrap_socket(plain, server_hostname="localhost") as connection:
        return connection.version()


@case(ANYBODY, "HTTPS by HTTP/1.1: Connect's JSON on the same port")
def https(function):
    connection = http.client.HTTPSConnection("localhost", function.port, context=function.context(), timeout=peer.SECONDS)
    connection.request("POST", "/probe.Methods/Unary", '{"text":"ada"}', {"content-type": "application/json"})
    answer = connection.getresponse()
    same((200, b'{"text":"hello ada"}'), (answer.status, answer.read()))
    connection.close()


@case(ANYBODY, "Thrift over TLS: thriftpy2, compact")
def thriftpy(function):
    client = thriftpy2.rpc.make_client(
        MODULES["everything"].Everything, "127.0.0.1", function.thrift, proto_factory=TCompactProtocolFactory(),
        trans_factory=TBufferedTransportFactory(), timeout=MILLISECONDS, ssl_context=function.context())
    same("x" * LARGE, client.text("x" * LARGE))
    client.close()


@case(ANYBODY, "Thrift over TLS: Apache's, framed")
def apache(function):
    opened = TSSLSocket("localhost", function.thrift, cert_reqs=ssl.CERT_REQUIRED, ca_certs=function.authority.ca)
    opened.setTimeout(MILLISECONDS)
    connection = of_apache(TFramedTransport(opened), TBinaryProtocol, "everything", "Everything", False)
    same("ada", connection.call("text", "ada"))
    connection.close()


@case(ANYBODY, "plain text on a port with TLS gets no answer of the function, and the next is served")
def plain(function):
    for port in (function.port, function.thrift):
        with socket.create_connection(("127.0.0.1", port), timeout=peer.SECONDS) as connection:
            connection.sendall(b"POST /probe.Methods/Unary HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n"
                               b"content-length: 14\r\n\r\n" + b'{"text":"ada"}')
            answer = b""
            try:
                while piece := connection.recv(4096):
                    answer += piece
            except ConnectionResetError:
                pass
            if b"hello" in answer:
                raise AssertionError(f"answered in plain text: {answer!r}")
    greeted(function)


@case(ANYBODY, "handshakes that are cut, garbage in records: the next is served")
def garbage(function):
    for port in (function.port, function.thrift):
        for sent in (b"\x16", b"\x16\x03\x01\xff\xff", b"\x16\x03\x01\0\x05hello", bytes([22]) * 20_000):
            with socket.create_connection(("127.0.0.1", port), timeout=peer.SECONDS) as connection:
                connection.sendall(sent)
    greeted(function)


@case(KNOWN, "a client with a certificate of the authority is served")
def known(function):
    greeted(function, known_by=function.authority.client)


@case(KNOWN, "a client without a certificate is not, by gRPC and by Thrift")
def unknown(function):
    unavailable(function)
    refused(function, None)
    greeted(function, known_by=function.authority.client)


@case(KNOWN, "a client with a certificate of another authority is not")
def forged(function):
    unavailable(function, known_by=function.authority.forged)
    refused(function, function.authority.forged)
    greeted(function, known_by=function.authority.client)


def refused(function, known_by):
    """In TLS 1.3 the client hears of it behind its own handshake."""
    try:
        with function.hands(function.thrift, known_by=known_by) as connection:
            connection.sendall(b"\0\0\0\0")
            heard = connection.recv(1)
    except (ssl.SSLError, ConnectionError):
        return
    raise AssertionError(f"the connection was not refused, it brought {heard!r}")


@case(STARTS, "a key of another certificate: the start names the file and the key of the configuration")
def mismatched(probe, authority):
    settings = {**authority.settings("HTTP", False), "FAAS__HTTP__TLS__KEY": authority.client[1]}
    ended(probe, settings, "http.tls", "client.key")


@case(STARTS, "a file that is not there: the start names it")
def missing(probe, authority):
    settings = {**authority.settings("HTTP", False), "FAAS__HTTP__TLS__CERTIFICATE": "/nowhere/server.pem"}
    ended(probe, settings, "http.tls.certificate", "/nowhere/server.pem")


def ended(probe, settings, *parts):
    process = peer.Process([probe], peer.plain_environment(
        PORT=str(peer.free_port()), FAAS__MANAGEMENT__LISTEN=f"127.0.0.1:{peer.free_port()}",
        FAAS__THRIFT__LISTEN=f"127.0.0.1:{peer.free_port()}", **settings))
    try:
        same(78, process.child.wait(peer.SECONDS))
        log = process.output()
        for part in parts:
            if part not in log:
                raise AssertionError(f"{part!r} is not in the log:\n{log}")
        if "PRIVATE KEY" in log:
            raise AssertionError("the log holds a key")
    finally:
        process.end()
