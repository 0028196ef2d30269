"""The chaos benchmark finds what it looks for, and finds nothing where nothing is wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from returns.result import Failure, Success

import funsies as f

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def turmoil(monkeypatch):
    """Let the parts of the program be imported."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))


def _note(path, *lines):
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def _seen(at, key, nonce, **more):
    line = {"at": at, "key": key, "nonce": nonce, "used": {}, "volatile": False, "taken": True}
    return {**line, **more}


@pytest.mark.parametrize(
    ("first", "second", "server_kills", "found"),
    [
        (_seen(1.0, "a", "x"), _seen(2.0, "a", "x"), [], 0),
        (_seen(1.0, "a", "x"), _seen(2.0, "a", "y"), [], 1),
        (_seen(1.0, "a", "x"), _seen(2.0, "b", "z", used={"a": "y"}), [], 1),
        (_seen(1.0, "a", "x"), _seen(9.0, "a", "y"), [5.0], 0),
        (_seen(1.0, "a", "x"), _seen(2.0, "a", "y", volatile=True), [], 0),
        (_seen(1.0, "s1-reset-1-a", "x"), _seen(2.0, "s1-reset-1-a", "y"), [], 0),
    ],
)
def test_two_results_of_one_step_are_a_double_commit(  # noqa: PLR0917 - a row each
    turmoil, tmp_path, first, second, server_kills, found
):
    from turmoil.findings import Findings, read_commits  # noqa: PLC0415 - found by the fixture

    _note(tmp_path / "seen", first, second)
    findings = Findings()
    read_commits(tmp_path, server_kills, findings)
    assert findings.counts["double_commits"] == found


def test_what_is_not_the_truth_is_wrong(turmoil):
    from turmoil.checking import Verdict, judge  # noqa: PLC0415 - found by the fixture
    from turmoil.graphs import Node  # noqa: PLC0415 - found by the fixture
    from turmoil.steps import Made  # noqa: PLC0415 - found by the fixture

    with f.Fun(f.Server("memory://")):
        node = Node("k", f.put(1), 3)
        broken = Node("k", f.put(1), frozenset(["cause"]))
    lost = Failure(f.Error(f.errors.ErrorKind.WorkerLost))
    raised = Failure(f.Error(f.errors.ErrorKind.ExceptionRaised, details="<cause> fails"))
    assert judge(node, Success(Made("k", 3, "n", {}))) is Verdict.TRUE
    assert judge(node, Success(Made("k", 4, "n", {}))) is Verdict.WRONG
    assert judge(node, Success(Made("k", 4, "n", {}, volatile=True))) is Verdict.VOLATILE
    assert judge(node, raised) is Verdict.WRONG
    assert judge(node, lost) is Verdict.VOLATILE
    assert judge(broken, raised) is Verdict.TRUE
    assert judge(broken, Success(Made("k", 3, "n", {}))) is Verdict.WRONG


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_short_run_finds_nothing():
    plan = ["--seed", "7", "--seconds", "15", "--nodes", "100", "--bound", "60"]
    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / "chaos.py"), *plan],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["kills"]
