#!/usr/bin/env python3
"""The verdict itself: books in which all is well, and the same books with one thing wrong."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True

from orders import Order
from verdict import Books

ORDERS = [
    Order(0, "done"),
    Order(1, "third"),
    Order(2, "rejected"),
    Order(3, "done", delay_ms=500),
    Order(4, "done", account="account-1"),
    Order(5, "rejected", account="account-1"),
    Order(6, "third", account="account-1"),
    Order(7, "done", job=True),
    Order(8, "rejected", job=True),
]
PUBLISHED = [line for order in ORDERS for line in (f"tried {order.id} 1000", f"confirmed {order.id}{' task-%d' % order.id * order.job}")]
TASKS = {"task-7": {"state": "succeeded", "result": 49}, "task-8": {"state": "failed"}}
RUNS = [
    "parcels 0 1 done 1001",
    "parcels 1 1 failed 1002",
    "parcels 1 2 failed 1060",
    "parcels 1 3 done 1120",
    "parcels 2 1 rejected 1003",
    "parcels 3 1 done 1500",
    "postings 4 1 done 1004",
    "postings 5 1 rejected 1005",
    "postings-dead 5 1 done 1006",
    "postings 6 1 failed 1007",
    "postings 6 2 failed 1060",
    "postings 6 3 done 1120",
    "jobs 7 1 done 1001",
    "jobs 8 1 rejected 1001",
]


def mistakes(runs=RUNS, dead=(2,), published=PUBLISHED, tasks=TASKS, kills=1):
    with tempfile.TemporaryDirectory() as folder:
        books = {"published": published, "runs": runs}
        for name, lines in books.items():
            Path(folder, name).write_text("".join(f"{line}\n" for line in lines))
        return list(Books(ORDERS, Path(folder, "published"), Path(folder, "runs"), dead, lambda id: tasks.get(id, {})).mistakes(kills))


def without(number):
    return RUNS[:number] + RUNS[number + 1:]


class Verdict(unittest.TestCase):
    def test_right_books(self):
        self.assertEqual(mistakes(), [])

    def test_repeated_runs_are_no_mistake_after_kills_only(self):
        self.assertEqual(mistakes(RUNS + RUNS[:1]), [])
        self.assertEqual(mistakes(RUNS + RUNS[:1], kills=0), ["1 repeated runs after 0 kills"])

    def test_lost(self):
        self.assertEqual(mistakes(without(0)), ["1 lost: [0]"])
        self.assertEqual(mistakes(without(3)), ["1 lost: [1]"])

    def test_done_too_early_in_its_attempts(self):
        self.assertEqual(mistakes(["parcels 1 2 done 1002", *without(3)]), ["1 lost: [1]"])

    def test_invented(self):
        self.assertEqual(mistakes([*RUNS, "parcels 9 1 done 1001"]), ["1 invented: [9]"])
        self.assertEqual(mistakes(published=PUBLISHED[2:]), ["1 invented: [0]"])

    def test_an_unconfirmed_order_may_be_there_or_not(self):
        published = [line for line in PUBLISHED if line != "confirmed 0"]
        self.assertEqual(mistakes(published=published), [])
        self.assertEqual(mistakes(without(0), published=published), [])

    def test_dead_letters(self):
        what = "dead letters that were not rejected, or missing ones"
        self.assertEqual(mistakes(dead=()), [f"1 {what}: [2]"])
        self.assertEqual(mistakes(dead=(2, 0)), [f"1 {what}: [0]"])
        self.assertEqual(mistakes(without(8)), [f"1 {what}: [5]"])
        self.assertEqual(mistakes(dead=(2, 2)), ["1 dead twice: [2]"])

    def test_tasks(self):
        what = "tasks that have not ended as they should"
        for wrong in ({}, {"state": "running"}, {"state": "failed"}, {"state": "succeeded", "result": 48}):
            self.assertEqual(mistakes(tasks={**TASKS, "task-7": wrong}), [f"1 {what}: [7]"])
        one_id = [line.replace("task-7", "task-8") for line in PUBLISHED]
        self.assertEqual(mistakes(published=one_id), [f"1 {what}: [7]"])

    def test_before_its_time(self):
        runs = [line.replace("1500", "1499") for line in RUNS]
        self.assertEqual(mistakes(runs), ["1 run before their time: [3]"])

    def test_out_of_order(self):
        early = [RUNS[9], *RUNS[:7], RUNS[7], RUNS[8], *RUNS[10:]]
        self.assertEqual(mistakes(early), ["1 out of order: [6]"])

    def test_a_repeated_run_is_not_out_of_order(self):
        self.assertEqual(mistakes([*RUNS, "postings 4 2 done 1130"]), [])


if __name__ == "__main__":
    unittest.main()
