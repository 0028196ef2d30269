"""JSON with a text of any length, written in pieces."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from funsies.cli.output import print_json, print_json_and_text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.one_of(st.binary(), st.text().map(str.encode)), cuts=st.lists(st.integers(0, 20))
)
def test_a_text_is_the_same_however_it_is_cut(
    data: bytes, cuts: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    places = [0, *sorted(min(each, len(data)) for each in cuts), len(data)]
    pieces = [data[at:to] for at, to in itertools.pairwise(places)]
    print_json_and_text({"a": {"b": None}}, "log", pieces)
    text = data.decode("utf-8", "replace")
    shown = capsys.readouterr().out
    assert json.loads(shown) == {"a": {"b": None}, "log": text}
    assert (
        shown
        == json.dumps({"a": {"b": None}, "log": text}, indent=2, ensure_ascii=False) + "\n"
    )


@pytest.mark.parametrize(
    "value",
    [
        [],
        [1, "a\nb", {"c": [2, {"d": None}], "e": []}],
        {"nodes": [{"x": [1, 2]}, {}], "edges": [], "more": {"y": [3]}},
        {},
    ],
)
def test_what_is_printed_piece_by_piece_is_the_same_json(
    value: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    if isinstance(value, list):
        print_json(iter(value))
    else:
        print_json({k: iter(v) if isinstance(v, list) else v for k, v in value.items()})
    assert capsys.readouterr().out == json.dumps(value, indent=2) + "\n"
