"""Wrong wiring is refused when the graph is built, with a message that names the remedy."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import pytest
from returns.result import Result

import funsies as f
from funsies.core.errors import (
    FileNameError,
    FingerprintError,
    NoSuchOutputError,
    OptionError,
    UnsupportedTypeError,
    WiringError,
)

if TYPE_CHECKING:
    from decimal import Decimal


@dataclass
class Point:
    x: int


def double(number: int) -> int:
    return 2 * number


def total(numbers: list[float]) -> float:
    return sum(numbers)


def later(number: int) -> f.Artefact[int]:
    return f.put(number)


def opened(name: str) -> TextIO:
    return Path(name).open()


def uses_file(file: TextIO) -> int:
    return len(file.read())


def tolerant(number: int) -> int:
    return number


def only_checked(number: Decimal) -> int:
    return int(number)


# arguments and parameters


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ((), r"double\(\): missing a required argument: 'number'"),
        ((1, 2), r"double\(\): too many positional arguments"),
        (("text",), "argument 'number' of double: .*int"),
        ((1.5,), "argument 'number' of double"),
        ((f.put("text"),), "parameter 'number' of double is int.*artefact of str"),
        ((f.put([1]),), "parameter 'number' of double is int.*artefact of list"),
        (([f.put(1)],), "argument 'number' of double is a list with artefacts inside"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(inputs: tuple[Any, ...], message: str) -> None:
    with pytest.raises(WiringError, match=message):
        f.reduce(double, *inputs)


def test_a_mistyped_keyword_is_refused() -> None:
    with pytest.raises(
        WiringError, match=r"double\(\) has no parameter 'nummer'; did you mean 'number'"
    ):
        f.task(double)(nummer=3)


def test_a_keyword_that_looks_like_a_position_is_refused() -> None:
    @f.task
    def count(*numbers: int, **more: int) -> int:
        return len(numbers) + len(more)

    with pytest.raises(WiringError, match=r"'0' cannot name an argument"):
        count(1, **{"0": 2})


def test_the_inside_of_containers_is_checked() -> None:
    with pytest.raises(WiringError, match=r"parameter 'numbers' of total"):
        f.reduce(total, f.put(["a"]))
    f.reduce(total, f.put([1, 2]))
    f.reduce(total, [1.5, 2])


def test_artefacts_in_dictionaries_and_tuples_are_found() -> None:
    for value in ({"a": f.put(1)}, (f.put(1),), {f.put(1)}):
        with pytest.raises(WiringError, match=r"f\.gather\("):
            f.reduce(len, value)


def test_functions_that_python_cannot_describe_take_what_they_are_given() -> None:
    assert f.reduce(max, 1, 2).operation is not None


def test_a_function_that_returns_an_artefact_is_for_bind() -> None:
    with pytest.raises(WiringError, match=r"makes the workflow dynamic: use artefact.bind"):
        f.morph(later, 1)  # type: ignore[type-var]
    with pytest.raises(WiringError, match=r"double must return an artefact.*use map"):
        f.put(1).bind(double)  # type: ignore[arg-type]


def test_map_each_says_how_each_item_gets_several_steps() -> None:
    with pytest.raises(WiringError, match=r"later returns an artefact; .*gather\(\[...\]\)"):
        f.map_each(later, [1, 2])

    def later_somehow(number: int) -> f.Artefact:  # type: ignore[type-arg]  # as people write it
        return f.put(number)

    with pytest.raises(WiringError, match=r"later_somehow returns an artefact; .*gather"):
        f.map_each(later_somehow, [1, 2])


def test_a_step_that_takes_results_without_saying_so_is_refused() -> None:
    def rescue(number: Result[int, f.Error]) -> int:
        return number.value_or(0)

    with pytest.raises(WiringError, match=r"'number' of .*is Result.*only a strict=False"):
        f.reduce(rescue, f.morph(double, 1))  # type: ignore[arg-type]


def test_a_tolerant_step_says_so_in_its_annotations() -> None:
    with pytest.raises(WiringError, match=r"tolerant is strict=False.*'number'.*Result\[T"):
        f.reduce(tolerant, 1, strict=False)

    def right(number: Result[int, f.Error]) -> int:
        return number.value_or(0)

    f.reduce(right, 1, strict=False)


# types


def test_types_that_cannot_be_stored_are_refused_with_the_name_of_the_parameter() -> None:
    with pytest.raises(UnsupportedTypeError, match=r"result of opened.*TextIO"):
        f.reduce(opened, "file")
    with pytest.raises(UnsupportedTypeError, match=r"parameter 'file' of uses_file.*TextIO"):
        f.reduce(uses_file, f.put(1))


def test_values_that_cannot_be_stored_are_refused() -> None:
    def anything(value: Any) -> int:
        return 1

    with pytest.raises((UnsupportedTypeError, WiringError), match=r"'value' of anything"):
        f.reduce(anything, threading.Lock())
    with pytest.raises(UnsupportedTypeError):
        f.put(object())


def test_an_annotation_may_be_imported_for_type_checkers_only() -> None:
    with pytest.raises(WiringError, match=r"expected Decimal, got int"):
        f.reduce(only_checked, 1)


def test_deep_nesting_is_a_clear_error() -> None:
    value: Any = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises((UnsupportedTypeError, ValueError), match=r"nested too deep"):
        f.put(value)


def test_a_value_that_contains_itself_is_a_clear_error() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(ValueError, match=r"inside itself|nested too deep"):
        f.put(value)


# code


def test_code_that_cannot_be_seen_is_refused_with_a_remedy() -> None:
    def secret(x: int) -> Any:
        return eval(f"{x} + 1")  # noqa: S307 - this is what is refused

    with pytest.raises(FingerprintError, match=r"version="):
        f.reduce(secret, 1)


def test_what_cannot_be_sent_to_a_worker_is_refused_at_once() -> None:
    numbers = (number for number in [1, 2])

    @f.task(version="1")
    def first(x: int) -> int:
        return next(numbers)

    with pytest.raises(FingerprintError, match=r"first cannot be sent to a worker.*pickle"):
        first(1)


# tasks


def test_odd_functions_cannot_be_tasks() -> None:
    async def co() -> int:
        return 1

    def gen() -> Any:
        yield 1

    class C:
        def method(self) -> int:
            return 1

        @staticmethod
        def static() -> int:
            return 1

    with pytest.raises(WiringError, match=r"async function co.*asyncio.run"):
        f.task(co)
    with pytest.raises(WiringError, match=r"generator gen.*return a list"):
        f.task(gen)
    with pytest.raises(WiringError, match=r"method C.method.*module-level function"):
        f.task(C.method)
    with pytest.raises(WiringError, match=r"staticmethod.*plain function"):
        f.task(vars(C)["static"])
    with pytest.raises(WiringError, match=r"cannot wrap 3; it wants a plain function"):
        f.task(3)  # type: ignore[call-overload]


def test_py_needs_a_result() -> None:
    with pytest.raises(WiringError, match=r"at least one result type"):
        f.py(double, 1, out=[])


# shell


@pytest.mark.parametrize(
    "name", ["../x", "/etc/x", "", "a\0b", "a/../b", "a//", "./a", "a//b", "\ud800", "x" * 256]
)
def test_file_names_that_lead_out_or_cannot_be_are_refused(name: str) -> None:
    with pytest.raises(FileNameError):
        f.shell("run", inp={name: "text"})
    with pytest.raises(FileNameError):
        f.shell("run", out=[name])


def test_the_same_file_twice_is_refused() -> None:
    with pytest.raises(FileNameError, match='duplicate output file "a"'):
        f.shell("run", out=["a", "a"])
    with pytest.raises(FileNameError, match=r"duplicate input"):
        f.shell("run", inp={"a": 1, Path("a"): 2})  # type: ignore[type-var]


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((), {}, "at least one command"),
        (("",), {}, "empty"),
        ((3,), {}, "text, not int"),
        ((["echo", "two words"],), {}, r"not list; write \"echo 'two words'\""),
        (("cat", f.put(1)), {}, r"not Artefact; .*inp=\{"),
        (("a\0",), {}, "NUL"),
        (("run",), {"out": "file"}, r"out=\['file'\]"),
        (("run",), {"inp": ["file"]}, "mapping from file name to value"),
        (("run",), {"inp": {3: "x"}}, "must be text, not 3"),
        (("run",), {"env": {"A": 1}}, "'A' is text, not int"),
        (("run",), {"env": {"A=B": "1"}}, "cannot name an environment variable"),
        (("run",), {"inp": {"a": object()}}, "object"),
        (("run",), {"inp": {"a": [f.put(1)]}}, "'a'.*artefacts inside"),
    ],
)
def test_shell_steps_that_cannot_run_are_refused(
    arguments: Any, options: Any, message: str
) -> None:
    with pytest.raises((WiringError, UnsupportedTypeError, FileNameError), match=message):
        f.shell(*arguments, **options)


def test_an_output_that_is_not_made_is_named_with_what_there_is() -> None:
    step = f.shell("run", out=["results.csv", "b.csv"])
    with pytest.raises(WiringError, match=r"did you mean 'results.csv'"):
        step.out["result.csv"]
    with pytest.raises(WiringError, match=r"name it in shell\(..., out=\['a'\]\)"):
        f.shell("run").out["a"]
    assert "nothing" not in step.out


def test_the_only_stdout_of_two_commands_is_refused() -> None:
    with pytest.raises(WiringError, match=r"runs 2 commands: use stdouts\[i\]"):
        _ = f.shell("a", "b").stdout


def test_an_output_of_a_command_that_is_not_there_is_refused_with_how_many_there_are() -> None:
    step = f.shell("a", "b")
    assert step.stdouts[1] is step.stdouts[-1]
    assert len(step.stderrs[:9]) == 2
    with pytest.raises(NoSuchOutputError, match=r"has 2 command\(s\), counted from 0: .* 2$"):
        step.returncodes[2]


# artefacts are not values


def test_an_artefact_cannot_be_taken_for_its_value() -> None:
    artefact = f.put(1)
    with pytest.raises(WiringError, match=r"cannot be formatted.*use take"):
        "{}".format(artefact)  # noqa: UP032 - the other way to format
    with pytest.raises(AttributeError, match=r"cannot be changed"):
        artefact.reference = f.put(2).reference


def test_an_artefact_is_hashable_comparable_and_shown() -> None:
    artefact = f.reduce(double, 1)
    assert {artefact: 1}[f.reduce(double, 1)] == 1
    assert artefact != f.reduce(double, 2)
    assert repr(artefact) == f"<Artefact[int] {artefact.hash[:10]} of double>"
    assert repr(f.put(3)).endswith("(constant)>")


@pytest.mark.parametrize(
    "use",
    [
        f.execute,
        f.wait_for,
        f.reset,
        f.take,
        lambda function: f.reduce(print, function),
        lambda function: f.gather([f.put(1), function]),
        lambda function: f.shell("cat a", inp={"a": function}),
        lambda function: f.parametric.commit("name", {"a": function}, {"b": f.put(1)}),
    ],
)
def test_a_function_in_an_artefact_cannot_be_used_as_a_value(
    use: Callable[..., object],
) -> None:
    """At once, and not only by a worker that does not find its bytes."""
    function = f.Artefact.from_value(double)
    with (
        f.Fun(f.Server("memory://")),
        pytest.raises(
            f.FunsiesError, match=r"the function double> .* give the function itself"
        ),
    ):
        use(function)


def test_functions_in_artefacts_are_told_apart_by_their_code() -> None:
    assert f.Artefact.from_value(double) == f.Artefact.from_value(double)
    assert f.Artefact.from_value(double) != f.Artefact.from_value(len)
    assert len(f.Artefact.from_value(double).hash) == 64


# options


def test_unknown_options_are_refused_with_a_suggestion() -> None:
    with pytest.raises(f.FunsiesError, match=r"no option timout; did you mean timeout"):
        f.options(timout=3)  # type: ignore[call-arg]
    with pytest.raises(f.FunsiesError, match=r"serializer"):
        f.options(serializer="json")  # type: ignore[call-arg]
    with pytest.raises(f.FunsiesError, match=r"timeout_seconds is more than 0"):
        f.options(timeout=0)


def test_a_timeout_of_minus_one_means_no_limit() -> None:
    assert f.options(timeout=-1).timeout_seconds is None
    assert f.options(timeout=60).timeout_seconds == 60


async def waits(number: int) -> int:
    return number


def yields(number: int) -> Iterator[int]:
    yield number


@pytest.mark.parametrize("build", [f.morph, f.reduce, f.py])
@pytest.mark.parametrize(
    ("function", "message"),
    [
        (waits, r"async function waits.*asyncio.run"),
        (yields, r"generator yields.*return a list"),
        (3, r"a step cannot call 3"),
    ],
)
def test_what_gives_no_value_when_called_cannot_be_a_step(
    build: Callable[..., Any], function: Any, message: str
) -> None:
    with pytest.raises(WiringError, match=message):
        build(function, 1)


@pytest.mark.parametrize(
    "build",
    [
        lambda: f.shell("true", opt={"retries": 1}),  # type: ignore[arg-type]
        lambda: f.morph(double, 1, opt="fast"),  # type: ignore[call-overload]
        lambda: f.Fun(f.Server("memory://"), defaults=3).__enter__(),  # type: ignore[arg-type]
    ],
)
def test_options_are_made_by_options(build: Callable[[], object]) -> None:
    with pytest.raises(OptionError, match=r"options\(retries=1\), not"):
        build()


def test_what_has_several_values_is_not_taken_for_one() -> None:
    step = f.shell("true", out=["a"])
    with pytest.raises(UnsupportedTypeError, match=r"give one of its outputs: .stdout"):
        f.shell("true", inp={"a": step})
    with pytest.raises(UnsupportedTypeError, match=r"points to a value already"):
        f.put(step.stdout)


def test_the_types_of_several_results_are_a_tuple() -> None:
    with pytest.raises(WiringError, match=r"out= of py\(\) is a tuple of types"):
        f.py(double, 1, out=3)  # type: ignore[call-overload]
