"""A module that a step hands on, or keeps under another name, is as the program has it."""

from __future__ import annotations

import ast

import pytest

from .cases import WAYS, Case

SETTINGS = """
from dataclasses import dataclass

N = 3
OPTIONS = {"size": 1}
_memo = {}


def total(number):
    return number + N + OPTIONS["size"]


def doubled(number):
    import deeper

    if number not in _memo:
        _memo[number] = number * deeper.SCALE
    return _memo[number]


class Limits:
    low = 1

    def span(self):
        return N - self.low + self.more()

    def more(self):
        return 0


@dataclass
class Defaults:
    width: int = 1
"""

DEEPER = "SCALE = 2\n"

PACKAGE = "LEVEL = 1\n"

MAIN = """
import deeper
import package.inner
import package
import settings

settings.N = 5
settings.OPTIONS["size"] = 10
settings.NEW = 7
deeper.SCALE = 4
package.inner.LEVEL = 6
settings.doubled(1)
settings.Limits.low = 2
settings.Limits.more = lambda self: 20
settings.Defaults.width = 30
BACKENDS = {"settings": settings, "inner": package.inner}


def weigh(module) -> int:
    return module.N + module.OPTIONS["size"] + module.NEW


def kept(number: int) -> int:
    import settings
    known = settings
    return number + known.N + known.NEW


def given(number: int) -> int:
    import settings
    return weigh(settings) + number


def by_name(number: int) -> int:
    import settings
    return getattr(settings, "N") + number


def as_dictionary(number: int) -> int:
    import settings
    return settings.__dict__["N"] + vars(settings)["NEW"] + number


def renamed(number: int) -> int:
    import settings as known
    return max(known, known, key=weigh).N + number


def of_the_script(number: int) -> int:
    known = settings
    return known.N + number


def of_a_package(number: int) -> int:
    known = package
    return known.inner.LEVEL + number


def a_part_of_a_package(number: int) -> int:
    import package.inner
    return package.inner.LEVEL + number


def taken_from_a_package(number: int) -> int:
    from package import inner
    return getattr(inner, "LEVEL") + number


def in_a_table(number: int) -> int:
    return BACKENDS["settings"].N + BACKENDS["inner"].LEVEL + number


def by_default(number: int, module=settings) -> int:
    return module.N + number


def make():
    import settings as held, package.inner as inner

    def inside(number: int) -> int:
        return held.N + number

    def handed_on(number: int) -> int:
        return weigh(held) + getattr(inner, "LEVEL") + number

    return inside, handed_on


inside, handed_on = make()


def through_helpers(number: int) -> int:
    from settings import doubled, total
    return doubled(number) + total(number)


def through_a_class(number: int) -> int:
    import settings
    return settings.Limits().span() + settings.Defaults.width + number
"""

CALLS = {
    "kept(2)": "14",
    "given(2)": "24",
    "by_name(2)": "7",
    "as_dictionary(2)": "14",
    "renamed(2)": "7",
    "of_the_script(2)": "7",
    "of_a_package(2)": "8",
    "a_part_of_a_package(2)": "8",
    "taken_from_a_package(2)": "8",
    "in_a_table(2)": "13",
    "by_default(2)": "7",
    "inside(2)": "7",
    "handed_on(2)": "30",
    "through_helpers(2)": "25",
    "through_a_class(2)": "55",
}

FILES = {
    "settings.py": SETTINGS,
    "deeper.py": DEEPER,
    "package/__init__.py": "",
    "package/inner.py": PACKAGE,
}

CASE = Case("modules as values", MAIN, CALLS, FILES)


@pytest.mark.parametrize("way", WAYS)
def test_a_module_that_is_handed_on_is_as_the_program_has_it(way, outcome):
    CASE.check(outcome(CASE, way))


PROGRAM = (
    MAIN.replace("BACKENDS =", "# BACKENDS =")
    + """
import funsies as f

STEPS = (kept, given, by_name, as_dictionary, renamed, of_the_script, of_a_package,
         a_part_of_a_package, taken_from_a_package, by_default, inside, handed_on,
         through_helpers, through_a_class)

with f.Fun():
    steps = {each.__name__: f.reduce(each, 2) for each in STEPS}
    f.execute(*steps.values())
    f.wait_for(*steps.values())
    print({name: f.take(step) for name, step in steps.items()})
    print({name: step.hash for name, step in steps.items()})
"""
)

PLAIN = {
    call.removesuffix("(2)"): int(value)
    for call, value in CALLS.items()
    if call != "in_a_table(2)"
}


@pytest.mark.parametrize(
    ("before", "after", "difference"),
    [
        (
            "settings.N = 5",
            "settings.N = 6",
            " ".join(each for each in PLAIN if "package" not in each),
        ),
        ("more = lambda self: 20", "more = lambda self: 21", "through_a_class"),
        ("width = 30", "width = 31", "through_a_class"),
        ("low = 2", "low = 1", "through_a_class"),
        ('OPTIONS["size"] = 10', 'OPTIONS["size"] = 11', "given handed_on through_helpers"),
        ("settings.NEW = 7", "settings.NEW = 8", "kept given as_dictionary handed_on"),
        (
            "inner.LEVEL = 6",
            "inner.LEVEL = 7",
            "of_a_package a_part_of_a_package taken_from_a_package handed_on",
        ),
    ],
)
def test_what_the_program_changes_in_such_a_module_counts(before, after, difference, project):
    expected = dict(PLAIN)
    assert values(project, PROGRAM) == expected
    for name in difference.split():
        expected[name] += 1
    assert values(project, PROGRAM.replace(before, after)) == expected


def test_a_change_that_only_a_helper_reads_counts(project):
    assert values(project, PROGRAM)["through_helpers"] == 25
    changed = PROGRAM.replace("deeper.SCALE = 4", "deeper.SCALE = 5")
    assert values(project, changed)["through_helpers"] == 27


def test_a_memo_of_the_module_does_not_count(project):
    _, known = run(project, PROGRAM)
    _, again = run(project, PROGRAM.replace("settings.doubled(1)", "settings.doubled(9)"))
    assert again == known


def values(project, text):
    return run(project, text)[0]


def run(project, text):
    """What the steps of a program give, and their addresses."""
    project.write_files({**FILES, "main.py": text})
    return [ast.literal_eval(line) for line in project.run_loaded("main.py").lines]
