#!/usr/bin/env python3
"""Asks a scheduler that is not ours for the due times of the table `dst.tsv`: `tests/peers/dst_peer.py [--write]`.

It is the Python library `cronsim`, which follows Debian's cron, with Python's own time zones; their versions are in
`.ci/tools.txt`. The column `cronsim` of the table holds its answers (`=` where they are those of the column `due`); this compares
them, or writes them with `--write`. Why they differ from ours is said in the table, and our own tests read it.
"""

import os
import sys
from datetime import datetime, timezone
from pathlib import Path

# The zones of the pinned package, not those of the machine.
os.environ["PYTHONTZPATH"] = ""
sys.dont_write_bytecode = True

from zoneinfo import ZoneInfo  # noqa: E402

from cronsim import CronSim  # noqa: E402

TABLE = Path(__file__).resolve().parents[2] / "faas-runtime-shim/tests/fixtures/timers/dst.tsv"
COLUMNS = ["zone", "what", "schedule", "from", "due", "croner", "cronsim", "why"]
# It reads fields alone.
NICKNAMES = {"@daily": "0 0 * * *", "@hourly": "0 * * * *"}


def main(arguments):
    if arguments not in ([], ["--write"]):
        raise SystemExit(__doc__)
    lines = TABLE.read_text().splitlines()
    told, wrong = [], []
    for number, line in enumerate(lines, 1):
        cells = line.split("\t")
        if line.startswith("#") or cells == COLUMNS:
            told.append(line)
            continue
        row = dict(zip(COLUMNS, cells, strict=True))
        found = answer(row)
        if found != row["cronsim"]:
            wrong.append(f"line {number}: {row['zone']} `{row['schedule']}`: {found}, the table has {row['cronsim']}")
        told.append("\t".join({**row, "cronsim": found}.values()))
    if arguments:
        TABLE.write_text("\n".join(told) + "\n")
        print(f"{len(wrong)} of {len(told)} lines written anew")
        return 0
    print("\n".join([*wrong, f"{len(told)} lines compared, {len(wrong)} differ"]))
    return 1 if wrong or len(told) < 100 else 0


def answer(row):
    """As many due times as we have; `-` where there is nothing to compare."""
    if row["schedule"].startswith("every "):
        return "-"
    text = NICKNAMES.get(row["schedule"], row["schedule"])
    start = datetime.fromisoformat(row["from"].replace("Z", "+00:00"))
    due = CronSim(text, start.astimezone(ZoneInfo(row["zone"])))
    times = [next(due).astimezone(timezone.utc) for _ in row["due"].split(" ")]
    found = " ".join(time.strftime("%Y-%m-%dT%H:%M:%SZ") for time in times)
    return "=" if found == row["due"] else found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
