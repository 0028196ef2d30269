"""Several short operations are claimed and published by one message; each ends as if alone."""

from __future__ import annotations

import pytest

from funsies.core.digest import content_digest
from funsies.store.rows import Completion, Setback, Status, StepMessage, Verdict, fence_of

LEASE_MS = 1000


@pytest.fixture
def take(bench):
    """Claim up to so many under a slot."""

    def take(slot, claims=16, completions=(), keeps=()):
        slot.sequence += 1
        return bench.store.step(
            StepMessage(
                slot.name,
                slot.sequence,
                slot.queue,
                lease_ms=LEASE_MS,
                fence=bench.fence(),
                completions=completions,
                claims=claims,
                keeps=[claim.fence for claim in keeps],
            )
        )

    return take


@pytest.fixture
def batch(bench, take):
    """Have a worker claim some operations at once; its slot, their rows and its claims."""

    def batch(number=3, **wanted):
        known(bench)
        rows = short(bench, 2 * number, **wanted)
        worker = bench.slot("batch")
        claims = take(worker).claims
        assert len(claims) == number
        return worker, rows, claims

    return batch


def known(bench, *, busy_ms=1):
    """Let it be known how long these take."""
    bench.run(bench.operation("first", task="short"), b"made", busy_ms=busy_ms)


def short(bench, number, *, lost_limit=3, **options):
    rows = [bench.operation(f"short {n}", task="short", **options) for n in range(number)]
    bench.request(*rows, lost_limit=lost_limit)
    return rows


def swept(bench):
    """Sweep until leases that are held now have expired; what was put back."""
    requeued = []
    for _ in range(4):
        answer = bench.store.sweep("sweeper", fences=[bench.fence()], lease_ms=LEASE_MS)
        requeued += answer.requeued
        assert not answer.exhausted
        bench.later(400)
    return requeued


def test_a_worker_takes_half_of_its_share_of_what_is_ready(bench, take):
    known(bench)
    rows = short(bench, 20)
    first, second = take(bench.slot("one")), take(bench.slot("two"))
    assert [claim.operation for claim in first.claims] == rows[:10], "10 of 20, of one worker"
    assert len(second.claims) == 3, "10 of 2 workers"
    assert len(take(bench.slot("three"), claims=1).claims) == 1, "as many as it asks for"
    assert len(bench.store.leases()) == 14
    assert bench.store.counts()["short"].running == 14


def test_each_claim_has_a_fence_of_its_own_and_one_publication_ends_all(
    bench, batch, take, tools
):
    worker, rows, claims = batch()
    fences = [claim.fence for claim in claims]
    assert fences == [fence_of(fences[0], number) for number in range(3)]
    done = [tools.completion(claim, b"made %d" % n) for n, claim in enumerate(claims)]
    answer = take(worker, 16, done)
    assert answer.verdicts == (Verdict.OK,) * 3
    assert [claim.operation for claim in answer.claims] == rows[3:5]
    assert [bench.status(row) for row in rows[:3]] == [Status.DONE] * 3
    assert len(bench.store.leases()) == 2


@pytest.mark.parametrize("busy_ms", [26, 60])
def test_what_takes_long_does_not_hold_others(bench, take, busy_ms):
    known(bench, busy_ms=busy_ms)
    short(bench, 20)
    assert len(take(bench.slot()).claims) == 1


def test_what_is_not_known_is_claimed_by_itself(bench, take):
    known(bench)
    unknown = [bench.operation(f"unknown {n}", task="unknown") for n in range(4)]
    bench.request(*unknown)
    short(bench, 4)
    assert [len(take(bench.slot(f"{n}")).claims) for n in range(4)] == [1] * 4
    assert len(take(bench.slot("last"), 16).claims) == 1, "a share of four, of five workers"


@pytest.mark.parametrize("options", [{"dynamic": True}, {"lost_limit": 1}])
def test_what_is_dynamic_or_must_not_be_lost_is_claimed_by_itself(bench, take, options):
    known(bench)
    short(bench, 20, **options)
    assert len(take(bench.slot()).claims) == 1


def test_what_was_put_back_is_claimed_by_itself(bench, batch, take):
    _, rows, (claim, *_) = batch()
    operation = claim.operation.digest
    bench.store.release("batch", operation, claim.fence, setback=Setback.FAILURE)
    (again,) = take(bench.slot("next")).claims
    assert (again.operation, again.attempt) == (rows[0], 2)


