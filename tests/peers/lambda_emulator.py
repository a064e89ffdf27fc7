"""AWS's runtime interface emulator, out of the AWS SAM CLI's package, which carries it for x86-64 and arm64."""

import platform

import peer

SAM_CLI = "1.170.0"


def start(port, function, env, shown=False):
    """Starts it on a port of 127.0.0.1; at the first invocation it starts the function, with the same environment."""
    machine = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
    emulator = peer.from_wheel("aws-sam-cli", SAM_CLI, f"samcli/local/rapid/aws-lambda-rie-{machine}")
    return peer.Process([
        emulator,
        f"--runtime-interface-emulator-address=127.0.0.1:{port}",
        f"--runtime-api-address=127.0.0.1:{peer.free_port()}",
        function,
    ], env, shown)
