"""What only a server can do to us: go away, come back empty or old, be full, be wrong."""

from __future__ import annotations

import os
import re
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import redis

from funsies.core.digest import content_digest
from funsies.core.errors import NoServerError, ServerError
from funsies.store.key_names import KeyNames
from funsies.store.redis import RedisStore
from funsies.store.redis.library import SCRIPTS, SHARED
from funsies.store.rows import Completion, Definitions, Setback, Status, StepMessage, Verdict
from funsies.store.server_address import shown
from funsies.store.server_connection import connector


def test_all_scripts_are_in_the_library_and_documented():
    directory = Path(__file__).parents[2] / "funsies" / "store" / "lua"
    assert sorted(path.stem for path in directory.glob("*.lua")) == sorted(SCRIPTS)
    assert sorted(path.stem for path in directory.glob("shared/*.lua")) == sorted(SHARED)
    for name in SCRIPTS:
        blocks = (directory / f"{name}.lua").read_text().split("\n\nregister('")
        headers = [block.rpartition("\n\n")[2] for block in blocks[:-1]]
        headers[0] = blocks[0]
        for header in headers:
            assert re.search(r"-- .*\n(--.*\n)*-- ARGV  1 time", header), (name, header)
            assert "-- Returns  " in header, (name, header)


def test_scripts_and_python_name_the_same_keys(redis_bench):
    """After some work, each key that exists is one that Python or the scripts' list knows."""
    bench = redis_bench
    low = bench.operation("low")
    high = [bench.operation(f"high {n}", low) for n in range(9)]
    bench.request(low, *high)
    worker = bench.slot()
    worker.publish(worker.claim(), b"made", log=b"log", record=b"record")
    bench.store.define(Definitions(options=((content_digest(b"o"), b"o"),)))
    keys = KeyNames()
    known = {
        keys.definitions,
        keys.artefacts,
        keys.contents,
        keys.options,
        keys.logs,
        keys.counters,
        keys.queues,
        keys.states,
        keys.consumers(low.digest),
        keys.ready("default@3.11"),
    }
    found = set(bench.store._connections.call("KEYS", "*"))
    assert known <= found
    assert found - known == {keys.prefix + name for name in (b"N", b"n", b"s:worker")}


def test_a_queue_that_is_not_used_any_more_costs_nothing(redis_bench):
    """Each program that runs steps itself has a queue of its own: names must not pile up."""
    bench = redis_bench
    row = bench.operation("row")
    bench.request(row)
    bench.store.sweep("sweeper", fences=[], lease_ms=1000)
    call = bench.store._connections.call
    assert call("SMEMBERS", KeyNames().queues) == [b"default@3.11"]
    worker = bench.slot()
    worker.publish(worker.claim(), b"made")
    bench.store.sweep("sweeper", fences=[], lease_ms=1000)
    assert call("SMEMBERS", KeyNames().queues) == []
    assert bench.request(bench.operation("next")).arm == ("default@3.11",)
    assert bench.store.queues() == {"default@3.11": 1}


def test_no_drain_job_is_asked_for_while_one_waits(redis_bench):
    bench = redis_bench
    row = bench.operation("row")
    call = bench.store._connections.call
    call("RPUSH", "{funsies}:rq:queue:default@3.11", "job")
    assert bench.request(row).arm == ()
    call("LPOP", "{funsies}:rq:queue:default@3.11")
    assert bench.request(row).arm == ("default@3.11",)


@pytest.mark.parametrize("damage", ["count", "entries", "finished"])
def test_an_audit_sets_right_what_an_operation_waits_for(redis_bench, damage):
    """Counts cannot go wrong by our own doing; by a fault of the server's they might."""
    bench = redis_bench
    call = bench.store._connections.call
    low = bench.operation("low")
    high = bench.operation("high", low)
    bench.request(low, high)
    worker = bench.slot()
    if damage == "entries":
        call("DEL", b"{funsies}:w" + low.digest)
    if damage == "count":
        row = call("HGET", KeyNames().states, high.digest)
        assert row[-4:] == (1).to_bytes(4, "big")
        call("HSET", KeyNames().states, high.digest, row[:-4] + (2).to_bytes(4, "big"))
    claim = worker.claim()
    if damage == "finished":
        waiting = call("LRANGE", b"{funsies}:w" + low.digest, 0, -1)
        call("DEL", b"{funsies}:w" + low.digest)
        assert len(waiting) == 1
        worker.publish(claim, b"1")
        assert bench.store.is_stuck()
    assert bench.store.recount([low.digest, high.digest]) == 1
    assert bench.store.recount([low.digest, high.digest]) == 0
    if damage != "finished":
        worker.publish(claim, b"1")
    assert worker.claim().operation == high


