"""The definition of a step with many inputs is kept in pieces: it is whole, or not there."""

from __future__ import annotations

from typing import Any

import pytest
import redis

from funsies.core.digest import DIGEST_BYTES, content_digest
from funsies.store.redis.packing import HEADER, INPUT, pack_operation
from funsies.store.redis.pieces import INPUTS_OF_PIECE, in_pieces, whole
from funsies.store.redis.requesting import definition_calls
from funsies.store.rows import (
    MOST_INPUTS,
    Damage,
    DamagedPart,
    Definitions,
    OperationRow,
    Status,
)

NUMBER = 2 * INPUTS_OF_PIECE + 3


@pytest.fixture
def high(redis_bench: Any, tools: Any) -> OperationRow:
    """A step that needs all outputs of one that is made, and a constant."""
    maker = redis_bench.operation("maker", outputs=NUMBER)
    redis_bench.run(maker, *(f"{each}".encode() for each in range(NUMBER)))
    inputs = [tools.as_input("", maker, each) for each in range(NUMBER)]
    row = redis_bench.operation("high", redis_bench.constant(b"constant"), *inputs)
    assert isinstance(row, OperationRow)
    return row


def addresses_of(bench: Any, row: OperationRow) -> list[bytes]:
    """The pieces of its definition."""
    kept = bench.store._field(bench.store._keys.definitions, row.digest)
    *_, name, names = HEADER.unpack_from(kept)
    at = HEADER.size + name
    return [kept[each : each + DIGEST_BYTES] for each in range(at, at + names, DIGEST_BYTES)]


def is_defined(bench: Any, row: OperationRow) -> bool:
    read, undefined = bench.store.operations([row.digest]), bench.store.undefined([row.digest])
    assert (read, undefined) in (([row], []), ([None], [row.digest]))
    return read == [row]


def test_no_call_moves_more_than_a_piece(
    redis_bench: Any, high: OperationRow, redis_url: str
) -> None:
    bench, key = redis_bench, redis_bench.store._keys.definitions
    bench.store._call("HDEL", key, high.digest)
    with redis.Redis.from_url(redis_url) as client, client.monitor() as monitor:
        bench.store.define(Definitions(operations=(high,)))
        bench.store._call("ECHO", "it is over")
        said = list(iter(lambda: monitor.next_command()["command"], "ECHO it is over"))
    assert is_defined(bench, high)
    most = HEADER.size + INPUT.size * INPUTS_OF_PIECE
    shown = max(4 * most, 2 * MOST_INPUTS * (4 * DIGEST_BYTES + 1)) + 1000  # \x00 for a byte
    assert max(map(len, said)) < shown < 4 * len(pack_operation(high)) / 2
    assert len(bench.store._field(key, high.digest)) < most


