"""Small steps of the published ``utils``."""

from __future__ import annotations

import pytest

import funsies as f
from funsies.errors import WiringError


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


@f.task
def square(number: int) -> int:
    if number == 3:
        raise ValueError("three")
    return number * number


def test_execute_all_is_an_error_if_one_of_the_things_is(session: object) -> None:
    fine, wrong = f.shell("echo fine"), square(3)
    every = f.utils.execute_all([fine, wrong])
    assert f.take(every, strict=False).failure().task == "square"
    assert f.take(fine.stdout) == b"fine\n"
