# ruff: noqa: E501 (a case is one line)
"""Steps are run with the libraries that count for them, and with no others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import funsies as f
from funsies.core.errors import ErrorKind
from funsies.core.fingerprint import Library, differences, fingerprint
from funsies.core.python_plan import decode_plan
from funsies.run import evaluate, tasks

from .lab import Lab


def mean(name: str) -> float:
    Path(name).write_text("ran")
    return float(np.mean([1.0, 3.0]))


def build(name: str) -> f.Artefact[float]:
    return f.reduce(mean, name)


def wrong_once(monkeypatch: pytest.MonkeyPatch, times: int) -> list[tuple[Library, ...]]:
    """Let the first workers that look find another version."""
    asked: list[tuple[Library, ...]] = []

    def found(libraries: tuple[Library, ...]) -> list[str]:
        asked.append(libraries)
        return ["the worker has numpy 0.1"] if len(asked) <= times else differences(libraries)

    monkeypatch.setattr(tasks, "differences", found)
    return asked


def test_libraries_travel_with_the_step(lab: Lab) -> None:
    for step in (f.reduce(mean, lab.counter("a")), f.put(lab.counter("a")).bind(build)):
        assert step.operation is not None
        plan = decode_plan(step.operation.task.payload())
        assert [(each.name, each.version) for each in plan.libraries] == [
            ("numpy", np.__version__)
        ]
        lab.run(step)
        assert lab.take(step) == 2.0


def test_a_worker_with_other_libraries_leaves_the_step_to_others(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluate, "ELSEWHERE_DELAY_MS", 0)
    asked = wrong_once(monkeypatch, 2)
    step = f.reduce(mean, lab.counter("a"))
    lab.run(step)
    assert lab.take(step) == 2.0
    assert len(asked) == 3


def test_if_no_worker_has_them_the_step_ends_in_an_error_that_is_not_remembered(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluate, "ELSEWHERE_DELAY_MS", 0)
    asked = wrong_once(monkeypatch, 3)
    step = f.reduce(mean, lab.counter("a"))
    lab.run(step)
    error = lab.error(step)
    assert (error.kind, error.details) == (ErrorKind.WrongLibrary, "the worker has numpy 0.1")
    assert error.is_infrastructure
    assert not Path(lab.counter("a")).exists()
    lab.run(step)
    assert lab.take(step) == 2.0
    assert len(asked) == 4


def test_others_have_time_to_take_the_step(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong_once(monkeypatch, 1)
    step = f.reduce(mean, lab.counter("a"))
    lab.run(step)
    assert lab.error(step).kind is ErrorKind.NotFound
    assert evaluate.ELSEWHERE_DELAY_MS > 1000


@pytest.mark.parametrize(
    ("library", "said"),
    [
        (Library("numpy", "numpy", "1.0"), f"numpy 1.0, and this worker has numpy {np.__version__}"),
        (Library("numpy.linalg", "numpy", "1.0"), "numpy 1.0, and"),
        (Library("attr", "attr-of-others", "1.0"), "this worker has attrs"),
        (Library("no_such", "no-such", "1.0"), "this worker has none: run pip install 'no-such==1.0' where the worker runs"),
        (Library("no_such", "no-such", "1.0", "abc"), "install the same no-such"),
        (Library("numpy", "numpy", "1.0"), 'numpy = "name" under [tool.funsies.libraries]'),
        (Library("numpy", "numpy", np.__version__, "abc"), "another content under that name"),
    ],
)  # fmt: skip
def test_a_difference_names_both_versions_and_the_remedy(library: Library, said: str) -> None:
    (found,) = differences([library])
    assert said in found


def test_what_is_missing_has_to_be_installed_whatever_counts() -> None:
    (found,) = differences([Library("no_such", "no-such", "1.0")])
    assert "[tool.funsies.libraries]" not in found


def test_what_counts_by_name_may_differ() -> None:
    known = fingerprint(mean).libraries
    assert differences([*known, Library("numpy", "numpy"), Library("no_such", "no-such")]) == []