@pytest.mark.parametrize("key", ["Q", "Z", "X", "L"])
def test_a_key_of_another_type_is_set_aside_by_who_writes_it(redis_bench, key):
    """In the midst of a call, which does all the rest as well."""
    bench, call, name = redis_bench, redis_bench.store._connections.call, f"{{funsies}}:{key}"
    low = bench.operation("low")
    many = [bench.operation(f"high {number}", low) for number in range(12)]
    call("SET", name, "text of another type")
    bench.request(low, *many)
    worker = bench.slot()
    claim = worker.claim()
    late = Setback.LOSS
    bench.store.release(worker.name, low.digest, claim.fence, delay_ms=50, setback=late)
    bench.later(60)
    assert worker.publish(worker.claim(), b"made") is Verdict.OK
    for _ in many:
        assert worker.publish(worker.claim(), b"made") is Verdict.OK
    assert {bench.status(row) for row in (low, *many)} == {Status.DONE}
    assert call("GET", f"{{funsies}}:!{key}") == b"text of another type"
    assert [each.name for each in bench.store.repair.set_aside()] == [key]


def test_a_step_is_defined_though_the_set_of_consumers_is_of_another_type(redis_bench):
    """That is of a step which the message does not name: it was defined before."""
    bench, call = redis_bench, redis_bench.store._connections.call
    low = bench.operation("low")
    call("SET", b"{funsies}:k" + low.digest, "text of another type")
    many = [bench.operation(f"high {number}", low) for number in range(12)]
    consumers = {each.digest for each in many}
    assert set(bench.store.consumers([low.digest])) == consumers
    assert len(bench.store.repair.set_aside()) == 1


def test_namespaces_on_one_server_do_not_see_each_other(redis_bench, redis_url):
    bench = redis_bench
    other = RedisStore(redis_url, namespace="other")
    row = bench.operation("row")
    assert other.undefined([row.digest]) == [row.digest]
    other.define(Definitions(operations=(row,)))
    other.clear()
    assert bench.store.undefined([row.digest]) == []
    other.close()


def test_a_forked_process_uses_connections_of_its_own(redis_bench):
    """Parent and child ask at the same time; each gets its own answers."""
    bench = redis_bench
    rows = [bench.operation(f"row {n}") for n in range(200)]
    child = os.fork()
    if child == 0:
        correct = all(bench.store.operations([row.digest]) == [row] for row in rows)
        os._exit(0 if correct else 1)
    assert all(bench.store.operations([row.digest]) == [row] for row in rows)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_connection_does_not_introduce_itself(redis_url):
    """To say of which library it is, and in which version, takes two questions and a look."""
    connection = connector(redis_url, 5.0)()
    connection.send_command("CLIENT", "INFO")
    said = connection.read_response().decode()
    connection.disconnect()
    assert " lib-name= lib-ver=" in said


def test_calls_outlive_a_restart_of_the_server(own_bench, own_redis_server, tools):
    """A worker publishes while the server is being restarted: it waits, and nothing is lost."""
    bench = own_bench
    low = bench.operation("low")
    high = bench.operation("high", low)
    bench.request(low, high)
    worker = bench.slot()
    claim = worker.claim()
    bench.store._connections.call("CONFIG", "SET", "appendfsync", "always")
    own_redis_server.kill()
    answers = []
    sent = tools.completion(claim, b"made")
    thread = threading.Thread(target=lambda: answers.append(worker.step(sent)))
    thread.start()
    own_redis_server.start()
    thread.join(timeout=30)
    assert answers[0].verdict is Verdict.OK
    assert answers[0].claim.operation == high


def test_a_server_that_comes_back_empty_is_told_by_idle_states(own_bench, tools):
    bench = own_bench
    row = bench.operation("row")
    bench.request(row)
    worker = bench.slot()
    claim = worker.claim()
    call = bench.store._connections.call
    call("FLUSHALL")
    call("FUNCTION", "FLUSH")
    assert bench.state(row).status is Status.IDLE
    assert worker.step(tools.completion(claim, b"made")).verdict is Verdict.FENCED
    arguments = ("worker", row.digest, claim.fence)
    assert bench.store.release(*arguments, setback=Setback.LOSS) is Verdict.FENCED
    assert bench.store.park(*arguments) is Verdict.FENCED
    assert bench.store.delegate(*arguments, row.digest, 0) is Verdict.FENCED
    assert not bench.store.renew("worker", claim.fence, lease_ms=1000)
    assert not bench.store.invalidate(row.digest, 0, row.digest)
    assert bench.store.reset([row.digest]) == 0
    assert bench.store.watch("client", [row.digest])[0].status is Status.IDLE
    assert bench.request(row).needs == (row.digest,)
    bench.store.sweep("sweeper", fences=[bench.fence()], lease_ms=1000)
    row = bench.operation("row")
    bench.run(row, b"made")
    assert bench.status(row) is Status.DONE


