"""The plugin and funsies itself refuse the same names of files."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from funsies.core.errors import FileNameError
from funsies.core.file_names import stands_for_files, validate_file_names
from funsies_mypy import file_names
from funsies_mypy.file_names import problem_of

NAMES = st.text(st.sampled_from("ab./ \0\udc80é"), max_size=8) | st.text(max_size=300)


@given(NAMES)
@example("a" * 256)
@example("é" * 128)
@example("a/../b")
@example("./a")
@example("a//b")
@example("..")
@example("a/")
@example("/")
@example("a//")
def test_a_name_is_refused_by_both_or_by_none(name: str) -> None:
    try:
        validate_file_names([name])
    except FileNameError:
        assert problem_of(name) is not None
    else:
        assert problem_of(name) is None


@given(st.text(st.sampled_from("ab*?[]/."), max_size=8))
def test_both_tell_names_from_patterns_and_directories(name: str) -> None:
    assert stands_for_files(name) == file_names.stands_for_files(name)
