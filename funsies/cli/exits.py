"""Exit codes, and the one place where a command is run and its failures are caught."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from enum import IntEnum

import click

from .lazy import keep_lines


class Exit(IntEnum):
    """What a command's exit code says. Stable; documented in ``docs/cli.md``."""

    OK = 0
    RESULT_IS_ERROR = 1
    """A result is an error; it is described on stderr."""
    USAGE = 2
    """Wrong arguments or settings."""
    NO_SERVER = 3
    """No server answers, or it cannot be used: wrong password, full, evicting keys."""
    NOT_COMPUTED = 4
    """Not computed yet, or not finished in the time given."""
    UNKNOWN_HASH = 5
    """Nothing has this hash, or several things have it."""
    BUG = 70
    """Something that funsies does not expect; the traceback is printed."""
    INTERRUPTED = 130
    """Ended by Ctrl-C."""
    BROKEN_PIPE = 141
    """Whoever read the output went away."""


def run_command(command: click.Command, name: str, arguments: Sequence[str] | None) -> int:
    """Run a command and return its exit code; misuse is explained in one line.

    Args:
        command: what to run; an integer that it returns is the exit code.
        name: as the user calls it.
        arguments: by default those of the process.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    keep_lines(command)
    try:
        if instruction := os.environ.get(variable := _completion_variable(name)):
            return _complete(command, name, variable, instruction)
        # Not `command.main`, which says of a closed pipe no more than that something failed.
        with command.make_context(name, given) as context:
            outcome: object = command.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except BrokenPipeError:
        return _leave_quietly()
    except (Exception, KeyboardInterrupt) as problem:  # noqa: BLE001 - all is explained there
        # Imported late: what explains errors knows more of funsies than --help needs.
        from .explain import explain  # noqa: PLC0415

        return explain(problem, name)
    return outcome if isinstance(outcome, int) else Exit.OK


def _completion_variable(name: str) -> str:
    """Set by the shell when it asks what to offer: ``_FUNSIES_COMPLETE``."""
    return f"_{name.replace('-', '_')}_COMPLETE".upper()


def _complete(command: click.Command, name: str, variable: str, instruction: str) -> int:
    from click.shell_completion import shell_complete  # noqa: PLC0415 - not for --help

    return shell_complete(command, {}, name, variable, instruction)


def _leave_quietly() -> Exit:
    # What is left in the buffer must not be complained about when the process ends.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return Exit.BROKEN_PIPE
