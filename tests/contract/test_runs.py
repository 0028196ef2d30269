"""Runs are recorded in the same way on every server."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Iterator
from typing import Any

import pytest

import funsies as f
from funsies.core.digest import content_digest
from funsies.core.errors import StateLostError, UnwrapError
from funsies.history import run_records
from funsies.history.closure import Closure
from funsies.history.processes import this_process
from funsies.history.run_records import add_request, write, write_new
from funsies.history.runs import Outcome, counts_of_run, last_run, run, runs, steps_of_run
from funsies.store.connect import Backend
from funsies.store.rows import Generation
from funsies.store.rows.run_rows import RUN, Process, RunRecord, StepCounts, requests_of

HERE = f.options(distributed=False)


@pytest.fixture(params=["memory", "redis"])
def server(request: pytest.FixtureRequest) -> f.Server:
    if request.param == "memory":
        return f.Server("memory://")
    return f.Server(request.getfixturevalue("redis_url"))


@pytest.fixture
def backend(server: f.Server) -> Iterator[Backend]:
    with f.Fun(server) as session:
        yield session.backend


def record(**more: Any) -> RunRecord:
    facts: dict[str, Any] = {
        "script": "flow.py",
        "directory": "/work",
        "process": this_process(),
        "user": "me",
        "python": "3.11.7",
        "version": "1",
        "began": 5.0,
    }
    return RunRecord(**facts | more)


def program(server: f.Server) -> Any:
    return f.Fun(server, HERE)


def double(number: int) -> int:
    return 2 * number


def invert(number: float) -> float:
    return 1 / number


def names(closure: Closure) -> list[str]:
    return [row.task_name for row in closure.rows.values()]


def test_a_server_that_was_asked_for_nothing_has_no_run(server: f.Server) -> None:
    with program(server) as session:
        f.reduce(double, 1)
        assert runs(session.backend) == []
        assert last_run(session.backend) is None
        assert run(session.backend, 1) is None
    with program(server) as session:
        assert runs(session.backend) == []


def test_a_session_is_one_run_with_all_that_it_asked_for(server: f.Server) -> None:
    with program(server) as session:
        one, two = f.reduce(double, 1), f.reduce(double, 2)
        f.execute(one)
        f.execute(f.reduce(double, two))
        under_way = last_run(session.backend)
        assert under_way is not None
        assert (under_way.number, under_way.outcome) == (1, Outcome.RUNNING)
        assert under_way.ended is None
        assert counts_of_run(session.backend, under_way)["double"].done == 3
    with program(server) as session:
        (ended,) = runs(session.backend)
        assert ended.outcome is Outcome.DONE
        assert ended.ended is not None
        assert ended.ended >= ended.began
        assert len(ended.generations) == len(ended.targets) == 2
        assert names(steps_of_run(session.backend, ended)) == ["double"] * 3
        assert ended.counts["double"].done == 3
        assert ended.counts["double"].seconds > 0


def test_what_was_there_already_is_cached_in_the_next_run(server: f.Server) -> None:
    for _ in range(2):
        with program(server):
            f.execute(f.reduce(double, f.reduce(double, 1)), f.reduce(double, 7))
    with program(server) as session:
        second, first = runs(session.backend)
        assert (first.number, second.number) == (1, 2)
        assert first.counts["double"].done == 3
        assert second.counts == {"double": StepCounts(cached=3)}
        assert second.outcome is Outcome.DONE
        assert runs(session.backend, 1) == [second]
        assert last_run(session.backend) == second


def test_errors_and_what_was_skipped_for_them_are_counted(server: f.Server) -> None:
    with program(server) as session:
        f.execute(f.reduce(double, f.reduce(invert, 0.0)), f.reduce(invert, 2.0))
        backend, under_way = session.backend, last_run(session.backend)
        assert under_way is not None
        counts = counts_of_run(backend, under_way)
        assert (counts["invert"].failed, counts["invert"].done) == (1, 1)
        assert counts["double"].skipped == 1
    with program(server) as session:
        found = last_run(session.backend)
        assert found is not None
        assert found.outcome is Outcome.ERRORS
        assert found.counts == counts


def build(number: int) -> f.Artefact[int]:
    return f.reduce(double, f.reduce(double, number, out=int), out=int)


def test_what_dynamic_steps_built_belongs_to_the_run(server: f.Server) -> None:
    with program(server):
        f.execute(f.put(3).bind(build))
    with program(server) as session:
        (found,) = runs(session.backend)
        assert sorted(names(steps_of_run(session.backend, found))) == ["build"] + 2 * ["double"]
        assert found.counts["double"].done == 2
        assert counts_of_run(session.backend, found)["build"].done == 1


class _OddError(Exception):
    """Something that goes wrong in a script."""


@pytest.mark.parametrize(
    ("problem", "outcome"),
    [
        (_OddError(), Outcome.FAILED_SCRIPT),
        (SystemExit(3), Outcome.FAILED_SCRIPT),
        (SystemExit(0), Outcome.DONE),
        (SystemExit(None), Outcome.DONE),
        (KeyboardInterrupt(), Outcome.INTERRUPTED),
        (StateLostError("lost"), Outcome.SERVER_LOST),
    ],
)
def test_how_a_program_ended_is_recorded(
    server: f.Server, problem: BaseException, outcome: Outcome
) -> None:
    def fails() -> None:
        with program(server):
            f.execute(f.reduce(double, 1))
            raise problem

    with pytest.raises(type(problem)):
        fails()
    with program(server) as session:
        (found,) = runs(session.backend)
        assert found.outcome is outcome
        assert found.counts["double"].done == 1


def test_a_script_that_takes_an_error_has_errors(server: f.Server) -> None:
    def fails() -> None:
        with program(server):
            f.execute(step := f.reduce(invert, 0.0))
            f.take(step)

    with pytest.raises(UnwrapError):
        fails()
    with program(server) as session:
        assert [each.outcome for each in runs(session.backend)] == [Outcome.ERRORS]


def nested(number: int) -> int:
    with f.Fun(f.Server("memory://"), HERE) as session:
        inner = f.reduce(double, number)
        f.execute(inner)
        assert last_run(session.backend) is None
        return f.take(inner)


def test_what_steps_execute_is_no_run(server: f.Server) -> None:
    with program(server) as session:
        f.execute(step := f.reduce(nested, 4))
        assert f.take(step) == 8
        assert len(runs(session.backend)) == 1


def test_many_targets_are_found_again_and_stored_once(backend: Backend) -> None:
    many = [content_digest(str(number).encode()) for number in range(2500)]
    number = write_new(backend.graph.named, record())
    for generation in (1, 2, 3):
        add_request(backend, number, Generation(generation), many)
    rows = backend.graph.named.get_all(requests_of(str(number))).values()
    assert sum(map(len, rows)) < 1000
    requests = run_records.Requests(backend, number)
    assert (requests.generations, requests.targets) == ((1, 2, 3), tuple(many))


def test_who_lists_runs_does_not_read_what_they_asked_for(
    server: f.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with program(server) as session:
        f.execute(f.reduce(double, 4)).wait()
    monkeypatch.setattr(run_records, "_targets", lambda *_: pytest.fail("it was read"))
    with program(server) as session:
        assert [each.outcome for each in runs(session.backend)] == [Outcome.DONE]


def test_only_the_newest_thousand_are_kept(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_records, "KEPT_RUNS", 3)
    for generation in range(1, 6):
        number = write_new(backend.graph.named, record())
        add_request(backend, number, Generation(generation), [content_digest(b"a")])
    assert run_records.numbers(backend.graph.named) == [5, 4, 3]
    assert backend.graph.named.names(requests_of("2")) == []
    assert backend.graph.named.names(requests_of("3")) == ["3"]
    monkeypatch.setattr(run_records, "KEPT_RUNS", 1)
    assert run_records.forget_old(backend.graph.named) == 2
    assert run_records.numbers(backend.graph.named) == [5]
    assert run_records.forget_old(backend.graph.named) == 0


@pytest.mark.parametrize("noted", [b"", b"x", b"-1", "²".encode(), b"\xff", b"0", b"1"])
def test_numbers_stay_distinct_if_the_counter_is_lost_or_damaged(
    backend: Backend, noted: bytes
) -> None:
    assert [write_new(backend.graph.named, record()) for _ in range(3)] == [1, 2, 3]
    backend.graph.named.save("runs", {"last": noted})
    assert write_new(backend.graph.named, record()) == 4


def test_programs_at_the_same_time_get_numbers_of_their_own(backend: Backend) -> None:
    numbers: list[int] = []
    begin = threading.Barrier(8)

    def takes_some() -> None:
        begin.wait()
        numbers.extend(write_new(backend.graph.named, record()) for _ in range(5))

    threads = [threading.Thread(target=takes_some) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(numbers) == list(range(1, 41))
    assert run_records.numbers(backend.graph.named) == list(range(40, 0, -1))


@pytest.mark.parametrize("damage", [b"", b"{}", b"\xff\xfe", b"[1]", b'{"script": 1}'])
def test_a_damaged_record_is_passed_over(backend: Backend, damage: bytes) -> None:
    write_new(backend.graph.named, record(ended=6.0, outcome="done"))
    write_new(backend.graph.named, record())
    backend.graph.named.save(RUN, {"2": damage})
    backend.graph.named.save(RUN, {"odd": damage})
    assert run(backend, 2) is None
    assert [each.number for each in runs(backend)] == [1]
    found = last_run(backend)
    assert found is not None
    assert found.number == 1


@pytest.mark.parametrize("damage", [b"", b"x", b"t" + b"1" * 33, b"l" + b"1" * 31])
def test_damaged_requests_are_passed_over(backend: Backend, damage: bytes) -> None:
    number = write_new(backend.graph.named, record())
    target = content_digest(b"a")
    add_request(backend, number, Generation(1), [target])
    backend.graph.named.save(requests_of("1"), {"2": damage})
    backend.graph.named.save(requests_of("1"), {"odd": damage})
    found = run(backend, number)
    assert found is not None
    assert found.targets[0] == target


def test_an_outcome_of_a_later_version_is_told_by_the_steps(backend: Backend) -> None:
    write_new(backend.graph.named, record(ended=6.0, outcome="abducted"))
    found = run(backend, 1)
    assert found is not None
    assert found.outcome is Outcome.DONE


def _die() -> None:
    """End at once."""


def test_a_program_that_is_gone_without_a_word_was_lost(backend: Backend) -> None:
    process = multiprocessing.get_context("spawn").Process(target=_die)
    process.start()
    assert process.pid is not None
    dead = Process(this_process().host, process.pid, this_process().boot, this_process().space)
    process.join()
    number = write_new(backend.graph.named, record(process=dead))
    found = run(backend, number)
    assert found is not None
    assert found.outcome is Outcome.CLIENT_LOST
    write(backend.graph.named, number, record(process=dead, ended=7.0, outcome="interrupted"))
    found = run(backend, number)
    assert found is not None
    assert found.outcome is Outcome.INTERRUPTED


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({}, Outcome.RUNNING),
        ({"start": "1"}, Outcome.CLIENT_LOST),
        ({"boot": "before"}, Outcome.CLIENT_LOST),
        ({"space": "pid:[1]", "start": "1"}, Outcome.DONE),
        ({"host": "elsewhere", "pid": 1, "start": "1"}, Outcome.DONE),
    ],
)
def test_whether_a_program_lives_is_seen_on_its_machine(
    backend: Backend, change: dict[str, Any], outcome: Outcome
) -> None:
    here = this_process()
    facts = {name: getattr(here, name) for name in Process.__struct_fields__} | change
    write_new(backend.graph.named, record(process=Process(**facts)))
    found = run(backend, 1)
    assert found is not None
    assert found.outcome is outcome


def test_a_program_may_leave_before_its_steps_are_finished(stage: Any) -> None:
    """What becomes of them is told when somebody looks."""
    with f.Fun(stage.server):
        f.execute(f.reduce(double, 1))
    with f.Fun(stage.server) as session:
        (found,) = runs(session.backend)
        assert found.ended is not None
        assert found.outcome is Outcome.RUNNING
        assert counts_of_run(session.backend, found)["double"].unfinished == 1
        stage.start_worker()
        f.wait_for(f.reduce(double, 1), timeout=60)
        (found,) = runs(session.backend)
        assert found.outcome is Outcome.DONE
        assert counts_of_run(session.backend, found)["double"].done == 1


def test_a_request_that_was_withdrawn_is_cancelled(stage: Any) -> None:
    with f.Fun(stage.server):
        f.execute(f.reduce(double, 1)).cancel()
    with f.Fun(stage.server) as session:
        (found,) = runs(session.backend)
        assert found.outcome is Outcome.CANCELLED
        assert found.counts["double"].unfinished == 1
