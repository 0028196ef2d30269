"""Options of steps by keyword."""

from __future__ import annotations

from typing import TypedDict, Unpack, assert_type

import funsies as f


class How(TypedDict, total=False):
    queue: str
    retries: int


@f.task(queue="gpu", timeout_seconds=60, retries=2, isolated=True)
def square(number: int) -> int:
    return number * number


def run(command: str, **how: Unpack[How]) -> f.Artefact[bytes]:
    return f.shell(command, **how).stdout


assert_type(square(3), f.Artefact[int])
assert_type(f.reduce(max, 1, 2, queue="gpu", timeout_seconds=None), f.Artefact[int])
assert_type(f.morph(str.upper, "a", retries=1), f.Artefact[str])
assert_type(f.map_each(abs, [-1], priority=1), f.Artefact[list[int]])
assert_type(f.shell("true", distributed=False).stdout, f.Artefact[bytes])
assert_type(f.template("{{a}}", {"a": 1}, retry_delay_seconds=0.5), f.Artefact[bytes])
assert_type(f.utils.concat("a", "b", queue="gpu"), f.Artefact[str])
assert_type(run("true", queue="gpu"), f.Artefact[bytes])

f.shell("true", timeout=60)  # E: Unexpected keyword argument "timeout" for "shell"
f.shell("true", retries="2")  # E: incompatible type "str"; expected "int"
f.reduce(max, 1, 2, quue="gpu")  # E: overload
f.execute(square(3), queue="gpu")  # E: Unexpected keyword argument "queue" for "execute"
