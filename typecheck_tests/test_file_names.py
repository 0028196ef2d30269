"""The plugin and funsies itself refuse the same names of files."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from funsies.core.errors import FileNameError
from funsies.core.file_names import validate_file_name
from funsies_mypy.file_names import problem_of

NAMES = st.text(st.sampled_from("ab./ \0\udc80é"), max_size=8) | st.text(max_size=300)


@given(NAMES)
@example("a" * 256)
@example("é" * 128)
@example("a/../b")
@example("./a")
@example("a//b")
@example("..")
def test_a_name_is_refused_by_both_or_by_none(name: str) -> None:
    try:
        validate_file_name(name)
    except FileNameError:
        assert problem_of(name) is not None
    else:
        assert problem_of(name) is None
