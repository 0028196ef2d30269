"""The one place where a command is run and its failures are caught."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence

import click

from .exits import Exit
from .lazy import keep_lines


def run_command(command: click.Command, name: str, arguments: Sequence[str] | None) -> int:
    """Run a command and return its exit code; misuse is explained in one line.

    Args:
        command: what to run; an integer that it returns is the exit code.
        name: as the user calls it.
        arguments: by default those of the process.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    keep_lines(command)
    _show_what_can_be_shown()
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


def _show_what_can_be_shown() -> None:
    """Write what the encoding of a stream lacks as an escape: a name is no reason to fail."""
    for stream in (sys.stdout, sys.stderr):
        if not isinstance(stream, io.TextIOWrapper):
            continue  # a test has put something else there
        is_utf8 = stream.encoding.lower().startswith("utf")
        if stream.errors == "strict" or (stream.errors == "surrogateescape" and not is_utf8):
            stream.reconfigure(errors="backslashreplace")


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
