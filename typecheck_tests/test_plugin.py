"""The plugin finds what is wrong, and accepts what is right.

Every file of ``cases_with_plugin`` is checked in one run of mypy with the plugin: a line that
ends in ``# E: text`` must be reported with that text, any other line must not be reported. The
lines without a mark are right without the plugin, too, and in basedpyright. The other way
round, the right cases for plain mypy are right with the plugin.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from typecheck_tests.test_cases import (
    HERE,
    PLAIN,
    ROOT,
    WITH_RETURNS_PLUGIN,
    Reports,
    compare_with_mypy,
    expected,
    mypy,
    reports_of,
)

pytestmark = pytest.mark.timeout(300)  # mypy reads all of funsies when it does so first

ONLY_WITH_PLUGIN = [
    HERE / "cases_with_plugin" / name for name in ("plugin_only.py", "tasks_as_functions.py")
]
CASES = sorted((HERE / "cases_with_plugin").glob("*.py"))
ALSO_WITHOUT = [case for case in CASES if case not in ONLY_WITH_PLUGIN]
RECIPES = sorted((ROOT / "recipes").glob("*/*.py"))
RETURNS = "returns.contrib.mypy.returns_plugin"


def false_errors(files: list[Path], reports: Reports) -> Reports:
    marks = expected(files)
    return {place: texts for place, texts in reports.items() if place not in marks}


@pytest.fixture(scope="module")
def reports(
    begin_cache: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> Reports:
    """What one run of mypy with the plugin says of all cases, and of the recipes."""
    cache = begin_cache(tmp_path_factory.mktemp("mypy"))
    return mypy([*CASES, *PLAIN, *RECIPES], cache, plugin="funsies_mypy")


@pytest.mark.slow
def test_the_plugin_accepts_right_lines_and_finds_wrong_ones(reports: Reports) -> None:
    compare_with_mypy(CASES, reports_of(CASES, reports))


def test_there_are_many_wrong_programs() -> None:
    assert len(expected(CASES)) >= 60


@pytest.mark.parametrize(
    "order",
    ["funsies_mypy, {}", pytest.param("{}, funsies_mypy", marks=pytest.mark.slow)],
)
def test_it_works_beside_the_plugin_of_returns_in_either_order(
    order: str, tmp_path: Path
) -> None:
    files = [*CASES, *WITH_RETURNS_PLUGIN]
    compare_with_mypy(files, mypy(files, tmp_path, plugin=order.format(RETURNS)))


def test_what_is_right_without_the_plugin_is_right_with_it_and_wrong_lines_stay_wrong(
    reports: Reports,
) -> None:
    said = reports_of(PLAIN, reports)
    marks = expected(PLAIN).items()
    missed = [
        place for place, mark in marks if mark["only"] != "pyright" and not said.get(place)
    ]
    assert (false_errors(PLAIN, said), missed) == ({}, [])


def test_the_recipes_are_right(reports: Reports) -> None:
    assert reports_of(RECIPES, reports) == {}


@pytest.mark.slow
def test_right_lines_are_right_for_mypy_without_the_plugin(plain_reports: Reports) -> None:
    assert false_errors(ALSO_WITHOUT, reports_of(ALSO_WITHOUT, plain_reports)) == {}


@pytest.mark.slow
def test_right_lines_are_right_for_basedpyright(pyright_reports: Reports) -> None:
    assert false_errors(ALSO_WITHOUT, reports_of(ALSO_WITHOUT, pyright_reports)) == {}