def test_what_is_of_higher_priority_comes_first_also_in_a_batch(bench, take):
    known(bench)
    rows = [bench.operation(f"short {n}", task="short") for n in range(6)]
    for priority, row in enumerate(rows):
        bench.request(row, priority=priority % 3)
    claimed = [rows.index(claim.operation) % 3 for claim in take(bench.slot()).claims]
    assert claimed == [2, 2, 1]


def test_a_repeated_message_gives_the_same_answer(bench, batch, take, tools):
    worker, _, claims = batch()
    done = [tools.completion(claim, b"made") for claim in claims]
    answer = take(worker, 16, done)
    again = bench.store.step(
        StepMessage(
            "batch",
            worker.sequence,
            worker.queue,
            lease_ms=LEASE_MS,
            fence=answer.claims[0].fence,
            completions=done,
            claims=16,
        )
    )
    assert again == answer
    worker.sequence -= 2
    assert take(worker, 16, done).verdicts == (Verdict.FENCED,) * 3, "an older one is ignored"


def test_a_part_may_be_published_while_the_rest_is_held(bench, batch, take, tools):
    worker, rows, claims = batch()
    first = [tools.completion(claims[0], b"made")]
    assert take(worker, 0, first).verdicts == (Verdict.OK,)
    held = [lease.operation for lease in bench.store.leases()]
    assert held == [row.digest for row in rows[1:3]]
    assert not bench.store.renew("batch", claims[0].fence, lease_ms=LEASE_MS)
    assert bench.store.renew("batch", claims[2].fence, lease_ms=LEASE_MS)
    done = [tools.completion(claim, b"made") for claim in claims]
    assert take(worker, 0, done).verdicts == (Verdict.FENCED, Verdict.OK, Verdict.OK)
    assert bench.store.leases() == []


def test_the_same_twice_in_a_message_is_published_once(bench, batch, take, tools):
    worker, _, claims = batch()
    done = [tools.completion(claims[0], b"made")] * 2
    assert take(worker, 0, done).verdicts == (Verdict.OK, Verdict.FENCED)
    assert bench.store.counts()["short"].executed == 2


def test_what_lacks_bytes_is_refused_and_the_others_are_published(bench, batch, take, tools):
    worker, rows, claims = batch()
    bad = Completion(rows[1].digest, claims[1].fence, (tools.result_of(b"nowhere"),))
    done = [tools.completion(claims[0], b"1"), bad, tools.completion(claims[2], b"2")]
    answer = take(worker, 16, done)
    assert answer.verdicts == (Verdict.OK, Verdict.BYTES, Verdict.OK)
    assert not answer.claims, "it has something to do still"
    assert [lease.fence for lease in bench.store.leases()] == [claims[1].fence]


def test_bytes_that_another_of_the_message_brings_are_there(bench, batch, take, tools):
    worker, rows, claims = batch()
    without = Completion(rows[1].digest, claims[1].fence, (tools.result_of(b"made"),))
    done = [tools.completion(claims[0], b"made"), without]
    assert take(worker, 0, done).verdicts == (Verdict.OK, Verdict.OK)


def test_a_consumer_of_several_is_woken_once_they_are_all_there(bench, batch, take, tools):
    worker, rows, claims = batch()
    both = bench.operation("both", rows[0], rows[1])
    strict = bench.operation("strict", rows[1], rows[2])
    bench.request(both, strict, priority=1)
    done = [tools.completion(claims[0], b"1"), tools.completion(claims[1], b"2", volatile=True)]
    take(worker, 0, [*done, tools.failure(claims[2], b"error")])
    assert bench.status(both) is Status.READY
    assert bench.status(strict) is Status.FAILED
    first = take(bench.slot("next")).claim
    assert (first.operation, first.volatile) == (both, True)


def test_what_was_lost_together_is_charged_to_none_and_claimed_by_itself(bench, batch, take):
    """One of them was running, and nobody can say which."""
    _, rows, claims = batch(number=3, lost_limit=2)
    assert swept(bench) == [row.digest for row in rows[:3]]
    for number, row in enumerate(rows[:3]):
        (claim,) = take(bench.slot(f"next {number}")).claims
        assert (claim.operation, claim.attempt, claim.losses) == (row, 1, 0)
    assert bench.store.counts()["short"].lost == 0
    worker = bench.slot("next 0")
    assert worker.publish(claims[0], b"late") is Verdict.FENCED


