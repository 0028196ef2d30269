"""Functions that the workflows of the tests are made of."""

from __future__ import annotations

from pathlib import Path


def fails(number: int) -> int:
    raise ValueError(f"no {number}")


def noted(name: str, number: int) -> int:
    with Path(name).open("a") as file:
        file.write("x")
    return number


def runs(path: Path) -> int:
    return len(path.read_text()) if path.exists() else 0


def half(x: int) -> float:
    return x / 2
