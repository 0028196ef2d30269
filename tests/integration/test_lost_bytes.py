"""Stored bytes that are gone or damaged: what is said of them is true, and helps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

import funsies as f
from funsies.core.errors import DataMissingError, ErrorKind, UnwrapError
from funsies.engine.worker import run_worker
from funsies.store.data.redis import RedisDataStore

LARGE = 100_000


@f.task
def make(letter: str) -> bytes:
    return letter.encode() * LARGE


@f.task
def double(data: bytes) -> bytes:
    return data * 2


@f.task
def size(data: bytes) -> int:
    return len(data)


def made_later(letter: str) -> f.Artefact[bytes]:
    return make(letter)


@pytest.fixture(params=["server", "disk"])
def place(request: pytest.FixtureRequest, stage, tmp_path: Path) -> str:
    """Where large values are."""
    return stage.url if request.param == "server" else f"file://{tmp_path}/data"


@pytest.fixture(params=["here", "workers"])
def session(request: pytest.FixtureRequest, stage, place) -> Iterator[f.session.Session]:
    is_here = request.param == "here"
    if not is_here:
        stage.resolved = f.config.ResolvedServer(stage.url)
        stage.start_worker()
    with f.Fun(f.Server(stage.url, place), f.options(distributed=not is_here)) as opened:
        yield opened


def computed(*steps: f.Artefact) -> None:
    f.execute(*steps).wait(60)


def lose(session, *contents: bytes) -> None:
    """Delete values, whoever needs them."""
    for content in contents:
        session.backend.data.delete(f.core.digest.content_digest(content))


def damage(session, place: str, content: bytes) -> None:
    """Cut a value off, or change a byte of it."""
    name = f.core.digest.content_digest(content)
    if place.startswith("file"):
        path = Path(place.removeprefix("file://"), name.hex()[:2], name.hex()[2:4], name.hex())
        path.chmod(0o600)
        path.write_bytes(content[:-1])
    else:
        with redis.Redis.from_url(place) as connection:
            connection.hset(b"{funsies}:b:" + name, "0", b"!" + content[1:])


A = b"a" * LARGE


def test_what_was_lost_is_found_missing_by_execute_and_computed(session):
    """Also what it is made from, and is lost, too."""
    wanted = double(make("a"))
    computed(wanted)
    lose(session, A, A * 2)
    computed(wanted)
    assert f.take(wanted) == A * 2


def test_take_of_what_is_lost_forgets_it_so_that_its_advice_is_true(session):
    wanted = double(make("a"))
    computed(wanted)
    lose(session, A, A * 2)
    error = f.take(wanted, strict=False).failure()
    assert error.kind is ErrorKind.DataMissing
    assert "this result is forgotten: execute again to compute it" in error.details
    assert f.take(wanted, strict=False).failure().kind is ErrorKind.NotFound
    computed(wanted)
    assert f.take(wanted) == A * 2


@pytest.mark.parametrize("how", ["take", "takeout"])
def test_damaged_bytes_are_never_handed_out_and_computed_again(how, session, place, tmp_path):
    wanted = make("a")
    computed(wanted)
    damage(session, place, A)
    out = tmp_path / "out"
    with pytest.raises(UnwrapError, match=r"DataCorrupted[^!]*execute again to compute it"):
        f.take(wanted) if how == "take" else f.takeout(wanted, out)
    assert not out.exists()
    computed(wanted)
    f.takeout(wanted, out)
    assert out.read_bytes() == f.take(wanted) == A


def test_what_a_dynamic_step_went_on_as_is_computed_again(session):
    wanted = f.put("a").bind(made_later)
    computed(wanted)
    lose(session, A)
    computed(wanted)
    assert f.take(wanted) == A
    measured = size(wanted)
    lose(session, A)
    computed(measured)
    assert f.take(measured) == LARGE


def test_a_constant_is_stored_again_by_the_program_that_has_it(session):
    text = "b" * LARGE
    measured = f.reduce(len, text)
    computed(measured)
    lose(session, f'"{text}"'.encode())
    f.reset(measured)
    computed(measured)
    assert f.take(measured) == LARGE


def test_a_constant_that_only_another_program_has_is_said_to_be_one(session):
    path_free = f.put(b"c" * LARGE)
    measured = size(path_free)
    computed(measured)
    lose(session, b"c" * LARGE)
    f.reset(measured)
    found = f.get(measured.hash)
    f.execute(found, options=f.options()).wait(60)
    error = f.take(found, strict=False).failure()
    assert error.kind is ErrorKind.DataMissing
    assert "run the program again that put it there" in error.details
    computed(measured)
    assert f.take(measured) == LARGE


def test_a_trace_whose_bytes_are_gone_is_not_believed(session):
    """Another step with the same content among its inputs may have left it."""
    computed(double(make("a")))
    lose(session, A * 2)
    again = double(f.put(A))
    computed(again)
    assert f.take(again) == A * 2


def test_a_store_of_its_own_does_not_get_what_belongs_to_the_server(stage, tmp_path):
    with f.Fun(f.Server(stage.url, f"file://{tmp_path}/one")):
        pass
    other = f.Server(stage.url, f"file://{tmp_path}/two")
    with (
        pytest.raises(f.FunsiesError, match=r"one, but this program was told .*two"),
        f.Fun(other),
    ):
        pass


def count_and_make(url: str) -> bytes:
    """Make a value that nobody will find."""
    redis.Redis.from_url(url).incr("made")
    return A


def measure(data: bytes) -> int:
    return len(data)


def keep_nothing() -> None:
    """Have this process find no value of a server, as if its disk kept none."""

    def find_nothing(self: RedisDataStore, content: f.core.digest.Digest) -> None:
        raise DataMissingError(f"{content.hex()} is gone")

    RedisDataStore.open = find_nothing


def run_forgetful_worker(*arguments: object, **options: object) -> None:
    keep_nothing()
    run_worker(*arguments, **options)


@pytest.mark.parametrize("distributed", [False, True])
def test_what_is_lost_again_and_again_ends_in_an_error(stage, distributed, monkeypatch):
    """A disk that keeps nothing: what it should keep is not computed for ever."""
    monkeypatch.setattr(RedisDataStore, "open", RedisDataStore.open)  # put back at the end
    if distributed:
        stage.resolved = f.config.ResolvedServer(stage.url)
        stage.start_worker(target=run_forgetful_worker)
    else:
        keep_nothing()
    with f.Fun(f.Server(stage.url, stage.url), f.options(distributed=distributed)):
        size_of_lost = f.reduce(measure, f.reduce(count_and_make, stage.channel.url))
        f.execute(size_of_lost)
        f.wait_for(size_of_lost, timeout=60)
        error = f.take(size_of_lost, strict=False).failure()
    assert error.kind is ErrorKind.DataMissing
    assert "in vain" in error.details
    made = int(redis.Redis.from_url(stage.channel.url).get("made"))
    assert 1 < made < 10
