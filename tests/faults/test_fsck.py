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
from funsies.core.keyring import NO_KEYS, Keyring
from funsies.core.python_plan import PYTHON
from funsies.session import current_session
from funsies.store.redis.packing import unpack_state
from funsies.store.redis.soundness import sources_of

from .damage import put_in_its_place

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


@f.task
def fails() -> int:
    raise ValueError("on purpose")


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
    return Digest(site.redis.hget(P + b"o", operation(step))[-56:-24])


def task_of(site: Site, step: f.Artefact) -> Digest:
    return Digest(site.redis.hget(P + b"D", operation(step))[:32])


def small_bytes(site: Site, change) -> set[str]:
    site.change(b"c", content_of(site, site.small), change)
    return {"result-missing" if change is gone else "result-changed"}


def bytes_of_a_constant(site: Site, change) -> set[str]:
    site.change(b"c", content_digest(TEXT), change)
    return {"constant-missing" if change is gone else "constant-changed"}


def sources(site: Site, change) -> set[str]:
    """Only what a task refers to: one that is defined again leaves other sources behind."""
    graph = current_session("this").backend.graph
    tasks = [graph.task(task_of(site, step), PYTHON) for step in site.steps]
    for content in {each for task in tasks for each in sources_of(task)}:
        data = site.redis.hget(P + b"c", content)
        if b"def double" in data or data[:4] in (b"PK\x03\x04", b"\x28\xb5\x2f\xfd"):
            site.change(b"c", content, change)
    return {"sources-missing" if change is gone else "sources-changed"}


def definition(site: Site, change) -> set[str]:
    """What is flipped is the address of the bytes of an input."""

    def changed(row: bytes) -> bytes | None:
        return row[:50] + flipped(row[50:82]) + row[82:] if change is flipped else change(row)

    site.change(b"D", operation(site.of_text), changed)
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
    def damaged(row: bytes) -> bytes:
        return (change(row[:1]) or b"") + row[1:]

    site.change(b"o", operation(site.small), damaged)
    return {"state-unreadable", "counters-wrong-number"}


def row_of_a_result(site: Site, change) -> set[str]:
    site.change(b"o", operation(site.small), lambda row: row[:-57] + (change(row[-57:]) or b""))
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
    """Where the record of its run stands in the state of a step."""

    def changed(row: bytes) -> bytes:
        kept = unpack_state(row).record
        return row.replace(kept, change(kept).ljust(len(kept), b"\xff"))

    site.change(b"o", operation(site.small), changed)
    return {"record-unreadable"}


def run(site: Site, change) -> set[str]:
    site.change(b"n:run", b"1", change)
    return {"run-unreadable"}


def request_of_a_run(site: Site, change) -> set[str]:
    (number,) = list(site.redis.hkeys(P + b"n:run:1"))[:1]
    site.change(b"n:run:1", number, change)
    return {"run-unreadable"}


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
    (run, (cut,)),
    (request_of_a_run, (cut,)),
    (counters, (flipped, gone)),
]
CASES = [(damage, change) for damage, changes in ROWS for change in changes]

unsigned_first = pytest.mark.parametrize(
    "is_signed",
    [pytest.param("signed", marks=pytest.mark.slow), "unsigned"],
    indirect=True,
)
"""For tests of each damage: with keys the same is found. Other tests here are run with both."""


def kept(site: Site) -> list[dict[bytes, bytes]]:
    return [site.redis.hgetall(P + bytes([each])) for each in b"DIcOTCYo!"]


@pytest.mark.slow
def test_what_is_sound_is_clean(site: Site) -> None:
    before = kept(site)
    assert site.fsck() == (Exit.OK, [])
    assert site.fsck("--repair") == (Exit.OK, [])
    assert kept(site) == before
    assert site.values == VALUES


@pytest.mark.slow
@pytest.mark.parametrize("site", ["server"], indirect=True)
def test_a_skipped_step_counts_as_one_also_if_its_row_is_damaged(site: Site) -> None:
    skipped = double(fails())
    f.execute(skipped).wait(60)
    site.change(b"o", operation(skipped), cut)
    _, found = site.fsck()
    assert [each["name"] for each in found] == ["state-unreadable"]
    site.fsck("--repair")
    assert site.fsck() == (Exit.OK, [])
    assert site.values == VALUES


@pytest.mark.slow
@unsigned_first
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
    assert current_session("this").backend.graph.repair.set_aside() == []


