"""Steps with many inputs are claimed, and wait again, while the server answers others."""

from __future__ import annotations

from itertools import product

import pytest
import redis

from funsies.core.digest import DIGEST_BYTES, content_digest
from funsies.core.keyring import SIGNATURE_BYTES
from funsies.store.redis import many_inputs
from funsies.store.redis.packing import pack_result
from funsies.store.rows import MOST_INPUTS, Setback, Status, StepMessage, Verdict

MAKERS, OUTPUTS = 3, 400
"""The outputs of one stand in one page: so there are as many pages as makers."""

LEASE_MS = 1000


def made_by(place: int) -> list[bytes]:
    return [f"{place} {index}".encode() for index in range(OUTPUTS)]


@pytest.fixture
def makers(bench):
    """Steps with many outputs each, which are made."""
    rows = [bench.operation(f"maker {place}", outputs=OUTPUTS) for place in range(MAKERS)]
    for place, row in enumerate(rows):
        bench.run(row, *made_by(place))
    return rows


@pytest.fixture
def define(bench, tools, makers):
    """Define a step that needs all outputs, and perhaps more."""

    def define(name="high", *more, **options):
        inputs = [tools.as_input("", row, index) for row in makers for index in range(OUTPUTS)]
        return bench.operation(name, *inputs, *more, **options)

    return define


@pytest.fixture
def high(bench, define):
    """One that is ready."""
    row = define()
    bench.request(row)
    assert bench.status(row) is Status.READY
    return row


@pytest.fixture
def meanwhile(request, monkeypatch):
    """Have something happen before a script is called for the given time."""

    def meanwhile(script, number, act):
        bench = request.getfixturevalue("bench")
        run, calls = bench.store._run, []

        def run_after(name, *arguments):
            calls.append(name)
            if name == script and calls.count(script) == number:
                act()
            return run(name, *arguments)

        monkeypatch.setattr(bench.store, "_run", run_after)

    return meanwhile


class WorkerEndedError(Exception):
    """The worker has ended."""


def end():
    raise WorkerEndedError


def make_again(bench, row, place, *, slot="maker"):
    """Have a maker that was reset make the same again."""
    bench.request(row)
    worker = bench.slot(slot)
    claim = worker.claim()
    assert claim.operation == row
    assert worker.publish(claim, *made_by(place)) is Verdict.OK


def next_claim(worker):
    """What a worker gets that asks again as long as there may be others."""
    while not (answer := worker.step()).claims:
        assert answer.set_aside, "nothing to claim"
    return answer.claim


on_a_server = pytest.mark.parametrize("bench", ["redis"], indirect=True)
PAGES = [("inputs", 1), ("inputs", 2), ("inputs", MAKERS), ("admit", 1)]


def test_who_claims_it_has_all_results_in_their_order(bench, define):
    constant, large = bench.constant(b"constant"), bench.constant(b"large", large=True)
    high = define("high", constant, large, constant)
    bench.request(high)
    claim = bench.slot().claim()
    assert claim.operation == high
    assert (claim.attempt, claim.volatile, claim.is_ours) == (1, False, True)
    made = [data for place in range(MAKERS) for data in made_by(place)]
    expected = [*made, b"constant", b"large", b"constant"]
    assert [each.content for each in claim.inputs] == list(map(content_digest, expected))
    assert [each.size_bytes for each in claim.inputs[:-3]] == list(map(len, made))
    assert [(each.large, each.size_bytes) for each in claim.inputs[-3:]] == [
        (False, 8),
        (True, 5),
        (False, 8),
    ]
    assert bench.slot("second").step().claim is None


def test_it_may_have_constants_only(bench):
    constants = [bench.constant(f"{place}".encode()) for place in range(MOST_INPUTS + 1)]
    high = bench.operation("high", *constants)
    bench.request(high)
    claim = bench.slot().claim()
    assert [each.content for each in claim.inputs] == [each.content for each in constants]


def test_it_is_claimed_by_itself(bench, define):
    bench.run(bench.operation("first", task="short"), b"made", busy_ms=1)
    high = define()
    rows = [bench.operation(f"short {n}", task="short") for n in range(40)]
    bench.request(*rows[:20])
    bench.request(high)
    bench.request(*rows[20:])

    def take(name, *, keeps=()):
        worker = bench.slot(name)
        message = StepMessage(
            name, len(keeps) + 1, worker.queue, LEASE_MS, bench.fence(), claims=16, keeps=keeps
        )
        return [claim.operation for claim in bench.store.step(message).claims]

    taken = [take(f"worker {number}") for number in range(12)]
    assert [high] in taken
    assert sum(high in each for each in taken) == 1
    holder = next(each for each in bench.store.leases() if each.operation == high.digest)
    assert take(holder.slot, keeps=[holder.fence]) == [], "nor is anything claimed beside it"
    assert bench.status(high) is Status.RUNNING


