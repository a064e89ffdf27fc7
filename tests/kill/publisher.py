#!/usr/bin/env python3
"""A process of its own that sends orders and writes down what was confirmed: `publisher.py SEED COUNT LOG PORT…`.

`tried ID TIME` is written before an order is sent for the first time, `confirmed ID` once it was answered with 202, with the disk
waited for; behind it, for a task, the task's id. Whoever does not answer is asked again with the same order, but one in twenty
times an order without an account is given up: it may be there or not.
"""

import http.client
import os
import queue
import random
import sys
import threading
import time

from orders import orders

# For orders in any order, and for those of accounts, of which each thread has its own.
ANY, KEYED = 16, 8


def main(seed, count, log, *ports):
    threads = Publisher(int(seed), int(count), log, [int(port) for port in ports]).threads()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class Publisher:
    def __init__(self, seed, count, log, ports):
        self.log = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self.seed = seed
        self.ports = ports
        self.any = queue.SimpleQueue()
        self.keyed = [queue.SimpleQueue() for _ in range(KEYED)]
        for order in orders(seed, count):
            (self.keyed[int(order.account.split("-")[1]) % KEYED] if order.account else self.any).put(order)

    def threads(self):
        sources = [self.any] * ANY + self.keyed
        return [threading.Thread(target=self.work, args=(number, source)) for number, source in enumerate(sources)]

    def work(self, number, source):
        door = Door(self.ports[number % len(self.ports)])
        chance = random.Random(f"{self.seed}/{number}")
        while True:
            try:
                order = source.get_nowait()
            except queue.Empty:
                return
            os.write(self.log, f"tried {order.id} {time.time_ns() // 1_000_000}\n".encode())
            while (answer := door.answer(order)) is None:
                if not order.account and chance.randrange(20) == 0:
                    break
                time.sleep(0.02)
            else:
                os.write(self.log, f"confirmed {order.id} {answer}".rstrip().encode() + b"\n")
                os.fdatasync(self.log)


class Door:
    """A kept connection to the service, made anew when it breaks."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def answer(self, order):
        """What was answered, if that is a confirmation."""
        try:
            self.connection.request("POST", order.path, order.body(), {"content-type": "application/json"})
            answer = self.connection.getresponse()
            body = answer.read().decode().strip('"')
            return body if answer.status == 202 else None
        except (OSError, http.client.HTTPException):
            self.connection.close()
            return None


if __name__ == "__main__":
    main(*sys.argv[1:])