def test_what_is_lost_as_the_last_of_a_batch_is_charged(bench, batch, take, tools):
    worker, rows, claims = batch()
    take(worker, 0, [tools.completion(claim, b"made") for claim in claims[:2]])
    assert swept(bench) == [rows[2].digest]
    (claim,) = take(bench.slot("next")).claims
    assert (claim.operation, claim.attempt, claim.losses) == (rows[2], 2, 1)


def test_who_claims_anew_under_the_slot_puts_all_back(bench, batch, take):
    worker, rows, claims = batch()
    (claim,) = take(worker).claims
    assert (claim.operation, claim.losses) == (rows[0], 0)
    assert bench.status(rows[1]) is bench.status(rows[2]) is Status.READY
    assert not bench.store.renew("batch", claims[1].fence, lease_ms=LEASE_MS)


@pytest.mark.parametrize("how", ["cancel", "reset", "release"])
def test_what_is_claimed_and_not_begun_may_be_taken_away(bench, batch, take, tools, how):
    worker, rows, claims = batch()
    if how == "cancel":
        error = bench.error(b"cancelled")
        generation = bench.state(rows[1]).generation
        bench.store.cancel(generation, [rows[1].digest], error)
    elif how == "reset":
        bench.store.reset([rows[1].digest])
    else:
        operation = rows[1].digest
        bench.store.release("batch", operation, claims[1].fence, setback=Setback.NOTHING)
    held = [lease.operation for lease in bench.store.leases()]
    assert held == [rows[0].digest, rows[2].digest]
    done = [tools.completion(claim, b"made") for claim in claims]
    assert take(worker, 0, done).verdicts == (Verdict.OK, Verdict.FENCED, Verdict.OK)
    assert bench.state(rows[1]).attempts == 0 or how == "cancel"
    assert bench.store.leases() == []


def test_an_outage_prolongs_all_that_a_slot_holds(bench, batch):
    _, _, claims = batch()
    bench.store.sweep("sweeper", fences=[], lease_ms=LEASE_MS)
    bench.later(60_000)
    assert bench.store.sweep("sweeper", fences=[], lease_ms=LEASE_MS).requeued == ()
    assert bench.store.renew("batch", claims[1].fence, lease_ms=LEASE_MS)


def test_what_has_the_inputs_of_another_waits_for_its_trace(bench, take, tools):
    """Claimed together, both would run: nobody would look at the trace of the first."""
    known(bench)
    producers = [bench.operation(f"made {n}") for n in range(6)]
    for row in producers:
        bench.run(row, b"the same")
    rows = [bench.operation(f"alike {n}", row, task="short") for n, row in enumerate(producers)]
    bench.request(*rows)
    worker = bench.slot("batch")
    (claim,) = take(worker).claims
    key = content_digest(b"trace key")
    answer = take(worker, 16, [tools.completion(claim, b"made", trace_key=key)])
    assert len(answer.claims) == 3, "a half of five"
    assert {claim.trace.key for claim in answer.claims} == {key}


def test_who_goes_on_with_something_may_claim_more(bench, batch, take, tools):
    worker, rows, claims = batch(8)
    answer = take(worker, 16, [tools.completion(claims[0], b"made")], claims[1:])
    assert answer.verdicts == (Verdict.OK,)
    assert [claim.operation for claim in answer.claims] == rows[8:12], "a half of what is left"
    held = [lease.operation for lease in bench.store.leases()]
    assert held == [row.digest for row in rows[1:12]]
    assert len({lease.fence for lease in bench.store.leases()}) == 11
    done = [tools.completion(claim, b"made") for claim in (*claims[1:], *answer.claims)]
    assert set(take(worker, 0, done).verdicts) == {Verdict.OK}
    assert bench.store.leases() == []


def test_a_repeated_message_of_who_goes_on_gives_the_same_answer(bench, batch, take, tools):
    worker, _, claims = batch(8)
    done = [tools.completion(claims[0], b"made")]
    answer = take(worker, 16, done, claims[1:])
    again = bench.store.step(
        StepMessage(
            "batch",
            worker.sequence,
            worker.queue,
            lease_ms=LEASE_MS,
            fence=answer.claims[0].fence,
            completions=done,
            claims=16,
            keeps=[claim.fence for claim in claims[1:]],
        )
    )
    assert again == answer
    assert len(bench.store.leases()) == 11


