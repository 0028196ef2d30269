"""``strict=False``: parameters are results."""

from __future__ import annotations

from typing import Any, assert_type

from returns.result import Failure, Result, Success

import funsies as f

number = f.put(1)
text = f.put("text")


def rescue(x: Result[int, f.Error], y: Result[str, f.Error]) -> int:
    return x.value_or(0) + len(y.value_or(""))


def plain(x: int) -> int:
    return x


def anything(x: Any) -> int:
    return 0


def broad(x: Result[int, Exception]) -> int:
    return 0


assert_type(f.reduce(rescue, number, text, strict=False), f.Artefact[int])


# results are no errors
taken = f.take(number, strict=False)
if isinstance(taken, f.Error):  # E: "Result[int, Error]" is never an Error, but may hold one; use isinstance(x, Failure), and x.failure() for the error
    print("never")
if isinstance(taken, (int, f.Error)):  # E: is never an Error
    print("never")
if isinstance(taken, Failure):
    print(taken.failure())
errors = [each for each in [f.take(number, strict=False)] if isinstance(each, f.Error)]  # E: is never an Error


same = taken == Success(3) or taken != f.take(number, strict=False) or taken == None
same = taken == 3  # E: "Result[int, Error]" never equals "int", but may hold it; compare what take() or .unwrap() gives
same = 3 != taken  # E: never equals "int"
same = taken.unwrap() == 3


def compare(a: object, b: Any, c: Result[int, f.Error] | None) -> bool:
    return taken == a or b == taken or taken == c or c == taken


def other_things(thing: object, anything: Any, error: f.Error | int) -> bool:
    return isinstance(thing, f.Error) or isinstance(anything, f.Error) or isinstance(error, f.Error)


assert_type(f.reduce(rescue, 3, "text", strict=False), f.Artefact[int])
assert_type(f.reduce(anything, number, strict=False), f.Artefact[int])
f.reduce(rescue, number, number, strict=False)  # E: parameter "y" of "rescue" needs "str" inside the artefact
f.reduce(rescue, number, strict=False)  # E: Missing positional argument "y" in call to "rescue"
f.reduce(plain, number, strict=False)  # E: "plain" is strict=False: its parameter "x" must be "Result[int, Error]", not "int"
f.morph(broad, number, strict=False)  # E: its parameter "x" must be "Result[int, Error]"
f.reduce(rescue, number, text)  # E: needs "Result[int, Error]"


@f.task(strict=False)
def mend(value: Result[float, f.Error], default: Result[float, f.Error]) -> float:
    return value.value_or(default.unwrap())


@f.task(strict=False)
def loose(value: float) -> float:  # E: "loose" is strict=False: its parameter "value" must be "Result[float, Error]", not "float"
    return value


@f.task
def forgetful(value: Result[float, f.Error]) -> float:  # E: Parameter "value" of task "forgetful" is "Result[float, Error]", but a task is given results only with @task(strict=False)
    return value.value_or(0.0)


def decided_at_run_time(*, strict: bool) -> None:
    @f.task(strict=strict)
    def either(value: Result[float, f.Error]) -> float:
        return value.value_or(0.0)

    f.execute(either(2.0))


assert_type(mend(f.put(1.0), 2.0), f.Artefact[float])
mend(text, 2.0)  # E: Argument 1 to "mend" has type "Artefact[str]", but parameter "value" of "mend" needs "float"
