"""Functions that the operations of the tests run; most leave a mark that they did."""

from __future__ import annotations

from pathlib import Path

from returns.pipeline import is_successful
from returns.result import Result

import funsies as f


def noted(name: str) -> None:
    """Leave a mark that a step has run."""
    with Path(name).open("a") as file:
        file.write("x")


def parity(name: str, number: int) -> int:
    noted(name)
    return number % 2


def label(name: str, number: int) -> str:
    noted(name)
    return f"number {number}"


def blob(name: str, size: int) -> bytes:
    noted(name)
    return b"x" * size


def size(data: bytes) -> int:
    return len(data)


def fails(name: str) -> int:
    noted(name)
    raise ValueError("no")


def show(value: Result[int, f.Error]) -> str:
    return str(value.unwrap()) if is_successful(value) else value.failure().kind.value
