"""How long users wait for the compiler: a clean debug build, and the one after a change of the handler.

Measured in a copy of the repository, so that the changes are real and nobody's files are touched, with target folders that begin empty.
The profile is `dev` as the repository has it, for both sides.
"""

import os
import resource
import shutil
import statistics
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHANGES = 3


@dataclass(frozen=True)
class Program:
    package: str
    # Where its workspace is, its source, and the text in its handler that is changed.
    workspace: str
    source: str
    text: str


QUICKSTART = Program("quickstart", ".", "examples/quickstart/src/main.rs", '"{} on {}')
HELLO = Program("faas-lambda-http-hello", "benches", "benches/ours/faas-lambda-http-hello/src/main.rs", '"hello {name}')
THEIR_HELLO = Program("lambda-http-hello", "benches", "benches/peers/lambda-http-hello/src/main.rs", '"hello {name}')


class Builds:
    def __init__(self, target):
        self.folder = target / "builds"
        self.measured = {}

    def of(self, program):
        """Seconds of the clean build, the median of those after a change, and how many crates are compiled."""
        if program not in self.measured:
            self.measured[program] = self.measure(program)
        return self.measured[program]

    def measure(self, program):
        tree, target = self.folder / "tree", self.folder / program.package
        if not self.measured:
            shutil.rmtree(self.folder, ignore_errors=True)
            copy(tree)
        where = tree / program.workspace
        subprocess.run(["cargo", "fetch", "--quiet", "--locked"], cwd=where, check=True)

        def build():
            command = ["cargo", "build", "--quiet", "--offline", "--package", program.package]
            from_ = time.monotonic()
            subprocess.run(command, cwd=where, check=True, env=environment(target))
            return time.monotonic() - from_

        clean = build()
        source = tree / program.source
        text = source.read_text()
        if text.count(program.text) != 1:
            raise SystemExit(f"{program.source} has `{program.text}` {text.count(program.text)} times, not once")
        changed = []
        for number in range(CHANGES):
            source.write_text(text.replace(program.text, f'"change {number}: {program.text[1:]}'))
            changed.append(build())
        shutil.rmtree(target)
        return clean, statistics.median(changed), crates(program.package, where)


def copy(tree):
    """What git knows of, and what it would: no target folders, no stores."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(listed, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0"):
        # a file that is deleted and not yet committed is listed too
        if name and (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tree / name)


def environment(target):
    """As it is in a shell: incremental, whatever the caller's environment says."""
    kept = {key: value for key, value in os.environ.items() if key != "CARGO_INCREMENTAL" and not key.startswith("CARGO_PROFILE_")}
    return {**kept, "CARGO_TARGET_DIR": str(target)}


def crates(package, where):
    command = ["cargo", "tree", "--offline", "--package", package, "--edges", "normal,build", "--prefix", "none"]
    listed = subprocess.run(command, cwd=where, capture_output=True, text=True, check=True).stdout
    return len({line.removesuffix(" (*)") for line in listed.splitlines()})


def check_seconds(package, source, where, target):
    """The processors' seconds of checking one crate; Cargo's own are taken off, and what it depends on is checked before."""
    def check():
        spent = resource.getrusage(resource.RUSAGE_CHILDREN)
        env = {**environment(target), "CARGO_INCREMENTAL": "0"}
        subprocess.run(["cargo", "check", "--quiet", "--package", package], cwd=where, check=True, env=env)
        now = resource.getrusage(resource.RUSAGE_CHILDREN)
        return now.ru_utime + now.ru_stime - spent.ru_utime - spent.ru_stime

    check()
    nothing = check()
    os.utime(source)
    return check() - nothing
