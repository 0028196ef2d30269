"""Whole workflows through the public API: in memory, and run by the client on a real server."""

from __future__ import annotations

import enum
import os
import threading
from collections.abc import Iterator
from contextvars import copy_context
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from returns.pipeline import flow, is_successful
from returns.pointfree import bind, lash, map_
from returns.result import Failure, Result, Success

import funsies as f
from funsies.core.errors import (
    ErrorKind,
    UnknownHashError,
    WaitTimeoutError,
    WiringError,
)
from funsies.session import NoSessionError, Session
from funsies.store.connect import INLINE_BYTES

LARGE = 3 * INLINE_BYTES


@pytest.fixture(params=["memory", "redis"])
def server(request: pytest.FixtureRequest) -> f.Server:
    if request.param == "memory":
        return f.Server("memory://")
    return f.Server(request.getfixturevalue("redis_url"))


@pytest.fixture
def session(server: f.Server) -> Iterator[Session]:
    """Inside ``Fun``: steps are run by this process."""
    with f.Fun(server, f.options(distributed=False)) as opened:
        yield opened


@pytest.fixture
def redis_server_here(redis_url: str) -> f.Server:
    return f.Server(redis_url)


class Colour(enum.Enum):
    RED = 1


@dataclass(frozen=True)
class Sample:
    name: str
    weights: dict[int, tuple[float, ...]]
    colour: Colour


def fails(number: int) -> int:
    raise ValueError(f"no {number}")


def noted(name: str, number: int) -> int:
    with Path(name).open("a") as file:
        file.write("x")
    return number


def runs(path: Path) -> int:
    return len(path.read_text()) if path.exists() else 0


# values in and out


@pytest.mark.usefixtures("session")
def test_values_come_back_as_they_were_through_a_step() -> None:
    def same(sample: Sample) -> Sample:
        return sample

    sample = Sample("é\ud800", {1: (float("inf"), -0.0), -(10**30): ()}, Colour.RED)
    step = f.reduce(same, sample)
    f.execute(step)
    assert f.take(step) == sample
    assert type(f.take(step).weights[1]) is tuple


@pytest.mark.usefixtures("session")
def test_values_without_annotations_are_what_they_were() -> None:
    values: list[Any] = [None, True, 1, 1.5, "text", b"bytes", [1, "a"], {"a": [None]}, (1, 2)]
    steps = [f.reduce(lambda x: x, value) for value in values[:5]]
    constants = [f.put(value) for value in values]
    f.execute(steps, constants)
    assert [f.take(each) for each in steps] == values[:5]
    assert [f.take(each) for each in constants] == values


@pytest.mark.usefixtures("session")
def test_large_values_go_in_and_out() -> None:
    text, data = "x" * LARGE, os.urandom(LARGE)

    def both(one: str, other: bytes) -> tuple[str, bytes]:
        return one[::-1], other[::-1]

    one, other = f.py(both, text, data)
    f.execute(one, other)
    assert f.take(one) == text
    assert f.take(other) == data[::-1]


