"""Results that nobody uses are steps that nobody runs."""

from __future__ import annotations

import funsies as f


@f.task
def double(x: int) -> int:
    return 2 * x


def build(x: f.Artefact[int]) -> f.Artefact[int]:
    double(x)  # E: The result of "double" is not used: the step is never run; execute it, or leave it out
    x.map(str)  # E: The result of "map" is not used
    f.reduce(sum, [1])  # E: The result of "reduce" is not used
    f.shell("run")  # E: The result of "shell" is not used
    return double(double(x))


def bound(x: f.Artefact[int]) -> f.Artefact[int]:
    never_read = double(x)  # E: The result of "double" is not used
    declared: f.Artefact[int] = f.reduce(sum, [1])  # E: The result of "reduce" is not used
    _kept = double(x)
    read_below = double(x)
    left, right = f.py(divmod, 7, 2, out=(int, int))
    in_loop = x
    for each in range(3):
        in_loop = double(each)  # E: The result of "double" is overwritten by the next round of the loop
    chosen = double(1) if x is None else in_loop

    def inner() -> f.Artefact[int]:
        forgotten = f.shell("run")  # E: The result of "shell" is not used
        return double(read_below)

    return f.reduce(max, inner(), chosen, right)


with f.Fun():
    final = build(f.put(1))
    f.morph(str, final)  # E: The result of "morph" is not used
    f.execute(final)
    if final.hash:
        f.template("{{a}}", {"a": 1})  # E: The result of "template" is not used
    print(f.take(double(final)))
