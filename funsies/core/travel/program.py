"""The program that runs in this process: its modules and its script."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, NamedTuple

from .bundle import Bundle
from .collect import Collector
from .main_module import MainModule, describe_main


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
    """
    if _given:
        return _given[0]
    main, text = describe_main()
    return Program(_collector.bundle(imported, main.frozen), main, text)


def become_program(program: Program) -> None:
    """Be this program from now on: a worker hands on what it was given."""
    _given[:] = [program]