def test_a_subscription_outlives_a_restart_and_says_to_look_again(own_bench, own_redis_server):
    bench = own_bench
    row = bench.operation("row")
    bench.request(row)
    subscription = bench.store.news.subscribe("client")
    bench.store.watch("client", [row.digest])
    own_redis_server.stop()
    own_redis_server.start()
    assert subscription.wait(20) == frozenset()
    assert bench.store.watch("client", [row.digest])[0].status is Status.READY
    worker = bench.slot()
    worker.publish(worker.claim(), b"made")
    assert subscription.wait(20) == {row.digest}
    subscription.close()


def test_without_a_server_a_call_says_so_in_time(tmp_path):
    store = RedisStore(f"unix://{tmp_path}/nothing", max_outage_seconds=0.1)
    with pytest.raises(NoServerError, match="start-funsies"):
        store.new_generation()
    with pytest.raises(NoServerError):
        store.check()


def test_a_full_server_is_a_clear_error_and_lets_work_be_put_back(own_bench, tools):
    bench = own_bench
    row, other = bench.operation("row"), bench.operation("other")
    bench.request(row)
    worker = bench.slot()
    claim = worker.claim()
    call = bench.store._connections.call
    call("CONFIG", "SET", "maxmemory", "1mb")
    with pytest.raises(ServerError, match="maxmemory"):
        bench.request(other)
    with pytest.raises(ServerError, match="maxmemory"):
        worker.step(tools.completion(claim, b"made"))
    assert bench.status(row) is Status.RUNNING
    assert bench.store.renew("worker", claim.fence, lease_ms=1000)
    assert (
        bench.store.release("worker", row.digest, claim.fence, setback=Setback.LOSS)
        is Verdict.OK
    )
    bench.store.sweep("sweeper", fences=[], lease_ms=1000)
    call("CONFIG", "SET", "maxmemory", "0")
    assert worker.publish(worker.claim(), b"made") is Verdict.OK


def test_a_server_that_evicts_is_refused(make_redis_server: Callable[..., object]):
    server = make_redis_server("--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru")
    store = RedisStore(server.url)
    with pytest.raises(ServerError, match="noeviction"):
        store.check()
    store.close()


def test_a_wrong_password_is_a_clear_error_that_does_not_show_it(make_redis_server):
    server = make_redis_server("--requirepass", "right")
    for url in (server.url, server.url.replace("unix://", "unix://:wr0ng@")):
        store = RedisStore(url, max_outage_seconds=5)
        with pytest.raises(ServerError, match="password") as caught:
            store.check()
        assert "wr0ng" not in f"{caught.value!r} {store!r} {store._connections!r}"
    store = RedisStore(server.url.replace("unix://", "unix://:right@"))
    store.check()
    store.close()


@pytest.mark.parametrize(
    "url", ["http://u:s3cret@host", "redis://u:s3cret@host:port", "redis://u:s3/cret@h", "x"]
)
def test_an_unreadable_address_is_refused_without_showing_it(url):
    with pytest.raises(ServerError, match="redis://") as caught:
        RedisStore(url)
    assert "s3" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_an_unreachable_address_is_shown_without_its_password():
    store = RedisStore("redis://user:s3cret@127.0.0.1:1/0", max_outage_seconds=0)
    with pytest.raises(NoServerError, match=r"127\.0\.0\.1:1") as caught:
        store.check()
    assert "s3cret" not in f"{caught.value!r} {store!r}"


@pytest.mark.parametrize(
    "url",
    [
        "redis://u:s3cret@h:1/0",
        "redis://u:12/s3cret@h",
        "redis://u:s3@cret@h",
        "redis://h:1/0?password=s3cret",
        "unix://:s3/cret@/tmp/s",
        "unix://:s3cret@/tmp/s",
        "redis://u:[s3cret@h",
    ],
)
def test_no_part_of_a_password_is_shown(url):
    assert "s3" not in shown(url)
    assert "cret" not in shown(url)


