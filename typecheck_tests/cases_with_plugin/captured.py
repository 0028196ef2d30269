"""What functions use from outside of them."""

from __future__ import annotations

import logging
import re
import socket
import sqlite3
import threading
from collections import defaultdict
from typing import Final

import funsies as f

LOG = open("log.txt", "w")
DATABASE = sqlite3.connect("data.db")
LOGGER = logging.getLogger(__name__)
PATTERN = re.compile("a+")
LIMIT = 3
NAMES = ("a", "b")
TABLE: Final = {"a": 1}
CACHE: dict[str, int] = {}
COUNTS = defaultdict[str, int](int)
LOCK = threading.Lock()
number = f.put(1)


@f.task
def harmless(a: int) -> int:
    LOGGER.info("a")
    with LOCK:
        found = PATTERN.match("a")
    return LIMIT + len(NAMES) + TABLE["a"] + bool(found)


@f.task
def local(a: int) -> int:
    numbers = [a]
    for each in range(3):
        numbers.append(each)
    with open("file") as file:
        return sum(numbers) + len(file.read()) + sum(x for x in numbers)


@f.task
def writes(a: int) -> int:
    LOG.write("a")  # E: "writes" uses "LOG" of type "TextIOWrapper[_WrappedBuffer]", which cannot be sent to a worker; open it inside the function
    return a


@f.task
def queries(a: int) -> int:
    DATABASE.execute("select 1")  # E: "queries" uses "DATABASE" of type "Connection", which cannot be sent to a worker; connect inside the function
    return a


@f.task
def points(a: int) -> int:
    f.take(number)  # E: "points" uses the artefact "number" of an outer scope, which has no value there; give it to the step as an input
    return a


def build(connection: socket.socket, item: f.Artefact[int]) -> f.Artefact[int]:
    @f.task
    def inner(a: int) -> int:
        connection.close()  # E: "inner" uses "connection" of type "socket", which cannot be sent to a worker
        return a

    @f.task
    def nested(a: int) -> list[int]:
        return [a for _ in [item]]  # E: "nested" uses the artefact "item" of an outer scope

    return inner(nested(item).map(len))


f.reduce(lambda x: x + f.take(number), 3)  # E: "<lambda>" uses the artefact "number" of an outer scope


def reads_table(x: int) -> int:
    return x + f.take(number)  # E: "reads_table" uses the artefact "number" of an outer scope


f.reduce(reads_table, 3)
