"""Steps with thousands of inputs: the server looks at some hundred of them in one call."""

from __future__ import annotations

import pytest
import redis

from funsies.core.digest import DIGEST_BYTES, content_digest
from funsies.store.rows import MOST_INPUTS, DamagedPart, Definitions, Status, Verdict

NUMBER = 2 * MOST_INPUTS + 3
MOST_ARGUMENTS_OF_A_PAGE = 2 * MOST_INPUTS + 10


class Interrupted(Exception):
    """The program has ended."""


def leaves_of(bench, number: int = NUMBER):
    """Steps that are all made from one constant, as one message defines them."""
    template = bench.operation("leaf")
    rows = [
        type(template)(
            digest=content_digest(f"leaf {place}".encode()),
            task=template.task,
            task_name=template.task_name,
            strict=True,
            dynamic=False,
            inputs=template.inputs,
            outputs=(content_digest(f"made {place}".encode()),),
        )
        for place in range(number)
    ]
    bench.store.define(Definitions(operations=tuple(rows)))
    return rows


def run_all(bench, number: int, *, failing: int = -1) -> None:
    """Run so many steps; the one of this number fails."""
    worker = bench.slot(f"runner {next(bench.numbers)}")
    for place in range(number):
        claim = worker.claim()
        publish = worker.fail if place == failing else worker.publish
        assert publish(claim, b"made") is Verdict.OK


def interrupt_at(bench, monkeypatch, script: str, number: int) -> None:
    """Have the program end before a script is called for the given time."""
    run, calls = bench.store._run, []

    def run_until(name, *arguments):
        calls.append(name)
        if calls.count(script) == number:
            raise Interrupted
        return run(name, *arguments)

    monkeypatch.setattr(bench.store, "_run", run_until)


def test_all_that_is_needed_first_is_named_and_nothing_half_started(bench):
    leaves = leaves_of(bench)
    high = bench.operation("high", *leaves)
    answer = bench.request(high)
    assert set(answer.needs) == {leaf.digest for leaf in leaves}
    assert (answer.started, bench.status(high)) == (0, Status.IDLE)


def test_it_waits_for_all_of_its_inputs_and_is_made_of_all(bench):
    leaves = leaves_of(bench)
    high = bench.operation("high", *leaves)
    higher = bench.operation("higher", high)
    answer = bench.request(*leaves, high, higher)
    assert (answer.needs, answer.started) == ((), NUMBER + 2)
    assert bench.state(high).missing == NUMBER
    run_all(bench, NUMBER)
    claim = bench.slot().claim()
    assert claim.operation == high
    assert [each and each.content for each in claim.inputs] == [
        content_digest(b"made")
    ] * NUMBER
    assert bench.slot("second").step().claim is None


def test_it_is_ready_at_once_when_its_inputs_are_there(bench):
    leaves = leaves_of(bench)
    bench.request(*leaves)
    run_all(bench, NUMBER)
    high = bench.operation("high", *leaves)
    answer = bench.request(high)
    assert (answer.started, answer.arm) == (1, (bench.slot().queue,))
    assert bench.slot().claim().operation == high


@pytest.mark.parametrize("failing", [0, NUMBER - 1])
def test_it_fails_with_an_input_whether_that_fails_before_or_after_it_is_asked_for(
    bench, failing
):
    leaves = leaves_of(bench)
    before = bench.operation("before", *leaves)
    after = bench.operation("after", *leaves)
    bench.request(*leaves, before)
    run_all(bench, NUMBER, failing=failing)
    assert bench.status(before) is Status.FAILED
    assert bench.request(after).started == 0
    assert bench.status(after) is Status.FAILED


def test_its_consumers_are_known_and_reach_it_by_all_of_its_inputs(bench):
    leaves = leaves_of(bench)
    high = bench.operation("high", *leaves)
    for leaf in (leaves[0], leaves[MOST_INPUTS], leaves[-1]):
        assert bench.store.consumers([leaf.digest]) == (high.digest,)


def test_no_message_is_about_more_than_some_hundred_inputs(redis_bench, monkeypatch):
    bench, sizes = redis_bench, []
    leaves = leaves_of(bench)
    run = bench.store._run

    def measured(name, *arguments):
        sizes.append(len(arguments))
        return run(name, *arguments)

    monkeypatch.setattr(bench.store, "_run", measured)
    bench.request(*leaves, bench.operation("high", *leaves))
    assert max(sizes) <= MOST_ARGUMENTS_OF_A_PAGE


@pytest.mark.parametrize("page", [1, 2, 3])
def test_who_asks_after_a_program_that_ended_half_way_begins_anew(
    redis_bench, monkeypatch, page
):
    """Whatever finishes in between, the step is claimed once, and not before all is there."""
    bench = redis_bench
    leaves = leaves_of(bench)
    high = bench.operation("high", *leaves)
    with monkeypatch.context() as patch:
        interrupt_at(bench, patch, "enlist", page)
        with pytest.raises(Interrupted):
            bench.request(*leaves, high)
    run_all(bench, MOST_INPUTS)
    assert bench.status(high) is Status.WAITING
    bench.request(high)
    run_all(bench, NUMBER - MOST_INPUTS)
    assert bench.slot().claim().operation == high
    assert bench.slot("second").step().claim is None


def test_a_sweep_that_finds_nothing_moving_ends_what_a_program_has_begun(
    redis_bench, monkeypatch
):
    bench = redis_bench
    leaves = leaves_of(bench)
    high = bench.operation("high", *leaves)
    with monkeypatch.context() as patch:
        interrupt_at(bench, patch, "enlist", 2)
        with pytest.raises(Interrupted):
            bench.request(*leaves, high)
    run_all(bench, NUMBER)
    assert bench.slot().step().claim is None
    assert bench.store.is_stuck()
    assert bench.store.recount(bench.store.pending(10)) == 1
    assert bench.slot().claim().operation == high


