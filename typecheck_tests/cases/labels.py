"""What steps are called, where they are built."""

from __future__ import annotations

from typing import assert_type

import funsies as f


@f.task
def align(sample: str, label: int = 0) -> str:
    return sample * label


def shown(number: int) -> str:
    return str(number)


assert_type(align("a", label=3), f.Artefact[str])  # a parameter of the function
assert_type(align.options(label="S3", queue="gpu")("a", label=3), f.Artefact[str])
assert_type(f.reduce(max, 1, 2, label="the larger one"), f.Artefact[int])
assert_type(f.morph(str.upper, "a", label="A"), f.Artefact[str])
assert_type(f.shell("true", label="nothing").stdout, f.Artefact[bytes])
assert_type(f.gather([f.put(1)], label="all"), f.Artefact[list[int]])
assert_type(f.map_each(abs, [-1], label="{item}"), f.Artefact[list[int]])
assert_type(f.map_each(abs, [-1], label=shown), f.Artefact[list[int]])
assert_type(f.map_each(abs, [-1], label=lambda number: f"{number + 1}"), f.Artefact[list[int]])

align.options(label=3)  # E: incompatible type "int"; expected "str"
align.options(name="S3")  # E: Unexpected keyword argument "name" for "options"
f.shell("true", label=3)  # E: incompatible type "int"; expected "str"
f.options(label="all")  # E: Unexpected keyword argument "label" for "options"
