"""The payload of a Python task comes back as it was sent."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from funsies.core.digest import digest
from funsies.core.fingerprint import Decided, Library
from funsies.core.python_plan import MainModule, PythonPlan, decode_plan, encode_plan

words = st.text(max_size=8)
libraries = st.lists(st.builds(Library, words, words, words, words), max_size=4).map(tuple)
plans = st.builds(
    PythonPlan,
    pickle=st.binary(max_size=8),
    made_by=words,
    bundle=st.binary(max_size=8),
    main=st.builds(MainModule, file=words, package=words, imports=st.tuples(words)),
    texts=st.dictionaries(words, st.binary(max_size=4), max_size=3),
    several=st.booleans(),
    libraries=libraries,
    rules=st.dictionaries(words, words, max_size=3),
)


@given(plans)
def test_a_plan_survives_its_journey(plan: PythonPlan) -> None:
    assert decode_plan(encode_plan(plan)) == plan


@given(libraries, libraries)
def test_libraries_that_count_differently_never_share_an_address(
    one: tuple[Library, ...], other: tuple[Library, ...]
) -> None:
    counted = [tuple((each.name, each.counted) for each in found) for found in (one, other)]
    assert (digest("a", counted[0]) == digest("a", counted[1])) == (counted[0] == counted[1])


@given(libraries.filter(bool), st.from_regex(r"(\.[a-z]+)*", fullmatch=True))
def test_a_decision_holds_for_all_modules_of_a_library(
    found: tuple[Library, ...], inside: str
) -> None:
    known = Decided(found).library_of(f"{found[-1].module}{inside}")
    assert known is not None
    assert f"{found[-1].module}{inside}.".startswith(f"{known.module}.")
