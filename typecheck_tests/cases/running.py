"""Sessions, executing, waiting: what a program asks of the server."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, assert_type

import funsies as f
from funsies.session import Session

with f.Fun(f.Server("memory://"), defaults=f.options(timeout_seconds=3.0), cleanup=True):
    number = f.put(1)
    step = f.shell("true")
    handle = f.execute(number.map(str), step, [number, step])
    assert_type(handle, f.Handle)
    assert_type(handle.wait(3.0), f.Handle)
    assert_type(handle.cancel(), int)
    assert_type(handle.counts().total.done, int)
    f.wait_for(number, step, timeout=3.0)
    f.takeout(number, Path("number.json"))
    assert_type(f.reset(step, recursive=False), int)
    assert_type(f.reset(step, failed=True), int)
    assert_type(f.get("abc"), f.Artefact[Any])

assert_type(f.start(2, directory=Path("here"), defaults=f.options(retries=1)), Session)
assert_type(f.start(server=f.Server("memory://"), interpreter="bash"), Session)
f.stop()
f.start("2")  # E: incompatible type "str"; expected "int | None"
f.start(2, "here")  # E: Too many positional arguments
assert_type(f.options(queue="gpu", timeout=60, retries=2), f.Options)
f.options(queue=3)  # E: Argument "queue" to "options" has incompatible type "int"
f.options(colour="red")  # E: "colour"
f.Fun("memory://")  # E: incompatible type "str"; expected "Server | None"
f.takeout("abc", "file")  # E: incompatible type "str"; expected "Artefact[Any]"
f.Server(3)  # E: incompatible type "int"


def collected(
    steps: list[f.Artefact[int]],
    by_name: dict[str, f.Artefact[str]],
    outputs: f.ShellOutput[Literal["a"]],
    either: f.Artefact[int] | f.ShellOutput,
) -> None:
    f.execute(steps, *steps, by_name, set(steps), (outputs, [either]), outputs.out, [], {})
    f.wait_for(steps, *by_name.values())
    f.reset(outputs, either)


f.execute(3)  # E: incompatible type "int"; expected "Target"
f.execute(step, None)  # E: incompatible type "None"; expected "Target"
f.execute(each for each in [step])  # E: "Generator[
f.execute([3])  # E: List item 0 has incompatible type "int"
f.wait_for(len)  # E: expected "Target"
f.reset(b"abc")  # E: incompatible type "bytes"
f.reset("abc")  # E[pyright]: a str is a sequence of str, for mypy without end
