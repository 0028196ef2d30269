"""Right programs are accepted and give what plain Python gives; wrong ones are refused.

The programs and what their marks mean: ``programs/README.md``. On background workers, right
programs are run by ``tests/acceptance/travel/test_typed_programs.py``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest

from typecheck_tests.cells import Program, programs, topics
from typecheck_tests.test_cases import HERE, ROOT, compare_with_mypy, expected, mypy

pytestmark = pytest.mark.timeout(300)  # mypy reads all of funsies when it does so first

KINDS = ["right", "wrong"]


def all_programs(kind: str) -> list[Program]:
    return [program for topic in topics(kind) for program in programs(kind, topic)]


Ends = dict[str, tuple[int | None, str | None]]


class Runner:
    """Runs programs on ``memory://``, in copies of a process that has loaded funsies.

    Args:
        log: file for what programs print.
    """

    def __init__(self, log: IO[str]) -> None:
        self._log = log
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "run_programs.py")],
            env={**os.environ, "FUNSIES_JOBS": "memory://", "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )

    def ends_of(self, written: list[Path]) -> Ends:
        """How programs end, by their file: the line of the exception, and the exception."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([str(path) for path in written]) + "\n")
        self._process.stdin.flush()
        answers = [json.loads(line) for line in iter(self._process.stdout.readline, "\n")]
        assert len(answers) == len(written), Path(self._log.name).read_text()
        return {answer["file"]: (answer["line"], answer["problem"]) for answer in answers}

    def close(self) -> None:
        """End the process."""
        self._process.communicate(timeout=60)


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    with (tmp_path_factory.mktemp("programs") / "log").open("w") as log:
        made = Runner(log)
        yield made
        made.close()


@pytest.mark.parametrize("kind", KINDS)
def test_the_plugin_accepts_right_programs_and_finds_what_is_wrong(
    kind: str, begin_cache: Callable[..., Path], tmp_path: Path
) -> None:
    written = [program.write(tmp_path) for program in all_programs(kind)]
    compare_with_mypy(written, mypy(written, begin_cache(tmp_path), plugin="funsies_mypy"))


@pytest.mark.slow
@pytest.mark.parametrize("topic", topics("right"))
def test_right_programs_give_what_plain_python_gives(
    topic: str, runner: Runner, tmp_path: Path
) -> None:
    written = [program.write(tmp_path) for program in programs("right", topic)]
    assert all("assert " in path.read_text() for path in written)
    failed = {name: end for name, end in runner.ends_of(written).items() if end != (None, None)}
    assert failed == {}


@pytest.mark.slow
@pytest.mark.parametrize("topic", topics("wrong"))
def test_wrong_programs_are_refused_where_their_marks_say(
    topic: str, runner: Runner, tmp_path: Path
) -> None:
    refused = [program for program in programs("wrong", topic) if program.raises]
    ends = runner.ends_of([program.write(tmp_path) for program in refused])
    for program in refused:
        line, problem = ends[program.file_name]
        assert line in program.raises, (program.title, line, problem)
        assert program.raises[line] in str(problem), (program.title, problem)


def test_every_wrong_program_is_refused_by_the_plugin_or_by_the_build(tmp_path: Path) -> None:
    for program in all_programs("wrong"):
        found = expected([program.write(tmp_path)])
        assert found or program.raises, (program.topic, program.title)


def test_there_are_many_programs() -> None:
    assert len(all_programs("right")) >= 390
    assert len(all_programs("wrong")) >= 380