def test_what_it_made_of_the_same_is_taken_from_its_trace(bench, tools, high):
    worker = bench.slot()
    claim = worker.claim()
    assert claim.trace is None
    assert worker.publish(claim, b"made", trace_key=content_digest(b"key")) is Verdict.OK
    twin = bench.operation(
        "twin", *[tools.as_input("", each) for each in high.inputs], task="high"
    )
    bench.request(twin)
    trace = worker.claim().trace
    assert trace.key == content_digest(b"key")
    assert [each.content for each in trace.results] == [content_digest(b"made")]


def test_a_dynamic_one_leaves_no_trace(bench, define):
    high = define(dynamic=True)
    bench.run(high, b"made", trace_key=content_digest(b"key"))
    twin = define("twin", dynamic=True, task="high")
    bench.request(twin)
    assert bench.slot().claim().trace is None


def test_it_is_volatile_if_one_input_is(bench, tools, define):
    spoiled = bench.operation("spoiled")
    bench.run(spoiled, b"made", volatile=True)
    high = define("high", spoiled)
    generation = bench.store.new_generation()
    bench.request(spoiled, generation=generation)
    worker = bench.slot()
    assert worker.publish(worker.claim(), b"made", volatile=True) is Verdict.OK
    bench.request(high, generation=generation)
    claim = worker.claim()
    assert claim.operation == high
    assert claim.volatile
    assert worker.publish(claim, b"made", trace_key=content_digest(b"key")) is Verdict.OK
    assert bench.state(high).volatile


def test_an_input_that_is_idle_by_now_is_told(bench, makers, high):
    """The worker asks for it, and has the step wait."""
    bench.store.reset([makers[1].digest])
    worker = bench.slot()
    claim = worker.claim()
    missing = [place for place, each in enumerate(claim.inputs) if each is None]
    assert missing == list(range(OUTPUTS, 2 * OUTPUTS))
    held = (worker.name, high.digest, claim.fence)
    assert bench.store.park(*held) is Verdict.IDLE
    bench.request(makers[1])
    assert bench.store.park(*held) is Verdict.OK
    assert (bench.status(high), bench.state(high).missing) == (Status.WAITING, 1)
    assert bench.store.park(*held) in {Verdict.OK, Verdict.FENCED}, "the same message again"
    make_again(bench, makers[1], 1)
    assert worker.claim().attempt == 1


def test_it_waits_if_an_input_is_asked_for_again_before_it_is_claimed(bench, makers, high):
    bench.store.reset([makers[2].digest])
    bench.request(makers[2], priority=-1)
    worker = bench.slot()
    claim = next_claim(worker)
    assert claim.operation == makers[2]
    state = bench.state(high)
    assert (state.status, state.missing, state.attempts) == (Status.WAITING, 1, 0)
    assert bench.store.waiting_on(high.digest) == (makers[2].digest,)
    assert worker.publish(claim, *made_by(2)) is Verdict.OK
    assert bench.slot("second").claim().attempt == 1


def test_it_ends_with_an_input_that_fails_by_now(bench, makers, high):
    """It was reset, and is an error this time."""
    bench.store.reset([makers[1].digest])
    bench.request(makers[1], priority=1)
    worker = bench.slot()
    assert worker.fail(worker.claim(), b"error") is Verdict.OK
    assert worker.step().claim is None
    state = bench.state(high)
    assert (state.status, state.attempts) == (Status.FAILED, 0)
    assert [each.content for each in state.results] == [content_digest(b"error")]
    assert bench.store.counts()["high"].skipped == 1
    assert not bench.store.leases()


def test_who_holds_it_no_more_cannot_have_it_wait(bench, makers, high):
    claim = bench.slot().claim()
    bench.slot("other").step()
    bench.store.put_back("worker", keeps=[])
    assert bench.store.park("worker", high.digest, claim.fence) is Verdict.FENCED
    assert bench.status(high) is Status.READY