def test_a_program_that_ends_while_it_defines_one_leaves_it_undefined(
    redis_bench: Any, high: OperationRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    class EndedError(Exception):
        """The program has ended."""

    bench, run, calls_left = redis_bench, redis_bench.store._run, [0]
    number = len(list(definition_calls(Definitions(operations=(high,)), bench.store._seal)))
    assert number > NUMBER // INPUTS_OF_PIECE

    def run_some(name: str, *arguments: Any) -> Any:
        calls_left[0] -= 1
        if calls_left[0] < 0:
            raise EndedError
        return run(name, *arguments)

    for calls in range(number):
        bench.store._call("DEL", bench.store._keys.definitions, bench.store._keys.contents)
        calls_left[0] = calls
        with monkeypatch.context() as patch:
            patch.setattr(bench.store, "_run", run_some)
            with pytest.raises(EndedError):
                bench.store.define(Definitions(operations=(high,)))
        assert not is_defined(bench, high)
        assert bench.status(high) is Status.IDLE
    bench.store.define(Definitions(operations=(high,)))
    assert is_defined(bench, high)


@pytest.mark.parametrize("damage", ["gone", "changed"])
def test_it_is_undefined_without_one_of_its_pieces_and_can_be_defined_again(
    redis_bench: Any, high: OperationRow, damage: str
) -> None:
    bench, contents = redis_bench, redis_bench.store._keys.contents
    addresses = addresses_of(bench, high)
    assert len(addresses) > NUMBER // INPUTS_OF_PIECE + 1
    for address in addresses:
        piece = bench.store._field(contents, address)
        if damage == "gone":
            bench.store._call("HDEL", contents, address)
        else:
            bench.store._call("HSET", contents, address, piece[:-1] + bytes([piece[-1] ^ 1]))
        assert not is_defined(bench, high)
        assert bench.store.some_operations(0, 10)[0] != [high]
        bench.store.define(Definitions(operations=(high,)))
        assert is_defined(bench, high)
    bench.request(high)
    assert bench.slot().claim().operation == high


@pytest.mark.parametrize("place", [0, 1, -1])
def test_one_whose_pieces_are_lost_is_set_aside_by_who_claims_it(
    redis_bench: Any, high: OperationRow, place: int
) -> None:
    bench = redis_bench
    bench.request(high)
    address = addresses_of(bench, high)[place]
    bench.store._call("HDEL", bench.store._keys.contents, address)
    answer = bench.slot().step()
    assert (answer.claim, answer.set_aside) == (None, True)
    assert [each.name for each in bench.store.repair.set_aside()] == [high.digest.hex()]
    bench.store.define(Definitions(operations=(high,)))
    bench.request(high)
    assert bench.slot().claim().operation == high


def test_an_audit_finds_a_piece_that_is_lost(redis_bench: Any, high: OperationRow) -> None:
    bench = redis_bench

    def damages() -> list[Damage]:
        found = bench.store.repair.damages(lambda _: {}, lambda _what, _number: None)
        return [each for each in found if each.part is not DamagedPart.TASK]

    assert damages() == []
    bench.store._call("HDEL", bench.store._keys.contents, addresses_of(bench, high)[1])
    (found,) = damages()
    assert (found.part, found.operation) == (DamagedPart.DEFINITION, high.digest)
    assert bench.store.repair.mend(found)
    assert damages() == []
    assert bench.store.undefined([high.digest]) == [high.digest]


@pytest.mark.parametrize("at", [0, 32, HEADER.size, -60])
def test_a_row_that_is_not_that_of_its_pieces_is_no_definition(
    redis_bench: Any, high: OperationRow, at: int
) -> None:
    """Task, flags, name and outputs are not signed: they follow from the pieces."""
    bench, key = redis_bench, redis_bench.store._keys.definitions
    kept = bytearray(bench.store._field(key, high.digest))
    kept[at] ^= 1
    bench.store._call("HSET", key, high.digest, bytes(kept))
    assert not is_defined(bench, high)


def test_one_that_is_kept_in_one_row_as_others_is_defined_again(
    redis_bench: Any, high: OperationRow
) -> None:
    """Earlier versions in development did so."""
    bench, key = redis_bench, redis_bench.store._keys.definitions
    sealed = bench.store._seal.operation(high.digest, pack_operation(high))
    bench.store._call("HSET", key, high.digest, sealed)
    assert not is_defined(bench, high)
    bench.store.define(Definitions(operations=(high,)))
    bench.request(high)
    assert bench.slot().claim().operation == high


@pytest.mark.parametrize("failing", range(0, NUMBER, INPUTS_OF_PIECE - 1))
def test_it_fails_with_an_input_in_any_of_its_pieces(redis_bench: Any, failing: int) -> None:
    bench = redis_bench
    leaf = bench.operation("leaf")
    leaves = [bench.constant(f"{each}".encode()) for each in range(NUMBER)]
    leaves[failing] = leaf
    high = bench.operation("high", *leaves)
    bench.request(leaf, high)
    assert bench.status(high) is Status.WAITING
    worker = bench.slot()
    worker.fail(worker.claim(), b"error")
    assert bench.status(high) is Status.FAILED


@pytest.mark.parametrize(
    "number", [0, 1, MOST_INPUTS, MOST_INPUTS + 1, INPUTS_OF_PIECE, NUMBER]
)
def test_a_definition_is_what_its_pieces_are_put_together(
    redis_bench: Any, number: int
) -> None:
    constants = [redis_bench.constant(f"{each}".encode()) for each in range(number)]
    row = redis_bench.operation("row", *constants)
    sealed = redis_bench.store._seal.operation(row.digest, pack_operation(row))
    kept, pieces = in_pieces(sealed)
    by_address = dict(pieces)
    assert [content_digest(piece) for piece in by_address.values()] == list(by_address)
    assert bool(pieces) == (number > MOST_INPUTS)
    assert whole(kept, lambda wanted: [by_address.get(each) for each in wanted]) == sealed
