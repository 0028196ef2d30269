"""Steps whose results say which run made them, and which runs' results they have used."""

from __future__ import annotations

import json
import os
import time
import zlib
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from returns.result import Result, Success

import funsies as f

HOME: Final = "CHAOS_HOME"
"""Variable with the directory where steps note what they do. No part of any step."""

MODULUS: Final = 1_000_003
"""Values stay below it."""

FLAKY_RETRIES: Final = 3


@dataclass(frozen=True)
class Made:
    """The result of a step.

    Attributes:
        key: of the step; no other has it.
        value: what plain Python computes, too.
        nonce: random for each run: two of them for one step are two commits.
        used: nonces of the results that it was computed from, by their keys.
        volatile: True if a failure of the machine is below it.
    """

    key: str
    value: int
    nonce: str
    used: dict[str, str]
    volatile: bool = False


def append(name: str, **line: object) -> None:
    """Add a line to a file of the run, whole or not at all, whoever else does that."""
    text = json.dumps({"at": time.time(), **line}) + "\n"
    descriptor = os.open(
        Path(os.environ["CHAOS_HOME"]) / name, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600
    )
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def made(key: str, value: int, *inputs: Made, volatile: bool = False) -> Made:
    """A result of this run, noted at its end."""
    used = {each.key: each.nonce for each in inputs}
    is_volatile = volatile or any(each.volatile for each in inputs)
    result = Made(key, value % MODULUS, os.urandom(8).hex(), used, is_volatile)
    append("runs", key=key, nonce=result.nonce, used=used, volatile=is_volatile)
    return result


@f.task
def leaf(key: str, number: int, seconds: float) -> Made:
    """A number, after some time."""
    time.sleep(seconds)
    return made(key, number)


@f.task
def add(key: str, seconds: float, *inputs: Made) -> Made:
    """A sum."""
    time.sleep(seconds)
    return made(key, sum(each.value for each in inputs), *inputs)


@f.task(retries=FLAKY_RETRIES, retry_delay_seconds=0.1)
def flaky(key: str, failures: int, source: Made) -> Made:
    """The value plus one, after some failures."""
    notes = Path(os.environ["CHAOS_HOME"]) / "failures" / key
    with notes.open("ab") as file:
        file.write(b"x")
    if notes.stat().st_size <= failures:
        raise RuntimeError(f"{key}: not yet")
    return made(key, source.value + 1, source)


@f.task
def broken(key: str, source: Made) -> Made:
    """Nothing: it always fails."""
    raise ValueError(f"<{key}> fails whatever it is given: {source.key}")


@f.task(strict=False)
def tolerant(key: Result[str, f.Error], *inputs: Result[Made, f.Error]) -> Made:
    """A sum in which each failure counts one."""
    good = [each.unwrap() for each in inputs if isinstance(each, Success)]
    errors = [each.failure() for each in inputs if not isinstance(each, Success)]
    value = sum(each.value for each in good) + len(errors)
    return made(
        key.unwrap(), value, *good, volatile=any(each.is_infrastructure for each in errors)
    )


@f.task
def words(source: Made) -> str:
    """What a command reads."""
    return f"{source.value}\n"


@f.task
def parse(key: str, source: Made, output: bytes) -> Made:
    """What a command has printed: a number and its nonce."""
    value, nonce = output.split()
    shell = Made(f"{key}.shell", int(value), nonce.decode(), {})
    return made(key, shell.value, source, shell)


@f.task
def bulk(source: Made, size: int) -> bytes:
    """Many bytes."""
    unit = b"%d %s\n" % (source.value, source.nonce.encode())
    return (unit * (size // len(unit) + 1))[:size]


@f.task
def weigh(key: str, source: Made, data: bytes, size: int) -> Made:
    """The length of many bytes, which must be these."""
    unit = b"%d %s\n" % (source.value, source.nonce.encode())
    expected = (unit * (size // len(unit) + 1))[:size]
    is_whole = zlib.crc32(data) == zlib.crc32(expected)
    return made(key, len(data) if is_whole else -1, source)


@f.task
def numbers(source: Made, count: int) -> list[int]:
    """A list whose length exists only at run time."""
    return [source.value * 1000 + number for number in range(count)]


@f.task
def square(number: int) -> int:
    """A square."""
    return number * number % MODULUS


@f.task
def total(key: str, source: Made, values: list[int]) -> Made:
    """A sum of a list."""
    return made(key, sum(values), source)


def grow(source: Made, key: str, depth: int) -> f.Artefact[Made]:
    """Steps that one step adds, and one of which does so again."""
    left = add(f"{key}.{depth}", 0.0, f.put(source))
    if depth == 0:
        return left
    return add(f"{key}.{depth}+", 0.0, left, left.bind(partial(grow, key=key, depth=depth - 1)))
