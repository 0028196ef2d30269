"""What is written down of the program that asks for results: its script, without secrets."""

from __future__ import annotations

import os
import platform
import re
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from funsies.core.cutting import cut
from funsies.history.processes import this_process
from funsies.history.recorder import ProgramRecord
from funsies.store.rows.run_rows import RunRecord
from funsies.store.server_address import hide_secrets

MOST_ARGUMENTS: Final = 100
LONGEST_ARGUMENT: Final = 1000
HIDDEN: Final = "***"

_SENSITIVE: Final = (
    "pass(?:word|wd|phrase)?|pwd?|secret|token|credentials?|auth(?:orization)?|api-?key|key"
)
_SECRET_NAME: Final = re.compile(rf"(?:.*[-_.])?(?:{_SENSITIVE})", re.IGNORECASE)
_SETTING: Final = re.compile(r"(-{0,2}[\w.-]+)([=:]\s*)(.+)", re.DOTALL)
_TOKEN: Final = re.compile(
    r"\b(?:gh[a-z]_|github_pat_|glpat-|sk-|xox[a-z]-|AKIA|eyJ[\w-]+\.eyJ)[\w.-]{8,}"
    r"|(?<=Bearer )\S+"
)
"""What services give out begins so."""


def running_program() -> ProgramRecord:
    """The program that this process runs."""
    main = sys.modules.get("__main__")
    file, spec = getattr(main, "__file__", None), getattr(main, "__spec__", None)
    if spec is not None:
        return program(f"-m {spec.name}", sys.argv[1:], file)
    if file is None:  # interactive, or `python -c`: then the arguments are those of that
        return program("", [], None)
    return program(sys.argv[0] if sys.argv else str(file), sys.argv[1:], file)


def program(script: str, arguments: Sequence[str], file: str | None = None) -> ProgramRecord:
    """A program that this process runs, by its name.

    Args:
        script: its name.
        arguments: that it was given.
        file: that holds it; None if there is none.
    """
    from funsies.core.version import __version__  # noqa: PLC0415 - it is looked for

    directory = _working_directory()
    path = None if file is None else Path(directory, file)
    shown = hidden_arguments([*arguments[:MOST_ARGUMENTS]])
    left_out = len(arguments) - MOST_ARGUMENTS
    record = RunRecord(
        script=_written(script),
        arguments=(*shown, *([f"... {left_out} more"] if left_out > 0 else ())),
        directory=_written(directory),
        process=this_process(),
        user=_written(user_name()),
        python=platform.python_version(),
        version=__version__,
        began=time.time(),
    )
    return ProgramRecord(record, Path(directory) if path is None else path.parent, path)


def hidden_arguments(arguments: Sequence[str]) -> tuple[str, ...]:
    """Arguments with three stars in the place of what looks like a secret.

    >>> hidden_arguments(["--token=abc", "--password", "pw", "redis://:pw@host", "x.xyz"])
    ('--token=***', '--password', '***', 'redis://***@host', 'x.xyz')
    """
    return tuple(_hidden(arguments))


def _hidden(arguments: Sequence[str]) -> Iterator[str]:
    is_next_secret = False
    for each in map(_written, arguments):
        if is_next_secret and not each.startswith("-"):
            yield HIDDEN
        else:
            yield _hidden_in(_TOKEN.sub(HIDDEN, hide_secrets(each)))
        name = each.lstrip("-")
        is_next_secret = each.startswith("-") and _SECRET_NAME.fullmatch(name) is not None


def _hidden_in(argument: str) -> str:
    setting = _SETTING.fullmatch(argument)
    if setting is None:
        return argument
    is_secret = _SECRET_NAME.fullmatch(setting[1].lstrip("-"))
    return setting[1] + setting[2] + (HIDDEN if is_secret else _hidden_in(setting[3]))


def _written(text: str) -> str:
    """A text that can be written down: names of files may be no Unicode, and very long."""
    return cut(text.encode(errors="backslashreplace").decode(), LONGEST_ARGUMENT)


def _working_directory() -> str:
    try:
        return str(Path.cwd())
    except OSError:  # it was removed
        return ""


def user_name() -> str:
    """Who runs this program."""
    import getpass  # noqa: PLC0415 - few programs need it

    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container may have a number only
        return str(os.getuid())
