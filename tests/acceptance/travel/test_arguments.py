"""What a step reads of the program's arguments is what the program has, and counts."""

from __future__ import annotations

import pytest

HELPER = """
import sys
from sys import argv


def second() -> str:
    return sys.argv[1] + argv[-1]
"""

SCRIPT = """
import argparse
import sys
import sys as system
from sys import argv

import funsies as f
import helper


def by_name(x: int) -> list[str]:
    return sys.argv


def by_another_name(x: int) -> str:
    return system.argv[1]


def taken(x: int) -> list[str]:
    return argv[1:]


def imported_inside(x: int) -> str:
    from sys import argv as given

    return given[1]


def of_a_helper(x: int) -> str:
    return helper.second()


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("number", type=int)
    parser.add_argument("--times", type=int, default=1)
    return parser.parse_args()


def by_a_parser(x: int) -> int:
    return parsed().number * parsed().times


class Reader:
    def read(self, x: int) -> str:
        return sys.argv[1]


def captured():
    import sys

    def inside(x: int) -> str:
        return sys.argv[1]

    return inside


CODE = [by_name, by_another_name, taken, imported_inside, of_a_helper, by_a_parser]
CODE += [Reader().read, captured()]
with f.Fun():
    steps = [f.reduce(function, 1) for function in CODE]
    f.execute(*steps)
    f.wait_for(*steps)
    for step, function in zip(steps, CODE):
        print(f.take(step), function(1))
"""

APART = """
import sys

import funsies as f


def alone(x: int) -> int:
    return x


def explicit(x: int) -> int:
    import argparse

    parser = argparse.ArgumentParser()
    parser.add_argument("number", type=int)
    return parser.parse_args(["4"]).number


with f.Fun(f.Server("memory://")):
    print(f.reduce(alone, 1).hash, f.reduce(explicit, 1).hash)
"""


@pytest.fixture(params=["memory", "pool"])
def served(request, project):
    """A project that works in memory, or with the pool."""
    if request.param == "memory":
        project.server = "memory://"
    return project.write_files({"helper.py": HELPER})


def test_a_step_finds_the_arguments_with_which_its_program_was_started(served) -> None:
    """However its code reads them, and though another run has computed it with others."""
    served.write_files({"script.py": SCRIPT})
    for arguments in (["3"], ["4", "--times", "2"], ["3"]):
        lines = served.run("script.py", *arguments).lines
        assert len(lines) == 8
        found = [line[: len(line) // 2] for line in lines]
        expected = [line[len(line) // 2 + 1 :] for line in lines]
        assert found == expected
        assert found[1] == arguments[0]


def test_steps_that_do_not_read_the_arguments_are_the_same_with_others(project) -> None:
    project.write_files({"script.py": APART})
    assert project.run("script.py", "3").lines == project.run("script.py", "4").lines
