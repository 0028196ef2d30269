"""Graphs made by chance, what their operations compute, and a plain evaluation of them."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

ERROR = b"E"
CONSTANTS = (b"c0", b"c1")


@dataclass(frozen=True)
class Spec:
    """One operation of a random graph.

    Attributes:
        task: what it computes; operations with the same task and contents share a trace.
        strict: whether errors pass it by.
        inputs: (producer, output) or (-1 - constant, 0).
        target: operation to which it delegates, if it is dynamic.
    """

    task: int
    strict: bool
    inputs: tuple[tuple[int, int], ...]
    target: int | None


OUTPUTS = (1, 1, 2, 2, 1)
"""Number of outputs by task; task 3 fails in its second output, task 4 fails."""


def compute(task: int, inputs: list[bytes]) -> list[bytes]:
    """What an operation makes of its inputs: few different values, so that contents meet."""
    if task == 4:
        return [ERROR]
    number = (task + sum(sum(data) for data in inputs)) % 3
    made = [b"v%d" % ((number + index) % 3) for index in range(OUTPUTS[task])]
    return [made[0], ERROR] if task == 3 else made


@st.composite
def graphs(draw: st.DrawFn) -> list[Spec]:
    """Small graphs; one operation in five is dynamic, and may lead in a circle."""
    specs: list[Spec] = []
    size = draw(st.integers(3, 8))
    for _ in range(size):
        sources = [(i, o) for i, spec in enumerate(specs) for o in range(outputs_of(spec))]
        sources += [(-1, 0), (-2, 0)]
        inputs = draw(st.lists(st.sampled_from(sources), min_size=1, max_size=3))
        is_dynamic = draw(st.integers(0, 4)) == 4
        target = draw(st.integers(0, size - 1)) if is_dynamic else None
        task, strict = draw(st.sampled_from([0, 1, 2, 0, 1, 3, 4])), draw(st.booleans())
        specs.append(Spec(task, strict, tuple(inputs), target))
    return specs


def outputs_of(spec: Spec) -> int:
    return 1 if spec.target is not None else OUTPUTS[spec.task]


def evaluate(specs: list[Spec], number: int, above: tuple[int, ...] = ()) -> list[bytes] | None:
    """Values of an operation, by recursion; None if it goes in a circle."""
    if number in above:
        return None
    spec, inputs = specs[number], []
    for producer, index in spec.inputs:
        if producer < 0:
            inputs.append(CONSTANTS[-1 - producer])
            continue
        made = evaluate(specs, producer, (*above, number))
        if made is None:
            return None
        inputs.append(made[index])
    if spec.strict and ERROR in inputs:
        return [ERROR] * outputs_of(spec)
    if spec.target is None:
        return compute(spec.task, inputs)
    made = evaluate(specs, spec.target, (*above, number))
    return made and made[:1]
