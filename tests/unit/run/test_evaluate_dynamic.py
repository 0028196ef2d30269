"""Dynamic steps that are wrong are errors with a message; right ones are built as elsewhere."""

from __future__ import annotations

import os
from pathlib import Path

import funsies as f
from funsies.core.errors import ErrorKind

from .lab import Lab
from .small_steps import size


def test_a_dynamic_step_that_returns_a_value_says_what_to_do(lab: Lab) -> None:
    def forgets(number: int) -> f.Artefact[int]:
        return number  # type: ignore[return-value]

    step = f.put(1).bind(forgets)
    lab.run(step)
    error = lab.error(step)
    assert error.kind is ErrorKind.EncodingFailed
    assert "Return put(value)" in error.details


def test_a_dynamic_step_that_returns_another_type_is_an_error(lab: Lab) -> None:
    def lies(number: int) -> f.Artefact[int]:
        return f.put("text")  # type: ignore[return-value]

    step = f.put(1).bind(lies)
    lab.run(step)
    assert "returned is str, but the result of this step is int" in lab.error(step).details


def test_a_dynamic_step_that_wires_wrongly_is_an_error_with_the_message(lab: Lab) -> None:
    def wires(number: int) -> f.Artefact[int]:
        return f.reduce(abs, 1, 2)

    def size_of(number: int) -> f.Artefact[int]:
        return f.reduce(size, "text")  # type: ignore[arg-type]

    one, other = f.put(1).bind(wires), f.put(1).bind(size_of)
    lab.run(one, other)
    assert lab.error(one).kind is ErrorKind.ExceptionRaised
    assert "argument 'data' of size" in lab.error(other).details


def test_options_of_a_dynamic_step_are_the_defaults_of_what_it_builds(lab: Lab) -> None:
    def builds(number: int) -> f.Artefact[str]:
        return f.reduce(reads)

    def reads() -> str:
        return os.environ.get("FUNSIES_TEST_SECRET", "none")

    with f.Fun(f.Server("memory://"), defaults=f.options(env={"FUNSIES_TEST_SECRET": "s"})):
        step = f.put(1).bind(builds)
    lab.run(step)
    assert lab.take(step) == "s"


def test_a_dynamic_step_without_annotation_gives_what_its_steps_give(lab: Lab) -> None:
    step = f.put(1).bind(lambda _: f.shell("echo a").stdout)
    plain = f.put(1).bind(lambda x: f.reduce(lambda y: {"a": [y, None]}, x))
    lab.run(step, plain)
    assert lab.take(step) == b"a\n"
    assert lab.take(plain) == {"a": [1, None]}


def test_a_step_is_not_inside_the_session_of_the_program_that_runs_it(tmp_path: Path) -> None:
    """So it does in a test what it will do on a worker."""

    def takes(x: int) -> int:
        return len(f.get(str(x)).hash)

    with f.Fun(f.Server("memory://")):
        step = f.reduce(takes, 1)
        f.execute(step)
        assert "NoSessionError" in (f.take(step, strict=False).failure().exception or "")
