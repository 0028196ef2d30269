"""Patterns match what the ``glob`` module matches."""

from __future__ import annotations

import glob
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from funsies.run.shell.output_files import matches

FILES = ["a", "b.csv", ".h.csv", "d/a", "d/b.csv", "d/.h", "d/e/b.csv", ".k/b.csv", "d/.k/a"]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("patterns")
    for name in FILES:
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).touch()
    return made


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.sampled_from(["*", "**", "?", "[ab]*", "*.csv", ".*", "d", "[*]", "[!a]", "a"]),
        min_size=1,
        max_size=5,
    ).map("/".join)
)
@example("**/**/*.csv")
@example("**/.k/*")
@example("a/**")
def test_patterns_are_those_of_glob(place: Path, pattern: str) -> None:
    found = glob.glob(pattern, root_dir=place, recursive=True)  # noqa: PTH207 - the model
    # It gives "a/" for "a/**", also if "a" is a file.
    files = {each for each in found if each[-1:] != "/" and (place / each).is_file()}
    assert {name for name in FILES if matches(name, pattern)} == files


def test_many_stars_do_not_take_for_ever() -> None:
    assert not matches("/".join("a" * 40), "/".join(["**", "*"] * 12) + "/b")