def test_files_are_put_and_taken_out(session: Session, tmp_path: Path) -> None:
    source, target = tmp_path / "in", tmp_path / "out"
    source.write_bytes(bytes(range(256)) * (LARGE // 256))
    data = f.put_file(source)
    step = f.shell("cat a a > b", inp={"a": data}, out=["b"])
    f.execute(step)
    f.takeout(step.out["b"], target)
    assert target.read_bytes() == 2 * source.read_bytes()
    assert f.take(data) == source.read_bytes()
    assert f.put_file(source) == data == f.put(source.read_bytes())


def test_takeout_writes_bytes_text_and_json(session: Session, tmp_path: Path) -> None:
    for value, written in ((b"\0raw", b"\0raw"), ("té", "té".encode()), ({"a": 1}, b'{"a":1}')):
        f.takeout(f.put(value), tmp_path / "out")
        assert (tmp_path / "out").read_bytes() == written
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


def test_takeout_of_an_error_leaves_the_file_alone(session: Session, tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.write_text("before")
    step = f.reduce(fails, 1)
    f.execute(step)
    with pytest.raises(f.UnwrapError, match="ValueError: no 1"):
        f.takeout(step, target)
    assert target.read_text() == "before"


@pytest.mark.usefixtures("session")
def test_take_gives_the_value_or_says_why_there_is_none() -> None:
    fine, bad, idle = f.reduce(abs, -1), f.reduce(fails, 1), f.reduce(abs, -2)
    f.execute(fine, bad)
    assert f.take(fine, strict=False) == Success(1)
    assert f.take(bad, strict=False).failure().kind is ErrorKind.ExceptionRaised
    with pytest.raises(f.UnwrapError, match="ExceptionRaised in fails"):
        f.take(bad)
    with pytest.raises(f.UnwrapError, match=r"not been executed: use execute\(\)"):
        f.take(idle)
    assert f.unwrap(Success(3)) == 3
    with pytest.raises(f.UnwrapError):
        f.unwrap(f.take(bad, strict=False))


# all kinds of steps


@pytest.mark.usefixtures("session")
def test_python_steps_of_all_kinds_work_together() -> None:
    @f.task
    def mean(samples: list[float], *, weight: float = 1.0) -> float:
        return weight * sum(samples) / len(samples)

    quotient, remainder = f.py(divmod, 17, 5, out=(int, int))
    total = f.reduce(lambda *parts: sum(parts), quotient, remainder, 10)
    text = f.morph(str, total)
    average = mean([1.0, 2.0], weight=f.morph(float, total))
    last = f.reduce(lambda a, b: f"{a} {b}", text, average)
    f.execute(last)
    assert f.take(last) == "15 22.5"


@pytest.mark.usefixtures("session")
def test_shell_steps_read_and_write_files_of_all_kinds() -> None:
    made = f.reduce(lambda: {"k": [1, 2]})
    step = f.shell(
        "cat text; cat bytes; cat json; cat made; cat d/e",
        "echo to stderr >&2; echo $A$B; mkdir -p x; cp text x/y",
        inp={"text": "té\n", "bytes": b"\0\xff\n", "json": [1, None], "made": made, "d/e": 2},
        out=["x/y", "text"],
        env={"A": "a"},
        opt=f.options(env={"B": "b"}, distributed=False),
    )
    f.execute(step)
    assert f.take(step.stdouts[0]) == b"t\xc3\xa9\n\0\xff\n[1,null]" + b'{"k":[1,2]}2'
    assert f.take(step.stdouts[1]) == b"ab\n"
    assert f.take(step.stderrs[1]) == b"to stderr\n"
    assert [f.take(code) for code in step.returncodes] == [0, 0]
    assert f.take(step.out["x/y"]) == f.take(step.out["text"]) == "té\n".encode()


@pytest.mark.usefixtures("session")
def test_a_failing_command_stops_the_step_and_says_why() -> None:
    step = f.shell("echo one", "echo bad >&2; exit 3", "echo three", out=["file"])
    after = f.morph(len, step.out["file"])
    f.execute(step, after)
    assert f.take(step.stdouts[0]) == b"one\n"
    assert f.take(step.stderrs[1]) == b"bad\n"
    assert f.take(step.returncodes[1]) == 3
    error = f.take(step.out["file"], strict=False).failure()
    assert (error.kind, error.exit_code) == (ErrorKind.CommandFailed, 3)
    assert "bad" in error.details
    assert f.take(after, strict=False).failure() == error


@pytest.mark.usefixtures("session")
def test_without_check_all_commands_run_and_missing_files_are_errors() -> None:
    step = f.shell("exit 3", "echo two", out=["file"], check=False)
    f.execute(step)
    assert f.take(step.stdouts[1]) == b"two\n"
    assert f.take(step.returncodes[0]) == 3
    error = f.take(step.out["file"], strict=False).failure()
    assert error.kind is ErrorKind.MissingOutput


@pytest.mark.usefixtures("session")
def test_a_tolerant_shell_step_has_no_file_for_an_error() -> None:
    bad = f.reduce(fails, 1)
    step = f.shell("ls", inp={"bad": bad, "good": "text"}, strict=False)
    f.execute(step)
    assert f.take(step.stdout) == b"good\n"


@pytest.mark.usefixtures("session")
def test_one_step_used_twice_and_by_two_others_runs_once(tmp_path: Path) -> None:
    one = f.reduce(noted, str(tmp_path / "runs"), 1)
    both = f.reduce(lambda a, b: a + b, one, one)
    last = f.reduce(lambda a, b: a + b, both, one.map(lambda x: -x))
    f.execute(last)
    assert f.take(last) == 1
    assert runs(tmp_path / "runs") == 1


# containers


def half(x: int) -> float:
    return x / 2


def put_again(x: int) -> f.Artefact[int]:
    return f.put(x)


def show(x: float) -> f.Artefact[str]:
    return f.put(str(x))


def instead(error: f.Error) -> f.Artefact[int]:
    return f.put(len(error.details) * 0 + 7)


def fails_later(x: int) -> f.Artefact[int]:
    return f.reduce(fails, x)


@pytest.mark.usefixtures("session")
def test_map_bind_lash_and_apply_do_what_they_do_for_a_result() -> None:
    good, bad = f.put(3), f.reduce(fails, 3)
    steps: list[tuple[f.Artefact[Any], Result[Any, str]]] = [
        (good.map(half), Success(1.5)),
        (bad.map(half), Failure("ExceptionRaised")),
        (good.map(half).bind(show), Success("1.5")),
        (bad.bind(put_again), Failure("ExceptionRaised")),
        (good.bind(fails_later), Failure("ExceptionRaised")),
        (good.lash(instead), Success(3)),
        (bad.lash(instead), Success(7)),
        (bad.lash(lambda _: f.reduce(fails, 8)), Failure("ExceptionRaised")),
        (good.apply(f.Artefact.from_value(half)), Success(1.5)),
        (f.Artefact.from_value(3), Success(3)),
    ]
    f.execute([step for step, _ in steps])
    for step, expected in steps:
        assert f.take(step, strict=False).alt(lambda error: error.kind.value) == expected


@pytest.mark.usefixtures("session")
def test_the_laws_of_containers_hold_for_values() -> None:
    def plus(x: int) -> f.Artefact[int]:
        return f.put(x + 1)

    def twice(x: int) -> f.Artefact[int]:
        return f.put(2 * x)

    m = f.reduce(abs, -3)
    pairs = [
        (m.map(lambda x: x), m),
        (m.map(half).map(str), m.map(lambda x: str(half(x)))),
        (f.put(3).bind(plus), plus(3)),
        (m.bind(put_again), m),
        (m.bind(plus).bind(twice), m.bind(lambda x: plus(x).bind(twice))),
        (m.apply(f.Artefact.from_value(half)), m.map(half)),
    ]
    f.execute(pairs)
    assert [f.take(one) for one, _ in pairs] == [f.take(other) for _, other in pairs]


@pytest.mark.usefixtures("session")
def test_functions_of_returns_work_on_artefacts() -> None:
    step = flow(f.reduce(fails, 1), lash(instead), map_(half), bind(show))
    f.execute(step)
    assert f.take(step) == "3.5"


# dynamic


def countdown(n: int) -> f.Artefact[int]:
    return f.put(0) if n == 0 else f.reduce(lambda x: x - 1, n).bind(countdown)


def fibonacci(n: int) -> f.Artefact[int]:
    if n < 2:
        return f.put(n)
    return f.reduce(
        lambda a, b: a + b, f.put(n - 1).bind(fibonacci), f.put(n - 2).bind(fibonacci)
    )


@pytest.mark.usefixtures("session")
def test_dynamic_steps_may_be_nested_two_hundred_deep() -> None:
    step = f.put(200).bind(countdown)
    f.execute(step)
    assert f.take(step) == 0


@pytest.mark.usefixtures("session")
def test_dynamic_steps_that_meet_again_are_computed_once() -> None:
    step = f.put(15).bind(fibonacci)
    handle = f.execute(step)
    assert f.take(step) == 610
    assert handle.counts().tasks["fibonacci"].executed <= 16


@pytest.mark.usefixtures("session")
def test_a_graph_built_at_run_time_has_the_addresses_of_one_built_by_the_client() -> None:
    def builds(number: int) -> f.Artefact[str]:
        inner = f.reduce(half, number)
        return f.put(f"{inner.hash} {f.shell('true', inp={'a': 'x'}).hash}")

    step = f.put(3).bind(builds)
    f.execute(step)
    assert f.take(step) == f"{f.reduce(half, 3).hash} {f.shell('true', inp={'a': 'x'}).hash}"


# much of it


@pytest.fixture
def many(server: f.Server) -> int:
    """A round number; smaller on a real server, so that the tests stay quick."""
    return 5_000 if server.jobs_url == "memory://" else 1_200


@pytest.mark.usefixtures("session")
def test_an_error_reaches_thousands_of_dependents(many: int) -> None:
    bad = f.reduce(fails, 0)
    level = [f.reduce(lambda x, n: x + n, bad, n) for n in range(many // 2 - 10)]
    chain = level[0]
    for _ in range(10):
        chain = f.reduce(lambda x: x, chain)
    handle = f.execute(level, chain)
    error = f.take(bad, strict=False).failure()
    assert all(f.take(each, strict=False) == Failure(error) for each in (chain, *level[::100]))
    assert handle.counts().total.skipped == many // 2
    assert handle.is_finished


@pytest.mark.usefixtures("session")
def test_thousands_of_inputs_of_one_step(many: int) -> None:
    parts = [f.reduce(lambda n: n, n) for n in range(many)]
    total = f.reduce(lambda *numbers: sum(numbers), *parts)
    f.execute(total)
    assert f.take(total) == sum(range(many))


@pytest.mark.usefixtures("session")
def test_a_chain_of_hundreds_of_steps(many: int) -> None:
    step = f.put(0)
    for _ in range(many // 3):
        step = f.morph(lambda x: x + 1, step)
    f.execute(step)
    assert f.take(step) == many // 3


# executing


def test_a_second_execute_asks_for_nothing(session: Session, tmp_path: Path) -> None:
    step = f.reduce(noted, str(tmp_path / "runs"), 1)
    first = f.execute(step)
    second = f.execute(step)
    assert first.operations == (step.operation.digest,)
    assert second.operations == ()
    assert second.is_finished
    assert second.wait() is second
    assert runs(tmp_path / "runs") == 1


@pytest.mark.usefixtures("session")
def test_anything_with_artefacts_can_be_executed() -> None:
    step, shown = f.shell("echo a"), f.reduce(abs, -1)
    f.execute(step, [shown], {"a": (f.put(3), f.reduce(abs, -2))}, shown.operation)
    f.wait_for(step, [shown])
    assert f.take(step.stdout) == b"a\n"
    with pytest.raises(WiringError, match="3 is not an artefact"):
        f.execute(3)
    f.execute()


@pytest.mark.usefixtures("session")
def test_counts_say_what_was_done() -> None:
    steps = [f.reduce(half, n) for n in range(3)]
    handle = f.execute(steps, f.reduce(fails, 1).map(half))
    counts = handle.counts()
    assert counts.tasks["half"].executed == 3
    assert counts.tasks["half"].skipped == 1
    assert counts.tasks["fails"].failed == 1
    assert counts.total.pending == 0
    assert f.execute(steps).counts().total.executed == 0


def test_waiting_for_what_nobody_runs_ends_after_the_timeout(
    redis_server_here: f.Server,
) -> None:
    with f.Fun(redis_server_here):
        handle = f.execute(f.reduce(abs, -1))
        with pytest.raises(WaitTimeoutError, match="not finished in time"):
            handle.wait(0.01)
        with pytest.raises(TimeoutError):
            f.wait_for(f.reduce(abs, -1), timeout=0.01)
        assert not handle.is_finished
        assert handle.counts().total.pending == 1


def test_a_cancelled_execution_ends_with_an_error_and_can_be_asked_for_again(
    redis_server_here: f.Server,
) -> None:
    with f.Fun(redis_server_here):
        step = f.reduce(abs, -1)
        after = step.map(half)
        handle = f.execute(after)
        assert handle.cancel() == 2
        handle.wait(5)
        assert f.take(after, strict=False).failure().kind is ErrorKind.Cancelled
        here = f.options(distributed=False)
        f.execute(f.reduce(half, f.reduce(abs, -1, opt=here), opt=here))
        assert f.take(after) == 0.5


def test_cancel_spares_what_others_want(redis_server_here: f.Server) -> None:
    with f.Fun(redis_server_here):
        shared = f.reduce(abs, -1)
        one, other = f.execute(shared.map(half)), f.execute(shared)
        assert one.cancel() == 1
        assert not other.is_finished


@pytest.mark.usefixtures("session")
def test_waiting_for_what_was_never_executed_says_so() -> None:
    with pytest.raises(WiringError, match=r"is not being executed: use execute\(\) first"):
        f.wait_for(f.reduce(abs, -1))


def test_control_c_stops_the_execution_and_the_program_can_go_on(
    session: Session, tmp_path: Path
) -> None:
    def interrupted(name: str) -> int:
        with Path(name).open("a") as file:
            file.write("x")
        raise KeyboardInterrupt

    step = f.reduce(interrupted, str(tmp_path / "runs"))
    with pytest.raises(KeyboardInterrupt):
        f.execute(step)
    assert f.take(step, strict=False).failure().kind is ErrorKind.Cancelled
    other = f.reduce(half, 3)
    f.execute(other)
    assert f.take(other) == 1.5
    assert runs(tmp_path / "runs") == 1


# reset


def test_a_reset_step_and_what_depends_on_it_run_again(
    session: Session, tmp_path: Path
) -> None:
    first = f.reduce(noted, str(tmp_path / "first"), 1)
    last = f.reduce(noted, str(tmp_path / "last"), first)
    f.execute(last)
    assert f.reset(first) == 2
    assert not is_successful(f.take(last, strict=False))
    f.execute(last)
    assert (runs(tmp_path / "first"), runs(tmp_path / "last")) == (2, 1 + 1)
    assert f.reset(first, recursive=False) == 1
    assert f.take(last) == 1
    f.execute(first)
    assert (runs(tmp_path / "first"), runs(tmp_path / "last")) == (3, 2)


@pytest.mark.usefixtures("session")
def test_a_constant_cannot_be_reset() -> None:
    with pytest.raises(WiringError, match="constant cannot be reset"):
        f.reset(f.put(1))


def test_options_may_ask_for_a_reset(session: Session, tmp_path: Path) -> None:
    opt = f.options(reset=True)
    for _ in range(2):
        step = f.reduce(noted, str(tmp_path / "first"), 1, opt=opt)
        last = f.reduce(noted, str(tmp_path / "last"), step)
        f.execute(last)
    assert (runs(tmp_path / "first"), runs(tmp_path / "last")) == (2, 2)


# looking up


@pytest.mark.usefixtures("session")
def test_artefacts_are_found_by_any_unique_beginning_of_their_hash() -> None:
    step, shown = f.reduce(half, 3), f.shell("echo a")
    f.execute(step, shown)
    assert f.take(f.get(step.hash)) == 1.5
    assert f.take(f.get(step.hash[:20].upper())) == 1.5
    assert f.take(f.get(step.operation.digest.hex())) == 1.5
    assert f.take(f.get(shown.stdout.hash)) == b"a\n"
    assert f.get(step.hash) == step


@pytest.mark.usefixtures("session")
def test_unknown_and_ambiguous_hashes_are_named() -> None:
    steps = [f.reduce(half, n) for n in range(40)]
    f.execute(steps)
    with pytest.raises(UnknownHashError, match=r"nothing on .* begins with 'abcdef0"):
        f.get("abcdef0123456789")
    with pytest.raises(UnknownHashError, match="not a hash"):
        f.get("xyz")
    with pytest.raises(UnknownHashError, match="not a hash"):
        f.get("")
    digits = [each.hash[0] for each in steps]
    common = max(digits, key=digits.count)
    with pytest.raises(UnknownHashError, match=f"'{common}' is ambiguous: .*give more digits"):
        f.get(common)
    shown = f.shell("true")
    f.execute(shown)
    with pytest.raises(UnknownHashError, match="operation with 3 outputs: name one of"):
        f.get(shown.hash)


@pytest.mark.usefixtures("session")
def test_what_was_found_goes_on_as_an_input() -> None:
    step = f.reduce(half, 3)
    f.execute(step)
    found = f.get(step.hash)
    last = f.reduce(lambda x: x * 2, found)
    f.execute(last)
    assert f.take(last) == 3.0
    f.reset(found)
    f.execute(found, options=f.options(distributed=False))
    assert f.take(step) == 1.5


def test_a_graph_that_was_never_executed_is_known_after_fun(
    redis_server_here: f.Server,
) -> None:
    with f.Fun(redis_server_here):
        step = f.reduce(half, 3)
    with f.Fun(redis_server_here, f.options(distributed=False)):
        found = f.get(step.hash)
        f.execute(found)
        assert f.take(found) == 1.5


# sessions


def test_outside_of_fun_everything_says_so() -> None:
    step = f.reduce(abs, -1)
    for ask in (f.take, f.execute, f.wait_for, f.reset):
        with pytest.raises(NoSessionError, match=r"inside `with Fun\(\): ...`"):
            ask(step)


def test_a_cleanup_drops_what_is_queued_and_keeps_results(
    redis_server_here: f.Server,
) -> None:
    with f.Fun(redis_server_here):
        done = f.reduce(half, 3, opt=f.options(distributed=False))
        queued = f.reduce(half, 5)  # there are no workers
        f.execute(done)
        f.execute(queued)
    with f.Fun(redis_server_here, cleanup=True):
        assert f.take(done) == 1.5
        assert f.take(queued, strict=False).failure().kind is f.ErrorKind.Cancelled


def test_an_exception_in_fun_comes_out_and_the_session_is_over(server: f.Server) -> None:
    with pytest.raises(ZeroDivisionError), f.Fun(server):
        _ = 1 / 0
    with pytest.raises(NoSessionError):
        f.execute()


def test_several_sessions_do_not_mix() -> None:
    defaults = f.options(distributed=False)
    with f.Fun(f.Server("memory://"), defaults) as outer:
        step = f.reduce(half, 3)
        with f.Fun(f.Server("memory://"), replace(defaults, priority=3)):
            assert f.options().priority == 3
            assert not is_successful(f.take(step, strict=False))
            f.execute(step, connection=outer)
            assert not is_successful(f.take(step, strict=False))
        assert f.options().priority == 0
        assert f.take(step) == 1.5


def test_threads_have_sessions_of_their_own(server: f.Server) -> None:
    outcomes: list[object] = []
    barrier = threading.Barrier(4, timeout=30)

    def work(number: int) -> None:
        with pytest.raises(NoSessionError):
            f.execute()
        with f.Fun(f.Server("memory://")):
            step = f.reduce(half, number)
            barrier.wait()
            f.execute(step)
            outcomes.append((number, f.take(step)))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    with f.Fun(server, f.options(distributed=False)):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(outcomes) == [(n, n / 2) for n in range(4)]


def test_threads_may_share_a_session(session: Session, tmp_path: Path) -> None:
    """What two threads ask for at once runs once, and both get it."""
    values: list[object] = []
    barrier = threading.Barrier(4, timeout=30)

    def work() -> None:
        shared = [f.reduce(noted, str(tmp_path / f"runs{n}"), n) for n in range(20)]
        barrier.wait()
        f.execute(shared)
        f.wait_for(shared)
        values.append([f.take(each) for each in shared])

    contexts = [copy_context() for _ in range(4)]
    threads = [threading.Thread(target=each.run, args=(work,)) for each in contexts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert values == [list(range(20))] * 4
    assert [runs(tmp_path / f"runs{n}") for n in range(20)] == [1] * 20


def test_what_a_function_uses_is_what_it_was_when_the_step_was_built(session: Session) -> None:
    """Also if a variable of the module, or of a loop, has changed until it is executed."""
    functions: list[Any] = []
    steps = []
    for number in range(3):
        functions.append(lambda x: x + number)  # noqa: B023 - this is what is tested
        steps.append(f.reduce(functions[-1], 10))
    f.execute(steps)
    assert [f.take(each) for each in steps] == [10, 11, 12]


def test_a_warm_run_asks_for_nothing_and_runs_nothing(session: Session, many: int) -> None:
    def build() -> f.Artefact[int]:
        parts = [f.reduce(half, n) for n in range(many // 5)]
        return f.reduce(lambda *numbers: len(numbers), *parts)

    assert len(f.execute(build()).operations) == many // 5 + 1
    handle = f.execute(build())
    assert handle.operations == ()
    assert handle.counts().total.executed == 0