def test_of_two_that_ask_at_once_the_later_one_has_it_wait(redis_bench, monkeypatch):
    bench = redis_bench
    leaves = leaves_of(bench)
    high = bench.operation("high", *leaves)
    run, calls = bench.store._run, []

    def run_after_another(name, *arguments):
        calls.append(name)
        if calls.count("enlist") == 2 and name == "enlist":
            bench.request(high)
        return run(name, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(bench.store, "_run", run_after_another)
        bench.request(*leaves, high)
    assert bench.state(high).missing == NUMBER
    assert len(bench.state(high).wanted_by) == 2
    run_all(bench, NUMBER)
    assert bench.slot().claim().operation == high
    assert bench.slot("second").step().claim is None


def test_what_is_withdrawn_half_way_stays_withdrawn(redis_bench, monkeypatch):
    bench, error = redis_bench, redis_bench.error(b"withdrawn")
    leaves = leaves_of(bench)
    high = bench.operation("high", *leaves)
    generation = bench.store.new_generation()
    run, calls = bench.store._run, []

    def run_after_withdrawal(name, *arguments):
        calls.append(name)
        if calls.count("enlist") == 2 and name == "enlist":
            bench.store.cancel(generation, [high.digest], error)
        return run(name, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(bench.store, "_run", run_after_withdrawal)
        bench.request(*leaves, high, generation=generation)
    assert bench.status(high) is Status.FAILED
    run_all(bench, NUMBER)
    assert bench.slot().step().claim is None


def test_a_definition_that_was_interrupted_is_made_whole_by_the_next_one(
    redis_bench, monkeypatch
):
    """Producers know of it first; whoever finds the definition finds all of them told."""
    bench = redis_bench
    leaves = leaves_of(bench)
    with monkeypatch.context() as patch:
        interrupt_at(bench, patch, "link", 2)
        with pytest.raises(Interrupted):
            bench.operation("high", *leaves)
    (linked,) = bench.store.consumers([leaves[0].digest])
    assert bench.store.undefined([linked]) == [linked]
    high = bench.operation("high", *leaves)
    assert bench.store.consumers([leaves[-1].digest]) == (high.digest,) == (linked,)


def test_a_producer_of_which_far_inputs_are_two_outputs_is_waited_for_once(bench, tools):
    leaves = leaves_of(bench)
    pair = bench.operation("pair", outputs=2)
    inputs = [tools.as_input("a", pair), *leaves, tools.as_input("b", pair, 1)]
    high = bench.operation("high", *inputs)
    bench.request(*leaves, pair, high)
    assert bench.state(high).missing == NUMBER + 1
    worker = bench.slot("all")
    while (claim := worker.claim()).operation != high:
        outputs = [b"1", b"2"] if claim.operation == pair else [b"made"]
        assert worker.publish(claim, *outputs) is Verdict.OK
    made = [each.content for each in claim.inputs]
    assert (made[0], made[-1]) == (content_digest(b"1"), content_digest(b"2"))


def test_the_last_message_repeated_names_the_queue_again(redis_bench, monkeypatch):
    """Its answer may have been lost, and the queue is to be served all the same."""
    bench = redis_bench
    leaves = leaves_of(bench)
    bench.request(*leaves)
    run_all(bench, NUMBER)
    high = bench.operation("high", *leaves)
    run = bench.store._run

    def run_twice(name, *arguments):
        if name == "enlist":
            run(name, *arguments)
        return run(name, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(bench.store, "_run", run_twice)
        assert bench.request(high).arm == (bench.slot().queue,)
    assert bench.slot().claim().operation == high
    assert bench.slot("second").step().claim is None


def test_one_call_reads_few_long_definitions(redis_bench, redis_url):
    """Those of all that are asked for at once would hold the server for long."""
    bench, number = redis_bench, 30
    leaves = leaves_of(bench)
    bench.request(*leaves)
    highs = [bench.operation(f"high {each}", *leaves) for each in range(number)]
    with redis.Redis.from_url(redis_url) as client, client.monitor() as monitor:
        assert bench.request(*highs).started == number
        assert bench.request(*highs).started == 0  # they are pending
        bench.store._call("ECHO", "it is over")
        said = iter(lambda: monitor.next_command()["command"], "ECHO it is over")
        lengths = [len(each) for each in said if each.startswith("HMGET {funsies}:D ")]
    assert lengths
    assert max(lengths) < DIGEST_BYTES * number


@pytest.mark.parametrize("place", [0, MOST_INPUTS, NUMBER - 1])
def test_an_audit_finds_one_of_which_a_producer_does_not_know(redis_bench, place):
    bench, leaves = redis_bench, leaves_of(redis_bench)
    high = bench.operation("high", *leaves)

    def links():
        found = bench.store.repair.damages(lambda _: {}, lambda _what, _number: None)
        return [each for each in found if each.part is DamagedPart.LINKS]

    assert links() == []
    key, artefact = bench.store._keys.artefacts, leaves[place].outputs[0]
    entry = bench.store._field(key, artefact)
    bench.store._call("HSET", key, artefact, entry.removesuffix(high.digest))
    assert bench.store.consumers([leaves[place].digest]) == ()
    (found,) = links()
    assert found.operation == high.digest
    assert bench.store.repair.mend(found)
    assert bench.store.consumers([leaves[place].digest]) == (high.digest,)
    assert links() == []
