"""What the page on trust promises, the tests that it names show."""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "trust.md").read_text(encoding="utf-8")
ROWS = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith("| ")]
NAME = re.compile(r"`([\w/]+\.py)::([\w:]+)`")
UNSTOPPED = re.compile(r"nothing stops them|it is accepted")


@functools.cache
def names_in(path: Path) -> set[str]:
    """The tests of a file, those of a class with its name."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        inner = node.body if isinstance(node, ast.ClassDef) else [node]
        prefix = f"{node.name}::" if isinstance(node, ast.ClassDef) else ""
        found |= {prefix + each.name for each in inner if isinstance(each, ast.FunctionDef)}
    return found


def test_each_test_that_the_page_names_exists() -> None:
    named = NAME.findall(PAGE)
    assert len(named) > 40
    for file, name in named:
        assert name in names_in(ROOT / "tests" / file), f"{file}::{name}"
    assert PAGE.count("test_") == 2 * len(named), "each is written as file.py::test"


def test_each_promise_of_the_page_names_a_test() -> None:
    for row in ROWS:
        if row[0] != "does this":
            assert NAME.search(row[-1]) or UNSTOPPED.search(row[1]), row
