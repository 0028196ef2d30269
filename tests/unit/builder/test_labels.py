"""What a step is called: said where it is built, and no part of what it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import funsies as f
from funsies import utils
from funsies.core.errors import OptionError, WiringError
from funsies.core.label import Label, decode_label, encode_label, filled_in


@f.task
def align(sample: str, label: int = 0) -> str:
    return sample * label


@f.task(retries=3)
def patient(sample: str) -> str:
    return sample


BUILDERS: dict[str, Callable[..., Any]] = {
    "task": lambda **how: align.options(**how)("a"),
    "shell": lambda **how: f.shell("true", **how),
    "reduce": lambda **how: f.reduce(abs, 3, **how),
    "morph": lambda **how: f.morph(abs, 3, **how),
    "py": lambda **how: f.py(abs, 3, **how),
    "sac": lambda **how: f.dynamic.sac(list, f.put, f.gather, [3], **how),
    "gather": lambda **how: f.gather([f.put(3)], **how),
    "template": lambda **how: f.template("{{a}}", {"a": 3}, **how),
    "concat": lambda **how: utils.concat("a", "b", **how),
}


@pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)
def test_a_label_does_not_change_what_a_step_is(build: Callable[..., Any]) -> None:
    with_label, without = build(label="S3").operation, build().operation
    assert with_label.digest == without.digest
    assert with_label.options == without.options
    assert (with_label.label, without.label) == (Label(text="S3"), None)


@given(st.text(min_size=1).filter(str.strip))
def test_no_text_of_a_label_changes_an_address(text: str) -> None:
    assert f.reduce(abs, 3, label=text) == f.reduce(abs, 3)
    made = f.shell("true", label=text).stdout
    assert made == f.shell("true").stdout
    assert f.map_each(abs, [3], label=lambda _: text) == f.map_each(abs, [3])


def test_a_parameter_of_that_name_is_the_functions_own() -> None:
    step = align.options(label="S3")("a", label=2)
    assert step == align("a", label=2)
    assert step.operation is not None
    assert step.operation.label == Label(text="S3")


def test_options_of_a_call_are_upon_those_of_the_task() -> None:
    made = patient.options(queue="gpu")("a").operation
    assert made is not None
    assert (made.options.retries, made.options.queue) == (3, "gpu")
    assert patient.options(retries=0)("a").operation.options.retries == 0


def test_a_label_of_items_is_no_part_of_map_each() -> None:
    items = [{"name": "S1"}, {"name": "S2"}]
    plain = f.map_each(str, items)
    by_template = f.map_each(str, items, label="{item.name}")
    by_function = f.map_each(str, items, label=lambda item: f"of {item['name']}")
    assert plain == by_template == by_function
    assert by_template.operation is not None
    assert by_template.operation.label == Label(items="{item.name}")
    assert by_function.operation is not None
    assert by_function.operation.label == Label(items=("of S1", "of S2"))


@pytest.mark.parametrize("label", ["", "  ", 3, None, b"a", "\ud800"])
def test_what_cannot_be_a_label_is_refused(label: Any) -> None:
    with pytest.raises(OptionError, match="label="):
        f.shell("true", label=label)


@pytest.mark.parametrize(
    "label",
    ["{sample}", "{item", "{item!r}", "{item.__class__:>99999}", "{}", "{0}", "{index:x^9}", 3],
)
def test_a_template_that_cannot_be_filled_in_is_refused(label: Any) -> None:
    with pytest.raises(OptionError, match="label="):
        f.map_each(str, ["a"], label=label)


def test_a_function_of_items_wants_a_list_that_is_there() -> None:
    with pytest.raises(OptionError, match="only at run time"):
        f.map_each(str, f.reduce(list, "ab", out=list[str]), label=str)
    with pytest.raises(OptionError, match="makes texts"):
        f.map_each(str, ["a"], label=lambda _: 3)


def test_a_label_is_of_one_step_and_not_of_a_task_or_of_all() -> None:
    with pytest.raises(OptionError, match=r"my_task\.options\(label="):
        f.options(label="a")
    with pytest.raises(OptionError, match="label"):
        f.task(label="a")(abs)
    with pytest.raises(WiringError, match=r"patient\.options\(label=\.\.\.\)"):
        patient("a", label="b")


@pytest.mark.parametrize(
    ("template", "shown"),
    [
        ("{item}", '{"name":"S3","lanes":[1,2]}'),
        ("{item.name} {item[lanes][1]}", "S3 2"),
        ("{index:03d}: {item.none}", "017: null"),
        ("{item.name.__class__}", "null"),
        ("{{}}", "{}"),
    ],
)
def test_a_template_shows_plain_values_only(template: str, shown: str) -> None:
    assert filled_in(template, {"name": "S3", "lanes": [1, 2]}, 17) == shown


@pytest.mark.parametrize(
    "label",
    [Label(text="a ☂"), Label(items="{item}"), Label(items=("a", "b")), Label(path="x")],
)
def test_a_label_is_kept_as_it_is(label: Label) -> None:
    assert decode_label(encode_label(label)) == label


@pytest.mark.parametrize("data", [None, b"", b"{", b'{"text": 3}', b"[1]", b"\xff"])
def test_a_damaged_label_is_none(data: bytes | None) -> None:
    assert decode_label(data) is None
