#!/usr/bin/env python3
"""A runtime that keeps the Runtime API's rules and breaks them, to learn what the platform says to each.

A play is a list of requests in their order. The process plays the one that RULES_PLAY names against AWS_LAMBDA_RUNTIME_API, and
writes what came back, request by request, to RULES_ANSWERS. `rules` starts it under AWS's own emulator and under ours.
"""

import http.client
import json
import os
import socket
import sys
import threading
import time
import urllib.request

RUNTIME = "/2018-06-01/runtime"
EXTENSION = "/2020-01-01/extension"
# The largest answer of a buffered invocation: 6 MiB + 100 bytes (Lambda quotas).
LARGEST = 6 * 1024 * 1024 + 100
SECONDS = 60
# What an invocation has where its end is waited for.
TIMEOUT = 5
STREAM = {"Lambda-Runtime-Function-Response-Mode": "streaming", "Content-Type": "application/octet-stream"}


class Line:
    """A connection of its own, and the answers that came over it."""

    def __init__(self, play):
        self.play = play
        host, port = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")
        self.socket = socket.create_connection((host, int(port)), SECONDS)

    def send(self, method, path, headers=None, body=b"", chunks=None, trailers=None):
        fields = {"Host": "runtime", **(headers or {})}
        if chunks is None:
            fields["Content-Length"] = str(len(body))
        else:
            fields["Transfer-Encoding"] = "chunked"
            fields["Trailer"] = "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body"
            body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
            if trailers is not None:
                body += b"0\r\n" + lines(trailers) + b"\r\n"
        try:
            self.socket.sendall(f"{method} {path} HTTP/1.1\r\n".encode() + lines(fields) + b"\r\n" + body)
        except OSError:
            pass  # refused before the end: the answer tells

    def read(self):
        """The status, the headers, and the body; a status of 0 if the connection ended instead."""
        answer = http.client.HTTPResponse(self.socket)
        try:
            answer.begin()
            return answer.status, answer.headers, answer.read()
        except (OSError, http.client.HTTPException):
            return 0, {}, b""

    def ask(self, label, *request, **more):
        """Sends a request and notes the answer under a label."""
        self.send(*request, **more)
        return self.note(label)

    def note(self, label):
        status, headers, body = self.read()
        self.play.note(label, status, body)
        return headers

    def end_of_sending(self):
        self.socket.shutdown(socket.SHUT_WR)

    def next(self, label="next"):
        """Polls; returns the id of what came."""
        headers = self.ask(label, "GET", f"{RUNTIME}/invocation/next")
        return headers.get("Lambda-Runtime-Aws-Request-Id")

    def answer(self, label, id, *, end="response", headers=None, body=b'"x"', **more):
        headers = {"Content-Type": "application/json", **(headers or {})}
        return self.ask(label, "POST", f"{RUNTIME}/invocation/{id}/{end}", headers, body, **more)

    def error(self, label, id, body=b'{"errorType":"Function.Test","errorMessage":"x"}', kind="Function.Test"):
        return self.answer(label, id, end="error", headers={"Lambda-Runtime-Function-Error-Type": kind}, body=body)

    def init_error(self, label):
        kind = {"Lambda-Runtime-Function-Error-Type": "Runtime.Test"}
        return self.ask(label, "POST", f"{RUNTIME}/init/error", kind, b'{"errorType":"Runtime.Test"}')

    def register(self, label, name, body=b'{"events":[]}'):
        headers = self.ask(label, "POST", f"{EXTENSION}/register", name and {"Lambda-Extension-Name": name}, body)
        return headers.get("Lambda-Extension-Identifier")


class Play:
    """One run: its connections, and what came back."""

    def __init__(self):
        self.noted = []

    def line(self):
        return Line(self)

    def note(self, label, status, body):
        try:
            kind = json.loads(body).get("errorType", "")
        except (ValueError, AttributeError):
            kind = ""
        self.noted.append([label, status, kind])

    def park(self, id):
        """Leaves an extension waiting on a connection of its own; its answer is for who asks."""
        line = self.line()
        line.send("GET", f"{EXTENSION}/event/next", {"Lambda-Extension-Identifier": id})
        # whoever comes later must come after it
        time.sleep(0.3)
        return line

    def time_out(self, id):
        """Lets the time of an invocation pass."""
        control = os.environ.get("RULES_CONTROL")
        if control:
            urllib.request.urlopen(f"http://{control}/_/script", f"timeout {id}".encode(), timeout=SECONDS).read()
        else:
            time.sleep(TIMEOUT + 1)


