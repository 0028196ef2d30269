"""Passwords do not stay among the arguments of a process, which everybody can read.

The process starts itself anew at once, with such addresses in its environment, which only
its own user can read. It stays the same process: its number, streams, signals and exit code are
those of the first.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

_VARIABLES: Final = {
    "--jobs": "FUNSIES_JOBS",
    "-j": "FUNSIES_JOBS",
    "--data": "FUNSIES_DATA",
    "-d": "FUNSIES_DATA",
}
_OTHERS_WITH_VALUE: Final = frozenset({"--log"})


def conceal_passwords() -> None:
    """Go on as the same process without passwords among its arguments, if there are any."""
    given, count = sys.argv[1:], len(sys.argv) - 1
    kept, moved = split_arguments(given)
    is_as_started = sys.orig_argv[len(sys.orig_argv) - count :] == given
    if not moved or not is_as_started or not sys.executable:
        return
    command = [*sys.orig_argv[: len(sys.orig_argv) - count], *kept]
    with suppress(OSError):  # then it works all the same
        os.execve(sys.executable, command, {**os.environ, **moved})  # noqa: S606 - no shell


def split_arguments(arguments: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Take addresses with passwords out of the options before the name of the command.

    Returns:
        The arguments that stay, and variables of the environment that say the same as the rest.

    >>> split_arguments(["--jobs", "redis://:pw@host", "--log", "info", "worker", "--burst"])
    (['--log', 'info', 'worker', '--burst'], {'FUNSIES_JOBS': 'redis://:pw@host'})
    """
    kept: list[str] = []
    moved: dict[str, str] = {}
    rest = list(arguments)
    while rest and rest[0].startswith("-") and rest[0] != "--":
        words, name, value = _option(rest)
        del rest[: len(words)]
        if name in _VARIABLES and _has_password(value):
            moved[_VARIABLES[name]] = value
        else:
            kept += words
    return [*kept, *rest], moved


def _option(words: list[str]) -> tuple[list[str], str, str]:
    """The first option: its words, its name, and its value."""
    first = words[0]
    if not first.startswith("--") and first[:2] in _VARIABLES and len(first) > len("-j"):
        return words[:1], first[:2], first[2:]
    name, equals, value = first.partition("=")
    if equals or (name not in _VARIABLES and name not in _OTHERS_WITH_VALUE):
        return words[:1], name, value
    return words[:2], name, "".join(words[1:2])


def _has_password(address: str) -> bool:
    return "@" in address or "password=" in address.lower()
