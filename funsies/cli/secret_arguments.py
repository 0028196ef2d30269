"""Secrets stay neither among the arguments of a process nor in its environment.

Everybody can read the arguments, and the user's own processes, steps among them, with which
environment it was started. So the process starts itself anew at once, and hands passwords and
keys to itself through a pipe. It stays the same process: its number, streams, signals and exit
code are those of the first. (A process could make itself unreadable instead, by
``PR_SET_DUMPABLE``; then nobody could debug it, nor would it leave a core.)
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

from funsies.core.secret_variables import SECRET_VARIABLES, pipe_with

_VARIABLES: Final = {
    "--jobs": "FUNSIES_JOBS",
    "-j": "FUNSIES_JOBS",
    "--data": "FUNSIES_DATA",
    "-d": "FUNSIES_DATA",
}
_PIPE: Final = "FUNSIES_SECRETS_PIPE"
"""Variable that names the descriptor from which the process reads what it hands to itself."""

_OTHERS_WITH_VALUE: Final = frozenset({"--log"})


def restart_without_secrets() -> None:
    """Go on as the same process without secrets that others can read, if there are any."""
    if (descriptor := os.environ.pop(_PIPE, None)) is not None:
        with open(int(descriptor), "rb") as pipe:  # noqa: PTH123 - it has no path
            os.environ.update(json.load(pipe))  # which is not what others can read
        return
    given, count = sys.argv[1:], len(sys.argv) - 1
    kept, moved = split_arguments(given)
    is_as_started = sys.orig_argv[len(sys.orig_argv) - count :] == given
    secrets = {**_secret_variables(os.environ), **moved}
    if not secrets or not is_as_started or not sys.executable:
        return
    command = [*sys.orig_argv[: len(sys.orig_argv) - count], *kept]
    rest = {name: text for name, text in os.environ.items() if name not in secrets}
    with suppress(OSError):  # then it works all the same
        descriptor_of_pipe = pipe_with(json.dumps(secrets).encode())
        os.set_inheritable(descriptor_of_pipe, True)
        os.execve(  # noqa: S606 - no shell
            sys.executable, command, {**rest, _PIPE: str(descriptor_of_pipe)}
        )


def _secret_variables(variables: Mapping[str, str]) -> dict[str, str]:
    """Those of the environment that are secret."""
    given = {name: variables[name] for name in SECRET_VARIABLES if name in variables}
    return {
        name: text
        for name, text in given.items()
        if name == "FUNSIES_KEY" or _has_password(text)
    }


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