def test_a_lost_input_is_counted_when_it_waits_for_that(bench, makers, high):
    worker = bench.slot()
    claim = worker.claim()
    bench.store.invalidate(makers[0].digest, 0, content_digest(made_by(0)[0]))
    bench.request(makers[0])
    held = (worker.name, high.digest, claim.fence)
    assert bench.store.park(*held, setback=Setback.INPUT) is Verdict.OK
    make_again(bench, makers[0], 0)
    again = worker.claim()
    assert (again.operation, again.attempt, again.lost_inputs) == (high, 1, 1)


def test_an_audit_finds_nothing_wrong_with_one_that_waits(bench, makers, high):
    bench.store.reset([makers[1].digest])
    bench.request(makers[1])
    assert next_claim(bench.slot()).operation == makers[1]
    assert bench.status(high) is Status.WAITING
    assert bench.store.recount([high.digest]) == 0


@on_a_server
def test_an_audit_has_one_wait_again_that_nobody_would_wake(bench, makers, high):
    bench.store.reset([makers[1].digest])
    bench.request(makers[1])
    worker = bench.slot()
    claim = next_claim(worker)
    waiters = bench.store._keys.prefix + b"w" + makers[1].digest
    assert bench.store._call("UNLINK", waiters) == 1
    assert bench.store.recount([high.digest]) == 1
    assert bench.store.recount([high.digest]) == 0
    assert bench.state(high).missing == 1
    assert worker.publish(claim, *made_by(1)) is Verdict.OK
    assert bench.slot("other").claim().operation == high


@on_a_server
@pytest.mark.parametrize("place", PAGES)
def test_it_is_put_back_when_its_worker_ends_before_all_inputs_were_seen(
    bench, high, meanwhile, monkeypatch, place
):
    with monkeypatch.context():
        meanwhile(*place, end)
        with pytest.raises(WorkerEndedError):
            bench.slot("lost").step()
    assert bench.status(high) is Status.RUNNING
    assert bench.slot().step().claim is None, "it is under a lease"
    for _ in range(4):
        bench.store.sweep("sweeper", fences=[bench.fence()], lease_ms=LEASE_MS)
        bench.later(400)
    claim = bench.slot().claim()
    assert (claim.operation, claim.attempt, claim.losses) == (high, 2, 1)


@on_a_server
@pytest.mark.parametrize("place", PAGES)
def test_a_repeated_message_claims_it_once_and_has_the_whole_claim(
    bench, high, meanwhile, place
):
    """The first answer, or one of those that follow it, was lost."""
    fence, worker = bench.fence(), bench.slot()
    worker.sequence = 1
    meanwhile(*place, end)
    with pytest.raises(WorkerEndedError):
        worker.again(fence=fence)
    claim = worker.again(fence=fence).claim
    assert (claim.operation, claim.fence, claim.attempt) == (high, fence, 1)
    assert None not in claim.inputs
    assert worker.publish(claim, b"made") is Verdict.OK


@on_a_server
@pytest.mark.parametrize("place", PAGES)
def test_of_two_workers_the_one_that_was_silent_for_too_long_has_nothing(
    bench, high, meanwhile, place
):
    others = []

    def lose():
        for _ in range(4):
            bench.store.sweep("sweeper", fences=[bench.fence()], lease_ms=LEASE_MS)
            bench.later(400)
        others.append(bench.slot("other").claim())

    meanwhile(*place, lose)
    answer = bench.slot("silent").step()
    assert answer.claim is None
    (claim,) = others
    assert (claim.operation, None in claim.inputs) == (high, False)
    assert bench.slot("third").step().claim is None
    assert bench.status(high) is Status.RUNNING


@on_a_server
@pytest.mark.parametrize("place", PAGES)
def test_what_is_withdrawn_meanwhile_is_not_run(bench, define, meanwhile, place):
    error = bench.error(b"withdrawn")
    high, generation = define(), bench.store.new_generation()
    bench.request(high, generation=generation)
    meanwhile(*place, lambda: bench.store.cancel(generation, [high.digest], error))
    answer = bench.slot().step()
    assert answer.claim is None
    assert answer.set_aside, "there may be others"
    assert bench.status(high) is Status.FAILED
    assert not bench.store.leases()


@on_a_server
@pytest.mark.parametrize("place", PAGES[:-1])
def test_it_waits_if_an_input_is_asked_for_again_while_the_others_are_looked_at(
    bench, makers, high, meanwhile, place
):
    """Whoever is ready besides is claimed next, and nothing is charged."""
    last = makers[-1]

    def lose_input():
        bench.store.reset([last.digest])
        bench.request(last)

    meanwhile(*place, lose_input)
    worker, fence = bench.slot(), bench.fence()
    worker.sequence = 1
    answer = worker.again(fence=fence)
    assert (answer.claim, answer.set_aside) == (None, True)
    again = worker.again(fence=fence)
    assert (again.claim, again.set_aside) == (None, True), "so it is answered again"
    claim = worker.claim()
    assert claim.operation == last
    state = bench.state(high)
    assert (state.status, state.missing, state.attempts) == (Status.WAITING, 1, 0)
    assert worker.publish(claim, *made_by(MAKERS - 1)) is Verdict.OK
    claim = worker.claim()
    assert (claim.operation, claim.attempt) == (high, 1)


