"""Where the server of a directory keeps large values, and what may change that."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import funsies as f
from funsies.config import Directory
from funsies.local.embedded import Started, start_server, stop_server
from funsies.local.server_settings import ServerSettings

IN_SERVER = ServerSettings(keeps_data_on_disk=False)


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory; its server is stopped afterwards."""
    made = Path(tempfile.mkdtemp(prefix="fl"))
    yield made
    for each in made.rglob(".funsies"):
        stop_server(Directory(each))
    shutil.rmtree(made)


def start(place: Path, settings: ServerSettings | None = None) -> Started:
    place.mkdir(exist_ok=True)
    return start_server(Directory(place / ".funsies"), settings)


def stop(place: Path) -> None:
    stop_server(Directory(place / ".funsies"))


def define_something(started: Started, place: Path) -> None:
    with f.Fun(started.server(Directory(place / ".funsies"))):
        f.reduce(abs, -1)


def beside(place: Path) -> str:
    return (place / ".funsies" / "data").as_uri()


def test_files_beside_the_server_are_usual(place):
    assert start(place).place.url == beside(place)
    assert start(place).place.url == beside(place), "so says the server that runs"


@pytest.mark.parametrize("is_used", [False, True])
def test_another_place_is_taken_only_while_nothing_is_there(place, is_used):
    started = start(place)
    if is_used:
        define_something(started, place)
    stop(place)
    assert start(place, IN_SERVER).place.url == (beside(place) if is_used else "")


def test_what_was_chosen_is_kept_when_nothing_is_said(place):
    start(place, IN_SERVER)
    stop(place)
    assert start(place).place.url == ""


def test_the_directory_moves_with_its_server_and_is_known_again(place):
    first = start(place / "old")
    define_something(first, place / "old")
    stop(place / "old")
    (place / "old").rename(place / "new")
    second = start(place / "new")
    assert second.place.url == beside(place / "new")
    assert second.place.identity == first.place.identity
    with f.Fun(second.server(Directory(place / "new" / ".funsies"))):
        assert len(f.take(f.put(b"x" * 100_000))) == 100_000


def test_a_server_for_other_machines_keeps_values_in_itself_unless_told_otherwise():
    outside = {"port": 1, "bind": "10.0.0.1"}
    assert ServerSettings(**outside).says_where_data_are
    assert not ServerSettings(port=1).says_where_data_are
