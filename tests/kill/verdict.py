"""What came of the orders, from four books: the publisher's, the handlers', the dead letters' and the tasks'."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

# How many handlers may have been at work in one process.
AT_WORK = 16 + 8 + 8 + 4


@dataclass
class Run:
    queue: str
    id: int
    attempt: int
    outcome: str
    millis: int

    def is_last(self):
        return self.outcome != "failed"


class Books:
    def __init__(self, orders, published, runs, dead, task):
        self.orders = orders
        self.tried, self.confirmed, self.submitted = {}, set(), {}
        for line in Path(published).read_text().splitlines():
            match line.split():
                case ["tried", id, millis]:
                    self.tried[int(id)] = int(millis)
                case ["confirmed", id, *ids]:
                    self.confirmed.add(int(id))
                    if ids:
                        self.submitted[int(id)] = ids[0]
        self.runs = [read_run(line) for line in Path(runs).read_text().splitlines()]
        self.of = defaultdict(list)
        for run in self.runs:
            self.of[run.queue, run.id].append(run)
        # Tells what management says of one.
        self.task = task
        # In the queue itself, and in the one beside it.
        self.dead = Counter(dead)
        self.buried = {id for queue, id in self.of if queue == "postings-dead"}

    def mistakes(self, kills):
        yield from self.named("lost", self.lost())
        yield from self.named("invented", ({run.id for run in self.runs} | set(self.dead)) - set(self.tried))
        yield from self.named("dead letters that were not rejected, or missing ones", self.dead_letters())
        yield from self.named("dead twice", (id for id, times in self.dead.items() if times > 1))
        yield from self.named("tasks that have not ended as they should", self.wrong_tasks())
        yield from self.named("run before their time", self.early())
        yield from self.named("out of order", self.out_of_order())
        if self.repeated() > kills * AT_WORK:
            yield f"{self.repeated()} repeated runs after {kills} kills"

    def named(self, what, ids):
        if ids := sorted(ids):
            yield f"{len(ids)} {what}: {ids[:10]}"

    def lost(self):
        for id in self.confirmed:
            order = self.orders[id]
            outcome = "rejected" if order.fate == "rejected" else "done"
            ends = [run for run in self.of.get((order.queue, id), []) if run.outcome == outcome]
            if not ends or (order.fate == "third" and ends[0].attempt < 3):
                yield id

    def dead_letters(self):
        """Those rejected, and only they; also of orders whose confirmation never arrived."""
        rejected = defaultdict(set)
        for run in self.runs:
            if run.outcome == "rejected":
                rejected[run.queue].add(run.id)
        return (rejected["parcels"] ^ set(self.dead)) | (rejected["postings"] ^ self.buried)

    def wrong_tasks(self):
        """Each has an id of its own, under which its end can be asked for."""
        owner = {task: id for id, task in self.submitted.items()}
        for id, task in self.submitted.items():
            status = self.task(task)
            right = ("failed", None) if self.orders[id].fate == "rejected" else ("succeeded", id * 7)
            if (status.get("state"), status.get("result")) != right or owner[task] != id:
                yield id

    def early(self):
        for (_, id), runs in self.of.items():
            if id in self.tried and runs[0].millis < self.tried[id] + self.orders[id].delay_ms:
                yield id

    def out_of_order(self):
        """Nothing of an account runs for the first time before all that was sent earlier has come to its end."""
        lanes = defaultdict(list)
        for order in self.orders:
            if order.account and ("postings", order.id) in self.of:
                lanes[order.account].append(order.id)
        ended, following = set(), {}
        for lane in lanes.values():
            following.update(zip(lane[1:], lane))
        for run in self.runs:
            if run.queue == "postings":
                if run.id in following and following[run.id] not in ended:
                    yield run.id
                if run.is_last():
                    ended.add(run.id)

    def repeated(self):
        """Runs of what had come to its end already."""
        return sum(max(0, sum(run.is_last() for run in runs) - 1) for runs in self.of.values())

    def in_order(self):
        return sum(order.account is not None for order in self.orders)


def read_run(line):
    queue, id, attempt, outcome, millis = line.split()
    return Run(queue, int(id), int(attempt), outcome, int(millis))
