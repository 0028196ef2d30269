"""What ``funsies run`` is to run: a script, or a module of a package."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Final, TypeAlias

import click

from funsies.config.program import without_secrets
from funsies.core.cutting import printable

from .script import IsEnd, run_module, run_script

Program: TypeAlias = Callable[[IsEnd], int]
"""Runs it, and returns its exit code."""

MODULE: Final = "-m"
"""In the place of the script: the first argument names a module, as with ``python -m``."""

LONGEST_TYPED: Final = 200


class ScriptArgument(click.Path):
    """A file, or ``-m``; what else looks like an option before it is a mistake."""

    def __init__(self) -> None:
        super().__init__(exists=True, dir_okay=False, path_type=Path)

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str | bytes | os.PathLike[str]:
        """Check that it is there."""
        text = os.fspath(value)
        if text == MODULE:
            return Path(MODULE)
        if text.startswith("-") and not Path(text).exists():
            params = [] if ctx is None else ctx.command.params
            known = [option for each in params for option in each.opts]
            raise click.NoSuchOption(
                text, possibilities=get_close_matches(text, known), ctx=ctx
            )
        return super().convert(value, param, ctx)


def program_of(script: Path, arguments: tuple[str, ...]) -> tuple[str, Program]:
    """What is to be run, by its name.

    Args:
        script: the file, or ``-m``.
        arguments: for it; the first one is the module after ``-m``.

    Raises:
        UsageError: if there is no module.
    """
    if str(script) != MODULE:
        return str(script), lambda is_end: run_script(script, arguments, is_end)
    if not arguments:
        raise click.UsageError("-m needs the name of a module: funsies run -m project.workflow")
    return arguments[0], lambda is_end: run_module(arguments[0], arguments[1:], is_end)


def typed(script: Path, arguments: tuple[str, ...]) -> str:
    """Script and arguments as they are typed after the options of ``funsies run``.

    Three dots stand for arguments that are very many, or among which there are secrets.

    >>> typed(Path("a flow.py"), ("x.xyz", "--fast"))
    "'a flow.py' -- x.xyz --fast"
    >>> typed(Path("-m"), ("project.flow", "--token", "abc"))
    '-m project.flow ...'
    """
    names = 1 if str(script) == MODULE else 0
    head, rest = [str(script), *arguments[:names]], arguments[names:]
    if without_secrets(rest) != rest or len(shlex.join(rest)) > LONGEST_TYPED:
        return f"{shlex.join(head)} ..."
    are_options = any(each.startswith("-") for each in rest)
    return printable(shlex.join([*head, *(["--"] if are_options else []), *rest]))
