"""A step is cancelled with all that waits for it, for whoever has asked for it."""

from __future__ import annotations

import funsies as f
from funsies.client.requests import affected_by, withdraw
from funsies.client.targets import collect
from funsies.core.digest import Digest
from funsies.session import Session
from funsies.store.rows import Status
from funsies.store.submission import submit

QUEUE = "nobody-serves-it"


def asked_for(session: Session, *artefacts: f.Artefact[int]) -> None:
    """Ask for results that nobody computes here."""
    submit(session.backend, tuple(collect(artefacts).built.values()), (), queue=QUEUE)


def step_of(session: Session, artefact: f.Artefact[int]) -> Digest:
    row = session.backend.graph.artefact(artefact.digest)
    assert row is not None
    assert row.producer is not None
    return row.producer


def status(session: Session, artefact: f.Artefact[int]) -> Status:
    return session.backend.graph.states([step_of(session, artefact)])[0].status


def test_what_waits_for_a_step_ends_with_it_whoever_asked() -> None:
    with f.Fun(f.Server("memory://")) as session:
        first = f.reduce(sum, [1, 2])
        second = f.reduce(max, first, 7)
        third = f.reduce(min, first, second)
        other = f.reduce(abs, -3)
        asked_for(session, third, other)
        asked_for(session, second)
        graph = session.backend.graph
        affected = affected_by(graph, [step_of(session, first)])
        assert affected.steps == tuple(
            step_of(session, each) for each in (first, second, third)
        )
        assert len(affected.generations) == 2
        assert withdraw(graph, affected) == 3
        for each in (first, second, third):
            assert status(session, each) is Status.FAILED
        assert status(session, other) is Status.READY
        error = f.take(first, strict=False).failure()
        assert error.kind is f.ErrorKind.Cancelled


def test_what_is_finished_or_was_never_asked_for_is_not_touched() -> None:
    with f.Fun(f.Server("memory://")) as session:
        done = f.reduce(sum, [1, 2])
        f.execute(done)
        idle = f.reduce(max, done, 7)
        session.save()
        graph = session.backend.graph
        affected = affected_by(graph, [step_of(session, done), step_of(session, idle)])
        assert affected.steps == ()
        assert withdraw(graph, affected) == 0
        assert f.take(done) == 3
