"""Steps that build a part of the workflow can be looked at and run again as well."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import funsies as f
from funsies import debug
from funsies.report.replay import prepare_replay

ROOT = Path(f.__file__).parents[1]


def double(number: int) -> int:
    return 2 * number


def countdown(number: int) -> f.Artefact[int]:
    return f.put(0) if number == 0 else f.reduce(double, number - 1).bind(countdown)


@pytest.fixture
def step():
    with f.Fun(f.Server("memory://")) as session:
        made = f.put(1).bind(countdown)
        f.execute(made)
        assert f.take(made) == 0
        yield session, made


def test_a_replay_builds_what_the_step_built(step) -> None:
    session, made = step
    replay = prepare_replay(session.backend, made.producer)
    assert replay.is_dynamic
    assert isinstance(replay.call(), f.Artefact)


def test_its_script_shows_what_the_step_goes_on_with(step, tmp_path) -> None:
    debug.python(step[1], tmp_path / "look")
    done = subprocess.run(
        [sys.executable, str(tmp_path / "look" / "replay.py")],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("<Artefact[")
