"""What funsies takes for granted of cloudpickle beyond ``dumps`` and ``loads``.

What a function's code says of its file is not among it: cloudpickle 3.1.2 keeps it, 3.1.3 does
not.
"""

from __future__ import annotations

import functools
import io
import pickle
import sys
from types import FunctionType, ModuleType
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


def test_a_function_arrives_with_its_code_and_the_globals_that_it_uses():
    arrived = pickle.loads(cloudpickle.dumps(FUNCTION))  # noqa: S301
    assert isinstance(arrived, FunctionType)
    assert arrived(4) == 7
    assert arrived.__code__.co_code == FUNCTION.__code__.co_code


def test_functions_of_one_pickle_share_their_globals():
    program = dynamic("N = 3\ndef get(): return N\ndef set(n):\n    global N\n    N = n")
    pair = pickle.loads(cloudpickle.dumps((program["get"], program["set"])))  # noqa: S301
    get, set_to = pair
    set_to(5)
    assert get() == 5


def test_a_class_that_comes_back_to_its_process_is_the_same_class():
    assert pickle.loads(cloudpickle.dumps(CLASS)) is CLASS  # noqa: S301


class TestReduced:
    """What `core/fingerprint/travel.py` changes in the answers of cloudpickle."""

    def test_a_class_is_made_first_and_filled_from_a_dictionary_of_its_own(self):
        _make, _arguments, (state, _slots), *_ = asked_for(CLASS).answers[0]
        assert state["x"] == 1
        assert state is not vars(CLASS)

    def test_a_function_is_made_first_and_filled_from_dictionaries_of_their_own(self):
        _make, _arguments, (_state, slots), *_ = asked_for(FUNCTION).answers[0]
        assert slots["__globals__"] == {"N": 3}
        assert slots["__annotations__"] is not None
        assert slots["_cloudpickle_submodules"] == []

    def test_a_module_that_is_registered_goes_by_value_until_it_is_not(self, monkeypatch):
        module = ModuleType("registered_here")
        monkeypatch.setitem(sys.modules, module.__name__, module)
        cloudpickle.register_pickle_by_value(module)
        assert module.__name__ in cloudpickle.list_registry_pickle_by_value()
        cloudpickle.unregister_pickle_by_value(module)
        assert module.__name__ not in cloudpickle.list_registry_pickle_by_value()
