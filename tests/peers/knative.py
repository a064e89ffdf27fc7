"""A function on Knative, and what stands around it there: who sends events, and who takes those that it publishes.

Events are written and read by the Python library `cloudevents`; nothing here knows their form on the wire.
"""

import http.client
import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cloudevents.core.bindings.http import (
    HTTPMessage, from_http_event, to_binary_event, to_structured_event)
from cloudevents.core.v1.event import CloudEvent

import peer

# Which failures a sender repeats: Knative Eventing's data plane contract, "Event delivery"; all of 5xx too.
RETRIED = (404, 408, 409, 429)
BATCH = "application/cloudevents-batch+json"


def event(kind, data=None, **attributes):
    """A CloudEvent; its id and its time come from the library if nobody tells them."""
    return CloudEvent({"type": kind, "source": "/peers", **attributes}, data)


def batch(*events):
    """The library has no batches: these are its structured events in a JSON array."""
    return HTTPMessage({"content-type": BATCH}, b"[" + b",".join(to_structured_event(each).body for each in events) + b"]")


@dataclass
class Reply:
    status: int
    headers: dict
    body: bytes

    def event(self):
        return from_http_event(HTTPMessage(self.headers, self.body))

    def verdict(self):
        """What a broker makes of it: the event is `delivered`, it comes `again`, or `never`."""
        if 200 <= self.status < 300:
            # a broker's filter takes a body that is no event for a broken function, and repeats
            is_event = "ce-specversion" in self.headers or "cloudevents" in self.headers.get("content-type", "")
            return "again" if self.body and not is_event else "delivered"
        return "again" if self.status >= 500 or self.status in RETRIED else "never"


class Function:
    """The function as a process, with the environment that Knative gives it."""

    def __init__(self, binary, **env):
        self.port = peer.free_port()
        self.process = peer.Process([binary], peer.plain_environment(
            K_SERVICE="probe", K_CONFIGURATION="probe", K_REVISION="probe-00001", PORT=str(self.port), **env))

    def __enter__(self):
        try:
            self.process.wait_for_port(self.port)
        except AssertionError:
            self.process.end()
            raise
        return self

    def __exit__(self, *_):
        self.process.end()

    def request(self, method, path, headers=None, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=peer.SECONDS)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def post(self, message, path="/", **headers):
        """Sends what the library has made, as brokers do."""
        return self.request("POST", path, {"prefer": "reply", **message.headers, **headers}, message.body)

    def binary(self, *arguments, **attributes):
        return self.post(to_binary_event(event(*arguments, **attributes)))

    def structured(self, *arguments, **attributes):
        return self.post(to_structured_event(event(*arguments, **attributes)))

    def seen(self):
        """What handlers have noted, which is forgotten with it."""
        return json.loads(self.request("DELETE", "/seen").body)


class Sink:
    """Takes what functions publish. It answers with `status`, but not before somebody has opened it."""

    def __init__(self):
        self.messages = []
        self.status = 202
        self.open = threading.Event()
        self.open.set()
        self.came = threading.Semaphore(0)
        sink = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                sink.messages.append(HTTPMessage({name.lower(): value for name, value in self.headers.items()}, body))
                sink.came.release()
                sink.open.wait(peer.SECONDS)
                self.send_response(sink.status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/in?to=shop"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.open.set()
        self.server.shutdown()
        self.server.server_close()

    def wait(self):
        """Waits for the next message, which may still be held."""
        if not self.came.acquire(timeout=peer.SECONDS):
            raise AssertionError(f"nothing was published in {peer.SECONDS} s")
        return self.messages[-1]

    def take(self):
        """The only message since the last time."""
        message = self.wait()
        found = len(self.messages)
        self.messages.clear()
        if found != 1:
            raise AssertionError(f"{found} messages were published instead of one")
        return message
