"""Calls that look alike are prepared once: each is still what it would be by itself."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import funsies as f
from funsies.builder.inputs import Binding
from funsies.builder.signature import signature_of
from funsies.core.encoding import unregister_codec
from funsies.core.errors import UnsupportedTypeError, WiringError

NAMES = ("a", "b", "c", "d")


@st.composite
def functions(draw: st.DrawFn) -> Callable[..., Any]:
    """A function whose parameters are of any kinds that Python allows."""
    names = list(draw(st.permutations(NAMES)))[: draw(st.integers(0, 4))]
    before, between = sorted(draw(st.lists(st.integers(0, len(names)), min_size=2, max_size=2)))
    first_default = draw(st.integers(0, between))
    shown = [
        f"{name}=None" if first_default <= at < between else name
        for at, name in enumerate(names[:between])
    ]
    if before:
        shown.insert(before, "/")
    keyword_only = [f"{name}=None" if draw(st.booleans()) else name for name in names[between:]]
    if draw(st.booleans()):
        shown.append("*rest")
    elif keyword_only:
        shown.append("*")
    shown += keyword_only
    if draw(st.booleans()):
        shown.append("**more")
    made: dict[str, Any] = {}
    exec(f"def function({', '.join(shown)}): ...", made)  # noqa: S102 - texts of our own
    return made["function"]


arguments = st.lists(st.integers(), max_size=5)
keywords = st.dictionaries(st.sampled_from((*NAMES, "other")), st.integers(), max_size=4)


def bound_by_python(
    function: Callable[..., Any], args: list[int], kwargs: dict[str, int]
) -> tuple[tuple[int, ...], list[tuple[str, int]]] | None:
    try:
        bound = inspect.signature(function).bind(*args, **kwargs)
    except TypeError:
        return None
    return bound.args, list(bound.kwargs.items())


@given(functions(), st.lists(st.tuples(arguments, keywords), min_size=1, max_size=6))
def test_arguments_go_where_python_puts_them(
    function: Callable[..., Any], calls: list[tuple[list[int], dict[str, int]]]
) -> None:
    """Also in a call that looks like an earlier one, with other values; so do errors."""
    binding = Binding(signature_of(function), "function", strict=True)
    for args, kwargs in [*calls, *(([-x for x in a], k) for a, k in calls)]:
        expected = bound_by_python(function, args, kwargs)
        if expected is None:
            with pytest.raises(WiringError):
                binding.parameters(args, kwargs)
            continue
        found = [
            (each.name, args[each.place] if type(each.place) is int else kwargs[each.place])
            for each in binding.parameters(args, kwargs)
        ]
        positional, named = expected
        assert found == [*((str(at), x) for at, x in enumerate(positional)), *named]


@given(functions(), arguments, keywords)
def test_the_message_of_a_misfit_is_that_of_python(
    function: Callable[..., Any], args: list[int], kwargs: dict[str, int]
) -> None:
    problem = problem_of_python(function, args, kwargs)
    if problem is not None:
        with pytest.raises(WiringError) as refused:
            Binding(signature_of(function), "function", strict=True).parameters(args, kwargs)
        assert problem in str(refused.value) or "has no parameter" in str(refused.value)


def problem_of_python(
    function: Callable[..., Any], args: list[int], kwargs: dict[str, int]
) -> str | None:
    try:
        inspect.signature(function).bind(*args, **kwargs)
    except TypeError as problem:
        return str(problem)
    return None


FACTOR = 2


@dataclass
class Point:
    x: int

    def doubled(self) -> int:
        return 2 * self.x


def scaled(number: int, by: int = 1) -> int:
    return FACTOR * number * by


def first(point: Point) -> Any:
    return point.doubled()


@contextmanager
def changed(
    monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, value: Any
) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, value)
        yield


def called_often(function: Callable[..., Any], *inputs: Any) -> str:
    """The address of a call that looks like many before it."""
    return [f.reduce(function, *inputs).hash for _ in range(3)][-1]


def test_what_changes_between_two_calls_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Though the calls before were prepared; and what is back is what it was."""
    other = (lambda number, by=1: number + by).__code__
    changes = [
        (scaled, "__code__", other),
        (scaled, "__defaults__", (7,)),
        (inspect.getmodule(scaled), "FACTOR", 3),
    ]
    before = called_often(scaled, 1)
    seen = {before}
    for change in changes:
        with changed(monkeypatch, *change):
            seen.add(called_often(scaled, 1))
        assert called_often(scaled, 1) == before
    assert len(seen) == 1 + len(changes)