LARGE_DAMAGES = ["flipped", "cut", "gone", "directory", "fifo", "link", "mode"]


def damage_file(path: Path, kind: str) -> None:
    data = path.read_bytes()
    path.chmod(0o600)
    path.unlink()
    match kind:
        case "flipped":
            path.write_bytes(flipped(data))
        case "cut":
            path.write_bytes(cut(data))
        case "mode":
            path.write_bytes(flipped(data))
            path.chmod(0)
        case _:
            put_in_its_place(path, kind)


@pytest.mark.slow
@unsigned_first
@pytest.mark.parametrize("site", ["directory"], indirect=True)
@pytest.mark.parametrize("kind", LARGE_DAMAGES)
def test_a_damaged_file_is_named_with_its_step_and_made_again(site: Site, kind: str) -> None:
    names = content_of(site, site.large).hex(), content_digest(LARGE).hex()
    for name in names:
        damage_file(site.directory / name[:2] / name[2:4] / name, kind)
    is_named_and_mended(site)


def unreadable_manifest(key: bytes, site: redis.Redis) -> None:
    site.hset(key, "chunks", "many")


def wrong_size(key: bytes, site: redis.Redis) -> None:
    site.hset(key, "size", "7")


def missing_chunk(key: bytes, site: redis.Redis) -> None:
    site.hdel(key, "0")


def flipped_chunk(key: bytes, site: redis.Redis) -> None:
    site.hset(key, "0", flipped(site.hget(key, "0")))


def missing_key(key: bytes, site: redis.Redis) -> None:
    site.delete(key)


def other_type(key: bytes, site: redis.Redis) -> None:
    site.delete(key)
    site.set(key, "text")


@pytest.mark.slow
@unsigned_first
@pytest.mark.parametrize("site", ["server"], indirect=True)
@pytest.mark.parametrize(
    "damage",
    [unreadable_manifest, wrong_size, missing_chunk, flipped_chunk, missing_key, other_type],
)
def test_a_damaged_value_in_the_server_is_named_with_its_step(site: Site, damage) -> None:
    for content in (content_of(site, site.large), content_digest(LARGE)):
        damage(P + b"b:" + content, site.redis)
    is_named_and_mended(site)


def is_named_and_mended(site: Site) -> None:
    code, found = site.fsck()
    assert code == Exit.DAMAGED
    by_name = {each["name"].partition("-")[0]: each for each in found}
    assert by_name.keys() == {"result", "constant"}
    assert {each["area"] for each in found} == {"data"}
    assert by_name["result"]["hash"] == site.large.hash
    assert by_name["result"]["step"] == operation(site.large).hex()
    assert by_name["result"]["task"] == "repeated"
    assert by_name["constant"]["task"] == "size"
    code, found = site.fsck("--repair")
    assert (code, [each["mended"] for each in found]) == (Exit.OK, [True, True])
    f.reset(*site.steps)
    site.execute()
    assert site.values == VALUES
    assert site.fsck() == (Exit.OK, [])


KEYS = [bytes([letter]) for letter in b"DIcoOTGCY"]
"""But for those at which idle workers look: these set them aside themselves."""


@pytest.mark.slow
@pytest.mark.parametrize("site", ["server"], indirect=True)
def test_values_with_the_same_bytes_are_each_named(site: Site) -> None:
    text, number = size(b"77"), double(77)
    f.execute(text, number).wait(60)
    site.change(b"c", content_digest(b"77"), gone)
    _, found = site.fsck("--repair")
    assert [each["name"] for each in found] == ["constant-missing"] * 2
    assert {each["task"] for each in found} == {"size", "double"}
    assert site.fsck() == (Exit.OK, [])


@pytest.mark.slow
@unsigned_first
@pytest.mark.parametrize("site", ["server"], indirect=True)
@pytest.mark.parametrize("change", [cut, lambda row: row[:5], lambda row: b"o" + row[1:]])
def test_a_damaged_entry_of_a_constant_that_is_gone_is_mended_too(site: Site, change) -> None:
    artefact = Digest(bytes.fromhex(f.put(TEXT).hash))
    site.change(b"I", artefact, change)
    site.change(b"c", content_digest(TEXT), gone)
    assert site.fsck()[0] == Exit.DAMAGED
    assert site.fsck("--repair")[0] == Exit.OK
    f.reset(*site.steps)
    site.execute()
    assert site.values == VALUES
    assert site.fsck("--repair") == (Exit.OK, [])


