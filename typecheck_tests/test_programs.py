"""Right programs are accepted and give what plain Python gives; wrong ones are refused.

The programs and what their marks mean: ``programs/README.md``. On background workers, right
programs are run by ``tests/acceptance/travel/test_typed_programs.py``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from typecheck_tests.cells import Program, programs, topics
from typecheck_tests.test_cases import HERE, ROOT, compare_with_mypy, expected, mypy

pytestmark = pytest.mark.timeout(300)  # mypy reads all of funsies when it does so first

KINDS = ["right", "wrong"]


def all_programs(kind: str) -> list[Program]:
    return [program for topic in topics(kind) for program in programs(kind, topic)]


def outcomes(written: list[Path]) -> dict[str, tuple[int | None, str | None]]:
    """How programs end on ``memory://``: the line of the exception, and the exception."""
    done = subprocess.run(
        [sys.executable, str(HERE / "run_programs.py"), *map(str, written)],
        env={**os.environ, "FUNSIES_JOBS": "memory://", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(written), done.stderr
    return {answer["file"]: (answer["line"], answer["problem"]) for answer in answers}


@pytest.mark.parametrize("kind", KINDS)
def test_the_plugin_accepts_right_programs_and_finds_what_is_wrong(
    kind: str, begin_cache: Callable[..., Path], tmp_path: Path
) -> None:
    written = [program.write(tmp_path) for program in all_programs(kind)]
    compare_with_mypy(written, mypy(written, begin_cache(tmp_path), plugin="funsies_mypy"))


@pytest.mark.parametrize("topic", topics("right"))
def test_right_programs_give_what_plain_python_gives(topic: str, tmp_path: Path) -> None:
    written = [program.write(tmp_path) for program in programs("right", topic)]
    assert all("assert " in path.read_text() for path in written)
    failed = {name: end for name, end in outcomes(written).items() if end != (None, None)}
    assert failed == {}


@pytest.mark.parametrize("topic", topics("wrong"))
def test_wrong_programs_are_refused_where_their_marks_say(topic: str, tmp_path: Path) -> None:
    refused = [program for program in programs("wrong", topic) if program.raises]
    ends = outcomes([program.write(tmp_path) for program in refused])
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
