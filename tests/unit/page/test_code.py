"""What a page says of what a step does: commands; source with file and line, libraries."""

from __future__ import annotations

import importlib
import inspect

import numpy as np
import pytest

import funsies as f
from funsies.core.errors import read_error
from funsies.core.python_plan import PYTHON
from funsies.page.code import MOST_PIECES, ShownCode, code_of

FACTOR = 3


def scaled(number: int) -> int:
    return number * FACTOR


def refuse(number: int) -> int:
    if scaled(number):
        raise ValueError(number)
    return number


def mean(numbers: list[float]) -> float:
    return float(np.mean(numbers))


@pytest.fixture
def shown():
    """Execute a step, and read what it does."""

    def shown(build) -> ShownCode:
        with f.Fun(f.Server("memory://")) as session:
            step = build()
            f.execute(step)
            graph = session.backend.graph
            (row,) = graph.operations([step.producer])
            error = graph.states([step.producer])[0].error
            errors = [] if error is None else graph.contents([error])
            known = read_error(errors[0]) if errors else None
            return code_of(session.backend, graph.task(row.task, PYTHON), known)

    return shown


def test_the_function_comes_first_with_the_lines_of_its_file(shown) -> None:
    code = shown(lambda: f.reduce(refuse, 1))
    assert [piece.name for piece in code.pieces] == ["refuse", "scaled"]
    own = code.pieces[0]
    begin = inspect.getsourcelines(refuse)[1]
    assert own.where == f"{__file__}:{begin}"
    assert [line.number for line in own.lines] == list(range(begin, begin + 4))
    assert own.lines[0].text.striptags() == "def refuse(number: int) -> int:"


def test_the_line_on_which_it_failed_is_marked(shown) -> None:
    own = shown(lambda: f.reduce(refuse, 1)).pieces[0]
    assert ["raise ValueError" in line.text.striptags() for line in own.lines] == [
        line.is_marked for line in own.lines
    ]
    assert sum(line.is_marked for line in own.lines) == 1


def test_constants_that_count_are_shown_with_where_they_are_written(shown) -> None:
    (value,) = shown(lambda: f.reduce(scaled, 1)).values
    assert (value.path, value.text) == ("scaled -> FACTOR", "3")
    assert value.where.startswith(__file__)


def test_libraries_that_count_are_shown_with_their_versions(shown) -> None:
    assert ("numpy", np.__version__) in shown(lambda: f.reduce(mean, [1.0])).libraries


def test_the_commands_of_a_shell_step_are_shown_without_what_may_be_secret(shown) -> None:
    code = shown(lambda: f.shell("true", "echo $KEY", env={"KEY": "s3cret"}).returncodes[0])
    assert code.commands == ["true", "echo $KEY"]
    assert code.interpreter.startswith("bash ")
    assert code.variables == ["KEY"]
    assert "s3cret" not in repr(code)


def test_of_very_much_code_the_first_is_shown(shown, tmp_path, monkeypatch) -> None:
    number = MOST_PIECES + 5
    helpers = "".join(f"def h{n}(x):\n    return x + {n}\n" for n in range(number))
    calls = " + ".join(f"h{n}(x)" for n in range(number))
    (tmp_path / "many_helpers.py").write_text(f"{helpers}def whole(x):\n    return {calls}\n")
    monkeypatch.syspath_prepend(tmp_path)
    whole = importlib.import_module("many_helpers").whole
    code = shown(lambda: f.reduce(whole, 1))
    assert code.pieces[0].name == "whole"
    assert len(code.pieces) == MOST_PIECES
    assert code.left_out == number + 1 - MOST_PIECES


def test_a_task_that_cannot_be_read_has_no_code() -> None:
    with f.Fun(f.Server("memory://")) as session:
        assert code_of(session.backend, None, None) == ShownCode()
