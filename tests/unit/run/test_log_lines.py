"""Messages of ``logging`` in the log of a step: written with time and level, found again."""

from __future__ import annotations

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

import funsies as f
from funsies.run.log_lines import LEVELS, LevelFilter, log_line
from funsies.store.execution_record import decode_record


def record(level: int, text: str = "") -> logging.LogRecord:
    made = logging.LogRecord("solver", level, "solver.py", 1, text, (), None)
    made.created = 1_764_432_088.123
    return made


def shown(level: str, data: bytes, size: int = 1 << 20) -> bytes:
    chosen = LevelFilter(level)
    pieces = [chosen.feed(data[at : at + size]) for at in range(0, len(data), size)]
    return b"".join([*pieces, chosen.end()])


def test_a_message_is_a_line_with_time_and_level() -> None:
    line = log_line(record(logging.WARNING), "solver: no convergence\nin 100 cycles\n")
    assert line == (
        "2025-11-29T16:01:28.123Z WARNING solver: no convergence\n    in 100 cycles\n"
    )


@pytest.mark.parametrize(
    ("number", "level"), [(5, "DEBUG"), (25, "INFO"), (30, "WARNING"), (99, "CRITICAL")]
)
def test_other_levels_count_as_the_one_below(number: int, level: str) -> None:
    assert f"Z {level} " in log_line(record(number), "text")


LOG = (
    b"printed\n"
    + log_line(record(logging.INFO), "solver: begins").encode()
    + b"    printed, and indented\n"
    + log_line(record(logging.ERROR), "solver: failed\nTraceback\n  at x").encode()
    + b"printed WARNING in between\nlast, without an end"
)


@given(size=st.integers(min_value=1, max_value=200))
def test_a_level_is_found_however_the_bytes_come(size: int) -> None:
    errors = shown("ERROR", LOG, size)
    assert errors.count(b"\n") == 3
    assert errors.endswith(b"    Traceback\n      at x\n")
    assert shown("DEBUG", LOG, size).startswith(LOG[8:40])
    assert b"without an end" not in shown(LEVELS[0], LOG, size)


def test_an_endless_line_is_not_kept_in_memory() -> None:
    chosen = LevelFilter("INFO")
    head = log_line(record(logging.INFO), "x").encode()[:-1]
    total = len(chosen.feed(head))
    for _ in range(100):
        total += len(chosen.feed(b"y" * 1000))
    assert total > 90_000


# -- where steps run in the program


def test_messages_of_a_step_on_memory_are_in_its_log(caplog: pytest.LogCaptureFixture) -> None:
    def speak(number: int) -> int:
        logging.getLogger("solver").warning("no convergence in %d cycles", number)
        logging.getLogger("solver").debug("not enabled")
        logging.getLogger("solver").error("%d arguments are missing")
        return number

    with f.Fun(f.Server("memory://")) as session:
        step = f.reduce(speak, 100)
        f.execute(step)
        logging.getLogger("solver").warning("said by the program, not by the step")
        operation = session.backend.graph.artefact(step.digest).producer
        log = session.backend.graph.log(operation).decode()
        assert decode_record(session.backend.graph.records([operation])[0]) is not None
    first, second = log.splitlines()
    assert first.endswith("Z WARNING solver: no convergence in 100 cycles")
    assert second.endswith("Z ERROR solver: %d arguments are missing")
    assert "no convergence in 100 cycles" in caplog.text  # the program has them, too
