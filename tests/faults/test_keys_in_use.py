"""Who has no key, or another one, is told at once by a server where keys are in use."""

from __future__ import annotations

from contextlib import closing

import pytest

import funsies as f
from funsies.config import ResolvedServer
from funsies.core.keyring import NO_KEYS, Keyring
from funsies.engine.pool import run_pool
from funsies.engine.worker import run_worker
from funsies.errors import WrongKeyError
from funsies.store.redis import RedisStore
from funsies.store.server_notes import agree_on_keys, keys_in_use, replace_keys

OLD, NEW, OTHER = (Keyring((letter * 32,)) for letter in (b"o", b"n", b"x"))
BOTH = Keyring(NEW.keys + OLD.keys)


@pytest.fixture
def graph(stage):
    with closing(RedisStore(stage.url)) as store:
        yield store


@pytest.mark.parametrize(("keys", "said"), [(NO_KEYS, "has no key"), (OTHER, "another key")])
@pytest.mark.parametrize("serve", [run_worker, lambda *a: run_pool(2, *a)])
def test_a_worker_without_the_key_does_not_start(keys, said, serve, stage, graph):
    agree_on_keys(graph.named, OLD)
    with pytest.raises(WrongKeyError, match=said):
        serve(ResolvedServer(stage.url, keys=keys), ["default"])


@pytest.mark.parametrize(("keys", "said"), [(NO_KEYS, "has no key"), (OTHER, "another key")])
def test_execute_without_the_key_is_refused(keys, said, stage, graph):
    with f.Fun(ResolvedServer(stage.url, keys=OLD)):
        f.execute(f.reduce(sum, [1, 2]))
    with f.Fun(ResolvedServer(stage.url, keys=keys)):
        step = f.reduce(sum, [1, 2])
        with pytest.raises(WrongKeyError, match=said):
            f.execute(step)


def test_a_new_key_is_taken_from_who_has_the_old_one_too(graph):
    agree_on_keys(graph.named, OLD)
    agree_on_keys(graph.named, BOTH)
    agree_on_keys(graph.named, NEW)
    agree_on_keys(graph.named, OLD)
    replace_keys(graph.named, NEW)
    with pytest.raises(WrongKeyError):
        agree_on_keys(graph.named, OLD)


def test_a_forged_note_keeps_everybody_out_until_it_is_written_anew(stage, graph):
    """As the server that funsies starts does at its start."""
    agree_on_keys(graph.named, OLD)
    replace_keys(graph.named, OTHER)
    with f.Fun(ResolvedServer(stage.url, keys=OLD)):
        step = f.reduce(sum, [1, 2])
        with pytest.raises(WrongKeyError, match="another key"):
            f.execute(step)
        replace_keys(graph.named, OLD)
        f.execute(step)


@pytest.mark.parametrize("note", [b"", b"40e1a4", b"40e1a4\xd4f512d", b"\x00"])
def test_a_note_that_is_damaged_keeps_nobody_out(graph, note):
    graph.named.save("server", {"keys": note})
    agree_on_keys(graph.named, OLD)
    assert keys_in_use(graph.named) == set(OLD.fingerprints)


def test_the_key_itself_is_not_on_the_server(stage, graph):
    agree_on_keys(graph.named, OLD)
    with closing(stage.redis()) as connection:
        noted = b"".join(connection.hgetall(b"{funsies}:n:server").values()).decode()
    assert noted == OLD.fingerprints[0]
    assert keys_in_use(graph.named) == {noted}
    assert noted not in OLD.keys[0].hex()
