"""Code that is hard to see counts, or it is refused with advice that works."""

from __future__ import annotations

import pytest

RUN = """

with f.Fun():
    try:
        step = f.reduce(asked, 1)
    except f.FunsiesError as refusal:
        print("refused:", " ".join(str(refusal).split()))
    else:
        f.execute(step)
        f.wait_for(step)
        print(f.take(step))
"""

EDITED = {
    "the default of a context variable": (
        """
from contextvars import ContextVar

RATE = ContextVar("RATE", default=2)

def asked(x: int) -> int:
    return x * RATE.get()
""",
        "default=2",
        ("2", "20"),
    ),
    "the default of a context variable in a module": (
        """
import helper

def asked(x: int) -> int:
    return helper.by_variable(x)
""",
        "default=2",
        ("2", "20"),
    ),
    "a class that is registered at an ABC": (
        """
import abc

class Number(abc.ABC):
    pass

class Own:
    factor = 2

Number.register(Own)

def asked(x: int) -> int:
    return 2 if isinstance(Own(), Number) else 20
""",
        "Number.register(Own)",
        ("2", "20"),
    ),
    "subclasses that are found": (
        """
class Base:
    def size(self) -> int:
        return 0

class First(Base):
    def size(self) -> int:
        return 2

def asked(x: int) -> int:
    return sum(kind().size() for kind in Base.__subclasses__())
""",
        "return 2",
        ("2", "20"),
    ),
    "subclasses in another module that are found": (
        """
import base
import helper

def asked(x: int) -> int:
    return sum(kind.size for kind in base.Base.__subclasses__())
""",
        "size = 2",
        ("2", "20"),
    ),
    "subclasses that are found deeper down": (
        """
import base
import helper

def all_below(kind):
    return [kind, *(deeper for each in kind.__subclasses__() for deeper in all_below(each))]

def asked(x: int) -> int:
    return max(kind.size for kind in all_below(base.Base))
""",
        "size = 2",
        ("2", "20"),
    ),
    "an implementation for singledispatch": (
        """
import base
import helper

def asked(x: int) -> int:
    return base.sized(x)
""",
        "return number + 1",
        ("2", "20"),
    ),
}
"""By what it is: the program, what is edited (in it or a module), and the two results."""

REPLACED = {
    "default=2": "default=20",
    "Number.register(Own)": "assert Number",
    "return 2": "return 20",
    "size = 2": "size = 20",
    "return number + 1": "return number + 19",
}

MODULES = {
    "base.py": """\
import functools


class Base:
    size = 0


@functools.singledispatch
def sized(thing) -> int:
    return -1
""",
    "helper.py": """\
from contextvars import ContextVar

import base

RATE = ContextVar("RATE", default=2)


class Derived(base.Base):
    size = 2


@base.sized.register
def _(number: int) -> int:
    return number + 1


def by_variable(x: int) -> int:
    return x * RATE.get()


def h(x: int) -> int:
    return x
""",
}


@pytest.fixture(params=["memory", "pool"])
def served(request, project):
    """A project that works in memory, or with the pool."""
    if request.param == "memory":
        project.server = "memory://"
    return project.write_files(MODULES)


@pytest.mark.slow
@pytest.mark.parametrize("name", EDITED)
def test_an_edit_of_what_is_hard_to_see_counts_or_is_refused(name, served):
    text, old, results = EDITED[name]
    served.write_files({"main.py": "import funsies as f\n" + text + RUN})
    file = "main.py" if old in text else "helper.py"
    first = served.run_loaded("main.py").lines[0]
    served.edit(file, old, REPLACED[old])
    second = served.run_loaded("main.py").lines[0]
    is_refused = first.startswith("refused: ") and second.startswith("refused: ")
    assert is_refused or (first, second) == results


BY_NAME = {
    "sys.modules[...]": "sys.modules['helper'].h(x)",
    "sys.modules by a computed name": "sys.modules['hel' + 'per'].h(x)",
    "sys.modules.get": "sys.modules.get('helper').h(x)",
    "getattr of sys.modules": "getattr(sys.modules['helper'], 'h')(x)",
    "vars of sys.modules": "vars(sys.modules['helper'])['h'](x)",
    "modules": "modules['helper'].h(x)",
}


@pytest.mark.parametrize("name", BY_NAME)
def test_a_module_taken_from_sys_modules_is_refused_with_advice(name, served):
    text = f"""
import sys
from sys import modules

import helper

def asked(x: int) -> int:
    return {BY_NAME[name]}
"""
    served.write_files({"main.py": "import funsies as f\n" + text + RUN})
    shown = served.run_loaded("main.py").lines[0]
    assert shown.startswith("refused: ")
    assert "import" in shown.lower()


def test_the_advice_works_to_import_the_module(served):
    text = "\ndef asked(x: int) -> int:\n    import helper\n\n    return helper.h(x)\n"
    served.write_files({"main.py": "import funsies as f\n" + text + RUN})
    assert served.run_loaded("main.py").lines == ["1"]
