"""The gRPC function `faas-rpc-probe` as a process, and the stubs that `grpcio` makes for it of the proto files."""

import sys
import tempfile
from pathlib import Path

import grpc
import grpc_tools
from grpc_tools import protoc

import peer

PROTOS = peer.ROOT / "tests/rpc/proto"
# No proxy of the environment, and no connection shared with another channel.
OPTIONS = [("grpc.enable_http_proxy", 0), ("grpc.use_local_subchannel_pool", 1), ("grpc.max_receive_message_length", -1)]


def stubs():
    """Compiles the proto files into a folder that lasts as long as this process, and imports them."""
    folder = tempfile.TemporaryDirectory(prefix="peer-")
    bundled = Path(grpc_tools.__file__).parent / "_proto"
    for proto in ("grpc/testing/test.proto", "probe.proto"):
        # The package `grpc` is taken: the generated modules stand beside each other.
        where = (PROTOS / proto).parent
        arguments = [f"-I{where}", f"-I{bundled}", f"--python_out={folder.name}", f"--grpc_python_out={folder.name}"]
        if protoc.main(["protoc", *arguments, str(PROTOS / proto)]):
            raise SystemExit(f"{proto} was not compiled")
    sys.path.append(folder.name)
    return folder


_FOLDER = stubs()

import probe_pb2  # noqa: E402
import probe_pb2_grpc  # noqa: E402
import test_pb2  # noqa: E402
import test_pb2_grpc  # noqa: E402

__all__ = ["channel", "code", "probe_pb2", "probe_pb2_grpc", "refused", "test_pb2", "test_pb2_grpc"]


def channel(port, options=(), **more):
    return grpc.insecure_channel(f"127.0.0.1:{port}", [*OPTIONS, *options], **more)


def code(call):
    """The status of a call that fails, with its message."""
    try:
        answer = call()
        # A stream fails while it is read.
        if hasattr(answer, "__iter__") and hasattr(answer, "cancel"):
            answer = list(answer)
    except grpc.RpcError as error:
        return error.code().name, error.details()
    raise AssertionError(f"the call did not fail: {answer!r}"[:400])


def refused(expected, call, *parts):
    """The call fails with this status; its message has all of the parts."""
    found, message = code(call)
    if found != expected or not all(part in message for part in parts):
        raise AssertionError(f"expected {expected} with {parts}, found {found}: {message!r}")
    return message
