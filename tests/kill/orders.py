"""The orders of a run: what each is to go through follows from the seed, so all processes know it."""

import json
import random
from dataclasses import dataclass

ACCOUNTS = 40
# Of a hundred: those of accounts, and tasks; how they end; and, of the others, those that wait.
KEYED, JOBS, REJECTED, THIRD, DELAYED = 20, 20, 5, 10, 10


@dataclass(frozen=True)
class Order:
    id: int
    fate: str
    delay_ms: int = 0
    account: str = None
    # Whether it is a task.
    job: bool = False

    @property
    def queue(self):
        return "jobs" if self.job else "postings" if self.account else "parcels"

    @property
    def path(self):
        return "/jobs" if self.job else "/orders"

    def body(self):
        return json.dumps(self.__dict__).encode()


def orders(seed, count):
    chance = random.Random(seed)
    return [order(chance, number) for number in range(count)]


def order(chance, number):
    dice = chance.randrange(100)
    fate = "rejected" if dice < REJECTED else "third" if dice < REJECTED + THIRD else "done"
    kind = chance.randrange(100)
    if kind < KEYED:
        return Order(number, fate, account=f"account-{chance.randrange(ACCOUNTS)}")
    if kind < KEYED + JOBS:
        return Order(number, fate, job=True)
    delay = chance.randrange(100, 3000) if chance.randrange(100) < DELAYED else 0
    return Order(number, fate, delay_ms=delay)
