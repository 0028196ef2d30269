"""What is written is read back; what is not there is said not to be."""

from __future__ import annotations

import threading

import pytest

from funsies.core.digest import content_digest
from funsies.core.graph import TaskKind
from funsies.store.rows import (
    ConstantRow,
    Definitions,
    Found,
    OperationState,
    OutputRow,
    Status,
    TaskRow,
)


def test_definitions_are_read_back_as_written(bench, tools):
    low = bench.operation("low \N{GREEK SMALL LETTER ALPHA}", outputs=3)
    large = bench.constant(b"large", large=True)
    high = bench.operation("high", tools.as_input("\n->:", low, 2), large, low, strict=False)
    dynamic = bench.operation("dynamic", dynamic=True)
    unknown = content_digest(b"unknown")
    assert bench.store.operations([high.digest]) == [high]
    wanted = [low.digest, unknown, dynamic.digest]
    assert bench.store.operations(wanted) == [low, None, dynamic]
    assert bench.store.operations([unknown]) == [None]
    assert bench.store.consumers([low.digest]) == (high.digest,)
    assert bench.store.consumers([low.digest, high.digest]) == (high.digest,)
    assert bench.store.consumers([high.digest]) == ()
    assert bench.store.consumers([]) == ()


@pytest.mark.parametrize("number", [1, 8, 9, 40])
def test_all_that_need_a_step_are_found_however_many(bench, number):
    low = bench.operation("low", outputs=2)
    early = bench.operation("early", low)
    needed_twice = [bench.operation(f"high {n}", low, early) for n in range(number)]
    expected = tuple(sorted(each.digest for each in needed_twice))
    assert bench.store.consumers([early.digest]) == expected
    assert bench.store.consumers([low.digest]) == tuple(sorted((early.digest, *expected)))
    bench.store.define(Definitions(operations=(low, *needed_twice)))
    assert bench.store.consumers([early.digest]) == expected


def test_a_step_that_is_defined_after_one_that_needs_it_leads_to_it(bench):
    low = bench.operation("low")
    high = bench.operation("high", low)
    bench.store.clear()
    bench.store.define(Definitions(operations=(high,)))
    bench.store.define(Definitions(operations=(low,)))
    assert bench.store.consumers([low.digest]) == (high.digest,)


def test_what_is_defined_stays_as_it_is(bench):
    row = bench.operation("row")
    other = type(row)(**{name: getattr(row, name) for name in row.__slots__})
    bench.store.define(Definitions(operations=(other,)))
    bench.store.define(Definitions())
    assert bench.store.operations([row.digest]) == [row]


def test_tasks_are_kept_by_python_version(bench):
    digest = content_digest(b"task")
    outputs = (OutputRow("out", "json", "int"),)

    def row(python):
        payload = b"\xff\x00" + python.encode()
        return TaskRow(
            digest, python, TaskKind.PYTHON, "name", True, outputs, payload, b"{}", b"sig"
        )

    assert bench.store.task(digest, "3.11") is None
    bench.store.define(Definitions(tasks=(row("3.11"),)))
    bench.store.define(Definitions(tasks=(row("3.12"),)))
    assert bench.store.task(digest, "3.12") == row("3.12")
    assert bench.store.task(digest, "3.13") in (row("3.11"), row("3.12"))
    other = content_digest(b"shell")
    shell = TaskRow(other, "", TaskKind.SHELL, "sh", True, outputs, b"", b"")
    bench.store.define(Definitions(tasks=(shell,)))
    assert bench.store.task(other, "3.13") == shell


def test_artefacts_say_where_they_come_from(bench):
    row = bench.operation("row", outputs=2)
    made = bench.store.artefact(row.outputs[1])
    assert (made.producer, made.index, made.constant) == (row.digest, 1, None)
    constant = ConstantRow(content_digest(b"a"), content_digest(b"data"), "json/2", True, 2**40)
    bench.store.define(Definitions(constants=(constant,)))
    assert bench.store.artefact(constant.artefact).constant == constant
    assert bench.store.artefact(content_digest(b"unknown")) is None


def test_contents_options_records_and_logs_that_are_not_there(bench):
    digest = content_digest(b"nothing")
    assert bench.store.contents([digest, digest]) == [None, None]
    assert bench.store.options(digest) is None
    assert bench.store.records([digest])[0] is None
    assert bench.store.log(digest) is None
    assert bench.store.records([digest, digest]) == [None, None]
    assert bench.store.contents([]) == []
    assert bench.store.records([]) == []
    assert bench.store.states([]) == []
    bench.store.define(Definitions(options=((digest, b"options"),)))
    bench.store.define(Definitions())
    assert bench.store.options(digest) == b"options"


def test_states_of_what_nobody_asked_for(bench):
    row = bench.operation("row")
    nothing = OperationState(Status.IDLE)
    assert bench.store.states([row.digest, content_digest(b"unknown")]) == [nothing] * 2
    generation = bench.store.new_generation()
    bench.request(row, generation=generation)
    worker = bench.slot()
    worker.publish(worker.claim(), b"made")
    bench.store.reset([row.digest])
    state = bench.state(row)
    assert (state.status, state.generation, state.attempts) == (Status.IDLE, generation, 0)


def test_records_are_read_many_at_once(bench):
    rows = [bench.operation(f"row {n}") for n in range(3)]
    bench.request(*rows)
    worker = bench.slot()
    for _ in rows[:2]:
        claim = worker.claim()
        worker.publish(claim, b"made", record=claim.operation.task_name.encode())
    found = bench.store.records([row.digest for row in reversed(rows)])
    assert found == [None, b"row 1", b"row 0"]


def test_addresses_are_found_by_any_prefix(bench):
    rows = [bench.operation(f"row {n}", outputs=2) for n in range(300)]
    for length in (1, 2, 5, 64):
        prefix = rows[7].digest.hex()[:length]
        everything = {Found(each, False) for row in rows for each in row.outputs}
        everything |= {Found(row.digest, True) for row in rows}
        everything |= {Found(row.inputs[0].artefact, False) for row in rows}
        expected = [each for each in everything if each.digest.hex().startswith(prefix)]
        expected.sort(key=lambda each: each.digest)
        assert bench.store.find(prefix, 1000) == expected
        assert bench.store.find(prefix, 1) == expected[:1]
    assert bench.store.find("not hexadecimal", 10) == []


def test_clearing_removes_everything(bench):
    row = bench.operation("row")
    bench.run(row, b"made")
    bench.store.clear()
    assert bench.store.undefined([row.digest]) == [row.digest]
    assert bench.status(row) is Status.IDLE
    assert bench.store.find("", 10) == []
    assert bench.store.counts() == {}


def test_wide_operations_work(bench):
    """A fan-in of some thousand distinct producers: requested, waited for, and claimed."""
    rows = [bench.operation(f"row {n}", task="many") for n in range(2000)]
    wide = bench.operation("wide", *rows)
    bench.request(*rows, wide)
    assert bench.state(wide).missing == 2000
    worker = bench.slot()
    for _ in rows:
        claim = worker.claim()
        worker.publish(claim, b"made")
    claim = worker.claim()
    assert claim.operation == wide
    assert len(claim.inputs) == 2000


def test_threads_share_a_store(bench):
    """Four threads run forty operations, each exactly once."""
    rows = [bench.operation(f"row {n}", task="many") for n in range(40)]
    bench.request(*rows)

    def run(number):
        worker = bench.slot(f"worker {number}")
        while claim := worker.step().claim:
            worker.publish(claim, b"made")

    threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    counts = bench.store.counts()["many"]
    assert (counts.done, counts.executed, counts.lost) == (40, 40, 0)
