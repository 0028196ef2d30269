"""What is written down of the run of a program."""

from __future__ import annotations

from typing import NoReturn

import pytest

from funsies.config.program import program
from funsies.core.errors import ServerError
from funsies.history import recorder
from funsies.history.recorder import ProgramRecord, Recorder
from funsies.history.run_records import numbers, read
from funsies.store.connect import Backend, open_backend
from funsies.store.rows import Generation


def flow() -> ProgramRecord:
    return program("flow.py", [], None)


def refused(*_: object) -> NoReturn:
    raise ServerError("its disk is full")


@pytest.fixture
def backend() -> Backend:
    return open_backend("memory://")


@pytest.fixture
def in_vain(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> Recorder:
    """It could not write the first request down."""
    made = Recorder(backend, flow)
    with monkeypatch.context() as patch:
        patch.setattr(recorder, "write_new", refused)
        with pytest.raises(ServerError):
            made.note(Generation(1), {})
    return made


def test_a_run_that_could_not_be_written_down_begins_with_the_next_request(
    backend: Backend, in_vain: Recorder
) -> None:
    in_vain.note(Generation(2), {})
    in_vain.close()
    assert numbers(backend.graph.named) == [1]
    record = read(backend.graph.named, 1)
    assert record is not None
    assert record.ended
