"""``memory://``: a server that lasts as long as the object that names it."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

import funsies as f
from funsies.config import resolve

LARGE = 100_000


def noted(place: str) -> int:
    """Leave a trace of each run."""
    with Path(place).open("a") as file:
        file.write("run\n")
    return 42


def runs(place: Path) -> int:
    return len(place.read_text().splitlines())


def computed(server: f.Server | None, place: Path) -> int:
    with f.Fun(server):
        step = f.reduce(noted, str(place))
        f.execute(step)
        return f.take(step)


def test_what_one_block_computed_is_there_in_the_next(tmp_path: Path) -> None:
    """As with the MockServer of funsies 0.8."""
    server, place = f.Server("memory://"), tmp_path / "runs"
    assert [computed(server, place) for _ in range(3)] == [42, 42, 42]
    assert runs(place) == 1
    with f.Fun(server):
        assert f.take(f.reduce(noted, str(place))) == 42
        assert f.take(f.get(f.reduce(noted, str(place)).hash)) == 42


def test_workflows_and_large_values_are_there_too() -> None:
    server = f.Server("memory://")
    with f.Fun(server):
        number = f.put(3)
        much = f.reduce(lambda n: b"x" * LARGE * n, number, out=bytes)
        f.parametric.commit("much", {"n": number}, {"much": much})
        f.execute(much)
    with f.Fun(server):
        assert len(f.take(f.get(much.hash))) == 3 * LARGE
        again = f.parametric.recall("much", {"n": 2})["much"]
        f.execute(again)
        assert len(f.take(again)) == 2 * LARGE


@pytest.mark.parametrize(
    "same",
    [
        lambda server, _: server,
        lambda _, session: session.server,
        lambda server, _: resolve(server),
        lambda server, _: replace(server),
    ],
)
def test_a_server_is_the_same_however_it_is_handed_on(
    same: Callable[..., f.Server], tmp_path: Path
) -> None:
    server, place = f.Server("memory://"), tmp_path / "runs"
    computed(server, place)
    with f.Fun(server) as session:
        computed(same(server, session), place)
    assert runs(place) == 1


def test_another_object_is_another_server(tmp_path: Path) -> None:
    """So each test has a fresh one."""
    place = tmp_path / "runs"
    for _ in range(3):
        computed(f.Server("memory://"), place)
    assert runs(place) == 3


def test_the_environment_names_one_server_for_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FUNSIES_JOBS", "memory://")
    place = tmp_path / "runs"
    for server in (None, f.Server(), None):
        computed(server, place)
    assert runs(place) == 1
    computed(f.Server("memory://"), place)
    assert runs(place) == 2


def test_threads_share_a_server(tmp_path: Path) -> None:
    server, place = f.Server("memory://"), tmp_path / "runs"
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: computed(server, place), range(8)))
    assert runs(place) == 1


def test_what_a_server_holds_goes_with_it() -> None:
    server = f.Server("memory://")
    with f.Fun(server) as session:
        kept = weakref.ref(session.backend.graph)
    del session
    gc.collect()
    assert kept() is not None
    del server
    gc.collect()
    assert kept() is None


def needs_itself(number: int) -> int:
    with f.Fun():
        inner = f.reduce(needs_itself, number).map(abs)
        f.execute(inner)
        return f.take(inner)


def test_a_step_that_executes_what_needs_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FUNSIES_JOBS", "memory://")
    with f.Fun():
        step = f.reduce(needs_itself, 1)
        f.execute(step)
        assert "would wait for itself" in f.take(step, strict=False).failure().details
