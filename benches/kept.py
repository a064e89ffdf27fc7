"""What a run has measured, as a file of `benches/history`: the book and the README show it, see `tests/documents/benchmarks.rs`.

A file has lines of `key<TAB>value` that say when, of what and where, an empty line, the names of the columns, and a line for each row.
"""

import subprocess
from datetime import datetime, timezone
from pathlib import Path

HERE = Path(__file__).resolve().parent
COLUMNS = ("what", "ours", "peer", "theirs", "unit", "ratio", "bound")


def keep(rows, parts, machine, versions, command):
    now, commit = datetime.now(timezone.utc), head()
    facts = (("date", f"{now:%Y-%m-%d %H:%M}"), ("commit", commit), ("parts", parts), ("machine", machine),
             ("versions", versions), ("command", command))
    lines = ["\t".join(fact) for fact in facts] + ["", "\t".join(COLUMNS)]
    lines += ["\t".join(cells(row)) for row in rows]
    path = HERE / "history" / f"{now:%Y-%m-%dT%H%M}-{commit}.tsv"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
    return path


def cells(row):
    return (row.what, number(row.ours), row.peer, number(row.theirs), row.unit, number(row.ratio),
            "" if row.bound is None else number(row.bound))


def number(value):
    return f"{value:.4f}".rstrip("0").rstrip(".")


def head():
    """The commit; `+` behind it says that files were changed since."""
    def git(*arguments):
        return subprocess.run(["git", *arguments], cwd=HERE, capture_output=True, text=True, check=True).stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "--", ":/", ":!/benches/history")
    return git("rev-parse", "--short=7", "HEAD") + ("+" if changed else "")