def test_a_call_cut_short_leaves_no_answer_for_the_next(redis_bench, redis_url):
    """A signal in the middle of a call: the next call gets its own answer."""
    bench = redis_bench
    row = bench.operation("row")

    class Interrupted(BaseException):
        pass

    def interrupt(number: int, frame: object) -> None:
        raise Interrupted

    def ring_when_it_waits() -> None:
        with redis.Redis.from_url(redis_url) as other:
            while not other.info("clients")["blocked_clients"]:
                threading.Event().wait(0.01)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGUSR1)

    previous = signal.signal(signal.SIGUSR1, interrupt)
    ringing = threading.Thread(target=ring_when_it_waits)
    try:
        ringing.start()
        with pytest.raises(Interrupted):
            bench.store._connections.call("BLPOP", "nothing comes here", 30)
        assert bench.store.operations([row.digest]) == [row]
    finally:
        ringing.join(30)
        signal.signal(signal.SIGUSR1, previous)


def test_watches_of_clients_that_are_gone_end_by_themselves(redis_bench):
    bench = redis_bench
    row = bench.operation("row")
    bench.request(row)
    bench.store.watch("gone", [row.digest])
    seconds = bench.store._connections.call("TTL", b"{funsies}:x" + row.digest)
    assert 0 < seconds <= 3600


def test_slots_that_are_idle_are_forgotten(redis_bench, tools):
    bench = redis_bench
    row = bench.operation("row")
    bench.request(row)
    worker = bench.slot()
    claim = worker.claim()

    def seconds_left() -> object:
        return bench.store._connections.call("TTL", b"{funsies}:s:worker")

    assert seconds_left() == -1, "never while it holds a lease"
    worker.step(tools.completion(claim, b"made"))
    assert 0 < seconds_left() <= 3600


def test_a_definition_of_an_older_form_is_written_again(redis_bench):
    """There the artefacts of small constants stood as well, under another kind of input."""
    bench = redis_bench
    row = bench.operation("row")
    call, key = bench.store._connections.call, KeyNames().definitions
    packed = call("HGET", key, row.digest)
    small, names = 49, 49 + 37 + len(row.task_name) + len(b"\x91\xa6i00000")
    assert packed[small] == 3
    older = packed[:small] + b"\1" + packed[small + 1 : names] + row.inputs[0].artefact
    call("HSET", key, row.digest, older + packed[names:])
    assert bench.store.undefined([row.digest]) == [row.digest]
    assert bench.store.operations([row.digest]) == [None]
    bench.store.define(Definitions(operations=(row,)))
    assert bench.store.operations([row.digest]) == [row]


def test_a_finished_operation_costs_less_than_a_kibibyte(own_bench, tools):
    """All in: definition, state, artefacts, contents, trace, record of 60 bytes, consumers."""
    bench = own_bench
    rows = [bench.operation("row 0", task="many")]
    for number in range(1, 500):
        rows.append(bench.operation(f"row {number}", rows[-1], task="many"))

    call = bench.store._connections.call

    def used() -> int:
        return sum(call("MEMORY", "USAGE", key, "SAMPLES", 0) for key in call("KEYS", "*"))

    bench.store.clear()
    before = used()
    bench.store.define(Definitions(operations=tuple(rows)))
    bench.request(*rows)
    worker = bench.slot()
    made, completion = b"0", None
    while claim := worker.step(completion).claim:
        made = str(int(made) + 1).encode()
        completion = Completion(
            claim.operation.digest,
            claim.fence,
            (tools.result_of(made),),
            ((content_digest(made), made),),
            record=b"r" * 60,
            trace_key=content_digest(b"key" + made),
        )
    assert bench.store.counts()["many"].done == 500
    assert (used() - before) / 500 < 1024


@pytest.mark.parametrize("trouble", ["cut", "cut before it arrives", "new server", "none"])
def test_a_message_that_nobody_waits_for_is_done_once(redis_bench, tools, trouble):
    """Be it that its connection breaks before or after it is done."""
    bench = redis_bench
    rows = [bench.operation(f"{number}") for number in range(3)]
    bench.request(*rows)
    worker, call = bench.slot(), bench.store._connections.call
    first = worker.claim()
    sent = [tools.completion(first, b"made")]
    if trouble == "new server":
        call("FUNCTION", "FLUSH")
    if trouble == "cut before it arrives":
        call("CLIENT", "PAUSE", 100_000, "WRITE")
    pending = bench.store.send_step(
        StepMessage(
            worker.name,
            worker.sequence + 1,
            worker.queue,
            lease_ms=1000,
            fence=bench.fence(),
            completions=sent,
        )
    )
    if trouble == "cut before it arrives":
        assert not pending.is_answered()
    if trouble.startswith("cut"):
        call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        call("CLIENT", "UNPAUSE")
    while not pending.is_answered():
        pass
    answer = pending.answer()
    assert answer.verdicts == (Verdict.OK,)
    assert [claim.operation for claim in answer.claims] == [rows[1]]
    assert [lease.operation for lease in bench.store.leases()] == [rows[1].digest]
    assert bench.store.counts()[rows[0].task_name].executed == 1