def lines(fields):
    return b"".join(f"{name}: {value}\r\n".encode() for name, value in fields.items())


def answers(play):
    line = play.line()
    line.answer("an answer before the first poll", "11111111-1111-1111-1111-111111111111")
    id = line.next()
    again = line.next("next twice")
    play.note("the same event again" if again == id else "another event", 0, b"")
    line.answer("an unknown id", "11111111-1111-1111-1111-111111111111")
    line.error("an error for an unknown id", "11111111-1111-1111-1111-111111111111")
    line.answer("the answer", id)
    line.answer("the answer twice", id)
    line.error("an error after it", id)
    line.next("the next one")
    line.answer("an answer to the last one", id)


def errors(play):
    line = play.line()
    id = line.next()
    line.error("an error", id)
    line.error("an error twice", id)
    line.answer("an answer after it", id)
    id = line.next("the next one")
    line.error("an error without a type", id, kind="")
    id = line.next("the one after")
    line.error("an error without a body", id, body=b"")


def wrong_mode(play):
    line = play.line()
    id = line.next()
    line.answer("a wrong mode", id, headers={"Lambda-Runtime-Function-Response-Mode": "Streaming"})
    line.answer("another answer", id)


def wrong_mode_then_next(play):
    line = play.line()
    line.answer("a wrong mode", line.next(), headers={"Lambda-Runtime-Function-Response-Mode": "buffered"})
    line.next("the next one")


def streams(play):
    line = play.line()
    line.answer("a stream", line.next(), headers=STREAM, chunks=[b"one", b"two"], trailers={})
    line.answer("an empty stream", line.next(), headers=STREAM, chunks=[], trailers={})
    trailers = {
        "Lambda-Runtime-Function-Error-Type": "Function.Test",
        "Lambda-Runtime-Function-Error-Body": "eyJlcnJvclR5cGUiOiJGdW5jdGlvbi5UZXN0In0=",
    }
    line.answer("a stream that fails", line.next(), headers=STREAM, chunks=[b"one"], trailers=trailers)
    line.answer("chunks of no stream", line.next(), chunks=[b'"x', b'"'], trailers={})
    line.next("the next one")


def sizes(play):
    line = play.line()
    line.answer("the largest answer", line.next(), body=b"x" * LARGEST)
    id = line.next()
    line.answer("a byte more", id, body=b"x" * (LARGEST + 1))
    # the connection may have ended with it
    line = play.line()
    line.answer("an answer after it", id)
    line.error("an error after it", id)
    line.answer("the next one", line.next())


def large_error(play):
    line = play.line()
    line.error("an error of a MiB and a byte", line.next(), body=b"x" * (1024 * 1024 + 1))
    line = play.line()
    line.answer("the next one", line.next())


def init_error(play):
    line = play.line()
    line.init_error("an init error")
    line.init_error("an init error twice")


def init_error_then_next(play):
    line = play.line()
    line.init_error("an init error")
    line.next("next")


def late_init_error(play):
    line = play.line()
    id = line.next()
    line.init_error("an init error after the first poll")
    line.answer("the answer", id)


def routes(play):
    line = play.line()
    line.ask("restore/next", "GET", f"{RUNTIME}/restore/next")
    line.ask("restore/error", "POST", f"{RUNTIME}/restore/error", {"Content-Type": "application/json"}, b"{}")
    line.ask("ping", "GET", "/2018-06-01/ping")
    line.ask("no such path", "GET", "/2018-06-01/nowhere")
    line.answer("and then an event", line.next())


def registration(play):
    line = play.line()
    line.register("no name", None)
    line.register("an empty name", "")
    line.register("no JSON", "one", b"{")
    line.register("keys of old", "one", b'{"events":[],"configurationKeys":["a"]}')
    line.register("events of external ones", "one", b'{"events":["SHUTDOWN"]}')
    line.register("an unknown event", "one", b'{"events":["NOTHING"]}')
    line.register("events that are no list", "one", b'{"events":7}')
    line.register("no events", "one")
    line.register("the same name", "one")
    line.register("no list of events", "two", b"{}")


def too_many(play):
    line = play.line()
    for number in range(11):
        line.register(f"number {number}", f"extension-{number}")


