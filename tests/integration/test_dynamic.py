"""Parts of a workflow whose shape is known only at run time, in memory and on a server."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from returns.pipeline import is_successful
from returns.result import Result

import funsies as f
from funsies.errors import UnknownHashError, WiringError


@pytest.fixture(params=["memory", "redis"])
def session(request: pytest.FixtureRequest) -> Iterator[object]:
    url = "memory://" if request.param == "memory" else request.getfixturevalue("redis_url")
    with f.Fun(f.Server(url), f.options(distributed=False)) as opened:
        yield opened


def numbers(count: int) -> list[int]:
    return list(range(count))


@f.task
def square(number: int) -> int:
    if number == 3:
        raise ValueError("three")
    return number * number


def test_map_each_keeps_the_order_of_a_list_that_exists_only_later(session: object) -> None:
    squares = f.map_each(square, f.morph(numbers, 3))
    f.execute(squares)
    assert f.take(squares) == [0, 1, 4]


def test_map_each_gives_the_error_of_an_item(session: object) -> None:
    squares = f.map_each(square, f.morph(numbers, 5))
    f.execute(squares)
    assert f.take(squares, strict=False).failure().exception == "ValueError"


def test_map_each_leaves_errors_with_their_item_when_asked(session: object) -> None:
    squares = f.map_each(square, f.morph(numbers, 5), strict=False)
    f.execute(squares)
    found = f.take(squares)
    assert [is_successful(each) for each in found] == [True, True, True, False, True]
    assert found[4].unwrap() == 16


def test_a_longer_list_computes_only_its_new_items(session: object) -> None:
    f.execute(f.map_each(square, f.put([1, 2])))
    before = len(f.execute(f.map_each(square, f.put([1, 2, 4]))).counts().tasks)
    counts = f.execute(f.map_each(square, f.put([1, 2, 4, 5]))).counts()
    assert before
    assert counts.tasks["square"].executed == 1


def test_nothing_to_map_gives_an_empty_list(session: object) -> None:
    squares = f.map_each(square, f.morph(numbers, 0))
    f.execute(squares)
    assert f.take(squares) == []


def test_gather_joins_lists_tuples_and_dicts(session: object) -> None:
    one, two = f.put(1), f.put("two")
    joined = f.gather([one, one]), f.gather((one, two)), f.gather({"a": one, "b": one})
    f.execute(*joined)
    assert [f.take(each) for each in joined] == [[1, 1], (1, "two"), {"a": 1, "b": 1}]


def test_gather_leaves_errors_with_their_key_when_asked(session: object) -> None:
    joined = f.gather({"bad": square(3), "good": square(2)}, strict=False)
    f.execute(joined)
    found = f.take(joined)
    assert found["good"].unwrap() == 4
    assert found["bad"].failure().task == "square"


@pytest.mark.parametrize("items", ["abc", {"a": 1}, {1, 2}, 3, None, b"ab"])
def test_map_each_refuses_what_has_no_items_in_an_order(items: Any) -> None:
    for each in (items, f.put(items), f.reduce(lambda: 1, out=type(items))):
        with pytest.raises(WiringError, match="must be a list, not"):
            f.map_each(square, each)


@pytest.mark.parametrize("items", ["abc", {"a": 1}, {1, 2}, 3, None, b"ab"])
def test_items_that_turn_out_to_be_none_are_an_error_without_frames_of_funsies(
    session: object, items: Any
) -> None:
    made = f.reduce(lambda: items)
    steps = [f.map_each(square, made), f.dynamic.sac(given, f.gather, f.gather, made)]
    f.execute(steps)
    for step in steps:
        details = f.take(step, strict=False).failure().details
        assert f"must be a list, not {type(items).__qualname__}" in details
        assert "fan_out.py" not in details


def given(value):
    return value


def test_gather_names_what_is_no_artefact() -> None:
    with pytest.raises(WiringError, match="use put"):
        f.gather([1])  # type: ignore[list-item]  # that is the mistake


def halves(values: list[int]) -> list[list[int]]:
    if len(values) < 2:
        raise ValueError("nothing to split")
    middle = len(values) // 2
    return [values[:middle], values[middle:]]


def merge(left: list[int], right: list[int]) -> list[int]:
    return sorted(left + right)


def merge_all(parts: Sequence[f.Artefact[list[int]]]) -> f.Artefact[list[int]]:
    return f.reduce(merge, *parts)


def sorted_or_given(
    merged: Result[list[int], f.Error], given: Result[list[int], f.Error]
) -> list[int]:
    return merged.value_or(given.unwrap())


def merge_sort(values: f.Artefact[list[int]]) -> f.Artefact[list[int]]:
    """Recursion that ends with an error: a list of one item cannot be split."""
    merged = f.dynamic.sac(halves, merge_sort, merge_all, values)
    return f.reduce(sorted_or_given, merged, values, strict=False)


def test_sac_recurses_and_error_recovery_ends_the_recursion(session: object) -> None:
    result = merge_sort(f.put([5, 3, 8, 1, 9, 2, 7]))
    f.execute(result)
    assert f.take(result) == [1, 2, 3, 5, 7, 8, 9]


def count_down(number: int) -> f.Artefact[int]:
    return f.put(0) if number == 0 else f.put(number - 1).bind(count_down)


def refuse(number: int) -> int:
    raise ValueError(number)


@pytest.mark.parametrize(
    ("recovery", "message"),
    [
        (lambda _: f.put("text"), r"return annotation: Artefact\[str\]"),
        (lambda _: f.reduce(lambda: "text"), r"say so in the function's return annotation"),
        (lambda _: "text", r"must return an artefact, not a str. Return put\(value\)"),
        (lambda _: f.Artefact.from_value(len), r"functions are not stored"),
    ],
)
def test_a_recovery_that_does_not_fit_is_an_error_that_names_the_remedy(
    session: object, recovery: Callable[[object], Any], message: str
) -> None:
    recovered = f.reduce(refuse, 1).lash(recovery)
    f.execute(recovered)
    error = f.take(recovered, strict=False).failure()
    assert error.kind is f.errors.ErrorKind.EncodingFailed
    assert "lash" in error.task
    assert re.search(message, error.details)


def text_instead(error: f.Error) -> f.Artefact[str]:
    return f.put("text")


def test_a_recovery_may_say_that_it_is_of_another_type(session: object) -> None:
    recovered = f.reduce(refuse, 1).lash(text_instead)
    f.execute(recovered)
    assert f.take(recovered) == "text"


def test_a_thousand_fold_nesting_exhausts_nothing(session: object) -> None:
    result = f.put(1000).bind(count_down)
    f.execute(result)
    assert f.take(result) == 0


def keep(number: int) -> int:
    return number


def continued(number: int) -> f.Artefact[int]:
    return f.reduce(keep, number)


def test_reset_reaches_dynamic_steps_that_were_continued_by_a_step(session: object) -> None:
    inner, outer = f.reduce(keep, 7), f.put(7).bind(continued)
    final = f.morph(twice, outer)
    f.execute(final)
    assert f.reset(inner) == 3  # the step, the dynamic step that it continues, and the last
    with pytest.raises(f.UnwrapError):
        f.take(final)
    f.execute(final)
    assert f.take(final) == 14


def add(a: int, b: float) -> float:
    return a + b


def twice(a: int) -> int:
    return 2 * a


def test_a_committed_workflow_is_recalled_on_other_inputs(session: object) -> None:
    first, second = f.put(3), f.put(0.5)
    total = f.reduce(add, f.morph(twice, first), second)
    kept = f.shell("cat in > out", inp={"in": f.morph(twice, first)}, out=["out"])
    address = f.parametric.commit(
        "calc", {"a": first, "b": second}, {"total": total, "file": kept.out["out"]}
    )
    f.execute(total, kept)
    recalled = f.parametric.recall(address, {"a": 10})
    f.execute(*recalled.values())
    assert f.take(recalled["total"]) == 20.5
    assert f.take(recalled["file"]) == b"20"


def test_recall_computes_only_what_depends_on_the_new_inputs(session: object) -> None:
    first, second = f.put(3), f.put(0.5)
    total = f.reduce(add, f.morph(twice, first), second)
    f.parametric.commit("calc", {"b": second}, {"total": total})
    f.execute(total)
    handle = f.execute(f.parametric.recall("calc", {"b": 1.5})["total"])
    assert "twice" not in handle.counts().tasks
    assert handle.counts().tasks["add"].executed == 1


@dataclass(frozen=True)
class Point:
    x: int


def point_at(x: int) -> Point:
    return Point(x)


def total_x(points: list[Point]) -> int:
    return sum(point.x for point in points)


def test_recalled_values_of_the_users_classes_are_read_as_such_in_lists_too(
    session: object,
) -> None:
    first = f.put(1)
    f.parametric.commit("point", {"x": first}, {"point": f.morph(point_at, first)})
    points = [f.parametric.recall("point", {"x": x})["point"] for x in (2, 3)]
    total = f.morph(total_x, f.gather(points))
    f.execute(total)
    assert f.take(total) == 5


def test_recall_without_inputs_is_what_was_committed(session: object) -> None:
    first = f.put(3)
    doubled = f.morph(twice, first)
    f.parametric.commit("twice", {"a": first}, {"out": doubled})
    assert f.parametric.recall("twice", {})["out"] == doubled


@pytest.mark.parametrize(
    ("inputs", "message"),
    [({"z": 1}, "its inputs are 'a'"), ({"a": "x"}, "is int"), ({"a": 1.5}, "is int")],
)
def test_recall_refuses_what_does_not_fit(
    session: object, inputs: dict[str, object], message: str
) -> None:
    first = f.put(3)
    f.parametric.commit("twice", {"a": first}, {"out": f.morph(twice, first)})
    with pytest.raises(WiringError, match=message):
        f.parametric.recall("twice", inputs)


def test_recall_of_an_unknown_name_lists_what_there_is(session: object) -> None:
    first = f.put(3)
    f.parametric.commit("twice", {"a": first}, {"out": f.morph(twice, first)})
    with pytest.raises(UnknownHashError, match="'twice'"):
        f.parametric.recall("thrice", {})


@pytest.mark.parametrize(
    ("name", "inp", "out", "message"),
    [
        ("name", {"n": 2}, {"m": f.put(2)}, r"inp= .* 'n' is 2: use put\(2\)"),
        ("name", {"n": f.put(2)}, {"m": 3}, r"out= .* 'm' is 3"),
        ("name", [f.put(2)], {"m": f.put(2)}, r"inp= .* artefacts by name, not \["),
        ("name", {"n": f.put(2)}, {}, "at least one output"),
        ("", {"n": f.put(2)}, {"m": f.put(2)}, "'' cannot be the name"),
        ("a\nb", {"n": f.put(2)}, {"m": f.put(2)}, "cannot be the name"),
    ],
)
def test_commit_refuses_what_is_no_workflow(
    session: object, name: str, inp: Any, out: Any, message: str
) -> None:
    with pytest.raises(WiringError, match=message):
        f.parametric.commit(name, inp, out)
    with pytest.raises(UnknownHashError, match="nothing yet"):
        f.parametric.recall("name", {})


def test_a_workflow_is_recalled_by_any_beginning_of_its_hash(session: object) -> None:
    number = f.put(2)
    hashes = [
        f.parametric.commit(name, {"n": number}, {"out": number.map(str)})
        for name in ("one", "other")
    ]
    assert f.parametric.recall(hashes[1][:12], {}) == f.parametric.recall("other", {})
    with pytest.raises(UnknownHashError, match="nothing was committed as ''"):
        f.parametric.recall("", {})
    with pytest.raises(WiringError, match="values by name, not 3"):
        f.parametric.recall("one", 3)  # type: ignore[arg-type]


def test_commit_refuses_an_input_that_nothing_depends_on(session: object) -> None:
    with pytest.raises(WiringError, match="no output depends on the input b"):
        f.parametric.commit("odd", {"b": f.put(7)}, {"out": f.morph(twice, 1)})


def test_template_fills_in_artefacts_and_values(session: object) -> None:
    filled = f.template(
        "{{ method }} {{charge}} {{#atoms}}<{{.}}>{{/atoms}}",
        {"method": f.put(" b3lyp "), "charge": -1, "atoms": ["C", "H"]},
    )
    f.execute(filled)
    assert f.take(filled) == b"b3lyp -1 <C><H>"


def test_a_template_key_without_value_is_refused() -> None:
    with pytest.raises(WiringError, match="key 'charge' of the template has no value"):
        f.template("{{charge}}", {"spin": 1})


def test_a_template_key_without_value_is_an_error_if_the_template_is_computed(
    session: object,
) -> None:
    filled = f.template(f.put("{{charge}}"), {"spin": 1})
    f.execute(filled)
    assert "'charge'" in f.take(filled, strict=False).failure().details


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("{{atom.mass}}", {"atom": {"name": "C"}}),
        ("{{#atoms}}{{mass}}{{/atoms}}", {"atoms": [{"mass": 1}, {"name": "C"}]}),
    ],
)
def test_a_template_key_without_value_inside_of_something_is_refused_or_an_error(
    session: object, text: str, data: dict[str, object]
) -> None:
    with pytest.raises(WiringError, match="mass' of the template has no value"):
        f.template(text, data)
    filled = f.template(text, {key: f.put(value) for key, value in data.items()})
    f.execute(filled)
    error = f.take(filled, strict=False).failure()
    assert "mass' of the template has no value" in error.details


def test_sections_of_templates_may_be_about_what_is_not_there(session: object) -> None:
    atoms = [{"name": "C"}, {"name": "H", "fixed": True}]
    text = "{{#atoms}}{{name}}{{#fixed}} fixed{{/fixed}}{{^fixed}} free{{/fixed}};{{/atoms}}"
    filled = f.template(text, {"atoms": atoms})
    f.execute(filled)
    assert f.take(filled) == b"C free;H fixed;"


def test_a_template_shows_numbers_that_are_zero(session: object) -> None:
    text = "{{charge}} {{shift}} {{#indices}}<{{.}}>{{/indices}} {{indices}}"
    filled = f.template(text, {"charge": 0, "shift": 0.0, "indices": [0, 1, 0.0]})
    f.execute(filled)
    assert f.take(filled) == b"0 0.0 <0><1><0.0> [0, 1, 0.0]"


@pytest.mark.parametrize(
    ("text", "message"), [(3, "a template is a text"), ("{{> other}}", "refers to another one")]
)
def test_what_is_no_template_is_refused(text: Any, message: str) -> None:
    with pytest.raises(WiringError, match=message):
        f.template(text, {})


def test_a_template_takes_variables_of_the_worker(
    session: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SCRATCH", str(tmp_path))
    filled = f.template("{{where}}", {}, env={"where": "SCRATCH"})
    f.execute(filled)
    assert f.take(filled) == str(tmp_path).encode()


def test_utils_pass_values_and_stop_on_conditions(session: object) -> None:
    joined = f.utils.concat("a", f.put("b"), join="-")
    cut = f.utils.truncate(b"1\n2\n3\n4", top=1, bottom=1)
    stopped = f.utils.stop_if(lambda number: number > 3, f.put(4))
    passed = f.utils.stop_if(lambda number: number > 3, f.put(2))
    empty, full = f.utils.not_empty(f.put("")), f.utils.not_empty(f.put("x"))
    f.utils.execute_all([joined, cut, stopped, passed, empty, full])
    assert f.take(joined) == "a-b"
    assert f.take(cut) == b"2\n3"
    assert f.take(passed) == 2
    assert f.take(full) == "x"
    assert f.take(stopped, strict=False).failure().exception is not None
    assert f.take(empty, strict=False).failure().exception is not None


def test_match_results_refuses_values_that_are_no_results() -> None:
    """As scripts of funsies 0.8 may hand in."""
    with pytest.raises(WiringError, match=r"b'bla' is neither"):
        f.utils.match_results([b"bla"], len)  # type: ignore[list-item]


def test_texts_are_joined_and_cut_whatever_is_known_of_their_type(session: object) -> None:
    guessed = f.morph(lambda text: text.upper(), b"b\nc")
    joined = f.utils.concat(b" a ", guessed, join="-", strip=True)
    cut = f.utils.truncate(joined, top=1, separator="-")
    nothing = f.utils.concat(f.utils.not_empty(f.put(b"")), strict=False)
    f.utils.execute_all([joined, cut, nothing], block=True, timeout=60)
    assert f.take(joined) == b"a-B\nC"
    assert f.take(cut) == b"B\nC"
    assert f.take(nothing) == b""


def test_execute_all_is_an_error_if_one_of_the_things_is(session: object) -> None:
    fine, wrong = f.shell("echo fine"), square(3)
    every = f.utils.execute_all([fine, wrong])
    assert f.take(every, strict=False).failure().task == "square"
    assert f.take(fine.stdout) == b"fine\n"
