"""The program that runs in this process: its modules and its script."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, NamedTuple

from funsies.core.errors import FingerprintError
from funsies.core.python_plan import MainModule

from .bundle import Bundle
from .collect import Collector
from .main_module import describe_main


class Program(NamedTuple):
    """What all functions of a program share.

    Attributes:
        bundle: the modules of the project; None if it has none of its own.
        main: its script.
        main_text: the text of the script; empty if nobody can read it.
    """

    bundle: Bundle | None
    main: MainModule
    main_text: str


_collector: Final = Collector()
_given: Final[list[Program]] = []


def this_program(imported: Collection[str] = ()) -> Program:
    """The program of this process.

    Args:
        imported: names of modules that its functions import while they run.

    Raises:
        FingerprintError: if the name of one of its files is no text.
    """
    if _given:
        return _given[0]
    main, text = describe_main()
    try:
        main.file.encode()
        return Program(_collector.bundle(imported, main.frozen), main, text)
    except UnicodeEncodeError as problem:
        raise FingerprintError(
            f"the path {problem.object!r} is not valid UTF-8, so that no worker could be told "
            "of it: rename that file or directory"
        ) from None


def become_program(program: Program) -> None:
    """Be this program from now on: a worker hands on what it was given."""
    _given[:] = [program]
