"""The server's clock is set: leases and delays go on, within bounds."""

from __future__ import annotations

import logging

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


def test_a_new_worker_believes_a_long_pause_when_it_has_looked_twice(redis_bench):
    """It may be an hour without workers, or a clock that was set a moment ago."""
    bench = redis_bench
    row = bench.operation("row")
    bench.request(row)
    sweep(bench)
    delay(bench, row, 20_000)
    bench.later(HOUR_MS)
    bench.forget_clock()
    assert sweep(bench).promoted == 0
    bench.later(400)
    assert sweep(bench).promoted == 1


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
        self.wall_ms += 1000 * seconds
        for name in self.steady:
            self.steady[name] += 0 if name in stopped else seconds

    def sweep(self, watch):
        is_right = watch.is_right()
        self.swept_ms = self.wall_ms + self.added_ms
        return is_right


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
        assert [server.sweep(frozen), server.sweep(other)][1] in (True, False)
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
                first.is_right()
            return server.ask(add_ms, instead_of_ms)

    second = ClockWatch(Hasty(), lambda: server.steady[0])
    for watch in (first, second):
        watch.is_right()
    server.swept_ms = server.wall_ms
    server.pass_seconds(2)
    server.wall_ms += HOUR_MS
    assert second.is_right()
    assert (server.changes, server.added_ms) == (1, -HOUR_MS)


@pytest.mark.parametrize("seconds", [0.5, -0.5, 1.9])
def test_small_corrections_are_none_of_our_business(seconds):
    server = Server()
    watch = server.hire()
    watch.is_right()
    server.swept_ms = server.wall_ms
    server.pass_seconds(2)
    server.wall_ms += round(1000 * seconds)
    assert watch.is_right()
    assert server.added_ms == 0


def test_an_answer_that_took_long_says_nothing():
    server = Server()
    steady = iter([0.0, 0.1, 5.0, 65.0])
    watch = ClockWatch(server.ask, lambda: next(steady))
    assert not watch.is_right()
    server.wall_ms += 65_000
    assert not watch.is_right()
    assert server.added_ms == 0
