"""What an import statement is said to bind is what Python binds when it runs."""

from __future__ import annotations

import ast
import builtins
import importlib.util
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from funsies.core.import_statements import absolute_name, bound_names, one_by_one

PACKAGE = "pack.age"


class Thing:
    """A module, or what is taken from one: it has every attribute."""

    def __init__(self, name: str) -> None:
        self.dotted_name = name

    def __getattr__(self, name: str) -> Thing:
        return Thing(f"{self.dotted_name}.{name}")


def imported(
    name: str,
    _globals: object = None,
    _locals: object = None,
    taken: tuple[str, ...] | None = (),
    level: int = 0,
) -> Thing:
    """Stand for ``__import__``: it gives the outermost package unless names are taken."""
    absolute = importlib.util.resolve_name("." * level + name, PACKAGE)
    return Thing(absolute if taken else absolute.partition(".")[0])


def bound_by_python(text: str) -> dict[str, str]:
    """The names that there are when a text has run, with what they stand for."""
    names: dict[str, Any] = {"__builtins__": {**vars(builtins), "__import__": imported}}
    exec(text, names)  # noqa: S102 - an import statement
    del names["__builtins__"]
    return {name: thing.dotted_name for name, thing in names.items()}


names = st.sampled_from("abc")
modules = st.lists(names, min_size=1, max_size=3).map(".".join)
renamed = st.one_of(st.just(""), names.map(" as {}".format))
some = {"min_size": 1, "max_size": 3}
plain = st.lists(st.tuples(modules, renamed).map("".join), **some).map(
    lambda parts: f"import {', '.join(parts)}"
)
homes = st.one_of(modules, st.tuples(st.sampled_from([".", ".."]), modules | st.just("")))
taking = st.tuples(homes.map("".join), st.lists(st.tuples(names, renamed), **some)).map(
    lambda parts: f"from {parts[0]} import {', '.join(map(''.join, parts[1]))}"
)


@given(plain | taking)
def test_names_stand_for_what_python_binds_to_them(text: str) -> None:
    (statement,) = ast.parse(text).body
    said = {each.name: each.dotted_name(PACKAGE) for each in bound_names(statement)}
    assert said == bound_by_python(text)


@given(plain | taking)
def test_statements_of_one_name_each_bind_the_same(text: str) -> None:
    (statement,) = ast.parse(text).body
    assert isinstance(statement, (ast.Import, ast.ImportFrom))
    alone = [ast.unparse(each) for each in one_by_one(statement)]
    assert bound_by_python("\n".join(alone)) == bound_by_python(text)


@given(st.integers(0, 2), modules)
def test_the_name_of_a_module_is_the_one_that_python_looks_for(level: int, name: str) -> None:
    assert (
        absolute_name(name, level, PACKAGE)
        == imported(name, taken=("x",), level=level).dotted_name
    )


def test_all_names_of_a_module_are_one_name() -> None:
    (statement,) = ast.parse("from .data import *").body
    (found,) = bound_names(statement)
    assert (found.name, found.home(PACKAGE), found.taken) == ("*", "pack.age.data", "*")
