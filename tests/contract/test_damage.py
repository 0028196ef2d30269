"""Looking for damage: what is found is mended if it is still as it was seen."""

from __future__ import annotations

from typing import Any

from funsies.core.digest import content_digest
from funsies.store.connect import Backend
from funsies.store.data import MemoryDataStore
from funsies.store.fsck import check
from funsies.store.memory import MemoryStore
from funsies.store.rows import Damage, DamagedPart, Fault, Status


def ignore(_what: str, _number: int) -> None:
    """Take no notice of how far it is."""


def damages(bench: Any) -> list[Damage]:
    """Only results and their bytes: tasks of the bench are not really there."""
    found = bench.store.repair.damages(lambda _: {}, ignore)
    return [each for each in found if each.part in (DamagedPart.RESULT, DamagedPart.CONTENT)]


def finished(bench: Any) -> Any:
    """An operation with a result."""
    operation = bench.operation("one")
    bench.request(operation)
    worker = bench.slot()
    worker.publish(worker.claim(), b"made")
    assert damages(bench) == []
    return operation


def damage(bench: Any, data: bytes, instead: bytes) -> None:
    if isinstance(bench.store, MemoryStore):
        bench.store._tables.contents[content_digest(data)] = instead
    else:
        key = bench.store._keys.contents
        bench.store._connections.call("HSET", key, content_digest(data), instead)


def test_a_result_whose_bytes_are_damaged_is_named_and_forgotten(bench: Any) -> None:
    operation = finished(bench)
    damage(bench, b"made", b"mode")
    (found,) = damages(bench)
    assert (found.part, found.fault) == (DamagedPart.RESULT, Fault.CHANGED)
    assert found.operation == operation.digest
    assert found.name == operation.outputs[0].hex()
    assert found.task == operation.task_name
    assert bench.status(operation) is Status.DONE
    assert bench.store.repair.mend(found)
    assert bench.status(operation) is Status.IDLE
    assert bench.store.contents([content_digest(b"made")]) == [None]
    assert damages(bench) == []


def test_a_result_whose_bytes_are_gone_is_forgotten(bench: Any) -> None:
    operation = finished(bench)
    bench.lose(b"made")
    (found,) = damages(bench)
    assert (found.part, found.fault) == (DamagedPart.RESULT, Fault.MISSING)
    assert bench.store.repair.mend(found)
    assert bench.status(operation) is Status.IDLE


def test_bytes_that_were_mended_meanwhile_stay(bench: Any) -> None:
    operation = finished(bench)
    damage(bench, b"made", b"mode")
    (found,) = damages(bench)
    damage(bench, b"made", b"made")
    assert not bench.store.repair.mend(found)
    assert bench.status(operation) is Status.DONE
    assert bench.store.contents([content_digest(b"made")]) == [b"made"]


def test_a_result_that_was_computed_again_meanwhile_stays(bench: Any) -> None:
    operation = finished(bench)
    bench.lose(b"made")
    (found,) = damages(bench)
    bench.store.invalidate(operation.digest, 0, content_digest(b"made"))
    bench.request(operation)
    worker = bench.slot("other")
    worker.publish(worker.claim(), b"made", record=b'{"started": 2}')
    assert not bench.store.repair.mend(found)
    assert bench.status(operation) is Status.DONE


def test_bytes_that_nothing_names_are_forgotten(bench: Any) -> None:
    finished(bench)
    damage(bench, b"nobody's", b"damaged")
    (found,) = damages(bench)
    assert (found.part, found.fault) == (DamagedPart.CONTENT, Fault.CHANGED)
    assert bench.store.repair.mend(found)
    assert damages(bench) == []


def test_a_large_value_that_nothing_names_is_removed(bench: Any) -> None:
    data = MemoryDataStore()
    digest, _ = data.write([b"large"])
    backend = Backend(bench.store, data)
    assert list(check(backend, ignore, repair=True)) == []
    data._values[digest] = b"damaged"
    (found,) = check(backend, ignore)
    assert (found.damage.part, found.is_left) == (DamagedPart.VALUE, True)
    (found,) = check(backend, ignore, repair=True)
    assert found.is_mended
    assert list(data.digests()) == []


def test_what_was_written_anew_meanwhile_is_not_set_aside(redis_bench: Any) -> None:
    operation = finished(redis_bench)
    store = redis_bench.store
    key = store._keys.definitions
    row = store._connections.call("HGET", key, operation.digest)
    store._connections.call("HSET", key, operation.digest, row[:-1])
    found = next(
        each
        for each in store.repair.damages(lambda _: {}, ignore)
        if each.part is DamagedPart.DEFINITION
    )
    store._connections.call("HSET", key, operation.digest, row)
    assert not store.repair.mend(found)
    assert store.undefined([operation.digest]) == []


def test_counters_are_left_alone_when_something_has_moved_meanwhile(redis_bench: Any) -> None:
    operation = finished(redis_bench)
    store = redis_bench.store
    counter = b"d" + operation.task_name.encode()
    store._connections.call("HSET", store._keys.counters, counter, 7)
    (found,) = (
        each
        for each in store.repair.damages(lambda _: {}, ignore)
        if each.part is DamagedPart.COUNTERS
    )
    redis_bench.request(redis_bench.operation("two"))
    assert not store.repair.mend(found)
    (found,) = (
        each
        for each in store.repair.damages(lambda _: {}, ignore)
        if each.part is DamagedPart.COUNTERS
    )
    assert store.repair.mend(found)
    assert store.counts()[operation.task_name].done == 1


def test_what_was_skipped_is_counted_right_and_wrong_numbers_of_it_are_mended(
    redis_bench: Any,
) -> None:
    bench, store = redis_bench, redis_bench.store
    bad = bench.operation("bad")
    after = bench.operation("after", bad, outputs=2)
    bench.request(bad, after)
    worker = bench.slot()
    worker.fail(worker.claim(), b"error")
    assert damages(bench) == []
    store._connections.call("HSET", store._keys.counters, b"safter", 7)
    assert store.repair.mend(first(bench, DamagedPart.COUNTERS))
    assert (store.counts()["after"].skipped, damages(bench)) == (1, [])


def first(bench: Any, part: DamagedPart) -> Damage:
    return next(
        each for each in bench.store.repair.damages(lambda _: {}, ignore) if each.part is part
    )


def test_a_step_that_was_defined_again_meanwhile_keeps_its_result(redis_bench: Any) -> None:
    operation = finished(redis_bench)
    store = redis_bench.store
    key = store._keys.definitions
    row = store._connections.call("HGET", key, operation.digest)
    store._connections.call("HDEL", key, operation.digest)
    found = first(redis_bench, DamagedPart.DEFINITION)
    assert found.fault is Fault.MISSING
    store._connections.call("HSET", key, operation.digest, row)
    assert not store.repair.mend(found)
    assert redis_bench.status(operation) is Status.DONE


def test_a_state_that_was_written_anew_meanwhile_stays(redis_bench: Any) -> None:
    operation = finished(redis_bench)
    store = redis_bench.store
    key = store._keys.states
    row = store._connections.call("HGET", key, operation.digest)
    store._connections.call("HSET", key, operation.digest, b"?" + row[1:])
    found = first(redis_bench, DamagedPart.STATE)
    store._connections.call("HSET", key, operation.digest, row)
    assert not store.repair.mend(found)
    assert redis_bench.status(operation) is Status.DONE
