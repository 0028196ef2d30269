"""A step that draws what the script, but no worker, has seeded is told of when it is made."""

from __future__ import annotations

import pytest

SCRIPT = """\
import random
from random import choice, seed

import numpy as np

import funsies as f
import helper

SEED


class Sampler:
    def sample(self, number: int) -> float:
        return random.gauss(0, number)


def draw(number: int) -> float:
    return float(DRAWN)


with f.Fun(f.Server("memory://")):
    step = f.reduce(draw, 1)
    other = f.reduce(draw, 2)
    f.execute(step)
    print(type(f.take(step)).__name__)
"""

HELPER = """\
import random

import numpy as np


def drawn() -> float:
    return random.random()


def seeded(number: int) -> float:
    random.seed(number)
    return random.random()
"""

TOLD = [
    ("random.seed(0)", "random.random()", "random.Random(seed)"),
    ("seed(0)", "choice([1, 2])", "random.Random(seed)"),
    ("random.seed(a=1)", "helper.drawn()", "random.Random(seed)"),
    ("if True:\n    random.seed(0)", "Sampler().sample(2)", "random.Random(seed)"),
    ("np.random.seed(0)", "np.random.rand()", "np.random.default_rng(seed)"),
    ("from numpy.random import seed as s\ns(1)", "np.random.normal()", "default_rng(seed)"),
]

NOT_TOLD = [
    ("", "random.random()"),
    ("random.seed()", "random.random()"),
    ("random.seed(None)", "random.random()"),
    ("random.seed(0)", "len(random.getstate())"),
    ("np.random.seed(0)", "len(np.random.get_state())"),
    ("random.seed(0)", "number"),
    ("random.seed(0)", "random.Random(number).random()"),
    ("random.seed(0)", "helper.seeded(number)"),
    ("random.seed(0)", "np.random.rand()"),
    ("np.random.seed(0)", "np.random.default_rng(number).random()"),
    ("np.random.seed(0)", "random.random()"),
]


def said(project, seed: str, drawn: str) -> str:
    text = SCRIPT.replace("SEED", seed).replace("DRAWN", drawn)
    project.write_files({"flow.py": text, "helper.py": HELPER})
    done = project.run_loaded("flow.py")
    assert done.lines == ["float"]
    return done.err


@pytest.mark.parametrize(("seed", "drawn", "remedy"), TOLD)
def test_a_step_that_draws_what_the_script_seeds_is_told_once(project, seed, drawn, remedy):
    err = said(project, seed, drawn)
    assert err.count("UserWarning") == 1
    more_lines = seed.count("\n")
    assert f"flow.py:{22 + more_lines}: UserWarning: draw draws from" in err
    assert f"that flow.py:{9 + more_lines} seeds" in err
    assert remedy in err


@pytest.mark.parametrize(("seed", "drawn"), NOT_TOLD)
def test_other_steps_are_not(project, seed, drawn):
    assert "Warning" not in said(project, seed, drawn)
