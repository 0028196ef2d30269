"""Rows of every kind are damaged in every way on a live server: what users see of it.

Programs end in right values or in errors that have a name, the queue goes on, executing again
mends what there is, commands say what they can, and logs stay short.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import redis
from returns.result import Success

import funsies as f
from funsies.cli import (  # noqa: F401 - copies of this process find them
    cat,
    debug,
    doctor,
    graph,
    logs,
    ls,
    status,
    tree,
)
from funsies.cli.exits import Exit
from funsies.cli.main import main
from funsies.config import ResolvedServer
from funsies.core.errors import FunsiesError
from funsies.core.keyring import NO_KEYS, Keyring
from funsies.engine.worker import run_worker
from funsies.session import current_session
from tests.conftest import QUICK

from .damage import DAMAGES, KINDS, damage

KEY = b"o" * 32
LARGE = b"large" * 60_000
OUR_TRACEBACK = re.compile(r'File ".*/(funsies/(cli|report|store|client)|site-packages)/')
MOST_LINES = 80
"""Lines that workers may log in one case."""


@f.task
def hold(url: str, name: str) -> int:
    with redis.Redis.from_url(url) as connection:
        connection.rpush(f"{name} is held", "")
        connection.blpop([name], 60)
    return 0


@f.task
def double(number: int) -> int:
    return 2 * number


@f.task
def add(one: int, other: int) -> int:
    return one + other


@f.task
def size(data: bytes) -> int:
    return len(data)


@f.task
def grow(data: bytes) -> bytes:
    return data + b"!"


@f.task
def refuse(number: int) -> int:
    raise ValueError(number)


@f.task(strict=False)
def seen(result: f.Result[int, f.Error]) -> bool:
    return isinstance(result, Success)


class Workflow:
    """Steps of all kinds, and what they are to give."""

    def __init__(self, url: str, gate_name: str) -> None:
        self.gate = hold(url, gate_name)
        one, large = double(1), grow(LARGE)
        text = f.shell("cat in; printf x > out", inp={"in": b"in"}, out=["out"])
        dynamic = one.bind(lambda number: double(number + 5))
        behind = self.gate.bind(lambda number: double(number + 7))
        patient = f.reduce(double, 9, opt=f.options(retries=2, timeout=50))
        self.steps = {
            one: 2,
            add(one, self.gate): 2,
            size(large): len(LARGE) + 1,
            large: LARGE + b"!",
            text.stdout: b"in",
            text.out["out"]: b"x",
            dynamic: 14,
            add(dynamic, 1): 15,
            self.gate.bind(lambda number: double(number + 3)): 6,
            behind: 14,
            add(behind, behind): 28,
            patient: 18,
            seen(refuse(1)): False,
        }
        self.failing = add(refuse(2), 1)

    @property
    def targets(self) -> list[f.Artefact]:
        return [*self.steps, self.failing]


def run_logged_worker(log: Path, *arguments, **options) -> None:
    os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
    run_worker(*arguments, **options)


@pytest.fixture(params=["signed", "unsigned"])
def site(request, stage, tmp_path: Path) -> Iterator[redis.Redis]:
    keys = Keyring((KEY,)) if request.param == "signed" else NO_KEYS
    stage.resolved = ResolvedServer(stage.url, stage.url, keys=keys)
    stage.timing = QUICK  # a damaged lease may have to run out
    for _ in range(2):
        stage.start_worker(target=run_logged_worker, arguments=(tmp_path / "log",))
    with closing(stage.redis()) as connection:
        yield connection
    assert all(each.is_alive() for each in stage.workers)
    lines = (tmp_path / "log").read_text().splitlines()
    assert not [line for line in lines if "Traceback" in line], "\n".join(lines)
    assert len(lines) <= MOST_LINES, "\n".join(lines)


def commands(stage, steps: list[str], tmp_path: Path) -> None:
    """What commands say of the damaged state."""
    first = steps[0]
    asked = [
        ["ls", "--all"],
        ["ls", "--json"],
        ["cat", *steps],
        ["cat", steps[3]],
        ["tree", steps[7]],
        ["tree", steps[-1]],
        ["logs", steps[4]],
        ["logs", steps[-1]],
        ["status"],
        ["status", "--json"],
        ["graph", first],
        ["debug", first, "--output", str(tmp_path / "debug")],
        ["doctor"],
    ]
    out = tmp_path / "said"
    wrong = []
    for words in asked:
        started = time.monotonic()
        code = run_command(stage, words, out)
        said = out.read_text(errors="replace")
        is_known = code in set(map(int, Exit)) - {Exit.BUG}
        if not is_known or OUR_TRACEBACK.search(said) or time.monotonic() - started > 20:
            wrong.append(f"{words}: {code}\n{said[-3000:]}")
    assert not wrong, "\n".join(wrong)


def run_command(stage, words: list[str], out: Path) -> int:
    """Run a command in a copy of this process, which has all modules already."""
    pid = os.fork()
    if pid == 0:
        code = int(Exit.BUG)
        try:
            os.environ["FUNSIES_JOBS"] = stage.resolved.jobs_url
            if stage.resolved.keys:
                os.environ["FUNSIES_KEY"] = KEY.hex()
            file = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(file, 1)
            os.dup2(file, 2)
            sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
            code = main(words)
        except SystemExit as end:
            code = int(end.code or 0)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def mended(stage, gate: str) -> None:
    """Executing again gives right values after a few times, and only named errors before."""
    said: list[str] = []
    for _ in range(4):
        stage.channel.say(gate)
        try:
            with f.Fun(stage.resolved):
                workflow = Workflow(stage.channel.url, gate)
                f.execute(*workflow.targets).wait(30)
                found = {each: f.take(each, strict=False) for each in workflow.steps}
                failed = f.take(workflow.failing, strict=False).failure()
        except FunsiesError as error:
            said.append(f"{type(error).__name__}: {error}")
            continue
        is_right = failed.kind is f.ErrorKind.ExceptionRaised
        if is_right and all(found[each] == Success(workflow.steps[each]) for each in found):
            return
        said += [str(each)[:600] for each in (*found.values(), failed)]
    raise AssertionError("\n".join(said))


def a_healthy_step_runs(stage, number: int) -> None:
    """What all steps share may be damaged, and is mended by asking again."""
    said: list[str] = []
    for _ in range(3):
        try:
            with f.Fun(stage.resolved):
                healthy = double(number)
                f.execute(healthy).wait(15)
                if f.take(healthy, strict=False) == Success(2 * number):
                    return
                said.append(str(f.take(healthy, strict=False)))
        except FunsiesError as error:
            said.append(f"{type(error).__name__}: {error}")
    raise AssertionError("\n".join(said))


def names(workflow: Workflow) -> list[str]:
    return [each.hash for each in workflow.targets]


MIDDLE = "flipped in the middle"
SHARP = {("o", MIDDLE)}
PACE = 10
"""One in so many is run: each kind of row and each kind of damage. All of them, which
``FUNSIES_TEST_ALL_DAMAGES=1`` asks for, take an hour."""
ALL = [(kind, how) for kind in KINDS for how in DAMAGES]
CHOSEN = (
    ALL if "FUNSIES_TEST_ALL_DAMAGES" in os.environ else [*SHARP, *ALL[::PACE], ("t", MIDDLE)]
)
CASES = [
    pytest.param(kind, how, marks=[] if (kind, how) in SHARP else pytest.mark.slow)
    for kind, how in dict.fromkeys(CHOSEN)
]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "how"), CASES)
def test_damage_to_what_is_finished(site, stage, tmp_path: Path, kind: str, how: str) -> None:
    stage.channel.say("gate")
    with f.Fun(stage.resolved):
        workflow = Workflow(stage.channel.url, "gate")
        f.execute(*workflow.targets).wait(60)
        asked = names(workflow)
    damaged = damage(site, kind, how)
    if not damaged:
        pytest.skip("there is none")
    commands(stage, asked, tmp_path)
    a_healthy_step_runs(stage, 1000)
    mended(stage, "gate")
    a_healthy_step_runs(stage, 2000)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "how"), CASES)
def test_damage_to_what_is_pending(site, stage, tmp_path: Path, kind: str, how: str) -> None:
    with f.Fun(stage.resolved):
        workflow = Workflow(stage.channel.url, "gate")
        other = hold(stage.channel.url, "other")
        f.execute(workflow.gate, other)
        stage.channel.hear("gate is held")
        stage.channel.hear("other is held")
        f.execute(*workflow.targets)
        asked = names(workflow)
        store = current_session("this").backend.graph
        store.watch("somebody", [each.producer for each in workflow.targets])
    damaged = damage(site, kind, how)
    if not damaged:
        pytest.skip("there is none")
    commands(stage, asked, tmp_path)
    stage.channel.say("other")
    a_healthy_step_runs(stage, 1000)
    stage.channel.say("gate")
    mended(stage, "gate")
    a_healthy_step_runs(stage, 2000)
