"""The server's clock is set: leases and delays go on, within bounds."""

from __future__ import annotations

import logging
import random

import pytest

from funsies.store.redis.clock_watch import ClockWatch, ServerTime
from funsies.store.rows import Setback, Status

HOUR_MS = 3_600_000
UNSWEPT_MS = 3000
JUMPS = [HOUR_MS, -HOUR_MS, 30_000, -30_000, 24 * HOUR_MS]


def sweep(bench, name="sweeper"):
    fences = [bench.fence() for _ in range(2)]
    return bench.store.sweep(name, fences=fences, lease_ms=1000)


def live(bench, milliseconds):
    """Time goes by, and workers look after everything."""
    for _ in range(milliseconds // 400):
        bench.later(400)
        sweep(bench)


@pytest.mark.parametrize("jump_ms", JUMPS)
def test_a_lost_worker_is_noticed_as_soon_as_ever(bench, jump_ms):
    row = bench.operation("row")
    bench.request(row)
    sweep(bench)
    bench.slot().claim()
    bench.set_clock(jump_ms)
    live(bench, 800)
    assert bench.status(row) is Status.RUNNING, "its lease holds"
    live(bench, 800)
    assert bench.status(row) is Status.READY


@pytest.mark.parametrize("jump_ms", JUMPS)
def test_a_worker_that_renews_is_not_lost(bench, jump_ms):
    row = bench.operation("row")
    bench.request(row)
    sweep(bench)
    claim = bench.slot().claim()
    bench.set_clock(jump_ms)
    for _ in range(5):
        assert bench.store.renew("worker", claim.fence, lease_ms=1000)
        live(bench, 800)
    assert bench.status(row) is Status.RUNNING
    assert bench.store.counts()["row"].lost == 0


@pytest.mark.parametrize("jump_ms", JUMPS)
def test_a_delay_takes_as_long_as_it_was_to(bench, jump_ms):
    row = bench.operation("row")
    bench.request(row)
    sweep(bench)
    delay(bench, row, 20_000)
    bench.set_clock(jump_ms)
    assert bench.slot("eager").step().claim is None, "also before anybody has swept"
    live(bench, 19_600)
    assert bench.status(row) is Status.DELAYED
    live(bench, 800)
    assert bench.status(row) is Status.READY


@pytest.mark.parametrize("jump_ms", JUMPS)
def test_what_is_written_before_the_next_sweep_is_wrong_by_little(bench, jump_ms):
    rows = [bench.operation("held"), bench.operation("delayed")]
    bench.request(*rows)
    sweep(bench)
    bench.set_clock(jump_ms)
    bench.slot("one").claim()
    delay(bench, rows[1], 20_000)
    live(bench, 20_000 + UNSWEPT_MS + 2000)
    assert [bench.status(row) for row in rows] == [Status.READY] * 2


@pytest.mark.parametrize("jump_ms", JUMPS)
def test_a_clock_that_is_set_and_put_right_again_has_no_effect(bench, jump_ms):
    row = bench.operation("row")
    bench.request(row)
    sweep(bench)
    delay(bench, row, 20_000)
    bench.set_clock(jump_ms)
    live(bench, 8000)
    bench.set_clock(-jump_ms)
    live(bench, 11_600)
    assert bench.status(row) is Status.DELAYED
    live(bench, 800)
    assert bench.status(row) is Status.READY


@pytest.mark.parametrize("jump_ms", JUMPS)
@pytest.mark.parametrize("is_set_first", [True, False])
def test_how_long_a_step_has_run_is_told_as_if_nobody_had_set_the_clock(
    bench, jump_ms, is_set_first
):
    """Right to what passes until the next sweep, whether it began before or after."""
    row = bench.operation("row")
    bench.request(row)
    sweep(bench)
    if is_set_first:
        bench.set_clock(jump_ms)
    claim = bench.slot().claim()
    if not is_set_first:
        bench.set_clock(jump_ms)
    for passed_ms in range(400, 8000, 400):
        bench.later(400)
        bench.store.renew("worker", claim.fence, lease_ms=1000)
        sweep(bench)
        (lease,) = bench.store.leases()
        assert passed_ms - 400 <= lease.running_ms <= passed_ms


@pytest.mark.parametrize("jump_ms", [-HOUR_MS, -30_000])
def test_a_clock_that_was_set_back_while_nobody_worked_goes_on_from_there(redis_bench, jump_ms):
    """A new worker has nothing to compare with, but time does not go back."""
    bench = redis_bench
    row = bench.operation("row")
    bench.request(row)
    sweep(bench)
    delay(bench, row, 20_000)
    bench.set_clock(jump_ms)
    bench.forget_clock()
    live(bench, 20_400)
    assert bench.status(row) is Status.READY


def test_a_new_worker_believes_a_long_pause_when_others_would_have_contradicted(redis_bench):
    """It may be an hour without workers, or a clock that was set a moment ago."""
    bench = redis_bench
    row = bench.operation("row")
    bench.request(row)
    sweep(bench)
    delay(bench, row, 20_000)
    bench.later(HOUR_MS)
    bench.forget_clock()
    assert sweep(bench).promoted == 0
    bench.later(2000)
    assert sweep(bench).promoted == 0
    bench.later(1000)
    assert sweep(bench).promoted == 1


@pytest.mark.parametrize("jump_ms", JUMPS)
def test_a_worker_that_comes_just_after_the_clock_was_set_waits_for_the_others(
    redis_bench, jump_ms
):
    """However often it looks before those who have seen the clock before."""
    bench = redis_bench
    held, delayed = bench.operation("held"), bench.operation("delayed")
    bench.request(held)
    sweep(bench)
    fence = bench.slot().claim().fence
    bench.store.renew("worker", fence, lease_ms=6000)
    bench.request(delayed)
    delay(bench, delayed, 20_000)
    bench.set_clock(jump_ms)
    with bench.newcomer():
        for _ in range(12):
            sweep(bench)
            bench.later(200)
    assert bench.store.renew("worker", fence, lease_ms=1000), "its lease holds"
    live(bench, 20_000 - 2400 - UNSWEPT_MS - 400)
    assert bench.status(delayed) is Status.DELAYED
    live(bench, UNSWEPT_MS + 800)
    assert bench.status(delayed) is Status.READY


def test_numbers_of_requests_grow_whatever_the_clock_says(bench):
    numbers = []
    for jump_ms in (0, -HOUR_MS, 2 * HOUR_MS, -HOUR_MS):
        bench.set_clock(jump_ms)
        numbers += [bench.store.new_generation(), bench.store.new_generation()]
    assert numbers == sorted(set(numbers))


def delay(bench, row, milliseconds):
    worker = bench.slot(f"slow {next(bench.numbers)}")
    claim = worker.claim()
    assert claim.operation == row
    held = (worker.name, row.digest, claim.fence)
    bench.store.release(*held, delay_ms=milliseconds, setback=Setback.FAILURE)


class Server:
    """A clock that is set, what is added to it, and machines that look at it."""

    def __init__(self):
        self.wall_ms, self.added_ms, self.swept_ms, self.changes = 10**12, 0, None, 0
        self.steady = {}

    def ask(self, add_ms=None, instead_of_ms=None):
        if add_ms is not None and instead_of_ms == self.added_ms:
            self.added_ms = add_ms
            self.changes += 1
        now_ms = self.wall_ms + self.added_ms
        return ServerTime(now_ms, self.added_ms, self.swept_ms or now_ms)

    def hire(self):
        name = len(self.steady)
        self.steady[name] = 1000.0 * name
        return ClockWatch(self.ask, lambda: self.steady[name])

    def pass_seconds(self, seconds, *, stopped=()):
        self.wall_ms += round(1000 * seconds)
        for name in self.steady:
            self.steady[name] += 0 if name in stopped else seconds

    @property
    def told_ms(self):
        now_ms = self.wall_ms + self.added_ms
        return max(now_ms, self.swept_ms or now_ms)

    def sweep(self, watch):
        """As the script does; True if the sweeper vouches for what the clock says."""
        vouched_ms, told_ms = watch.look(), self.told_ms
        before_ms = told_ms if self.swept_ms is None else self.swept_ms
        self.swept_ms = max(before_ms, min(told_ms, vouched_ms))
        self.added_ms = max(self.added_ms, self.swept_ms - self.wall_ms)
        return vouched_ms >= told_ms


@pytest.mark.parametrize("jump_ms", JUMPS)
def test_many_workers_set_a_clock_right_once(jump_ms, caplog):
    caplog.set_level(logging.WARNING)
    server = Server()
    watches = [server.hire() for _ in range(5)]
    for _ in range(3):
        server.pass_seconds(2)
        for watch in watches:
            server.sweep(watch)
    server.wall_ms += jump_ms
    for _ in range(5):
        server.pass_seconds(2)
        for watch in watches:
            server.sweep(watch)
    assert (server.changes, server.added_ms) == (1, -jump_ms)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert server.sweep(watches[0])


def test_a_machine_that_stood_still_is_not_believed(caplog):
    """Its clock stood still, too: it is not the server's that was set."""
    server = Server()
    frozen, other = server.hire(), server.hire()
    for _ in range(3):
        server.pass_seconds(2)
        server.sweep(frozen)
        server.sweep(other)
    for _ in range(100):
        server.pass_seconds(2, stopped=[0])
        server.sweep(other)
    server.sweep(frozen)
    assert server.added_ms == 0


def test_two_that_ask_at_the_same_time_correct_once():
    server = Server()
    first = server.hire()

    class Hasty:
        """Asks, and before it acts another has set the clock right."""

        def __call__(self, add_ms=None, instead_of_ms=None):
            if add_ms is not None:
                first.look()
            return server.ask(add_ms, instead_of_ms)

    second = ClockWatch(Hasty(), lambda: server.steady[0])
    for watch in (first, second):
        watch.look()
    server.swept_ms = server.wall_ms
    server.pass_seconds(2)
    server.wall_ms += HOUR_MS
    assert server.sweep(second)
    assert (server.changes, server.added_ms) == (1, -HOUR_MS)


@pytest.mark.parametrize("seconds", [0.5, -0.5, 1.9])
def test_small_corrections_are_none_of_our_business(seconds):
    server = Server()
    watch = server.hire()
    for _ in range(3):
        server.sweep(watch)
        server.pass_seconds(2)
    server.wall_ms += round(1000 * seconds)
    assert server.sweep(watch)
    assert server.changes == 0


def test_an_answer_that_took_long_says_nothing():
    server = Server()
    steady = iter([0.0, 0.1, 5.0, 65.0])
    watch = ClockWatch(server.ask, lambda: next(steady))
    came_ms = watch.look()
    server.wall_ms += 65_000
    assert watch.look() == came_ms + 64_900, "what has passed by its own clock"
    assert server.added_ms == 0


@pytest.mark.parametrize("seed", range(200))
def test_time_goes_on_however_workers_come_and_go_while_the_clock_is_set(seed):
    """It is never ahead by more than what each newcomer may bring.

    One worker is always there; it looks every two seconds.
    """
    chance = random.Random(seed)  # noqa: S311 - the same each time
    server = Server()
    old, others, newcomers, jumps = server.hire(), [], 0, 0
    started_ms, passed_ms = server.wall_ms, 0
    for tick in range(300):
        for watch in chance.sample(others, chance.randint(0, len(others))):
            server.sweep(watch)
        if tick % 10 == 0:
            server.sweep(old)
            if tick > 20 and chance.random() < 0.3:
                server.wall_ms += chance.choice(JUMPS)
                jumps += 1
        if chance.random() < 0.1:
            others.append(server.hire())
            newcomers += 1
        if others and chance.random() < 0.1:
            others.remove(chance.choice(others))
        server.pass_seconds(0.2)
        passed_ms += 200
        ahead_ms = server.swept_ms - started_ms - passed_ms
        assert ahead_ms <= 3000 * newcomers
        assert ahead_ms >= -2500 - 2000 * jumps
