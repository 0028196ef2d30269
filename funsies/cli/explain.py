"""From an exception to one line on stderr that says what to do, and an exit code."""

from __future__ import annotations

import errno
import sys
import traceback
from typing import Final

import click

from funsies.config.urls import ConfigurationError
from funsies.core.errors import (
    FunsiesError,
    NoServerError,
    NoWorkersError,
    ServerError,
    UnknownHashError,
    UnwrapError,
    WaitTimeoutError,
)
from funsies.store.server_address import hide_secrets

from .exits import Exit
from .streams import OutputError

_CODES: tuple[tuple[type[FunsiesError], Exit], ...] = (
    (ConfigurationError, Exit.USAGE),
    (NoServerError, Exit.NO_SERVER),
    (ServerError, Exit.NO_SERVER),
    (NoWorkersError, Exit.NO_WORKERS),
    (UnknownHashError, Exit.UNKNOWN_HASH),
    (WaitTimeoutError, Exit.NOT_COMPUTED),
    (UnwrapError, Exit.RESULT_IS_ERROR),
)

_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""Of no file in particular if it was open already when its disk was full."""


def explain(problem: BaseException, name: str) -> int:
    """Say on stderr what went wrong, without passwords, and return the exit code.

    Args:
        problem: what a command raised.
        name: of the program, as the user calls it.
    """
    if isinstance(problem, (click.Abort, KeyboardInterrupt)):
        return complain("interrupted", Exit.INTERRUPTED)
    if isinstance(problem, click.ClickException):
        return complain(_describe_misuse(problem, name), Exit.USAGE)
    if isinstance(problem, FunsiesError):
        return complain(str(problem), exit_code_of(problem))
    if isinstance(problem, OSError) and _is_of_a_file(problem):
        return _explain_file(problem)
    if _is_of_the_server(problem):
        return complain(f"the server failed: {problem}", Exit.NO_SERVER)
    return _confess(problem)


def _is_of_a_file(problem: OSError) -> bool:
    known = isinstance(problem, OutputError) or problem.errno in _FULL
    return known or problem.filename is not None


def _explain_file(problem: OSError) -> Exit:
    if isinstance(problem, OutputError):
        return complain(f"the output cannot be written: {problem.strerror}", Exit.NOT_WRITTEN)
    name = problem.filename or "a file cannot be written"
    code = Exit.NOT_WRITTEN if problem.errno in _FULL else Exit.USAGE
    return complain(f"{name}: {problem.strerror}", code)


def exit_code_of(problem: FunsiesError) -> Exit:
    """The exit code for an exception of funsies."""
    for kind, code in _CODES:
        if isinstance(problem, kind):
            return code
    return Exit.USAGE


def complain(message: str, code: Exit) -> Exit:
    """Print a message on stderr, without passwords, and return the code."""
    click.echo(f"funsies: {hide_secrets(message)}", err=True)
    return code


def _describe_misuse(misuse: click.ClickException, name: str) -> str:
    context = getattr(misuse, "ctx", None)
    place = context.command_path if isinstance(context, click.Context) else name
    if isinstance(misuse, click.NoSuchOption) and isinstance(context, click.Context):
        words = _words_in_order(misuse.option_name, context)
        if words:
            return f"{misuse.option_name} goes before the command: {words}"
    message = " ".join(misuse.format_message().split())
    return f"{message.rstrip('.')} (see {place} --help)"


def _words_in_order(option: str, context: click.Context) -> str:
    """How an option of all commands is given, in which order; "" if it is none of these."""
    top = context.find_root()
    if top is context or not any(option in each.opts for each in top.command.params):
        return ""
    command = context.command_path.removeprefix(top.command_path).strip()
    return f"{top.command_path} {option} ... {command}"


def _is_of_the_server(problem: BaseException) -> bool:
    """True for what the Redis client raises; it is not imported just to see that."""
    client = sys.modules.get("redis")
    return client is not None and isinstance(problem, client.RedisError)


def _confess(problem: BaseException) -> Exit:
    text = hide_secrets("".join(traceback.format_exception(problem)))
    click.echo(f"{text}funsies: this is a bug in funsies; please report it", err=True)
    return Exit.BUG
