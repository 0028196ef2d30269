"""Results that are volatile are asked for again, so often and not oftener."""

from __future__ import annotations

import errno
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from returns.result import Result

import funsies as f
from funsies.client.volatile import Mender
from funsies.core.digest import Digest
from funsies.run import signals
from funsies.session import Session
from funsies.store.ports import GraphReader
from funsies.store.rows import OperationRow


def spoilt(place: str, times: int) -> int:
    """Find a full disk so many times."""
    runs = Path(place, "runs")
    with runs.open("a") as file:
        file.write("x")
    if len(runs.read_text()) <= times:
        raise OSError(errno.ENOSPC, "no room")
    return times


def forgiving(*numbers: Result[int, f.Error]) -> int:
    return sum(number.value_or(-1) for number in numbers)


def total(place: Path, times: int) -> f.Artefact[int]:
    return f.reduce(forgiving, f.reduce(spoilt, str(place), times), 1, strict=False)


def slow(place: str) -> int:
    """Note that it runs, whereupon its time is over."""
    with Path(place, "slow runs").open("a") as file:
        file.write("x")
    time.sleep(60)
    return 1


def too_slow(place: Path) -> f.Artefact[int]:
    return f.reduce(slow, str(place), timeout_seconds=3600)


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """One where the time of a slow step is over as soon as it has noted that it runs."""
    runs = tmp_path / "slow runs"

    def monotonic() -> float:
        has_begun = runs.exists() and runs.stat().st_size
        return time.monotonic() + (3600 if has_begun else 0)

    monkeypatch.setattr(signals, "time", SimpleNamespace(monotonic=monotonic))
    monkeypatch.setattr(signals, "LONGEST_WAIT_SECONDS", 0.01)
    with f.Fun(f.Server("memory://")) as session:
        yield session


def test_a_result_is_asked_for_again_in_the_same_execution(session, tmp_path):
    told: list[str] = []
    session.to_mend = Mender(1, told.append).to_ask
    step = total(tmp_path, 1)
    f.execute(step).wait()
    assert f.take(step) == 2  # a warning would be an error here
    assert len(told) == 1
    assert "OSError" not in told[0]
    assert "in spoilt" in told[0]


def test_what_stays_volatile_is_not_asked_for_for_ever(session, tmp_path):
    session.to_mend = Mender(2, lambda _: None).to_ask
    step = total(tmp_path, 100)
    f.execute(step).wait()
    f.execute(step).wait()
    assert len((tmp_path / "runs").read_text()) == 1 + 2 + 1
    assert f.take(step, volatile="accept") == 0


def test_nothing_is_asked_for_again_unless_that_is_wanted(session, tmp_path):
    step = total(tmp_path, 1)
    f.execute(step).wait()
    assert f.take(step, volatile="accept") == 0
    session.to_mend = Mender(0, pytest.fail).to_ask
    f.execute(total(tmp_path, 2)).wait()


def test_what_the_program_wanted_so_is_left_as_it_is(session):
    session.to_mend = Mender(1, pytest.fail).to_ask
    left_out = f.reduce(abs, -3, opt=f.options(evaluate=False))
    f.execute(f.reduce(forgiving, left_out, 1, strict=False)).wait()


def test_a_step_that_ran_too_long_is_not_run_again_for_the_sake_of_others(session, tmp_path):
    told: list[str] = []
    session.to_mend = Mender(1, told.append).to_ask
    late, step = too_slow(tmp_path), total(tmp_path, 1)
    f.execute(late, step).wait()
    assert f.take(step) == 2
    assert len((tmp_path / "slow runs").read_text()) == 1
    assert [each.split(" that ")[0] for each in told] == ["asking again for 1 result"]
    assert "JobTimedOut" not in told[0]


def test_what_needs_a_step_that_ran_too_long_is_left_as_it_is(session, tmp_path):
    session.to_mend = Mender(1, pytest.fail).to_ask
    both = f.reduce(forgiving, too_slow(tmp_path), total(tmp_path, 100), strict=False)
    f.execute(both).wait()
    assert len((tmp_path / "slow runs").read_text()) == 1
    assert len((tmp_path / "runs").read_text()) == 1


def test_what_needs_a_step_that_is_not_evaluated_is_asked_for_again(session, tmp_path):
    session.to_mend = Mender(1, lambda _: None).to_ask
    left_out = f.reduce(abs, -3, opt=f.options(evaluate=False))
    both = f.reduce(forgiving, left_out, total(tmp_path, 1), strict=False)
    f.execute(both).wait()
    assert f.take(both, volatile="accept") == 1


class NotedReads:
    """A stored graph that notes which steps are read.

    Args:
        graph: where they are.
    """

    def __init__(self, graph: GraphReader) -> None:
        self._graph = graph
        self.steps: Counter[Digest] = Counter()

    def operations(self, digests: Sequence[Digest]) -> list[OperationRow | None]:
        self.steps.update(digests)
        return self._graph.operations(digests)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._graph, name)


def test_what_is_told_is_what_was_decided_by_as_every_step_is_read_once(session, tmp_path):
    """Somebody else may mend a loss at any time: a second look need not find it."""
    step, told = total(tmp_path, 100), list[str]()
    f.execute(step).wait()
    graph = NotedReads(session.backend.graph)
    assert Mender(1, told.append).to_ask(graph, [step.producer]) == [step.producer]
    assert len(graph.steps) == 2
    assert set(graph.steps.values()) == {1}
    assert "in spoilt" in told[0]
