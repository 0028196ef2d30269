"""What a script sets in libraries is set for its steps, and counts for those that use them."""

from __future__ import annotations

import pytest

from .cases import WAYS, Case

SCRIPT = """\
import decimal
import sys
from decimal import Decimal

import numpy as np

DIGITS = 6
decimal.getcontext().prec = DIGITS
np.seterr(all="raise")
np.set_printoptions(precision=2)
sys.setrecursionlimit(4321)


def third(number: int) -> str:
    return str(Decimal(number) / 3)


def divided(number: int) -> str:
    try:
        return str(np.array([1.0]) / number)
    except FloatingPointError:
        return "raised"


def limit(number: int) -> int:
    return sys.getrecursionlimit()
"""

CASE = Case(
    "a script that sets something in libraries",
    SCRIPT,
    {
        "third(1)": "0.333333",
        "divided(3)": "[0.33]",
        "divided(0)": "raised",
        "limit(1)": "4321",
    },
    {},
    ("numpy",),
)


@pytest.mark.parametrize("way", WAYS)
def test_a_step_finds_what_the_script_has_set_in_libraries(way, outcome):
    CASE.check(outcome(CASE, way))


STEPS = """
import decimal
from decimal import Decimal

import funsies as f

decimal.getcontext().prec = 6


@f.task
def ratio(upper: Decimal, lower: Decimal) -> str:
    return str(upper / lower)


@f.task
def doubled(number: int) -> int:
    return 2 * number


with f.Fun():
    steps = [ratio(Decimal(1), Decimal(3)), doubled(4)]
    f.execute(*steps)
    f.wait_for(*steps)
    print(f.take(steps[0]))
    print(f.take(steps[1]), steps[1].hash)
"""


def test_another_setting_is_another_step_where_the_library_is_used_only(project):
    project.write_files({"steps.py": STEPS})
    first = project.run_loaded("steps.py").lines
    project.edit("steps.py", "prec = 6", "prec = 8")
    second = project.run_loaded("steps.py").lines
    assert (first[0], second[0]) == ("0.333333", "0.33333333")
    assert first[1] == second[1]


PRECISION = "from decimal import getcontext\n\ngetcontext().prec = 6\n"
IN_MODULES = {
    "import settings": {"settings.py": PRECISION},
    "import settings # of another": {"settings.py": "import inner\n", "inner.py": PRECISION},
    "from project import settings": {"project/settings.py": PRECISION},
    "from project import data": {"project/__init__.py": PRECISION, "project/data.py": ""},
    "import project.steps": {
        "project/steps.py": "from . import settings\n",
        "project/settings.py": PRECISION,
    },
}


@pytest.mark.parametrize("statement", IN_MODULES)
def test_another_setting_in_a_module_is_another_step_where_the_library_is_used_only(
    project, statement
):
    files = IN_MODULES[statement]
    (home,) = (name for name, text in files.items() if text == PRECISION)
    project.write_files(
        {
            **files,
            "unused.py": PRECISION.replace("6", "3"),
            "steps.py": STEPS.replace("decimal.getcontext().prec = 6\n", f"{statement}\n"),
        }
    )
    first = project.run_loaded("steps.py").lines
    project.edit(home, "prec = 6", "prec = 8")
    second = project.run_loaded("steps.py").lines
    project.edit("unused.py", "prec = 3", "prec = 4")
    third = project.run_loaded("steps.py").lines
    assert [each[0] for each in (first, second, third)] == [
        "0.333333",
        "0.33333333",
        "0.33333333",
    ]
    assert first[1] == second[1]
    assert second == third
