"""Commands: found by their names, imported when they are used, and run.

``funsies --help`` imports none of them, and is quick. The failures of all are caught here.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from funsies.core.collector import imported

from .exits import Exit
from .streams import flush_output, let_go_of_output, set_up_streams

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


@dataclass(frozen=True, slots=True)
class LazyCommand:
    """A command that is not imported yet.

    Attributes:
        name: as the user calls it.
        module: where it is.
        summary: first line of its help.
    """

    name: str
    module: str
    summary: str

    def load(self) -> click.Command:
        """Import it.

        What is there then stays to the end, so Python's garbage collector need not look at it
        any more, not while a script runs, and not at the end.
        """
        command: object = getattr(imported(self.module), self.name)
        gc.freeze()
        if not isinstance(command, click.Command):
            raise TypeError(f"{self.module}.{self.name} is not a command")
        return keep_lines(command)


def keep_lines(command: click.Command) -> click.Command:
    r"""Keep the lines of examples apart in the help of a command and of those in it.

    Docstrings with a backslash are raw ones, so that click's mark for such lines, a backspace,
    is there as the two characters ``\b``.
    """
    if command.help is not None:
        command.help = command.help.replace("\\b\n", "\b\n")
    if isinstance(command, click.Group):
        for each in command.commands.values():
            keep_lines(each)
    return command


class LazyGroup(click.Group):
    """A group whose help is written without importing its commands.

    Attributes:
        sections: headings of the help, with the commands under each.
        unlisted: commands that the help does not mention.
    """

    sections: Sequence[tuple[str, Sequence[LazyCommand]]] = ()
    unlisted: Sequence[LazyCommand] = ()

    def list_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - Click's signature
    ) -> list[str]:
        """Names of all commands, in the order of the help."""
        return [command.name for _, commands in self.sections for command in commands]

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 - Click's signature
        cmd_name: str,
    ) -> click.Command | None:
        """Import a command."""
        listed = (command for _, commands in self.sections for command in commands)
        for command in (*listed, *self.unlisted):
            if command.name == cmd_name:
                return command.load()
        return None

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Names of commands, without importing them, and options."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - not for --help

        commands = (command for _, commands in self.sections for command in commands)
        return [
            *(
                CompletionItem(command.name, help=command.summary)
                for command in commands
                if command.name.startswith(incomplete)
            ),
            *click.Command.shell_complete(self, ctx, incomplete),
        ]

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - Click's signature
        formatter: click.HelpFormatter,
    ) -> None:
        """Write the sections of the help."""
        for heading, commands in self.sections:
            with formatter.section(heading):
                formatter.write_dl([(command.name, command.summary) for command in commands])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; a misspelt one gets a suggestion."""
        names = self.list_commands(ctx)
        if args and args[0] not in (*names, *(command.name for command in self.unlisted)):
            import difflib  # noqa: PLC0415 - only for misspelt commands

            near = difflib.get_close_matches(args[0], names, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise click.UsageError(f"there is no command {args[0]!r}{hint}", ctx)
        return super().resolve_command(ctx, args)


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
