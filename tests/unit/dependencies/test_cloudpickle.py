"""What funsies takes for granted of cloudpickle beyond ``dumps`` and ``loads``.

What a function's code says of its file is not among it: cloudpickle 3.1.2 keeps it, 3.1.3 does
not.
"""

from __future__ import annotations

import functools
import io
import pickle
import sys
from types import ModuleType
from typing import Any

import cloudpickle
import pytest


class Recorder(cloudpickle.Pickler):
    """Notes what it is asked about, and leaves it to cloudpickle."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file, protocol=5)
        self.asked: list[Any] = []
        self.answers: list[Any] = []

    def reducer_override(self, thing: Any) -> Any:
        answer = super().reducer_override(thing)
        self.asked.append(thing)
        self.answers.append(answer)
        return answer


def asked_for(thing: object) -> Recorder:
    recorder = Recorder(io.BytesIO())
    recorder.dump(thing)
    return recorder


def dynamic(text: str) -> dict[str, Any]:
    """What a program that nobody can import defines."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(text, namespace)  # noqa: S102
    return namespace


FUNCTION = dynamic("N = 3\ndef function(x: int) -> int: return x + N")["function"]
CLASS = dynamic("class Point:\n    x = 1\n    def double(self): return 2 * self.x")["Point"]


@pytest.mark.parametrize("thing", [FUNCTION, CLASS, ModuleType("made_here"), functools.reduce])
def test_a_pickler_asks_its_reducer_override_first(thing):
    assert asked_for(thing).asked[0] is thing


@pytest.mark.parametrize("thing", [len, dict, functools.reduce, functools.partial])
def test_what_can_be_imported_is_left_to_pickle(thing):
    assert asked_for(thing).answers[0] is NotImplemented


@pytest.mark.parametrize("thing", [FUNCTION, CLASS])
def test_what_cannot_be_imported_goes_by_value(thing):
    assert isinstance(asked_for(thing).answers[0], tuple)


def test_a_class_that_comes_back_to_its_process_is_the_same_class():
    assert pickle.loads(cloudpickle.dumps(CLASS)) is CLASS  # noqa: S301


def test_a_class_is_made_first_and_filled_from_a_dictionary_of_its_own():
    """`pickling/pickler.py` completes that dictionary; the class must not change with it."""
    _make, _arguments, (state, _slots), *_ = asked_for(CLASS).answers[0]
    state["x"] = 2
    assert CLASS.x == 1


def test_a_module_that_is_registered_goes_by_value_until_it_is_not(monkeypatch):
    module = ModuleType("registered_here")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    cloudpickle.register_pickle_by_value(module)
    assert module.__name__ in cloudpickle.list_registry_pickle_by_value()
    cloudpickle.unregister_pickle_by_value(module)
    assert module.__name__ not in cloudpickle.list_registry_pickle_by_value()


def test_what_one_pickler_writes_in_several_goes_is_read_as_one():
    """What was dropped is forgotten by putting the memo of an earlier moment back."""
    file, shared, late = io.BytesIO(), ["shared"], ["late"]
    pickler = Recorder(file)
    pickler.dump(shared)
    place, memo = file.tell(), pickler.memo.copy()
    pickler.dump(("dropped", late))
    file.seek(place)
    file.truncate()
    pickler.memo = memo
    pickler.dump((shared, late))
    reader = pickle.Unpickler(io.BytesIO(file.getvalue()))  # noqa: S301 (made here)
    first = reader.load()
    second = reader.load()
    assert second == (shared, late)
    assert second[0] is first
