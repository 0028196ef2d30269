"""A rehearsal reads a server and changes nothing of it."""

from __future__ import annotations

import copy
from typing import Any

import pytest

import funsies as f
from funsies.history.why import ChangeKind, Ran
from funsies.history.why.foresight import foresee
from funsies.session import open_stores
from funsies.store.connect import Backend, open_backend
from funsies.store.dry_run import MOST_KEPT_BYTES, dry_run_backend


def half(number: int) -> float:
    return number / 2


def tables(backend: Backend) -> dict[str, Any]:
    kept = backend.graph._tables  # type: ignore[attr-defined]
    names = ("tasks", "definitions", "contents", "cells", "options")
    found = {each: copy.deepcopy(getattr(kept, each)) for each in names}
    named = backend.graph.named._kinds  # type: ignore[attr-defined]
    return found | {"named": copy.deepcopy(named)}


def test_what_a_program_writes_and_executes_leaves_the_server_as_it_was():
    with f.Fun(f.Server("memory://")) as real:
        done = f.reduce(half, 1)
        f.execute(done)
        before = tables(real.backend)
        stage = dry_run_backend(real.backend)
        token = open_stores.set(lambda _: stage)
        try:
            with f.Fun(f.Server("redis://nowhere:1")) as session:
                again, fresh = f.reduce(half, 1), f.reduce(half, 2)
                f.execute(again, fresh)
                assert f.take(again) == 0.5
                assert f.reset(again) == 1
                assert f.reset(again) == 0
                assert f.take(fresh, strict=False).failure().kind is f.ErrorKind.NotFound
                f.put(b"x" * (MOST_KEPT_BYTES + 1))
        finally:
            open_stores.reset(token)
        assert tables(real.backend) == before
        assert session.operations
        targets = [each.digest for each in session.operations]
        found = foresee(stage, targets, "script.py")
        told = [(each.ran, each.changes[0].kind) for each in found.steps.values()]
        assert told == [(Ran.WILL_RUN, ChangeKind.RESET), (Ran.WILL_RUN, ChangeKind.NEW)]


@pytest.mark.parametrize("name", ["step", "release", "sweep", "repair", "recount"])
def test_what_is_no_part_of_a_rehearsal_is_refused(name):
    graph = dry_run_backend(open_backend("memory://")).graph
    with pytest.raises(AttributeError, match="changes nothing"):
        getattr(graph, name)
