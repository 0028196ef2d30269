"""Who can write to the server, but has no key: nothing of theirs is run or believed.

Each attack changes rows of the server by hand, as somebody does who knows how they look.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

import funsies as f
from funsies.core.digest import content_digest
from funsies.core.encoding import encoding_of
from funsies.core.errors import ErrorKind, UnknownHashError
from funsies.core.options import Options, encode_options, options_digest
from funsies.store.redis.packing import pack_operation, pack_result
from funsies.store.redis.seal import NO_SIGNATURE
from funsies.store.rows import Definitions, InputRow, Status, StoredResult

from .forging import P, Site, add, operation, square


def squared_later(number: int) -> f.Artefact[int]:
    return square(number)


def put_999(site: Site, step: f.Artefact) -> None:
    site.forge(step, b"999")


def put_result_of_another(site: Site, step: f.Artefact) -> None:
    other = square(5)
    site.execute(other)
    site.put_result(step, site.result(other))


def put_an_error(site: Site, step: f.Artefact) -> None:
    data = b"{}"
    site.store.define(Definitions(contents=((content_digest(data), data),)))
    packed = pack_result(StoredResult(False, content_digest(data), False, len(data)))
    site.put_result(step, packed + NO_SIGNATURE)


def flip_a_bit(site: Site, step: f.Artefact) -> None:
    sealed = bytearray(site.result(step))
    sealed[-20] ^= 1  # of the number of bytes
    site.put_result(step, bytes(sealed))


FORGERIES = [put_999, put_result_of_another, put_an_error, flip_a_bit]


@pytest.mark.slow
@pytest.mark.parametrize("forge", FORGERIES)
def test_a_forged_result_is_not_taken_and_computed_again(
    inside: Site, forge: Callable[[Site, f.Artefact], None]
) -> None:
    step = square(3)
    inside.execute(step)
    forge(inside, step)
    assert f.take(step, strict=False).failure().kind is ErrorKind.NotFound
    inside.execute(step)
    assert f.take(step) == 9


@pytest.mark.slow
@pytest.mark.parametrize("forge", FORGERIES)
def test_a_forged_result_is_not_used_by_the_next_step(
    inside: Site, forge: Callable[[Site, f.Artefact], None]
) -> None:
    step = square(3)
    inside.execute(step)
    forge(inside, step)
    total = add(step, 1)
    inside.execute(total)
    assert f.take(total) == 10


class Trap:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        return Path.touch, (self.path,)


def boxed(number: int) -> f.Pickled[object]:
    return [number]


def opened(box: f.Pickled[object]) -> str:
    return repr(box)


def test_a_forged_pickle_is_never_read(inside: Site, tmp_path: Path) -> None:
    step = f.reduce(boxed, 3)
    inside.execute(step)
    forged = encoding_of(f.Pickled[object]).encode(Trap(tmp_path / "trap"))
    inside.forge(step, forged)
    assert f.take(step, strict=False).failure().kind is ErrorKind.NotFound
    inside.execute(step)
    inside.forge(step, forged)
    text = f.reduce(opened, step)
    inside.execute(text)
    assert f.take(text) == "[3]"
    assert not (tmp_path / "trap").exists()
    pickle.loads(forged.partition(b"\n")[2])  # noqa: S301 - the trap works
    assert (tmp_path / "trap").exists()


def test_a_forged_result_of_a_dynamic_step_is_computed_again(inside: Site) -> None:
    step = f.put(3).bind(squared_later)
    inside.execute(step)
    assert f.take(step) == 9
    inside.forge(step, b"999")
    other = square(5)
    inside.execute(other)
    inside.redis.hset(P + b"Y", operation(step), operation(other) + bytes(4) + NO_SIGNATURE)
    assert f.take(step, strict=False).failure().kind is ErrorKind.NotFound
    total = add(step, 1)
    inside.execute(total)
    assert f.take(total) == 10


def test_the_result_of_another_step_does_not_stand_for_a_dynamic_one(inside: Site) -> None:
    step, other = f.put(3).bind(squared_later), square(5)
    inside.execute(step, other)
    inside.put_result(step, inside.result(other))
    said = inside.redis.hget(P + b"Y", operation(step))
    inside.redis.hset(P + b"Y", operation(step), operation(other) + said[32:])
    total = add(step, 1)
    inside.execute(total)
    assert f.take(total) == 10


def test_a_forged_trace_is_not_used(inside: Site) -> None:
    step = square(3)
    inside.execute(step)
    ((index, trace),) = inside.redis.hgetall(P + b"T").items()
    content = content_digest(b"999")
    inside.store.define(Definitions(contents=((content, b"999"),)))
    forged = trace[:32] + pack_result(StoredResult(True, content, False, 3)) + trace[-16:]
    inside.redis.hset(P + b"T", index, forged)
    inside.redis.hdel(P + b"o", operation(step))
    inside.execute(step)
    assert f.take(step) == 9


def test_an_input_that_was_added_to_a_signed_step_is_not_there(inside: Site) -> None:
    """The step keeps its name, so that whoever asks for it would get it."""
    step = f.shell("cat note.txt; ls", inp={"note.txt": "mine"})
    inside.execute(step.stdout)
    (row,) = inside.store.operations([operation(step.stdout)])
    content = content_digest(b"evil")
    added = InputRow("e.so", content, None, 0, content, "blob")
    changed = msgspec.structs.replace(row, inputs=(added, *row.inputs))
    f.reset(step.stdout)
    inside.redis.hset(P + b"D", row.digest, pack_operation(changed) + NO_SIGNATURE)
    inside.store.define(Definitions(contents=((content, b"evil"),)))
    assert inside.request(row.digest) is not Status.DONE
    inside.execute(step.stdout)
    assert f.take(step.stdout) == b"minenote.txt\n"


def test_options_that_are_not_signed_are_not_used(inside: Site) -> None:
    step = f.shell("echo ${FORGED-clean}").stdout
    inside.execute(step)
    f.reset(step)
    env = {"FORGED": "./e.so"}
    assert inside.request(operation(step), Options(env=env)) is Status.FAILED
    error = f.take(step, strict=False).failure()
    assert error.kind is ErrorKind.NotLoadable
    assert "FUNSIES_KEY" in error.details
    inside.execute(step)
    assert f.take(step) == b"clean\n"


@pytest.mark.parametrize("signed_by", ["another task", "nobody"])
def test_a_task_under_the_address_of_another_is_not_run_and_replaced_by_execute(
    inside: Site, signed_by: str, tmp_path: Path
) -> None:
    theirs = f.shell(f"touch {tmp_path}/trap").stdout
    mine = f.shell("echo mine").stdout
    inside.execute(theirs, mine)
    (tmp_path / "trap").unlink()
    rows = inside.store.operations([operation(each) for each in (theirs, mine)])
    task = {each: row.task for each, row in zip((theirs, mine), rows, strict=True)}
    row = inside.redis.hget(P + b"t" + task[theirs], b"")
    if signed_by == "nobody":
        row = row.replace(task[theirs], task[mine])
    f.reset(mine)
    inside.redis.hset(P + b"t" + task[mine], b"", row)
    inside.execute(mine)
    assert f.take(mine) == b"mine\n"
    assert not (tmp_path / "trap").exists()


def test_a_signed_step_under_the_address_of_another_is_not_run(inside: Site) -> None:
    mine, theirs = square(3), square(5)
    inside.execute(mine, theirs)
    f.reset(mine)
    inside.redis.delete(P + b"T")  # else it is known what the step gives
    genuine = inside.redis.hget(P + b"D", operation(theirs))
    inside.redis.hset(P + b"D", operation(mine), genuine)
    assert inside.request(operation(mine)) is not Status.DONE
    inside.execute(mine)
    assert f.take(mine) == 9


def test_signed_options_under_the_address_of_others_are_not_used(inside: Site) -> None:
    step = f.shell("echo ${WHOSE-mine}").stdout
    inside.execute(step)
    plain = options_digest(encode_options(Options()))
    other = f.shell("true", opt=f.options(env={"WHOSE": "theirs"}))
    inside.execute(other)
    (genuine,) = (v for k, v in inside.redis.hgetall(P + b"O").items() if k != plain)
    f.reset(step)
    inside.redis.hset(P + b"O", plain, genuine)
    assert inside.request(operation(step)) is Status.FAILED
    assert f.take(step, strict=False).failure().kind is ErrorKind.NotLoadable
    inside.execute(step)
    assert f.take(step) == b"mine\n"


def test_a_constant_whose_entry_was_changed_is_not_used(inside: Site) -> None:
    step = f.reduce(len, f.put("four"))
    f.execute(step).wait(30)
    content = content_digest(b'"longer"')
    inside.store.define(Definitions(contents=((content, b'"longer"'),)))
    for artefact, entry in inside.redis.hgetall(P + b"I").items():
        if entry[:1] == b"c":
            packed = pack_result(StoredResult(True, content, False, 8))
            inside.redis.hset(P + b"I", artefact, b"c" + packed + entry[42:])
    f.reset(step)
    assert f.take(step, strict=False).failure().kind is ErrorKind.NotFound
    f.execute(step).wait(30)
    ended = f.take(step, strict=False)
    assert ended.value_or(4) == 4


def test_an_address_that_was_bent_leads_nowhere(inside: Site) -> None:
    step, other = square(3), square(5)
    inside.execute(step, other)
    entry = b"o" + operation(other) + bytes(4)
    inside.redis.hset(P + b"I", bytes.fromhex(step.hash), entry)
    with pytest.raises(UnknownHashError, match="damaged"):
        f.get(step.hash)
