"""AWS's runtime interface emulator, out of the AWS SAM CLI's package, which carries it for x86-64 and arm64."""

import os
import platform

import peer

SAM_CLI = "1.170.0"
MANAGED = "AWS_LAMBDA_MAX_CONCURRENCY"
# As a managed instance it takes the function from one of three places, whatever it is told, and runs it as a user without
# rights. So that nothing of the machine changes, it gets a /var of its own.
AT_ITS_PLACE = """
mount -t tmpfs none /var
mkdir /var/task
printf '#!/bin/sh\\nexec "%s"\\n' "$1" >/var/task/bootstrap
chmod 755 /var/task/bootstrap
shift
exec "$@"
"""


def can_be_managed():
    """Whether we may start it as a managed instance: only who may mount can give it what it wants."""
    return os.geteuid() == 0


def start(port, function, env, shown=False):
    """Starts it on a port of 127.0.0.1. It starts the function with the same environment: at the first invocation, as a managed
    instance at once."""
    machine = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
    emulator = peer.from_wheel("aws-sam-cli", SAM_CLI, f"samcli/local/rapid/aws-lambda-rie-{machine}")
    place = ["unshare", "--mount", "sh", "-ec", AT_ITS_PLACE, "sh", function] if MANAGED in env else []
    return peer.Process([
        *place,
        emulator,
        f"--runtime-interface-emulator-address=127.0.0.1:{port}",
        f"--runtime-api-address=127.0.0.1:{peer.free_port()}",
        function,
    ], env, shown)


class Emulator:
    """The emulator and, as its child from the first invocation on, the function."""

    def __init__(self, function, env):
        self.port = peer.free_port()
        self.process = start(self.port, function, peer.plain_environment(**env))

    def __enter__(self):
        try:
            self.process.wait_for_port(self.port)
        except AssertionError:
            self.process.end()
            raise
        return self

    def __exit__(self, *_):
        self.process.end()

    def invoke(self, event):
        url = f"http://127.0.0.1:{self.port}/2015-03-31/functions/function/invocations"
        return peer.post(url, event)
