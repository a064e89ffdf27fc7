"""rust-analyzer as an editor drives it: the part of the Language Server Protocol that completes, finds and complains."""

import json
import os
import queue
import re
import signal
import subprocess
import threading
import time

# The first answers load a whole crate graph on a busy machine.
SECONDS = 600
CONTENT_MODIFIED = -32801
CURSOR = "$0"


class Analyzer:
    """One server for one workspace, and one file of it, whose text is the editor's and not the disk's."""

    def __init__(self, command, root, path, settings, environment, log):
        self.messages = queue.Queue()
        self.number = self.version = 0
        self.uri = path.as_uri()
        self.text = path.read_text()
        self.ready = None
        self.child = subprocess.Popen(
            command, cwd=root, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=True)
        threading.Thread(target=self._read, daemon=True).start()
        try:
            self._begin(root, settings)
        except BaseException:
            self._end()
            raise

    def __enter__(self):
        return self

    def __exit__(self, problem, *_):
        try:
            if problem is None:
                self.request("shutdown", None)
                self.notify("exit", None)
                self.child.wait(SECONDS)
        finally:
            self._end()

    def shows(self, text):
        """Puts the text into the editor, less the mark of the cursor; returns where that was."""
        cursor = text.find(CURSOR)
        self.text, self.version = text.replace(CURSOR, "", 1), self.version + 1
        change = {"uri": self.uri, "version": self.version}
        self.notify("textDocument/didChange", {"textDocument": change, "contentChanges": [{"text": self.text}]})
        return cursor

    def completions(self, offset):
        """The names that are offered at a place."""
        answer = self._at("textDocument/completion", offset) or []
        items = answer["items"] if isinstance(answer, dict) else answer
        return {re.match(r"[\w!#]*", item["label"])[0] for item in items}

    def definitions(self, offset):
        """Where the name at a place is defined, as the place in this text, or the address of another file."""
        found = self._at("textDocument/definition", offset) or []
        return [self.offset(each["range"]["start"]) if each["uri"] == self.uri else each["uri"] for each in found]

    def hover(self, offset):
        answer = self._at("textDocument/hover", offset)
        return answer["contents"]["value"] if answer else ""

    def expansion(self, offset):
        """What the macro at a place makes of its item."""
        answer = self._at("rust-analyzer/expandMacro", offset)
        return answer["expansion"] if answer else ""

    def complaints(self):
        """What is underlined: from where to where, and the words."""
        found = self.request("textDocument/diagnostic", {"textDocument": {"uri": self.uri}})["items"]
        return [(self.offset(each["range"]["start"]), self.offset(each["range"]["end"]), each["message"]) for each in found]

    def offset(self, place):
        lines = self.text.splitlines(keepends=True)
        return sum(map(len, lines[: place["line"]])) + place["character"]

    def place(self, offset):
        before = self.text[:offset]
        # The protocol counts UTF-16; the texts are ASCII.
        return {"line": before.count("\n"), "character": offset - (before.rfind("\n") + 1)}

    def request(self, method, params):
        """Asks until the server does not say that the text has changed under it."""
        until = time.monotonic() + SECONDS
        while True:
            answer = self._request(method, params, until)
            if answer.get("error", {}).get("code") != CONTENT_MODIFIED:
                break
        if "error" in answer:
            raise AssertionError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def notify(self, method, params):
        self._send({"method": method, "params": params})

    def _begin(self, root, settings):
        self.request("initialize", {
            "processId": None,
            "rootUri": root.as_uri(),
            "workspaceFolders": [{"uri": root.as_uri(), "name": root.name}],
            "capabilities": {
                "general": {"positionEncodings": ["utf-16"]},
                "textDocument": {
                    "completion": {"completionItem": {"snippetSupport": False}},
                    "hover": {"contentFormat": ["plaintext"]},
                    "diagnostic": {},
                },
                "workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}},
                "experimental": {"serverStatusNotification": True},
            },
            "initializationOptions": settings,
        })
        self.notify("initialized", {})
        document = {"uri": self.uri, "languageId": "rust", "version": self.version, "text": self.text}
        self.notify("textDocument/didOpen", {"textDocument": document})
        until = time.monotonic() + SECONDS
        while not (self.ready and self.ready["quiescent"]):
            self._next(until, "is not ready")
        if self.ready["health"] != "ok":
            raise AssertionError(f"the analyzer is not well: {self.ready}")

    def _at(self, method, offset):
        return self.request(method, {"textDocument": {"uri": self.uri}, "position": self.place(offset)})

    def _request(self, method, params, until):
        self.number += 1
        self._send({"id": self.number, "method": method, "params": params})
        while True:
            message = self._next(until, f"does not answer {method}")
            if message.get("id") == self.number and "method" not in message:
                return message

    def _next(self, until, otherwise):
        """The server's next message, after what it says or asks by itself is done with."""
        try:
            message = self.messages.get(timeout=max(0, until - time.monotonic()))
        except queue.Empty:
            # What is asked next shall not wait as long.
            self._end()
            raise AssertionError(f"the analyzer {otherwise} within {SECONDS} s") from None
        if message is None:
            self.messages.put(None)
            raise AssertionError(f"the analyzer has ended with status {self.child.wait()}")
        if message.get("method") == "experimental/serverStatus":
            self.ready = message["params"]
        elif "method" in message and "id" in message:
            self._send({"id": message["id"], "result": None})
        return message

    def _end(self):
        """Ends it with all that it has started."""
        try:
            os.killpg(self.child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.child.wait()

    def _send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.child.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self.child.stdin.flush()

    def _read(self):
        length = 0
        try:
            for line in self.child.stdout:
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
                elif line == b"\r\n":
                    self.messages.put(json.loads(self.child.stdout.read(length)))
        finally:
            self.messages.put(None)
