"""``logging`` in a step on a worker: in its log with time and level, not in the worker's."""

from __future__ import annotations

import re

import pytest

SPEAKING = """\
import logging, sys
from funsies import Fun, execute, reduce, shell, task, wait_for

log = logging.getLogger("solver")

@task
def plain(number: int) -> int:
    print("begins")
    log.info("step %d", number)
    log.debug("not kept")
    try:
        1 / 0
    except ZeroDivisionError:
        log.exception("no convergence")
    print("ends", file=sys.stderr)
    return number

@task
def configured(number: int) -> int:
    logging.basicConfig(level=logging.DEBUG, format="<%(message)s>")
    log.debug("in detail")
    return number

@task
def rooted(number: int) -> int:
    logging.info("by the root")
    return number

@task
def silenced(number: int) -> int:
    log.setLevel(logging.ERROR)
    log.warning("not wanted")
    log.error("wanted")
    return number

with Fun():
    steps = [plain(1), configured(2), rooted(3), silenced(4)]
    execute(*steps)
    wait_for(*steps)
    for step in steps:
        print(step.hash)
"""

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


@pytest.fixture(scope="module")
def spoken(shared_shell):
    done = shared_shell.funsies("run", shared_shell.script("s.py", SPEAKING), "--workers", "1")
    assert done.code == 0, done.err
    return shared_shell, done.text.split(), done.err


def logs(spoken, number: int, *options: str) -> list[str]:
    shell, hashes, _ = spoken
    return shell.funsies("logs", hashes[number], *options).text.splitlines()


def test_messages_stand_among_what_is_printed(spoken) -> None:
    first, info, error, *trace, last = logs(spoken, 0)
    assert first == "begins"
    assert re.fullmatch(rf"{TIME} INFO solver: step 1", info)
    assert re.fullmatch(rf"{TIME} ERROR solver: no convergence", error)
    assert trace[0].strip() == "Traceback (most recent call last):"
    assert last == "ends"


def test_a_level_can_be_asked_for(spoken) -> None:
    error, *trace = logs(spoken, 0, "--level", "warning")
    assert "ERROR solver: no convergence" in error
    assert trace[-1].strip() == "ZeroDivisionError: division by zero"


def test_what_a_step_configures_is_as_it_configured_it(spoken) -> None:
    (line,) = logs(spoken, 1)
    assert re.fullmatch(rf"{TIME} DEBUG <in detail>", line)
    (line,) = logs(spoken, 2)
    assert re.fullmatch(rf"{TIME} INFO root:by the root", line)
    (line,) = logs(spoken, 3)
    assert re.fullmatch(rf"{TIME} ERROR solver: wanted", line)


def test_messages_of_steps_are_not_in_the_log_of_the_worker(spoken) -> None:
    shell, _, told = spoken
    kept = [path.read_text() for path in (shell.place / ".funsies").rglob("*.log")]
    for text in [told, *kept]:
        assert "no convergence" not in text
        assert "in detail" not in text
