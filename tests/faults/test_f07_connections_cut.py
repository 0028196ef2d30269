"""F7: connections are cut at any command of a client. Its call gives its value all the same."""

from __future__ import annotations

import asyncio
import threading
import traceback
from contextlib import suppress

import pytest

import funsies as f
from funsies.cli.exits import Exit
from funsies.cli.main import main
from funsies.config import ResolvedServer, Server
from funsies.core.errors import NoServerError
from funsies.store import server_retry
from funsies.store.connect import INLINE_BYTES
from funsies.store.data.redis import RedisDataStore
from funsies.store.server_retry import Outage

from .proxy import Fault, Proxy, nth, one_in, unique

MANY = 300
"""More commands than any of the calls here sends."""

HERE = f.options(distributed=False)


def double(number: int) -> int:
    return 2 * number


def add(left: int, right: int) -> int:
    return left + right


@pytest.fixture
def proxy(stage):
    made = Proxy(stage.url)
    yield made
    made.close()


def built(**options):
    """A step that nobody has run, and what it gives."""
    number = next(unique)
    return f.reduce(double, number, opt=f.options(**options)), 2 * number


def run_here(server, _place):
    with f.Fun(server):
        step, doubled = built(distributed=False)
        f.execute(step)
        assert f.take(step) == doubled


def execute_and_wait(server, _place):
    with f.Fun(server):
        step, doubled = built()
        f.execute(step).wait(30)
        assert f.take(step) == doubled


def wait_for(server, _place):
    with f.Fun(server):
        step, doubled = built()
        f.execute(step)
        f.wait_for(step, timeout=30)
        assert f.take(step) == doubled


def await_handle(server, _place):
    async def awaited(step):
        await f.execute(step)

    with f.Fun(server):
        step, doubled = built()
        asyncio.run(awaited(step))
        assert f.take(step) == doubled


def reset(server, _place):
    with f.Fun(server):
        step, doubled = built(distributed=False)
        f.execute(step)
        assert f.reset(step) in {0, 1}, "0 if the answer to the first command was lost"
        with pytest.raises(f.errors.UnwrapError):
            f.take(step)
        f.execute(step)
        assert f.take(step) == doubled


def cancel(server, _place):
    with f.Fun(server):
        step, _ = built(queue="nobody")
        assert f.execute(step).cancel() in {0, 1}, "likewise"
        assert f.take(step, strict=False).failure().kind == f.errors.ErrorKind.Cancelled


def files_in_and_out(server, place):
    """Large ones, which are kept in the server's own data store."""
    large = b"%d" % next(unique) * INLINE_BYTES
    (place / "in").mkdir(exist_ok=True)
    (place / "in" / "large").write_bytes(large)
    with f.Fun(server):
        copied = f.morph(bytes, f.put_file(place / "in" / "large"), opt=HERE)
        directory = f.put_dir(place / "in")
        f.execute(copied)
        f.takeout(copied, place / "out")
        assert (place / "out").read_bytes() == large == f.take(copied)
        assert f.take(directory) == {"large": large}


def find_by_hash(server, _place):
    with f.Fun(server):
        step, doubled = built(distributed=False)
        f.execute(step)
    with f.Fun(server):
        assert f.take(f.get(step.hash)) == doubled


def ends_well(server, command):
    code = main(["--jobs", server.jobs_url, *command.split()])
    if code == Exit.NO_SERVER:
        raise NoServerError(command)
    assert code == Exit.OK, command


