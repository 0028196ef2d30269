"""The one place where a command is run and its failures are caught."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from .exits import Exit
from .lazy import keep_lines
from .streams import flush_output, let_go_of_output, set_up_streams


def run_command(command: click.Command, name: str, arguments: Sequence[str] | None) -> int:
    """Run a command and return its exit code; misuse is explained in one line.

    Args:
        command: what to run; an integer that it returns is the exit code.
        name: as the user calls it.
        arguments: by default those of the process.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    keep_lines(command)
    set_up_streams()
    try:
        code = _run(command, name, given)
        flush_output()
    except BrokenPipeError:
        let_go_of_output()
        return Exit.BROKEN_PIPE
    except (Exception, KeyboardInterrupt) as problem:  # noqa: BLE001 - all is explained there
        # Imported late: what explains errors knows more of funsies than --help needs.
        from .explain import explain  # noqa: PLC0415

        let_go_of_output()
        return explain(problem, name)
    return code


def _run(command: click.Command, name: str, given: list[str]) -> int:
    """Run a command as Click does, which says of a closed pipe no more than that it failed."""
    if instruction := os.environ.get(variable := _completion_variable(name)):
        return _complete(command, name, variable, instruction)
    try:
        with command.make_context(name, given) as context:
            outcome: object = command.invoke(context)
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    return outcome if isinstance(outcome, int) else Exit.OK


def _completion_variable(name: str) -> str:
    """Set by the shell when it asks what to offer: ``_FUNSIES_COMPLETE``."""
    return f"_{name.replace('-', '_')}_COMPLETE".upper()


def _complete(command: click.Command, name: str, variable: str, instruction: str) -> int:
    from click.shell_completion import shell_complete  # noqa: PLC0415 - not for --help

    from .shells import teach_shells  # noqa: PLC0415 - as above

    teach_shells()
    return shell_complete(command, {}, name, variable, instruction)
