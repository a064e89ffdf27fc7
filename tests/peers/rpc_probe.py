"""The function `faas-rpc-probe` as a process."""

import peer


class Function:
    """The function as a process of its own."""

    CLIENT_ADDRESS = "127.0.0.1"

    def __init__(self, binary, **env):
        self.port, self.management, self.thrift = (peer.free_port() for _ in range(3))
        self.process = peer.Process([binary], peer.plain_environment(
            PORT=str(self.port), FAAS__MANAGEMENT__LISTEN=f"127.0.0.1:{self.management}",
            FAAS__THRIFT__LISTEN=f"127.0.0.1:{self.thrift}", **env))

    def __enter__(self):
        try:
            self.process.wait_for_port(self.port)
        except AssertionError:
            self.process.end()
            raise
        return self

    def __exit__(self, *_):
        self.process.end()


class Knative(Function):
    """The same with the environment of a Knative revision whose port is named `h2c`."""

    # The connection is from Knative's own proxy, which says who the client is; here is none.
    CLIENT_ADDRESS = ""

    def __init__(self, binary):
        super().__init__(binary, K_SERVICE="probe", K_CONFIGURATION="probe", K_REVISION="probe-00001")