CALLS = (
    run_here,
    execute_and_wait,
    wait_for,
    await_handle,
    reset,
    cancel,
    files_in_and_out,
    find_by_hash,
)
COMMANDS = ("status", "ls", "cat", "logs", "tree", "execute", "wait", "reset")
LEFT_OUT = (Fault.AFTER, Fault.GONE)
FAULTS = (
    Fault.AFTER,
    *(pytest.param(each, marks=pytest.mark.slow) for each in Fault if each not in LEFT_OUT),
)


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("call", CALLS)
def test_a_call_outlives_a_cut_at_any_command(stage, proxy, tmp_path, call, fault):
    """The connection ends at the first command, then at the second one, and so on."""
    stage.start_worker()
    cut_everywhere(proxy, fault, lambda server: call(server, tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_outlives_a_cut_at_any_command_to_the_server(stage, proxy, command, fault):
    stage.start_worker()

    def run(server):
        with f.Fun(stage.server):
            step, _ = built(distributed=command in {"execute", "wait"})
            if command != "execute":
                f.execute(step)
        ends_well(server, command if command in {"status", "ls"} else f"{command} {step.hash}")

    cut_everywhere(proxy, fault, run)


def cut_everywhere(proxy, fault, call):
    """Call again and again; each time the next command meets the fault, until all have."""
    server = Server(f"{proxy.url}?socket_timeout=0.2" if fault is Fault.SILENT else proxy.url)
    call(server)
    for number in range(1, MANY):
        proxy.plan(fault, nth(number))
        with suppress(*([NoServerError] if fault is Fault.SILENT else [])):
            call(server)  # who first asks a silent server is told so at once
        if not proxy.number_hit:
            break
    assert not proxy.number_hit, "there were commands left to try"
    assert number > 1, "it sent commands"


@pytest.fixture
def impatient(monkeypatch):
    """Nobody waits long for a server that is gone."""

    def outage(url, place, _max_seconds):
        return Outage(url, place, 0.05)

    monkeypatch.setattr(server_retry, "Outage", outage)


@pytest.mark.slow
@pytest.mark.parametrize("call", [run_here, wait_for, files_in_and_out, cancel, reset])
def test_a_call_ends_in_one_error_wherever_the_server_goes_for_good(
    stage, proxy, tmp_path, impatient, call
):
    stage.start_worker()
    call(Server(proxy.url), tmp_path)
    for number in range(1, MANY):
        proxy.plan(Fault.GONE, nth(number))
        with suppress(NoServerError):
            call(Server(proxy.url), tmp_path)
        if not proxy.number_hit:
            break
        proxy.pass_all()
    assert not proxy.number_hit, "there were commands left to try"


def test_the_error_has_the_address_without_the_password(make_redis_server, impatient, caplog):
    server = make_redis_server("--requirepass", "s3cret")
    proxy = Proxy(server.url)
    with f.Fun(Server(proxy.url.replace("://", "://:s3cret@"))):
        proxy.plan(Fault.GONE, nth(1))
        step, _ = built(distributed=False)
        with pytest.raises(NoServerError, match=rf":{proxy.port} .*start-funsies") as caught:
            f.execute(step)
        proxy.pass_all()
    proxy.close()
    shown = "".join(traceback.format_exception(caught.value))
    assert "s3cret" not in shown + caplog.text


def test_a_command_says_in_a_line_that_the_server_has_gone(proxy, impatient, capsys):
    proxy.plan(Fault.GONE, nth(1))
    assert main(["--jobs", proxy.url, "status"]) == Exit.NO_SERVER
    out, err = capsys.readouterr()
    assert not out
    assert len(err.splitlines()) == 1


@pytest.mark.slow
@pytest.mark.parametrize("fault", [Fault.BEFORE, Fault.AFTER])
def test_a_worker_outlives_cuts_at_one_command_in_twenty(stage, proxy, fault):
    proxy.plan(fault, one_in(20))
    stage.resolved = ResolvedServer(proxy.url, proxy.url)
    worker = stage.start_worker()
    with f.Fun(stage.server):
        chain, _ = built()
        number = next(unique)
        for _ in range(10):
            chain = f.reduce(add, chain, number)
        f.execute(chain).wait(60)
        assert (f.take(chain) - 10 * number) % 2 == 0
    assert proxy.number_hit > 1
    assert worker.is_alive()


def test_large_values_wait_for_their_server_as_long_as_others(stage, proxy):
    """More than the moment that it takes to connect again."""
    store = RedisDataStore(proxy.url)
    value = [b"%d" % number * INLINE_BYTES for number in range(3)]
    proxy.plan(Fault.GONE, nth(5))
    back = threading.Timer(1.5, proxy.pass_all)
    back.start()
    digest, _ = store.write(value)
    back.join()
    with store.open(digest) as stored:
        assert stored.read() == b"".join(value)
    store.close()
