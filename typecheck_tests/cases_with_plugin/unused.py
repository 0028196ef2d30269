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


with f.Fun():
    final = build(f.put(1))
    f.morph(str, final)  # E: The result of "morph" is not used
    f.execute(final)
    if final.hash:
        f.template("{{a}}", {"a": 1})  # E: The result of "template" is not used
    print(f.take(double(final)))