def test_the_last_are_left_to_those_who_have_nothing(bench, batch, take):
    worker, rows, claims = batch(3)
    bench.slot("other").step()
    assert len(bench.store.leases()) == 4, "two are ready, and there are two workers"
    answer = take(worker, 16, (), claims)
    assert not answer.claims
    assert not answer.share_left
    assert len(take(bench.slot("next")).claims) == 1
    assert [bench.status(row) for row in rows[:3]] == [Status.RUNNING] * 3


def test_who_asks_is_told_whether_a_share_is_left(bench, take):
    known(bench)
    short(bench, 8)
    worker = bench.slot()
    shares = []
    for _ in range(3):
        answer = take(worker, 2)
        shares.append((len(answer.claims), answer.share_left))
        worker = bench.slot(f"next {len(shares)}")
    assert shares[0] == (2, True), "six are left for one"
    assert shares[1] == (2, True), "four are left for two"
    assert shares[2] == (1, False), "three are left for three"


@pytest.mark.parametrize("what", [{"dynamic": True}, {"lost_limit": 1}, {"task": "unknown"}])
def test_what_has_to_be_alone_is_not_claimed_by_who_goes_on(bench, batch, take, what):
    worker, _, claims = batch(2)
    options = {"task": "short", "lost_limit": 3, **what}
    limit = options.pop("lost_limit")
    rows = [bench.operation(f"alone {n}", **options) for n in range(8)]
    bench.request(*rows, priority=1, lost_limit=limit)
    assert not take(worker, 16, (), claims).claims
    assert len(take(bench.slot("next")).claims) == 1


@pytest.mark.parametrize("options", [{"dynamic": True}, {"lost_limit": 1}])
def test_who_runs_what_has_to_be_alone_gets_nothing_else(bench, take, options):
    known(bench)
    short(bench, 1, **options)
    worker = bench.slot()
    claims = take(worker).claims
    more = [bench.operation(f"more {n}", task="short") for n in range(8)]
    bench.request(*more)
    assert not take(worker, 16, (), claims).claims
    assert len(bench.store.leases()) == 1
    assert take(worker, 16, (), ()).claims, "it has forgotten what it ran"


def test_what_is_kept_is_put_back_with_the_rest_if_the_worker_is_lost(bench, batch, take):
    worker, rows, claims = batch(3)
    more = take(worker, 16, (), claims).claims
    assert len(more) == 1
    assert swept(bench) == [row.digest for row in rows[:4]]
    assert all(bench.state(row).attempts == 0 for row in rows)


def test_what_was_not_begun_is_put_back_in_its_order(bench, batch, take, tools):
    worker, rows, claims = batch(4)
    take(worker, 0, [tools.completion(claims[0], b"made")])
    keeps = [claims[1].fence]
    queues = bench.store.put_back("batch", keeps=keeps, while_holding=claims[1].fence)
    assert queues == (worker.queue,)
    assert [lease.operation for lease in bench.store.leases()] == [rows[1].digest]
    claimed = take(bench.slot("next")).claims
    assert [claim.operation for claim in claimed] == rows[2:4]
    assert [claim.attempt for claim in claimed] == [1, 1]
    assert bench.store.put_back("batch", keeps=[]) == (worker.queue,)
    assert bench.state(rows[1]).attempts == 0
    assert bench.store.put_back("batch", keeps=[]) == (), "it holds nothing any more"


def test_nothing_is_put_back_of_who_has_gone_on(bench, batch, take, tools):
    """The parent's message comes late: its horse has ended that step, and claimed others."""
    worker, _, claims = batch(3)
    more = take(worker, 16, [tools.completion(claim, b"made") for claim in claims]).claims
    assert bench.store.put_back("batch", keeps=[], while_holding=claims[2].fence) == ()
    assert len(bench.store.leases()) == len(more) > 0


def test_a_message_need_not_be_waited_for(bench, batch, tools):
    worker, rows, claims = batch(3)
    done = [tools.completion(claim, b"made") for claim in claims]
    pending = bench.store.send_step(
        StepMessage(
            worker.name,
            worker.sequence + 1,
            worker.queue,
            lease_ms=LEASE_MS,
            fence=bench.fence(),
            completions=done,
            claims=16,
        )
    )
    answer = pending.answer()
    assert answer.verdicts == (Verdict.OK,) * 3
    assert [claim.operation for claim in answer.claims] == rows[3:5]
