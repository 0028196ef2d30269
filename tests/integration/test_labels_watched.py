"""Who watches what runs calls steps as commands do, at a cost that is bounded."""

from __future__ import annotations

import threading
from functools import partial

import pytest
from starlette.requests import Request

import funsies as f
from funsies.client.targets import collect
from funsies.core.digest import Digest
from funsies.engine.slots import new_fence, new_slot
from funsies.history import step_names
from funsies.history.step_names import Naming, labels_here
from funsies.page.access import Access
from funsies.page.drawing import Surveyor
from funsies.page.site import Site
from funsies.page.workers import WorkersPage
from funsies.report.live.activity import RunningSteps
from funsies.session import Session
from funsies.store.rows import StepMessage
from funsies.store.submission import queue_name, submit


def half(number: int, by: int = 2) -> float:
    return number / by


def running(session: Session) -> list[Digest]:
    """Have three steps run, as far as the server knows."""
    targets = collect([f.reduce(half, number) for number in range(3)]).built
    submit(session.backend, tuple(targets.values()), (), queue="nobody-serves-it")
    graph, queue = session.backend.graph, queue_name("nobody-serves-it")
    for number in range(3):
        graph.step(StepMessage(new_slot(), number, queue, lease_ms=600_000, fence=new_fence()))
    return list(targets)


@pytest.mark.usefixtures("_labels_are_waited_for")
def test_live_table_and_page_call_running_steps_as_commands_do(redis_url: str) -> None:
    with f.Fun(f.Server(redis_url)) as session:
        steps = running(session)
        labels = labels_here(session.backend, steps)
        wanted = {labels.of(each) for each in steps}
        assert wanted == {f"half(number={number})" for number in range(3)}
        table = RunningSteps(session.backend.graph, naming=Naming(session.backend))
        table.look()
        hashes = {f"{labels.of(each)} {each.hex()[:10]}" for each in steps}
        assert {each.label for each in table.longest} == hashes
        site = Site(session.server, session.backend, Access(0))
        page = WorkersPage(site).look(site, Request({"type": "http"}))
        assert wanted >= {each.step for each in page["found"] if each.step} > set()


@pytest.mark.usefixtures("_labels_are_waited_for")
@pytest.mark.parametrize("by_thread", [False, True])
def test_labels_are_read_again_when_steps_have_come_and_a_rest_is_over(
    by_thread: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, looks = [0.0], [0]

    def slow(*arguments: object) -> object:
        looks[0] += 1
        now[0] += 1.0
        return labels_here(*arguments)

    monkeypatch.setattr(step_names, "labels_here", slow)
    with f.Fun(f.Server("memory://")) as session:
        naming = Naming(session.backend, by_thread=by_thread, clock=lambda: now[0])
        first, second = f.reduce(half, 1), f.reduce(half, 2)
        f.execute(first).wait()
        called = partial(naming.labels, [first.producer])
        assert called().of(first.producer) == "half"
        f.execute(second).wait()
        for _ in range(100):
            assert called().of(first.producer) == "half"
            now[0] += 0.1
        assert looks == [1]
        now[0] += step_names.REST
        assert (
            naming.labels([first.producer, second.producer]).of(first.producer)
            == "half(number=1)"
        )
        for _ in range(1000):
            now[0] += 1.0
            called()
        assert looks == [2]  # nothing has come


@pytest.mark.usefixtures("_labels_are_waited_for")
def test_a_program_does_not_read_the_labels_of_very_many_steps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(step_names, "MOST_AT_ONCE", 2)
    with f.Fun(f.Server("memory://")) as session:
        steps = [f.reduce(half, number) for number in range(3)]
        f.execute(steps).wait()
        makers = [each.producer for each in steps]
        assert not Naming(session.backend).labels(makers).texts
        with_thread = Naming(session.backend, by_thread=True)
        assert with_thread.labels(makers).of(makers[0]) == "half(number=0)"


def test_nothing_is_raised_and_names_are_known_when_the_server_is_away() -> None:
    with f.Fun(f.Server("memory://")):
        failed = f.reduce(half, 1, 0)
        f.execute(failed, f.reduce(half, 2, 1)).wait()
        error = f.take(failed, strict=False).failure()
        assert f"label='half(number=1, by=0)', source='{error.source}'" in repr(error)
        with pytest.raises(f.UnwrapError, match=r"ExceptionRaised in half\(number=1, by=0\) "):
            f.take(failed)
    assert "label='half(number=1, by=0)'" in repr(error)
    with pytest.raises(f.UnwrapError, match=r"ExceptionRaised in half\(number=1, by=0\) "):
        f.unwrap(f.errors.Failure(error))


def test_where_no_thread_can_be_started_labels_and_outline_are_read_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with f.Fun(f.Server("memory://")) as session:
        steps = [f.reduce(half, number) for number in range(3)]
        f.execute(steps).wait()
        monkeypatch.setattr(threading.Thread, "start", refuse)
        labels = Naming(session.backend, by_thread=True).labels()
        assert labels.of(steps[0].producer) == "half(number=0)"
        outline = Surveyor().ask(session.backend, session.backend.graph.counts())
        assert outline is not None
        assert outline.steps["half"] == 3
