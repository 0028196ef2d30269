"""Keys are replaced while work goes on, and not everybody has them."""

from __future__ import annotations

import pytest

import funsies as f
from funsies.config import ResolvedServer
from funsies.core.errors import ErrorKind, WrongKeyError
from funsies.store.server_notes import agree_on_keys

from .forging import BOTH, NEW, OURS, P, Site, add, square


def execute_past_the_note(site: Site, step: f.Artefact) -> f.Handle:
    """Execute as somebody does who removes the note that keys are in use."""
    agree_on_keys(site.store.named, OURS)
    with pytest.raises(WrongKeyError, match="has no key"):
        f.execute(step)
    site.redis.hdel(P + b"n:server", "keys")
    return f.execute(step)


class TestRotation:
    """Keys are replaced while work goes on."""

    def test_what_the_old_key_signed_is_accepted_while_it_is_valid(self, site, stage) -> None:
        with f.Fun(site.server):
            step = square(3)
            site.execute(step)
        with f.Fun(ResolvedServer(stage.url, keys=BOTH)):
            assert f.take(square(3)) == 9

    def test_what_only_the_old_key_signed_is_made_anew_by_who_has_the_new_one(
        self, site, stage
    ) -> None:
        """Results, and definitions that no worker would run any more."""
        with f.Fun(site.server):
            done = square(3)
            site.execute(done)
        with f.Fun(ResolvedServer(stage.url, keys=BOTH)):
            f.execute(square(3))  # the new key is in use from now on
        stage.resolved = ResolvedServer(stage.url, keys=NEW)
        stage.workers[0].terminate()
        stage.workers[0].join(30)
        stage.start_worker()
        with f.Fun(stage.resolved):
            total = add(square(3), 1)
            assert f.take(square(3), strict=False).failure().kind is ErrorKind.NotFound
            site.execute(total)
            assert f.take(total) == 10

    def test_who_has_no_key_spoils_nothing(self, site, stage) -> None:
        with f.Fun(ResolvedServer(stage.url)):
            unsigned = square(7)
            handle = execute_past_the_note(site, unsigned)
            handle.wait(30)
            assert f.take(unsigned, strict=False).failure().kind is ErrorKind.NotLoadable
        with f.Fun(site.server):
            site.execute(square(7))
            assert f.take(square(7)) == 49


def test_a_worker_without_a_key_does_not_run_what_is_signed(stage, caplog) -> None:
    """What it says of the step is not believed, either."""
    unsigned = ResolvedServer(stage.url)
    stage.resolved = unsigned
    stage.start_worker()
    with f.Fun(unsigned):
        f.execute(f.reduce(sum, [1, 2])).wait(30)  # it runs before anybody has a key
    with f.Fun(ResolvedServer(stage.url, keys=OURS)):
        step = square(3)
        f.execute(step).wait(30)
        assert f.take(step, strict=False).failure().kind is ErrorKind.NotFound
        assert "a worker without the right FUNSIES_KEY" in caplog.text
        stage.workers[0].terminate()
        stage.workers[0].join(30)
        stage.resolved = ResolvedServer(stage.url, keys=OURS)
        stage.start_worker()
        f.execute(step).wait(30)
        assert f.take(step) == 9
