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

CONFIG = """
import argparse


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("number", type=int)
    return parser.parse_args()


NUMBER = arguments().number
"""

CONFIGURED = """
import funsies as f
import config


def configured(x: int) -> int:
    return config.NUMBER + x


with f.Fun():
    step = f.reduce(configured, 1)
    f.execute(step)
    f.wait_for(step)
    print(f.take(step))
"""

LEAVING = """
import sys
from pathlib import Path

if not Path("licence.txt").exists():
    sys.exit("no licence")

NUMBER = 1
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


def test_a_module_that_parses_the_arguments_when_it_is_imported_does_so_on_workers(
    served,
) -> None:
    served.write_files({"config.py": CONFIG, "script.py": CONFIGURED})
    assert [served.run("script.py", number).lines for number in "34"] == [["4"], ["5"]]


def test_a_module_that_ends_the_program_when_a_worker_imports_it_is_named(project) -> None:
    files = {"config.py": LEAVING, "script.py": CONFIGURED, "licence.txt": ""}
    done = project.write_files(files).run("script.py")
    assert "the module config of the program cannot be imported" in done.err
    assert "(SystemExit: no licence)" in done.err
    assert 'frozen = ["config"]' in done.err