@on_a_server
@pytest.mark.parametrize("place", [("enlist", 1), ("enlist", 2), ("enlist", MAKERS)])
def test_one_whose_worker_ends_while_it_is_to_wait_again_is_found(
    bench, makers, high, meanwhile, place
):
    worker = bench.slot()
    claim = worker.claim()
    bench.store.reset([makers[1].digest])
    bench.request(makers[1])
    meanwhile(*place, end)
    with pytest.raises(WorkerEndedError):
        bench.store.park(worker.name, high.digest, claim.fence)
    make_again(bench, makers[1], 1)
    assert worker.step().claim is None
    assert bench.store.is_stuck()
    assert bench.store.recount(bench.store.pending(10)) == 1
    assert worker.claim().operation == high
    assert bench.slot("second").step().claim is None


@on_a_server
@pytest.mark.parametrize("place", [("registered", 1), ("registered", 2), ("wait_anew", 1)])
def test_an_audit_leaves_one_alone_that_waits_no_more_by_then(
    bench, makers, high, meanwhile, place
):
    worker = bench.slot()
    claim = worker.claim()
    bench.store.reset([each.digest for each in makers])
    bench.request(*makers)
    assert bench.store.park(worker.name, high.digest, claim.fence) is Verdict.OK
    error = bench.error(b"ended")
    meanwhile(*place, lambda: bench.store.fail_waiting(high.digest, error))
    assert bench.store.recount([high.digest]) == 0
    assert bench.status(high) is Status.FAILED


@pytest.fixture
def busy(bench):
    """A step that runs all the time, so that never nothing moves."""
    row = bench.operation("busy")
    bench.request(row)
    worker = bench.slot("busy")
    claim = worker.claim()
    assert bench.store.renew(worker.name, claim.fence, lease_ms=10**9)
    yield
    assert bench.status(row) is Status.RUNNING


def sweep(bench, seconds):
    """Let time pass, and have somebody sweep each second."""
    for _ in range(seconds):
        bench.later(1000)
        bench.store.sweep("sweeper", fences=[bench.fence()], lease_ms=LEASE_MS)


@on_a_server
@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize("case", [*product(range(1, MAKERS + 1), [True, False])])
def test_one_whose_worker_ends_while_it_is_to_wait_again_is_found_while_others_run(
    bench, makers, high, meanwhile, case
):
    page, is_made = case
    worker = bench.slot()
    claim = worker.claim()
    bench.store.reset([makers[1].digest])
    bench.request(makers[1])
    meanwhile("enlist", page, end)
    with pytest.raises(WorkerEndedError):
        bench.store.park(worker.name, high.digest, claim.fence)
    if is_made:
        make_again(bench, makers[1], 1)
    sweep(bench, 25)
    assert bench.status(high) is Status.WAITING, "somebody may be about to go on"
    sweep(bench, 10)
    assert bench.status(high) is Status.READY
    if not is_made:
        claim = next_claim(worker)
        assert claim.operation == makers[1]
        assert bench.state(high).missing == 1
        assert worker.publish(claim, *made_by(1)) is Verdict.OK
    claim = worker.claim()
    assert (claim.operation, claim.attempt, claim.losses) == (high, 1, 0)
    assert None not in claim.inputs
    assert worker.publish(claim, b"made") is Verdict.OK
    assert bench.slot("second").step().claim is None


@on_a_server
@pytest.mark.usefixtures("busy")
def test_whoever_is_slow_to_have_it_wait_may_end_that(bench, makers, high, meanwhile):
    worker = bench.slot()
    claim = worker.claim()
    bench.store.reset([makers[1].digest])
    bench.request(makers[1])
    for number in range(1, MAKERS + 1):
        meanwhile("enlist", number, lambda: sweep(bench, 25))
    assert bench.store.park(worker.name, high.digest, claim.fence) is Verdict.OK
    sweep(bench, 60)
    state = bench.state(high)
    assert (state.status, state.missing) == (Status.WAITING, 1)
    make_again(bench, makers[1], 1)
    assert worker.claim().operation == high


