"""A program sets settings; modules that only its steps import read them when they do."""

from __future__ import annotations

import pytest

from .cases import WAYS, Case

FILES = {
    "settings.py": """
RATE = 1
OTHER = 1


def scaled():
    return RATE * 10
""",
    "models.py": """
import settings
from settings import RATE


class Model:
    rate = settings.RATE


def train():
    return f"{RATE} {Model.rate} {settings.scaled()}"
""",
    "parts/__init__.py": "",
    "parts/config.py": """
LEVEL = 1
_values = {"rate": 0.1}


def update(**values):
    _values.update(values)


def get(name):
    return _values[name]
""",
    "parts/work.py": """
from . import config
from .config import LEVEL, get


def run():
    return f"{get('rate')} {LEVEL} {config.LEVEL}"
""",
    "parts/deep/__init__.py": """
from ..work import run


def top():
    from .leaf import below

    return f"{run()} {below()}"
""",
    "parts/deep/leaf.py": """
from ..config import LEVEL as level


def below():
    return level
""",
}

CASE = Case(
    "settings that modules read when a step imports them",
    """
import parts.config
import settings

settings.RATE = 5
parts.config.LEVEL = 3
parts.config.update(rate=0.5)


def from_a_module() -> str:
    from models import train

    return train()


def of_a_module() -> str:
    import models

    return models.train()


def from_a_package() -> str:
    from parts.work import run

    return run()


def from_below() -> str:
    from parts import deep

    return deep.top()
""",
    {
        "from_a_module()": "5 5 50",
        "of_a_module()": "5 5 50",
        "from_a_package()": "0.5 3 3",
        "from_below()": "0.5 3 3 3",
    },
    FILES,
)


@pytest.mark.parametrize("way", WAYS)
def test_modules_that_steps_import_first_see_the_settings_of_the_program(way, outcome):
    CASE.check(outcome(CASE, way))


ONE_NAME = Case(
    "settings of which two modules are imported under one name",
    """
import settings

settings.RATE = 5


def of_the_first_there_is() -> int:
    try:
        import settings as chosen
    except ImportError:
        import parts as chosen
    return chosen.RATE


def of_a_branch(is_first: bool) -> int:
    if is_first:
        from settings import RATE as rate
    else:
        from parts.config import LEVEL as rate
    return rate


def of_functions_inside() -> str:
    def first():
        from settings import RATE as rate

        return rate

    def second():
        from parts.config import LEVEL as rate

        return rate

    return f"{first()} {second()}"


def of_functions_of_a_module() -> str:
    import choosing

    return f"{choosing.first()} {choosing.second()}"
""",
    {
        "of_the_first_there_is()": "5",
        "of_a_branch(True)": "5",
        "of_functions_inside()": "5 1",
        "of_functions_of_a_module()": "5 1",
    },
    {
        **FILES,
        "choosing.py": """
def first():
    from settings import RATE as rate

    return rate


def second():
    from parts.config import LEVEL as rate

    return rate
""",
    },
)


@pytest.mark.parametrize("way", WAYS)
def test_one_name_may_stand_for_either_of_two_modules_that_are_imported(way, outcome):
    ONE_NAME.check(outcome(ONE_NAME, way))


IN_TURN = """
import settings

import funsies as f


def rate() -> str:
    from models import train

    return train()


with f.Fun():
    steps = []
    for settings.RATE in (1, 5, 1, 7, 5):
        steps.append(f.reduce(rate, name=f"rate {len(steps)}"))
        f.execute(steps[-1]).wait()
    print(*map(f.take, steps), sep=", ")
"""


def test_a_worker_that_has_run_other_settings_imports_these_modules_anew(project):
    project.write_files({**FILES, "script.py": IN_TURN})

    done = project.funsies("run", "script.py", "--workers", "1")

    assert done.out == "1 1 10, 5 5 50, 1 1 10, 7 7 70, 5 5 50\n", done.err


ADDRESSES = """
import sys

import settings

import funsies as f

settings.RATE, settings.OTHER = int(sys.argv[1]), int(sys.argv[2])
if "loaded" in sys.argv:
    import models


def rate() -> str:
    from models import train

    return train()


with f.Fun():
    print(f.reduce(rate).hash)
"""


def test_an_address_changes_with_the_settings_that_such_modules_read_and_no_others(project):
    project.server = "memory://"
    project.write_files({**FILES, "script.py": ADDRESSES})

    def address(*arguments: str) -> str:
        done = project.run_loaded("script.py", *arguments)
        assert done.out, done.err
        return done.out

    assert address("1", "1") == address("1", "2") == address("1", "1", "loaded")
    assert address("5", "1") == address("5", "2") == address("5", "1", "loaded")
    assert address("1", "1") != address("5", "1")
