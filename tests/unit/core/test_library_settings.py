"""What a script sets in libraries is found in its text, as far as the text says all of it."""

from __future__ import annotations

import pytest

from funsies.core.library_settings import library_settings

IMPORTS = """
import decimal
import sys
import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
import settings
import sklearn
from decimal import getcontext
from matplotlib import rcParams as rc
PRECISION = 3
COUNT = 4
COUNT = 5
"""


def found(text: str) -> list[str]:
    return [each.text for each in library_settings(IMPORTS + text)]


@pytest.mark.parametrize(
    "statement",
    [
        "decimal.getcontext().prec = 50",
        "getcontext().rounding = decimal.ROUND_DOWN",
        "decimal.getcontext().traps[decimal.Inexact] = True",
        "np.seterr(all='raise')",
        "plt.rcParams['figure.dpi'] = 50",
        "rc.update({'figure.dpi': 50})",
        "plt.style.use('ggplot')",
        "plt.rc('font', size=8)",
        "mpl.rcParams['axes.prop_cycle'] = plt.cycler(color=['r', 'g'])",
        "pd.options.mode.chained_assignment = None",
        "pd.set_option('display.float_format', '{:.2f}'.format)",
        "pd.set_option('display.float_format', lambda number: '%.2f' % number)",
        "sklearn.set_config(transform_output='pandas')",
        "sys.setrecursionlimit(5000)",
    ],
)
def test_a_setting_is_found(statement: str) -> None:
    assert found(statement) == [statement]


@pytest.mark.parametrize(
    "statement",
    [
        "np.save('a.npy', [1])",
        "mpl.use('TkAgg')",
        "print(np.seterr)",
        "np.set_printoptions = None",
        "settings.np.seterr(all='raise')",
        "shape.rcParams['figure.dpi'] = 50",
        "np.seterr(all=settings.MODE)",
        "np.set_printoptions(precision=COUNT)",
        "np.set_printoptions(precision=UNKNOWN)",
        "plt.rcParams.update(read('style.json'))",
        "def setup():\n    np.seterr(all='raise')",
    ],
)
def test_what_sets_nothing_or_does_not_say_by_itself_what_is_left(statement: str) -> None:
    assert found(statement) == []


def test_a_constant_of_the_script_is_put_in() -> None:
    assert found("np.set_printoptions(precision=PRECISION)") == [
        "np.set_printoptions(precision=3)"
    ]


def test_what_is_set_once_the_graph_is_open_comes_too_late() -> None:
    assert found("with Fun():\n    pass\nnp.seterr(all='raise')") == []


def test_a_setting_counts_for_the_libraries_that_it_concerns() -> None:
    (setting,) = library_settings(IMPORTS + "sns.set_theme()")
    assert setting.libraries == {"seaborn", "matplotlib"}