def test_a_method_that_changes_between_two_calls_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = called_often(first, Point(1))
    with changed(monkeypatch, Point, "doubled", lambda self: 3 * self.x):
        assert called_often(first, Point(1)) != before
    assert called_often(first, Point(1)) == before


class Opaque:
    """What cannot be stored without a codec."""

    def __init__(self, x: int) -> None:
        self.x = x


def opened(opaque: Opaque) -> int:
    return opaque.x


def test_a_codec_that_changes_between_two_calls_counts() -> None:
    addresses = []
    for version in ("1", "2", "1"):
        f.register_codec(
            "opaque-as-text",
            Opaque,
            lambda opaque: str(opaque.x).encode(),
            lambda data: Opaque(int(data)),
            version=version,
        )
        try:
            addresses.append(called_often(opened, Opaque(1)))
        finally:
            unregister_codec("opaque-as-text")
    assert addresses[0] == addresses[2] != addresses[1]
    with pytest.raises(UnsupportedTypeError):
        f.reduce(opened, Opaque(1))


def test_lambdas_that_differ_in_a_default_are_other_steps() -> None:
    """A lambda in a loop is known by its code: what it holds counts all the same."""
    addresses = {f.morph(lambda x, by=by: x * by, 1).hash for by in (1, 2, 1, 2)}
    assert len(addresses) == 2


def test_inputs_of_other_types_are_other_steps_of_one_function() -> None:
    def same(x: Any) -> Any:
        return x

    values = [1, "1", [1], Point(1), 1, "1", [1], Point(1)]
    made = [f.reduce(same, value) for value in values]
    assert [each.hash for each in made[:4]] == [each.hash for each in made[4:]]
    assert len({each.operation.task.digest for each in made if each.operation}) == 4


def test_a_wrong_artefact_is_refused_after_right_ones() -> None:
    for _ in range(2):
        f.reduce(scaled, f.put(1))
        with pytest.raises(WiringError, match="parameter 'number' of scaled is int"):
            f.reduce(scaled, f.put("1"))


def test_a_function_that_is_changed_in_place_is_called_as_it_is_now() -> None:
    """As ``%autoreload`` does it: the same object gets the code of the new one."""

    def difference(a: int, b: int) -> int:
        return a - b

    def edited(b: int, a: int, c: int = 0) -> int:
        return a - b + c

    task = f.task(difference)
    with f.Fun(f.Server("memory://")):
        step = task(a=5, b=1)
        f.execute(step).wait()
        assert f.take(step) == 4
        difference.__code__ = edited.__code__
        difference.__defaults__ = edited.__defaults__
        difference.__annotations__ = edited.__annotations__
        step = task(a=5, b=1, c=10)
        f.execute(step).wait()
        assert f.take(step) == difference(a=5, b=1, c=10) == 14


LETTERS = bytearray(b"a")


def test_a_global_bytearray_that_is_changed_in_place_is_another_one() -> None:
    def longer(number: int) -> int:
        return number + len(LETTERS)

    with f.Fun(f.Server("memory://")):
        before = f.reduce(longer, 1)
        LETTERS.extend(b"zz")
        after = f.reduce(longer, 1)
        f.execute(after).wait()
        assert before.hash != after.hash
        assert f.take(after) == longer(1)