@pytest.mark.slow
@pytest.mark.parametrize("site", ["server"], indirect=True)
def test_keys_of_another_type_are_named_and_set_aside(site: Site) -> None:
    """Each alone: without definitions, for example, nothing else can be looked at."""
    step = operation(site.small)
    of_step = [letter + step for letter in (b"k", b"w")]
    for name in (*KEYS, *of_step, b"t" + task_of(site, site.shell)):
        site.redis.delete(P + name)
        site.redis.set(P + name, "text")
        code, found = site.fsck()
        assert code == Exit.DAMAGED
        assert found[0]["name"] == "key-wrong-type"
        assert site.redis.get(P + name) == b"text", "looking changes nothing"
        code, found = site.fsck("--repair")
        assert found[0]["mended"]
        f.reset(*site.steps)
        site.build()
        site.execute()
        assert site.values == VALUES, name


@pytest.mark.slow
@pytest.mark.parametrize("site", ["directory"], indirect=True)
def test_beside_workers_and_clients_only_what_is_damaged_goes(site: Site) -> None:
    """A check, again and again with --repair, while steps are computed and damaged."""
    for first in range(1000, 1060, 20):
        steps = [double(first + number) for number in range(20)]
        values = [repeated(str(first + number).encode()) for number in range(5)]
        handle = f.execute(*steps, *values)
        code, _ = site.fsck("--repair")
        assert code == Exit.OK
        handle.wait(60)
        site.change(b"c", content_of(site, steps[0]), flipped)
        code, found = site.fsck("--repair")
        assert (code, [each["name"] for each in found]) == (Exit.OK, ["result-changed"])
        f.execute(*steps, *values).wait(60)
        assert f.take(steps[0]) == 2 * first
    assert site.fsck() == (Exit.OK, [])
    assert site.values == VALUES


@pytest.mark.parametrize("site", ["server"], indirect=True)
def test_with_another_key_nothing_is_taken_for_damaged(site: Site, monkeypatch) -> None:
    before = kept(site)
    monkeypatch.setenv("FUNSIES_KEY", "cd" * 32)
    assert main(["--jobs", site.stage.url, "fsck", "--repair"]) == Exit.NO_SERVER
    assert kept(site) == before
    advice = "funsies invite" if site.is_signed else "unset FUNSIES_KEY"
    assert advice in site.capsys.readouterr().err


@pytest.mark.parametrize("site", ["server"], indirect=True)
def test_what_is_set_aside_is_told_by_doctor_until_it_is_written_again(site: Site) -> None:
    site.change(b"D", operation(site.of_text), cut)
    assert site.fsck("--repair")[0] == Exit.OK
    found = doctor(site)
    assert operation(site.of_text).hex()[:10] in found["set-aside"]["message"]
    assert "funsies fsck" in found["set-aside"]["remedy"]
    site.build()
    site.execute()
    assert "set-aside" in doctor(site)
    site.fsck("--repair")
    assert "set-aside" not in doctor(site)


@pytest.mark.parametrize("site", ["server"], indirect=True)
def test_what_nobody_writes_again_can_be_forgotten(site: Site) -> None:
    site.change(b"D", operation(site.of_text), cut)
    site.fsck("--repair")
    site.fsck("--repair")
    assert "set-aside" in doctor(site)
    assert site.fsck("--forget") == (Exit.OK, [])
    assert "set-aside" not in doctor(site)


def doctor(site: Site) -> dict[str, dict[str, str]]:
    main(["--jobs", site.stage.url, "doctor", "--json"])
    return {each["name"]: each for each in json.loads(site.capsys.readouterr().out)}


@pytest.mark.parametrize("site", ["server"], indirect=True)
def test_for_people_a_line_says_what_it_is_whose_it_is_and_what_to_do(site: Site) -> None:
    site.change(b"c", content_of(site, site.small), flipped)
    assert main(["--jobs", site.stage.url, "fsck"]) == Exit.DAMAGED
    out, err = site.capsys.readouterr()
    step = operation(site.small).hex()[:10]
    assert out == (
        f"problem graph   result {site.small.hash[:10]} of double (step {step}): "
        "the bytes do not match their digest\n"
        f"{'':16}→ funsies fsck --repair forgets it; then execute again to compute it\n"
    )
    assert err.endswith(": 1 thing damaged, 0 mended\n")
