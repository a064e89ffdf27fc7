"""A room for one program: who it is there, what it may write to, and how much it may have."""

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

# Version 1 of cgroups has a hierarchy for each controller, version 2 one for all (kernel documentation, "Control Group v2").
FILES = {
    1: {"memory": "memory.limit_in_bytes", "peak": "memory.max_usage_in_bytes", "processes": "pids.max"},
    2: {"memory": "memory.max", "peak": "memory.peak", "processes": "pids.max"},
}
# As long as it is in no namespace of its own, a program sees those of the machine.
ALONE = ["unshare", "--mount", "--propagation", "private"]


class Room:
    """Whoever goes through `door` is inside: a script that becomes the program."""

    def __init__(self, program, uid, memory, processes):
        self.memory = memory
        self.folder = Path(tempfile.mkdtemp(prefix="room-", dir="/var/tmp"))
        self.folder.chmod(0o755)
        self.groups = Groups(self.folder / "cgroup", memory, processes)
        # Folders above the program may be closed to others.
        self.program = self.folder / Path(program).name
        shutil.copy(program, self.program)
        self.program.chmod(0o755)
        self.way = self.folder / "way"
        self.way.write_text(f"""#!/bin/sh -eu
mount --bind / /
mount -o remount,bind,ro /
mount -o remount,bind,ro /proc
mount -t tmpfs -o size=64m,mode=1777 tmpfs /tmp
cd /tmp
exec setpriv --reuid {uid} --regid {uid} --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all "$@"
""")
        self.way.chmod(0o755)
        self.door = self.folder / "door"
        join = "\n".join(f"echo $$ > {shlex.quote(str(group / 'cgroup.procs'))}" for group in self.groups.folders)
        self.door.write_text(f"#!/bin/sh -eu\n{join}\nexec {shlex.join(ALONE)} {self.way} {self.program}\n")
        self.door.chmod(0o755)
        self.entrance = f"{join}\nexec {shlex.join(ALONE)} {self.way} sh -c \"$1\""

    @staticmethod
    def impossible():
        """Why no room can be built on this machine, if so."""
        if os.geteuid() != 0:
            return "this needs root, to build a room and to leave its rights behind"
        tried = subprocess.run([*ALONE, "mount", "--bind", "/", "/"], capture_output=True, text=True)
        return tried.stderr.strip() if tried.returncode else None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.groups.close()
        shutil.rmtree(self.folder)

    def inside(self, script):
        """What a script says there."""
        done = subprocess.run(["sh", "-c", self.entrance, "sh", script], capture_output=True, text=True, timeout=60)
        return done.stdout + done.stderr

    def killed(self):
        """How many were ended for want of memory."""
        return self.groups.killed()

    def peak(self):
        return self.groups.peak()


class Groups:
    """The groups that count memory and processes."""

    def __init__(self, where, memory, processes):
        self.mounted, self.folders = [], []
        name = f"faas-room-{os.getpid()}"
        two = self.mount(where / "2", "cgroup2", "none")
        if two and {"memory", "pids"} <= set((two / "cgroup.controllers").read_text().split()):
            (two / "cgroup.subtree_control").write_text("+memory +pids")
            group = self.make(two / name)
            self.of, self.version = {"memory": group, "pids": group}, 2
            # What is swapped out would not be counted.
            if (group / "memory.swap.max").exists():
                (group / "memory.swap.max").write_text("0")
        else:
            one = {each: self.mount(where / each, "cgroup", each) for each in ("memory", "pids")}
            if not all(one.values()):
                raise SystemExit("this kernel counts neither memory nor processes: cgroups `memory` and `pids` are not there")
            self.of, self.version = {each: self.make(folder / name) for each, folder in one.items()}, 1
        files = FILES[self.version]
        (self.of["memory"] / files["memory"]).write_text(str(memory))
        (self.of["pids"] / files["processes"]).write_text(str(processes))

    def mount(self, where, kind, controller):
        where.mkdir(parents=True)
        options = ["-o", controller] if kind == "cgroup" else []
        if subprocess.run(["mount", "-t", kind, *options, "none", where], capture_output=True).returncode:
            return None
        self.mounted.append(where)
        return where

    def make(self, folder):
        folder.mkdir()
        self.folders.append(folder)
        return folder

    def killed(self):
        events = "memory.events" if self.version == 2 else "memory.oom_control"
        told = dict(line.split() for line in (self.of["memory"] / events).read_text().splitlines())
        return int(told["oom_kill"])

    def peak(self):
        return int((self.of["memory"] / FILES[self.version]["peak"]).read_text())

    def close(self):
        while left := (self.of["pids"] / "cgroup.procs").read_text().split():
            for pid in left:
                try:
                    os.kill(int(pid), signal.SIGKILL)
                except ProcessLookupError:
                    pass
        for folder in self.folders:
            folder.rmdir()
        for where in reversed(self.mounted):
            subprocess.run(["umount", where], check=True)