def waiting(play):
    line = play.line()
    path = f"{EXTENSION}/event/next"
    line.ask("no identifier", "GET", path)
    line.ask("no UUID", "GET", path, {"Lambda-Extension-Identifier": "one"})
    line.ask("an unknown one", "GET", path, {"Lambda-Extension-Identifier": "11111111-1111-1111-1111-111111111111"})
    id = line.register("register", "one")
    play.park(id)
    line.ask("while it waits already", "GET", path, {"Lambda-Extension-Identifier": id})
    line.answer("an event all the same", line.next())
    line.register("after the first poll", "two")
    line.answer("the next one", line.next())


def invoked(play):
    """An extension that wants to know of invocations."""
    line = play.line()
    id = line.register("register", "one", b'{"events":["INVOKE"]}')
    if id is None:
        return
    told = play.park(id)
    event = line.next()
    told.note("the extension is told")
    line.answer("the answer", event)


def failing(play):
    line = play.line()
    fails = {"Lambda-Extension-Function-Error-Type": "Extension.Test"}
    for end in ("init", "exit"):
        path = f"{EXTENSION}/{end}/error"
        line.ask(f"{end}: no identifier", "POST", path, fails, b"{}")
        known = {"Lambda-Extension-Identifier": line.register(f"{end}: register", end)}
        line.ask(f"{end}: no type", "POST", path, known, b"{}")
        line.ask(f"{end}: reported", "POST", path, {**known, **fails}, b"{}")
        line.ask(f"{end}: reported twice", "POST", path, {**known, **fails}, b"{}")
        line.ask(f"{end}: next after it", "GET", f"{EXTENSION}/event/next", known)


def cut_answer(play):
    """A body that ends early, by who can still read."""
    line = play.line()
    id = line.next()
    line.send("POST", f"{RUNTIME}/invocation/{id}/response", {**STREAM}, chunks=[b"one"])
    line.end_of_sending()
    line.note("a stream without its end")
    line = play.line()
    line.answer("an answer after it", id)


def at_once(play):
    """As many polls as there may be; answers in another order than that of the events."""
    lines_of_four = [play.line() for _ in range(4)]
    for line in lines_of_four:
        line.send("GET", f"{RUNTIME}/invocation/next")
    ids = []
    for line in lines_of_four:
        status, headers, _ = line.read()
        ids.append(headers["Lambda-Runtime-Aws-Request-Id"])
        play.note("an event", status, b"")
    play.note(f"{len(set(ids))} events", 0, b"")
    first, second, third, fourth = ids
    line = lines_of_four[0]
    line.answer("the last one's answer", fourth)
    line.answer("twice", fourth)
    line.error("an error after it", fourth)
    line.error("an error for another", second)
    line.error("twice", second)
    line.answer("an answer after it", second)
    line.answer("the third one's", third)
    line.answer("over another connection: the first one's", first)
    line.answer("an unknown id", "11111111-1111-1111-1111-111111111111")


def late(play):
    line = play.line()
    id = line.next()
    play.time_out(id)
    line.answer("a late answer", id)
    line.answer("twice", id)
    id = line.next("the next one")
    play.time_out(id)
    line.error("a late error", id)


def cut_by_error(play):
    """An error while the answer is still being sent."""
    line = play.line()
    id = line.next()
    sending = play.line()
    sending.send("POST", f"{RUNTIME}/invocation/{id}/response", {**STREAM}, chunks=[b"one"])
    time.sleep(0.3)
    # the emulator is not through with the answer before that ends
    end = threading.Timer(1, sending.end_of_sending)
    end.start()
    line.error("an error in the middle of a stream", id)
    end.join()
    line.answer("an answer after it", id)


CLASSIC = [
    answers, errors, wrong_mode, wrong_mode_then_next, streams, sizes, init_error, init_error_then_next, late_init_error, routes,
    registration, too_many, waiting, invoked, failing,
]
MANAGED = [
    at_once, errors, wrong_mode, wrong_mode_then_next, streams, sizes, large_error, init_error, init_error_then_next,
    late_init_error, routes, registration, too_many, waiting, invoked, failing, cut_answer, cut_by_error, late,
]


def main():
    name = os.environ["RULES_PLAY"]
    play = Play()
    found = next(each for each in [*CLASSIC, *MANAGED] if each.__name__ == name)
    try:
        found(play)
    except Exception as problem:  # told as an answer, so that both sides show it
        play.noted.append([f"{type(problem).__name__}: {problem}", 0, ""])
    written = os.environ["RULES_ANSWERS"]
    with open(f"{written}.part", "w") as file:
        json.dump(play.noted, file)
    os.rename(f"{written}.part", written)
    # the platform must not start another one while this one's answers are read
    threading.Event().wait()


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    main()