@pytest.mark.parametrize("bench", ["own"], indirect=True)
@pytest.mark.parametrize("is_ready", [True, False])
def test_what_is_claimed_is_dealt_with_though_the_server_is_full_by_then(
    bench, makers, high, meanwhile, is_ready
):
    def fill():
        bench.store._connections.call("CONFIG", "SET", "maxmemory", "1mb")

    if not is_ready:
        bench.store.reset([makers[1].digest])
        bench.request(makers[1])
    meanwhile("inputs", 1, fill)
    claim = bench.slot().step().claim
    state = bench.state(high)
    bench.store._connections.call("CONFIG", "SET", "maxmemory", "0")
    if is_ready:
        assert claim.operation == high
    else:
        assert claim is None
        assert (state.status, state.missing, state.attempts) == (Status.WAITING, 1, 0)


@on_a_server
def test_it_waits_once_if_the_message_for_that_is_repeated(bench, makers, high, monkeypatch):
    worker = bench.slot()
    claim = worker.claim()
    bench.store.reset([makers[1].digest])
    bench.request(makers[1])
    run = bench.store._run
    monkeypatch.setattr(
        bench.store,
        "_run",
        lambda name, *arguments: (
            (run(name, *arguments) if name in {"await", "enlist"} else None),
            run(name, *arguments),
        )[1],
    )
    assert bench.store.park(worker.name, high.digest, claim.fence) is Verdict.OK
    make_again(bench, makers[1], 1)
    assert worker.claim().operation == high
    assert bench.slot("second").step().claim is None


@on_a_server
def test_its_lease_is_prolonged_while_its_inputs_are_looked_at(
    bench, high, monkeypatch, meanwhile
):
    """On a server that is far away, many pages may take longer than a lease."""
    monkeypatch.setattr(many_inputs, "RENEWED_PAGES", 1)
    run = bench.store._run

    def run_slowly(name, *arguments):
        if name == "inputs":
            bench.later(LEASE_MS - 100)
        return run(name, *arguments)

    monkeypatch.setattr(bench.store, "_run", run_slowly)
    bench.store.sweep("sweeper", fences=[], lease_ms=LEASE_MS)
    claim = bench.slot().claim()
    answer = bench.store.sweep("sweeper", fences=[bench.fence()], lease_ms=LEASE_MS)
    assert not answer.requeued
    assert claim.operation == high


@on_a_server
def test_no_call_looks_at_more_than_some_hundred_inputs(bench, high, redis_url):
    with redis.Redis.from_url(redis_url) as client, client.monitor() as monitor:
        claim = bench.slot().claim()
        bench.store.park("worker", high.digest, claim.fence)
        bench.store._call("ECHO", "it is over")
        said = list(iter(lambda: monitor.next_command()["command"], "ECHO it is over"))
    called = [each for each in said if each.startswith("FCALL")]
    assert len(called) > 2 * MAKERS
    most = (MOST_INPUTS + 10) * (4 * DIGEST_BYTES + 10)  # as a monitor shows bytes
    assert max(map(len, said)) < most


@on_a_server
def test_one_that_nobody_can_read_is_set_aside(bench, high):
    key = bench.store._keys.definitions
    packed = bench.store._field(key, high.digest)
    bench.store._call("HSET", key, high.digest, packed[:49] + b"\xff" + packed[50:])
    answer = bench.slot().step()
    assert (answer.claim, answer.set_aside) == (None, True)
    assert bench.store.undefined([high.digest]) == [high.digest]
    assert [each.name for each in bench.store.repair.set_aside()] == [high.digest.hex()]


@on_a_server
def test_a_trace_is_found_where_the_server_keeps_it(bench):
    """That of a few inputs is looked up by a script, that of many by who claims."""
    constants = [bench.constant(b"constant"), bench.constant(b"large", large=True)]
    low, bad = bench.operation("low"), bench.operation("bad")
    worker = bench.slot()
    bench.request(bad)
    assert worker.fail(worker.claim(), b"error") is Verdict.OK
    bench.run(low, b"made")
    few = bench.operation("few", low, bad, *constants, strict=False)
    claim = bench.run(few, b"made", trace_key=content_digest(b"key"))
    packed = bench.store._field(bench.store._keys.definitions, few.digest)
    results = [b"1" + pack_result(each) + bytes(SIGNATURE_BYTES) for each in claim.inputs]
    kept = bench.store._call("HKEYS", bench.store._keys.prefix + b"T")
    assert kept == [many_inputs.trace_index(packed, results)]
