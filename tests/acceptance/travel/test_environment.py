"""Variables of the environment that a program sets: a step that reads one by name finds it."""

from __future__ import annotations

import pytest

from .cases import WAYS, Case

FILES = {
    "config.py": """
import os

KEY = "FT_RATE"


def setting(name, default=None):
    return os.environ.get(name, default)


def rate():
    return os.getenv(KEY)
""",
    "late.py": """
import os

DATA = os.environ["FT_DATA"]


def place():
    return DATA + os.environ["FT_RATE"]
""",
}

CASE = Case(
    "variables of the environment that the program sets",
    """
import functools
import os
import os.path
import subprocess
from os import environ, getenv
from os import environ as surroundings

import config

os.environ["FT_DATA"] = "/x"
os.environ["FT_RATE"] = "5"
os.environ["FT_ÄTHER"] = "ü"
os.environ["FT_GONE"] = "there"
del os.environ["FT_GONE"]
WHICH = "FT_DATA"
NAMES = ["FT_DATA", "FT_RATE"]
ENVIRONMENT = os.environ


def by_item() -> str:
    return os.environ["FT_DATA"]


def by_get() -> str:
    return os.environ.get("FT_DATA", "default")


def by_getenv() -> str:
    return f"{os.getenv('FT_DATA')} {getenv('FT_RATE', '1')}"


def is_there() -> bool:
    return "FT_DATA" in os.environ and "FT_GONE" not in os.environ


def of_names_taken() -> str:
    return environ["FT_DATA"] + surroundings["FT_RATE"]


def of_an_alias() -> str:
    return ENVIRONMENT["FT_DATA"]


def of_a_default(env=os.environ, name="FT_DATA") -> str:
    return env[name]


def by_a_constant() -> str:
    return os.environ[WHICH] + os.environ[config.KEY]


def by_a_list() -> str:
    return " ".join(os.environ[each] for each in NAMES)


def by_a_tuple_inside() -> str:
    return " ".join([os.environ[each] for each in ("FT_DATA", "FT_RATE")])


def by_a_helper() -> str:
    return config.setting("FT_DATA") + config.rate()


def imported_inside() -> str:
    import os as system
    from os import getenv as read

    return system.environ["FT_DATA"] + read("FT_RATE")


def helper_imported_inside() -> str:
    from config import setting

    return setting("FT_DATA")


def module_imported_late() -> str:
    import late

    return late.place()


def expanded() -> str:
    return os.path.expandvars("$FT_DATA/${FT_RATE}")


def by_a_command() -> str:
    return subprocess.run(
        "echo $FT_DATA", shell=True, check=True, capture_output=True, text=True
    ).stdout.strip()


def by_a_copy() -> str:
    return {**os.environ, "MORE": "1"}["FT_DATA"] + os.environ.copy()["FT_RATE"]


def of_bytes() -> str:
    return os.environb[b"FT_DATA"].decode()


def not_ascii() -> str:
    return os.environ["FT_ÄTHER"]


class Reader:
    KEY = "FT_RATE"

    def __init__(self, name):
        self.name = name

    def read(self):
        return os.environ[self.name] + os.environ[self.KEY]


READER = Reader("FT_DATA")


def by_an_object() -> str:
    return READER.read()


def made(name):
    def read() -> str:
        return os.environ[name]

    return read


by_a_closure = made("FT_DATA")
by_a_partial = functools.partial(config.setting, "FT_DATA")


def what_a_step_sets() -> str:
    os.environ["FT_DATA"] = "changed"
    environ["FT_RATE"] = "changed"
    return os.environ["FT_DATA"] + os.getenv("FT_RATE")
""",
    {
        "by_item()": "/x",
        "by_get()": "/x",
        "by_getenv()": "/x 5",
        "is_there()": "True",
        "of_names_taken()": "/x5",
        "of_an_alias()": "/x",
        "of_a_default()": "/x",
        "by_a_constant()": "/x5",
        "by_a_list()": "/x 5",
        "by_a_tuple_inside()": "/x 5",
        "by_a_helper()": "/x5",
        "imported_inside()": "/x5",
        "helper_imported_inside()": "/x",
        "module_imported_late()": "/x5",
        "expanded()": "/x/5",
        "by_a_command()": "/x",
        "by_a_copy()": "/x5",
        "of_bytes()": "/x",
        "not_ascii()": "ü",
        "by_an_object()": "/x5",
        "by_a_closure()": "/x",
        "by_a_partial()": "/x",
        "what_a_step_sets()": "changedchanged",
    },
    FILES,
)


@pytest.mark.parametrize("way", WAYS)
def test_a_step_finds_the_variables_that_its_program_has_set(way, outcome):
    CASE.check(outcome(CASE, way))


SCRIPT = """
import os

import funsies as f

os.environ["FT_DATA"] = "/x"
del os.environ["PATH"]


def read() -> str:
    return os.environ["FT_DATA"]


def has_path() -> bool:
    return "PATH" in os.environ


@f.task
def inner(end: str) -> str:
    return read() + end


def built(end: str) -> f.Artefact[str]:
    return inner(end)


@f.task(ignore=("FT_DATA",))
def ignoring() -> str:
    return os.environ.get("FT_DATA", "none")


@f.task(version="1")
def versioned() -> str:
    return read()


@f.task(isolated=True)
def isolated() -> str:
    return read()


with f.Fun():
    first = f.reduce(read)
    os.environ["FT_DATA"] = "/y"
    steps = [
        first,
        f.reduce(read),
        f.reduce(has_path),
        f.reduce(read, name="another step", opt=f.options(env={"FT_DATA": "/option"})),
        f.put("/end").bind(built),
        versioned(),
        isolated(),
        f.shell('echo "$FT_DATA ${FT_DATA%y}"', interpreter=["/bin/sh", "-c"]).stdout,
        ignoring(),
    ]
    f.execute(*steps)
    f.wait_for(*steps)
    print(" ".join(str(f.take(step)) for step in steps))
"""

PRINTED = r"/x /y False /option /y/end /y /y b'/y /\n'"


@pytest.mark.parametrize("where", ["memory", "pool"])
def test_so_it_is_for_steps_of_all_kinds(where, make_project, pool):
    """What a task ignores is the worker's own, and in a program that runs it the program's."""
    project = make_project("memory://" if where == "memory" else pool.url)
    project.write_files({"main.py": SCRIPT})
    own = "/y" if where == "memory" else "none"
    assert project.run("main.py").lines == [f"{PRINTED} {own}"]
