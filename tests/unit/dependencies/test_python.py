"""What funsies takes for granted of Python's standard library beyond its documentation."""

from __future__ import annotations

import abc
import asyncio
import functools
import os
import types
from typing import ForwardRef, Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Holder(Generic[T]):
    pass


def test_a_reference_to_a_type_by_name_may_know_its_module():
    assert ForwardRef("Path", module="pathlib").__forward_module__ == "pathlib"


def test_generic_functions_are_known_by_the_code_that_they_share():
    first = functools.singledispatch(lambda value: value)
    second = functools.singledispatch(lambda value: [value])
    assert first.__code__ is second.__code__


def test_named_tuples_keep_fields_and_defaults_under_these_names():
    class Pair(NamedTuple):
        a: int
        b: int = 2

    assert Pair._fields == ("a", "b")
    assert Pair._field_defaults == {"b": 2}


def test_an_object_of_a_generic_class_knows_what_it_was_made_as():
    assert Holder[int]().__orig_class__ == Holder[int]


def test_an_unpacked_type_says_so():
    (inside,) = types.GenericAlias(tuple, (*tuple[int, ...],)).__args__
    assert inside.__unpacked__


def test_what_an_abstract_class_registers_is_kept_under_one_name():
    class Abstract(abc.ABC):  # noqa: B024 (it is its metaclass that matters)
        pass

    assert "_abc_impl" in vars(Abstract)


def test_the_mapping_inside_of_the_environment_is_the_environment(monkeypatch):
    monkeypatch.setenv("FUNSIES_SOME_VARIABLE", "a value")
    inside = os.environ._data
    assert inside[b"FUNSIES_SOME_VARIABLE"] == b"a value"
    assert dict(inside) == dict(os.environb)


def test_asyncio_runs_a_loop_inside_of_another_that_is_out_of_sight():
    """What ``run/surroundings/restoring.py`` does around a step."""

    async def inner() -> int:
        return 3

    async def outer() -> int:
        loop = asyncio._get_running_loop()
        asyncio._set_running_loop(None)
        try:
            return asyncio.run(inner())
        finally:
            asyncio._set_running_loop(loop)

    assert asyncio.run(outer()) == 3
