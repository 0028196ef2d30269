"""``put`` and ``take``: the type of a value is the type of its artefact."""

from __future__ import annotations

from typing import Any, assert_type

from returns.result import Result

import funsies as f

number = f.put(1)
assert_type(number, f.Artefact[int])
assert_type(f.put([1, 2]), f.Artefact[list[int]])
assert_type(f.put({"a": 1.0}), f.Artefact[dict[str, float]])
assert_type(f.put_file("data.bin"), f.Artefact[bytes])

assert_type(f.take(number), int)
assert_type(f.take(number, strict=True), int)
assert_type(f.take(number, strict=False), Result[int, f.Error])
assert_type(f.take(number, volatile="error"), int)
assert_type(f.take(number, strict=False, volatile="accept"), Result[int, f.Error])
f.takeout(number, "number.json", volatile="warn")
assert_type(f.unwrap(f.take(number, strict=False)), int)


def use_results(
    one: f.Result[int], two: f.Result[int, f.Error], other: f.Result[int, str]
) -> f.Result[str]:
    assert_type(one, Result[int, f.Error])
    assert_type(two, Result[int, f.Error])
    assert_type(other, Result[int, str])
    one = f.take(number, strict=False)
    one = other  # E: Incompatible types in assignment
    return one.map(str)


def take_as_asked(*, strict: bool) -> None:
    assert_type(f.take(number, strict=strict), int | Result[int, f.Error])


def needs_float(value: f.Artefact[float]) -> None:
    """An artefact of a narrower type fits."""


needs_float(number)
text = f.put("text")
needs_float(text)  # E: incompatible type "Artefact[str]"; expected "Artefact[float]"

if number:  # E[pyright]: Invalid conditional operand
    pass
assert not number  # E[pyright]: Invalid conditional operand


assert_type(f.get("abc", as_type=int), f.Artefact[int])
assert_type(f.get("abc", as_type=list[int]), f.Artefact[list[int]])
assert_type(f.take(f.get("abc", as_type=bytes)), bytes)
assert_type(f.get("abc", None), f.Artefact[Any])
f.get(3)  # E: No overload variant of "get" matches
anything = f.get("abc")
assert_type(f.utils.not_empty(anything), f.Artefact[Any])
assert_type(f.utils.stop_if(lambda value: value > 3, anything), f.Artefact[Any])
assert_type(f.utils.not_empty("text"), f.Artefact[str])
assert_type(f.utils.stop_if(lambda value: value > 3, number), f.Artefact[int])
f.utils.truncate(f.utils.not_empty(anything), top=1)
assert_type(f.utils.truncate(text, top=1), f.Artefact[str])
assert_type(f.utils.truncate(b"text", top=1), f.Artefact[bytes])
f.utils.stop_if(lambda value: value > "a", number)  # E: Unsupported operand types
f.utils.truncate(number)  # E: Value of type variable "AnyText" of "truncate" cannot be "int"


def present(maybe: f.Artefact[int] | None) -> bool:
    if maybe:  # E[pyright]: Invalid conditional operand
        return True
    return maybe is not None


number + 1  # E: Unsupported operand types for + ("Artefact[int]" and "int")
1 + number  # E: Unsupported operand types for + ("int" and "Artefact[int]")
smaller = number < 2  # E: Unsupported operand types for >
number[0]  # E: is not indexable
number.real  # E: has no attribute "real"
number()  # E: not callable
len(number)  # E: Argument 1 to "len" has incompatible type
int(number)  # E: No overload variant of "int" matches
-number  # E: Unsupported operand type for unary -
found = 3 in number  # E: Unsupported right operand type for in
for _ in number:  # E: has no attribute "__iter__"
    pass
step = f.shell("run")
step + 1  # E: Unsupported operand types for +
step.stout  # E: has no attribute "stout"
f.take(number, volatile="ignore")  # E: No overload variant of "take" matches
f.takeout(number, "n", volatile=True)  # E: Argument "volatile" to "takeout"
f.take(1)  # E: No overload variant of "take" matches argument type "int"
wrong: str = f.take(number)  # E: Incompatible types in assignment
