"""A ``__main__`` for a worker, and for the processes that a step spawns there."""

from __future__ import annotations

import ast
import importlib.machinery
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from typing_extensions import override

from funsies.core.digest import content_digest
from funsies.core.python_plan import MainModule
from funsies.pickling import statements_to_run

from . import cache


def put_in_place(about: MainModule, text: str) -> None:
    """Make a fresh ``__main__``, import what the script imports, and set what it sets.

    Imports run for what they do besides binding a name: accessors, plug-ins and codecs
    register themselves. One that fails here matters only to steps that use what it names.

    Args:
        about: the script.
        text: its text; empty if there is none.
    """
    main = ModuleType("__main__")
    main.__dict__["__builtins__"] = __builtins__
    main.__package__ = about.package or None
    if about.file:
        main.__file__ = about.file
    main.__spec__ = _MainSpec(about)
    sys.modules["__main__"] = main
    for statement in statements_to_run(text):
        with suppress(Exception, SystemExit):
            _run(statement, about.file, vars(main))
    for name in about.imports:
        with suppress(Exception, SystemExit):
            __import__(name)


def _run(statement: ast.stmt, file_name: str, variables: dict[str, Any]) -> None:
    code = compile(ast.Module([statement], []), file_name, "exec", dont_inherit=True)
    exec(code, variables)  # noqa: S102 - a part of the program, signed as the task is


class _MainSpec(importlib.machinery.ModuleSpec):
    """Names the module that a spawned process is to run as its ``__main__``.

    ``multiprocessing`` has each process that it spawns run the main module again, by the name
    in its spec or else by its file. Both would start the worker's or the user's script; the
    name given here is that of a small module which loads the step instead. It is written when
    the name is asked for.
    """

    def __init__(self, about: MainModule) -> None:
        super().__init__("__main__", None, origin=about.file or None)
        self._package = about.package

    @property
    @override
    def parent(self) -> str:
        """The package to which relative imports refer."""
        return self._package

    @property
    def name(self) -> str:
        """Name of the module that stands in for ``__main__`` in a spawned process."""
        return stand_in()

    @name.setter
    def name(self, _name: str) -> None:
        pass


# Processes that a step spawns: they have the step's ``__main__``, too.
#
# Such a process starts from nothing but a path and the name of a main module. So a small
# module is written to a folder on the path, which loads the step that is running; functions
# and classes of ``__main__`` are then found where pickles look for them.

_PREFIX: Final = "_funsies_main_"
_TEXT: Final = """\
from pathlib import Path
from funsies.run.program import spawned_main
globals().update(spawned_main(Path(__file__).with_suffix(".step").read_bytes()))
"""


class _Running:
    """What this process is running."""

    step: Callable[[], bytes] | None = None


def running(step: Callable[[], bytes]) -> None:
    """Take note of the step that runs now.

    Args:
        step: gives what a process has to be told so that it can load it.
    """
    _Running.step = step


def be_found() -> None:
    """Let processes that steps spawn find the modules that are written here."""
    folder = str(_folder())
    if folder not in sys.path:
        sys.path.append(folder)


def stand_in() -> str:
    """Write the module that loads the running step, and return its name."""
    if _Running.step is None:
        return "__main__"
    step = _Running.step()
    place = _folder() / f"{_PREFIX}{content_digest(step).hex()[:16]}.py"
    for file, content in ((place.with_suffix(".step"), step), (place, _TEXT.encode())):
        if not cache.holds(file, content):
            cache.write(file, content)
    return place.stem


def _folder() -> Path:
    return cache.folder("mains")
