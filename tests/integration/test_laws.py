"""An artefact obeys the laws of functors, applicatives, monads and of error recovery.

The laws are those that ``returns`` states for the interfaces that ``Artefact`` implements:
they are run, not written anew. Two artefacts are the same here if executing each of them, on a
server of its own, gives the same value of the same type, or the same error.

The laws speak of values that can be stored, and of pure functions whose code can be seen: those
are what is generated. Functions made up by hypothesis are neither, so that functions come from
families, some with captured values.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any, TypeVar, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from returns.contrib.hypothesis.laws import check_all_laws
from returns.functions import compose, identity
from returns.pipeline import flow, pipe
from returns.pointfree import bind, lash, map_
from returns.primitives import asserts
from returns.result import Failure, Result

import funsies as f
from funsies import Artefact, Error

T = TypeVar("T")

Plain = Callable[[Any], Any]
Step = Callable[[Any], Artefact[Any]]
Recovery = Callable[[Error], Artefact[Any]]

FEW = settings(max_examples=25)

# What two artefacts are compared by


def outcome(artefact: Artefact[T]) -> Result[Artefact[T], tuple[object, ...]]:
    """Execute an artefact where nothing was executed before.

    Values are told apart as ``put`` does it: 1, 1.0 and True differ. Of an error, which step
    raised it, and where, is left out: by the laws it is the same error from another step.
    """
    return evaluated(artefact).map(f.put).alt(what_went_wrong)


def evaluated(artefact: Artefact[T]) -> Result[T, Error]:
    with f.Fun(f.Server("memory://")):
        f.execute(artefact)
        return f.take(artefact, strict=False)


def what_went_wrong(error: Error) -> tuple[object, ...]:
    return error.kind, error.exception, error.exit_code, error.details.splitlines()[-1:]


def in_a_message(artefact: Artefact[object], _: str) -> str:
    return f"{artefact!r} with {evaluated(artefact)}"


@pytest.fixture(autouse=True, scope="module")
def _compared_by_outcome() -> Iterator[None]:
    """Have ``assert_equal`` of ``returns`` execute artefacts, as it awaits futures."""
    convert = asserts._convert  # there is no public way to teach it a container

    def convert_or_execute(container: object, **options: Any) -> object:
        if isinstance(container, Artefact):
            return outcome(container)
        return convert(container, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asserts, "_convert", convert_or_execute)
        patch.setattr(Artefact, "__format__", in_a_message)  # refused, but its message does
        yield


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (f.put(1), f.put(2)),
        (f.put(1), f.put(True)),
        (f.put(1), f.morph(int, "x")),
        (f.morph(int, "x"), f.morph(int, "y")),
    ],
)
def test_the_comparison_can_fail(first: Artefact[int], second: Artefact[int]) -> None:
    with pytest.raises(AssertionError):
        asserts.assert_equal(first, second)


# What is generated

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=5)
    | st.binary(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
        | st.tuples(inner, inner)
    ),
    max_leaves=5,
)


def kind_of(value: Any) -> str:
    return type(value).__name__


def in_list(value: Any) -> list[Any]:
    return [value]


def twice(value):
    return value, value


def is_same(one: Any, other: Any) -> bool:
    return one == other


def beside(captured: Any) -> Plain:
    return lambda value: {"captured": captured, "value": value}


PLAIN: st.SearchStrategy[Plain] = st.one_of(
    st.sampled_from([kind_of, in_list, twice, identity, bool]),
    st.builds(beside, VALUES),
    st.builds(functools.partial, st.just(is_same), VALUES),
)


def refuse(value: Any) -> int:
    raise ValueError(f"no {kind_of(value)}")


def fail(value: Any) -> Result[int, str]:
    return Failure(f"not a {kind_of(value)}")


def stepwise(function: Plain) -> Step:
    return lambda value: f.reduce(function, value)


def by_two_steps(function: Plain) -> Step:
    return lambda value: f.reduce(in_list, value).map(function)


def put_in_list(value: Any) -> Artefact[list[Any]]:
    return f.put([value])


def deeper(value: Any) -> Artefact[list[Any]]:
    return f.put(value).bind(put_in_list)


FAILING: st.SearchStrategy[Plain] = st.sampled_from([refuse, fail])

STEPS: st.SearchStrategy[Step] = st.one_of(
    st.sampled_from([Artefact.from_value, put_in_list, deeper]),
    st.builds(stepwise, PLAIN | FAILING),
    st.builds(by_two_steps, PLAIN),
)

FAILED = st.builds(f.reduce, FAILING, VALUES)

ARTEFACTS = st.one_of(
    st.builds(f.put, VALUES),
    st.builds(f.reduce, PLAIN, VALUES),
    FAILED,
    st.builds(f.reduce, PLAIN, FAILED),
)


def functions(annotation: object) -> st.SearchStrategy[Plain] | st.SearchStrategy[Step]:
    """Functions as a law asks for them: to a value, or to an artefact."""
    return PLAIN if isinstance(get_args(annotation)[-1], TypeVar) else STEPS


check_all_laws(
    Artefact,
    container_strategy=lambda _: ARTEFACTS,
    settings_kwargs={"max_examples": 25},
    type_strategies={TypeVar: lambda _: VALUES, Callable: functions},
)


def test_every_law_of_every_interface_has_its_test() -> None:
    """Functor, applicative, monad, and that a value is never recovered: ten laws."""
    laws = [
        f"test_artefact_{interface.__qualname__.lower()}_{law.name}"
        for interface, laws in Artefact.laws().items()
        for law in laws
    ]
    assert len(laws) == 10
    assert all(callable(globals()[law]) for law in laws)


# Laws that returns states only for containers that are made from an error (``from_failure``):
# an artefact cannot be, since an error is what a step leaves. So they are stated here.


@FEW
@given(failed=FAILED, function=PLAIN)
def test_an_error_passes_map_and_apply_by(failed: Artefact[Any], function: Plain) -> None:
    asserts.assert_equal(failed.map(function), failed)
    asserts.assert_equal(failed.apply(Artefact.from_value(function)), failed)


@FEW
@given(failed=FAILED, function=STEPS)
def test_an_error_passes_bind_by(failed: Artefact[Any], function: Step) -> None:
    asserts.assert_equal(failed.bind(function), failed)


def explained(error: Error) -> Artefact[str]:
    return f.put(error.details[-20:])


def refuse_text(value: str) -> str:
    raise ValueError(value)


def refused_again(error: Error) -> Artefact[str]:
    return f.reduce(refuse_text, error.kind.value)


def instead(value: Any) -> Recovery:
    def recovered(error: Error) -> Artefact[str]:
        return f.reduce(kind_of, value)

    return recovered


RECOVERIES: st.SearchStrategy[Recovery] = st.one_of(
    st.sampled_from([explained, refused_again]), st.builds(instead, VALUES)
)


@FEW
@given(failed=FAILED, recovery=RECOVERIES)
def test_lash_goes_on_with_what_the_recovery_makes_of_the_error(
    failed: Artefact[Any], recovery: Recovery
) -> None:
    asserts.assert_equal(failed.lash(recovery), recovery(evaluated(failed).failure()))


@FEW
@given(artefact=ARTEFACTS, first=RECOVERIES, second=RECOVERIES)
def test_lash_is_associative(
    artefact: Artefact[Any], first: Recovery, second: Recovery
) -> None:
    def both(error: Error) -> Artefact[str]:  # says its type, else it is the artefact's
        return first(error).lash(second)

    asserts.assert_equal(artefact.lash(first).lash(second), artefact.lash(both))


# Functions of the generated laws are total, since the law of homomorphism calls them here.


@FEW
@given(artefact=ARTEFACTS, first=PLAIN, second=PLAIN, refusing=st.just(refuse))
def test_mapping_a_composition_is_mapping_twice_also_if_it_raises(
    artefact: Artefact[Any], first: Plain, second: Plain, refusing: Plain
) -> None:
    for one, other in ((first, refusing), (refusing, second)):
        asserts.assert_equal(artefact.map(one).map(other), artefact.map(compose(one, other)))


# Functions of ``returns`` that take containers


@FEW
@given(artefact=ARTEFACTS, function=PLAIN, step=STEPS, recovery=RECOVERIES)
def test_the_functions_of_returns_are_the_methods(
    artefact: Artefact[Any], function: Plain, step: Step, recovery: Recovery
) -> None:
    by_methods = artefact.map(function).bind(step).lash(recovery)
    assert flow(artefact, map_(function), bind(step), lash(recovery)) == by_methods
    assert pipe(map_(function), bind(step), lash(recovery))(artefact) == by_methods


@pytest.mark.parametrize(
    "capture",
    [
        lambda value: functools.partial(is_same, value),
        lambda value: [value].__contains__,
        lambda value: value.__eq__,
        instead,
    ],
)
def test_compositions_of_functions_with_other_captured_values_differ(
    capture: Callable[[object], Plain],
) -> None:
    three, four = (f.put(1).map(compose(capture(each), identity)) for each in (3, 4))
    assert three != four
    assert three == f.put(1).map(compose(capture(3), identity))
