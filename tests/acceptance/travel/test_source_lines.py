"""Tracebacks, inspect, warnings, logging and the debugger show the user's files and lines."""

from __future__ import annotations

import re

import pytest

from .cases import WAYS, Case

LOOKING = '''
import functools
import inspect
import linecache
import logging
import sys
import traceback
import warnings
from pathlib import Path


class Kind:
    """A class."""

    def method(self) -> int:
        return 1 / 0


def helper(x):
    # a comment that counts for getsource only
    return x + 1


def decorated(function):
    @functools.wraps(function)
    def wrapped(*args):
        return function(*args)

    return wrapped


@decorated
def second(x):
    return x + 2


def of_function(x: int) -> str:
    return repr(inspect.getsource(helper))


def of_class(x: int) -> str:
    return repr(inspect.getsource(Kind).splitlines()[-1])


def of_method(x: int) -> str:
    return repr(inspect.getsource(Kind.method))


def of_module(x: int) -> str:
    return repr(inspect.getsource(sys.modules[helper.__module__]).splitlines()[1])


def of_wrapped(x: int) -> str:
    return repr(inspect.getsource(second))


def of_lambda(x: int) -> str:
    function = lambda y: y + 1
    return repr(inspect.getsource(function))


def file_of(x: int) -> str:
    return Path(inspect.getsourcefile(helper)).name


def own_line(x: int) -> str:
    code = sys._getframe().f_code
    return linecache.getline(code.co_filename, sys._getframe().f_lineno).strip()


def in_traceback(x: int) -> str:
    try:
        Kind().method()
    except ZeroDivisionError as problem:
        frame = traceback.extract_tb(problem.__traceback__)[-1]
        return f"{Path(frame.filename).name}:{frame.lineno} {frame.name} {frame.line}"


def in_warning(x: int) -> str:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.warn("this", stacklevel=1)
    return f"{Path(caught[0].filename).name}:{caught[0].lineno}"


def in_log(x: int) -> str:
    records = []
    handler = logging.Handler()
    handler.emit = records.append
    logger = logging.getLogger("looking")
    logger.addHandler(handler)
    logger.warning("this")
    logger.removeHandler(handler)
    record = records[0]
    return f"{Path(record.pathname).name}:{record.lineno} {record.module} {record.funcName}"
'''


def _line(text: str) -> int:
    """The number of the line in which a text stands."""
    return next(n for n, line in enumerate(LOOKING.splitlines(), 1) if text in line)


def looking(name: str, main: str, files: dict[str, str], file: str) -> Case:
    division, module = _line("1 / 0"), file.removesuffix(".py")
    calls = {
        "of_function(1)": repr(
            "def helper(x):\n    # a comment that counts for getsource only\n    return x + 1\n"
        ),
        "of_class(1)": repr("        return 1 / 0"),
        "of_method(1)": repr("    def method(self) -> int:\n        return 1 / 0\n"),
        "of_wrapped(1)": repr("@decorated\ndef second(x):\n    return x + 2\n"),
        "of_lambda(1)": repr("    function = lambda y: y + 1\n"),
        "file_of(1)": file,
        "own_line(1)": (
            "return linecache.getline(code.co_filename, sys._getframe().f_lineno).strip()"
        ),
        "in_traceback(1)": f"{file}:{division} method return 1 / 0",
        "in_warning(1)": f"{file}:{_line('warnings.warn(')}",
        "in_log(1)": f"{file}:{_line('logger.warning(')} {module} in_log",
    }
    return Case(name, main, calls, files)


CASES = [
    looking("the script", LOOKING, {}, "main.py"),
    looking("a module", "from looking import *\n", {"looking.py": LOOKING}, "looking.py"),
    looking(
        "a package",
        "from pack.looking import *\n",
        {"pack/__init__.py": "", "pack/looking.py": LOOKING},
        "looking.py",
    ),
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_step_sees_its_own_source(case, way, outcome):
    case.check(outcome(case, way))


FAILING = """\
import funsies as f
import module


def deep(x: int) -> int:
    return module.divide(x, 0)  # in the script


def direct(x: int) -> int:
    numbers = [1, 2]
    return numbers[x]  # nothing is there


class Kind:
    def method(self, x: int) -> int:
        raise ValueError(f"in a method: {x}")


def grow(x: int) -> f.Artefact[int]:
    return f.reduce(deep, x)


def broken_grow(x: int) -> f.Artefact[int]:
    return f.reduce(deep, x, x, x)  # too many


with f.Fun():
    steps = [
        f.reduce(deep, 1),
        f.reduce(direct, 7),
        f.reduce(Kind().method, 3),
        f.reduce(lambda x: {}[x], "key", out=int),
        f.put(5).bind(grow),
        f.put(5).bind(broken_grow),
    ]
    f.execute(*steps)
    f.wait_for(*steps)
    for step in steps:
        print(step.hash)
        print(f.take(step, strict=False).failure().details)
"""

MODULE = """\
def divide(a, b):
    # the line below fails
    return a / b  # in the module
"""

SEEN = [
    (r"main.py\", line (\d+)", "return module.divide(x, 0)  # in the script"),
    (r"module.py\", line (\d+)", "return a / b  # in the module"),
    (r"main.py\", line (\d+)", "return numbers[x]  # nothing is there"),
    (r"main.py\", line (\d+)", 'raise ValueError(f"in a method: {x}")'),
    (r"main.py\", line (\d+)", 'f.reduce(lambda x: {}[x], "key", out=int),'),
    (r"main.py\", line (\d+)", "return f.reduce(deep, x, x, x)  # too many"),
]


@pytest.fixture(params=["memory", "pool"])
def failed(request, project):
    """What a program printed whose steps have failed.

    The same errors may be known from another project; so only the names of files are expected.
    """
    if request.param == "memory":
        project.server = "memory://"
    project.write_files({"main.py": FAILING, "module.py": MODULE})
    return project.run_loaded("main.py").out


def test_the_details_of_an_error_show_files_lines_and_source(failed):
    assert "<dynamic-code>" not in failed
    for file, line in SEEN:
        frame = re.compile(f'File "/.+/{file}, in .+\\n +{re.escape(line)}')
        found = frame.search(failed)
        assert found, f"{line}\n\n{failed}"
        text = FAILING if "main" in file else MODULE
        assert text.splitlines()[int(found[1]) - 1].strip() == line


def test_replay_shows_the_source_where_a_step_fails(project):
    project.write_files({"main.py": FAILING, "module.py": MODULE})
    address = project.run("main.py").lines[0]
    replayed = project.funsies("replay", address)
    assert "<dynamic-code>" not in replayed.err
    assert re.search(r'File "/.+/module.py", line 3', replayed.err)
    assert "return a / b  # in the module" in replayed.err


@pytest.mark.slow
@pytest.mark.parametrize("command", ["l", "ll", "w", "u\nl"])
def test_the_debugger_of_replay_lists_the_source(command, project):
    project.write_files({"main.py": FAILING, "module.py": MODULE})
    address = project.run("main.py").lines[0]
    debugged = project.funsies("replay", "--pdb", address, stdin=f"{command}\nq\n")
    line = "# in the script" if command.startswith("u") else "# in the module"
    assert line in debugged.out, debugged.out + debugged.err
    assert "<dynamic-code>" not in debugged.out
