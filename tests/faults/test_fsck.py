"""``funsies fsck``: what is damaged is named, and mended; executing gives what is due."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis

import funsies as f
from funsies.cli.exits import Exit
from funsies.cli.main import main
from funsies.config import ResolvedServer
from funsies.core.digest import Digest, content_digest
from funsies.core.signing import NO_KEYS, Keyring
from funsies.session import current_session

P = b"{funsies}:"
KEY = "ab" * 32
TEXT = b"a small constant"
LARGE = b"a large constant" * 5_000


@f.task
def double(number: int) -> int:
    return 2 * number


@f.task
def size(data: bytes) -> int:
    return len(data)


@f.task
def repeated(data: bytes) -> bytes:
    return 4_000 * data


def doubled_later(number: int) -> f.Artefact[int]:
    return double(number)


@dataclass
class Site:
    """A finished workflow on a real server with a worker."""

    stage: object
    redis: redis.Redis
    directory: Path | None
    capsys: pytest.CaptureFixture[str]
    is_signed: bool

    def __post_init__(self) -> None:
        self.build()
        self.execute()

    def build(self) -> None:
        self.small = double(21)
        self.of_text = size(TEXT)
        self.large = repeated(TEXT)
        self.of_large = size(self.large)
        self.of_constant = size(LARGE)
        self.dynamic = f.put(4).bind(doubled_later)
        self.shell = f.shell("cat note", inp={"note": "hello"}).stdout

    def execute(self) -> None:
        """As a program does that is started again: twice, as the first may find the damage."""
        for _ in range(2):
            f.execute(*self.steps).wait(60)

    @property
    def steps(self) -> list[f.Artefact]:
        numbers = (self.small, self.of_text, self.of_large, self.of_constant, self.dynamic)
        return [*numbers, self.shell]

    @property
    def values(self) -> list[object]:
        return [f.take(each) for each in self.steps]

    def fsck(self, *options: str) -> tuple[int, list[dict[str, object]]]:
        code = main(["--jobs", self.stage.url, "fsck", "--json", *options])
        found = json.loads(self.capsys.readouterr().out)
        assert all(each["remedy"] for each in found)
        return code, found

    def change(self, key: bytes, field: bytes, change: Callable[[bytes], bytes | None]) -> None:
        row = self.redis.hget(P + key, field)
        assert row is not None, (key, field)
        changed = change(row)
        if changed is None:
            self.redis.hdel(P + key, field)
        else:
            self.redis.hset(P + key, field, changed)


VALUES = [42, len(TEXT), 4_000 * len(TEXT), len(LARGE), 8, b"hello"]


@pytest.fixture(params=["signed", "unsigned"])
def is_signed(request, monkeypatch) -> bool:
    signed = request.param == "signed"
    if signed:
        monkeypatch.setenv("FUNSIES_KEY", KEY)
    else:
        monkeypatch.delenv("FUNSIES_KEY", raising=False)
    monkeypatch.delenv("FUNSIES_DATA", raising=False)
    return signed


@pytest.fixture(params=["server", "directory"])
def site(request, stage, tmp_path, capsys, is_signed) -> Iterator[Site]:
    keys = Keyring((bytes.fromhex(KEY),)) if is_signed else NO_KEYS
    directory = tmp_path / "data" if request.param == "directory" else None
    place = stage.url if directory is None else f"file://{directory}"
    with f.Fun(ResolvedServer(stage.url, place, keys)):
        f.put(TEXT)
        f.execute(f.put(LARGE))
        stage.resolved = ResolvedServer(stage.url, keys=keys)
        stage.start_worker()
        with stage.redis() as connection:
            yield Site(stage, connection, directory, capsys, is_signed)
    assert all(each.is_alive() for each in stage.workers)


def flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 0x41]) + data[middle + 1 :]


def cut(data: bytes) -> bytes:
    return data[:-1]


def gone(_: bytes) -> None:
    return None


def operation(step: f.Artefact) -> Digest:
    assert step.producer is not None
    return Digest(step.producer)


def content_of(site: Site, step: f.Artefact) -> Digest:
    return Digest(site.redis.hget(P + b"o" + operation(step), b"r0")[1:33])


def task_of(site: Site, step: f.Artefact) -> Digest:
    return Digest(site.redis.hget(P + b"D", operation(step))[:32])


def small_bytes(site: Site, change) -> set[str]:
    site.change(b"c", content_of(site, site.small), change)
    return {"result-missing" if change is gone else "result-changed"}


def bytes_of_a_constant(site: Site, change) -> set[str]:
    site.change(b"c", content_digest(TEXT), change)
    return {"constant-missing" if change is gone else "constant-changed"}


def sources(site: Site, change) -> set[str]:
    for content, data in site.redis.hgetall(P + b"c").items():
        if b"def double" in data or data[:4] in (b"PK\x03\x04", b"\x28\xb5\x2f\xfd"):
            site.change(b"c", content, change)
    return {"sources-missing" if change is gone else "sources-changed"}


def definition(site: Site, change) -> set[str]:
    site.change(b"D", operation(site.of_text), change)
    if change is gone:
        return {"definition-missing", "counters-wrong-number"}
    return {"definition-unreadable", "definition-misplaced", "definition-foreign"}


def task(site: Site, change) -> set[str]:
    key = b"t" + task_of(site, site.shell)
    for field in site.redis.hgetall(P + key):
        site.change(key, field, change)
    return {"task-missing"} if change is gone else {"task-unreadable", "task-foreign"}


def options(site: Site, change) -> set[str]:
    for field in site.redis.hgetall(P + b"O"):
        site.change(b"O", field, change)
    return {"options-changed", "options-foreign"}


def entry(site: Site, change) -> set[str]:
    site.change(b"I", Digest(bytes.fromhex(site.small.hash)), change)
    return {"links-misplaced"} if change is gone else {"links-misplaced", "entry-unreadable"}


def state(site: Site, change) -> set[str]:
    site.change(b"o" + operation(site.small), b"s", lambda _: change(b"nonsense") or b"")
    return {"state-unreadable", "counters-wrong-number"}


def row_of_a_result(site: Site, change) -> set[str]:
    site.change(b"o" + operation(site.small), b"r0", change)
    if change is flipped:
        return {"result-missing", "result-foreign"}
    return {"state-unreadable"}


def trace(site: Site, change) -> set[str]:
    for field in site.redis.hgetall(P + b"T"):
        site.change(b"T", field, change)
    return {"trace-unreadable", "trace-foreign"} if change is cut or site.is_signed else set()


def delegation(site: Site, change) -> set[str]:
    site.change(b"Y", operation(site.dynamic), change)
    if not site.is_signed:
        return set() if change is gone else {"delegation-unreadable"}
    return {"result-foreign"} if change is gone else {"delegation-unreadable", "result-foreign"}


def record(site: Site, change) -> set[str]:
    site.change(b"R", operation(site.small), change)
    return {"record-unreadable"}


def counters(site: Site, change) -> set[str]:
    site.change(b"C", b"ddouble", lambda _: b"7" if change is flipped else None)
    return {"counters-wrong-number"}


ROWS = [
    (small_bytes, (flipped, cut, gone)),
    (bytes_of_a_constant, (flipped, cut, gone)),
    (sources, (flipped, gone)),
    (definition, (flipped, cut, gone)),
    (task, (cut, gone)),
    (options, (flipped,)),
    (entry, (cut, gone)),
    (state, (flipped, gone)),
    (row_of_a_result, (flipped, cut, gone)),
    (trace, (cut, flipped)),
    (delegation, (cut, gone)),
    (record, (cut,)),
    (counters, (flipped, gone)),
]
CASES = [(damage, change) for damage, changes in ROWS for change in changes]


def kept(site: Site) -> list[dict[bytes, bytes]]:
    return [site.redis.hgetall(P + bytes([each])) for each in b"DIcOTRCY!"]


def test_what_is_sound_is_clean(site: Site) -> None:
    before = kept(site)
    assert site.fsck() == (Exit.OK, [])
    assert site.fsck("--repair") == (Exit.OK, [])
    assert kept(site) == before
    assert site.values == VALUES


@pytest.mark.parametrize("site", ["server"], indirect=True)
@pytest.mark.parametrize(("damage", "change"), CASES)
def test_a_damaged_row_is_named_and_mended(site: Site, damage, change) -> None:
    expected = damage(site, change)
    before = kept(site)
    code, found = site.fsck()
    names = {each["name"] for each in found}
    assert names <= expected
    assert bool(names) == bool(expected)
    problems = [each for each in found if each["level"] == "problem"]
    assert code == (Exit.DAMAGED if problems else Exit.OK)
    assert kept(site) == before, "looking changes nothing"
    code, repaired = site.fsck("--repair")
    assert bool(repaired) == bool(found)
    assert code == Exit.OK
    site.execute()
    assert site.values == VALUES
    f.reset(*site.steps)  # so that all that is needed is sent again
    site.execute()
    assert site.values == VALUES
    assert site.fsck("--repair") == (Exit.OK, [])
    assert current_session("this").backend.graph.set_aside() == []
