"""What a shell step does: its commands, what runs them, the files it makes, its environment.

The plan is what the builder makes and what a worker runs; encoded, it is the payload of a
shell task.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from functools import lru_cache
from pathlib import PurePath
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

import msgspec

from .errors import EncodingError, FunsiesError, WiringError
from .file_names import validate_file_names

Interpreter: TypeAlias = Literal["bash", "sh"] | list[str] | tuple[str, ...]
"""A shell by name, or words after which the text of a command comes as the last one."""

BASH: Final = "bash"
SH: Final = "/bin/sh"

# The last word is for texts that begin with a dash. Bash is found on PATH: it is not in the
# same place on all systems, and a machine's own path would be part of the address.
STRICT: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"bash": (BASH, "-eo", "pipefail", "-c", "--"), "sh": (SH, "-e", "-c", "--")}
)
"""Shells that stop at the first failure; bash also takes that of a pipe's first commands."""

PLAIN: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"bash": (BASH, "-c", "--"), "sh": (SH, "-c", "--")}
)
"""The same shells as they are by default."""


def interpreter_words(
    interpreter: Interpreter | None, *, check: bool = True
) -> tuple[str, ...]:
    """The words of an interpreter.

    Args:
        interpreter: a name, words, or None for the default.
        check: True for the strict shells, bash by default; False for the plain ones, by default
            that of funsies 0.8.

    Raises:
        WiringError: if it is neither a known name nor a list of words.

    >>> interpreter_words(None)
    ('bash', '-eo', 'pipefail', '-c', '--')
    >>> interpreter_words(None, check=False)
    ('/bin/sh', '-c', '--')
    >>> interpreter_words(["python3", "-c"])
    ('python3', '-c')
    """
    named = STRICT if check else PLAIN
    if interpreter is None:
        return named["bash" if check else "sh"]
    if isinstance(interpreter, str):
        if interpreter not in named:
            raise WiringError(_no_such_name(interpreter))
        return named[interpreter]
    return _checked_words(interpreter)


@lru_cache(maxsize=64)
def is_shell(words: tuple[str, ...]) -> bool:
    """Whether a shell is among these words, as in ``["conda", "run", "bash", "-c"]``.

    >>> is_shell(STRICT["bash"]), is_shell(("python3", "-c"))
    (True, False)
    """
    return any(PurePath(word).name in _SHELLS for word in words)


_SHELLS: Final = frozenset({"bash", "dash", "fish", "ksh", "sh", "zsh"})


def _checked_words(words: Any) -> tuple[str, ...]:
    if not isinstance(words, (list, tuple)) or not all(isinstance(each, str) for each in words):
        raise WiringError(
            f'interpreter= is "bash", "sh" or a list of words, for example ["python3", "-c"], '
            f"not {words!r}"
        )
    if not words or not words[0].strip() or words[0].startswith("-"):
        raise WiringError(
            'interpreter= names no program; write it as the first word: ["python3", "-c"]'
        )
    return tuple(words)


def _no_such_name(name: str) -> str:
    words = name.split() if " " in name else [name, "-c"]
    return (
        f'interpreter={name!r} is not known by name, as "bash" and "sh" are. Write a list of '
        "words, to which the text of the command is added as the last one: "
        f"interpreter={words!r}"
    )


# What a shell step does: its commands, the files it makes, its environment.
#
# The plan is what the build layer makes and what a worker runs; encoded, it is the payload of
# a shell task.

MAX_COMMAND_BYTES: Final = 131_071
"""Longest command, and longest ``NAME=value``, that Linux hands to a program."""


class ShellPlan(msgspec.Struct, frozen=True):
    """What a shell step does.

    Attributes:
        commands: what the interpreter runs, one after the other, in the same directory.
        outputs: names of the files that it makes.
        env: variables added to the environment, (name, value), sorted: part of the identity.
        check: True stops at the first command with an exit code other than zero.
        interpreter: words of the program that runs each command; its text is the word after.
    """

    commands: tuple[str, ...]
    outputs: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    check: bool = True
    interpreter: tuple[str, ...] = STRICT["bash"]


def output_names(plan: ShellPlan) -> tuple[str, ...]:
    """Names of what the step makes, in order.

    >>> output_names(ShellPlan(("ls",), ("a.txt",)))
    ('stdout:0', 'stderr:0', 'returncode:0', 'file:a.txt')
    """
    streams = (
        f"{kind}:{index}"
        for index in range(len(plan.commands))
        for kind in ("stdout", "stderr", "returncode")
    )
    return (*streams, *(f"file:{name}" for name in plan.outputs))


def validate_shell_plan(plan: ShellPlan) -> None:
    """Check that a plan can be run.

    Raises:
        WiringError: if there is no command, or a command, an interpreter or a variable cannot
            be handed to a program.
        FileNameError: if the name of an output is not usable.
    """
    if not plan.commands:
        raise WiringError("a shell step needs at least one command")
    for command in plan.commands:
        _validate_command(command)
    _validate_interpreter(plan.interpreter)
    _validate_environment(plan.env)
    validate_file_names((), plan.outputs)


def encode_shell_plan(plan: ShellPlan) -> bytes:
    """Encode a plan as JSON; equal plans have equal bytes.

    Raises:
        WiringError, FileNameError: if the plan cannot be run.
    """
    validate_shell_plan(plan)
    return msgspec.json.encode(plan)


def decode_shell_plan(data: bytes) -> ShellPlan:
    """Read a plan back, and check it again.

    Raises:
        EncodingError: if the bytes are not those of a plan that can be run.
    """
    try:
        plan = msgspec.json.decode(data, type=ShellPlan)
        validate_shell_plan(plan)
    except (msgspec.MsgspecError, UnicodeDecodeError, FunsiesError) as problem:
        raise EncodingError(f"these bytes are not a shell step: {problem}") from problem
    return plan


def _remedy_for(command: object) -> str:
    if isinstance(command, (list, tuple)) and all(isinstance(word, str) for word in command):
        return f"write {shlex.join(command)!r}"
    return 'write a str; values come in as files: shell("cat name", inp={"name": value})'


def _validate_command(command: object) -> None:
    if not isinstance(command, str):
        raise WiringError(
            f"a command is text, not {type(command).__name__}; {_remedy_for(command)}"
        )
    if not command.strip():
        raise WiringError("a command is empty; leave it out")
    _validate_text(command, f"the command {command[:60]!a}")
    if len(command.encode()) > MAX_COMMAND_BYTES:
        raise WiringError(
            f"the command {command[:60]!a}... is longer than {MAX_COMMAND_BYTES} bytes; "
            'give it as an input file and run "sh file"'
        )


@lru_cache(maxsize=64)
def _validate_interpreter(words: tuple[str, ...]) -> None:
    interpreter_words(words)
    for word in words:
        _validate_text(word, f"the word {word[:60]!a} of interpreter=")


def _validate_environment(env: tuple[tuple[str, str], ...]) -> None:
    names = [name for name, _ in env]
    if names != sorted(set(names)):
        raise WiringError("environment variables are sorted by name and occur once")
    for name, value in env:
        if not isinstance(name, str) or not isinstance(value, str):
            raise WiringError(
                f"environment variable {name!r} is text, not {type(value).__name__}; "
                "write it as a str"
            )
        _validate_variable(name, value)


def _validate_variable(name: str, value: str) -> None:
    if not name or "=" in name:
        raise WiringError(f'{name!r} cannot name an environment variable: no "=", not empty')
    _validate_text(name + value, f"environment variable {name!r}")
    if len(f"{name}={value}".encode()) > MAX_COMMAND_BYTES:
        raise WiringError(
            f"environment variable {name!r} is longer than {MAX_COMMAND_BYTES} bytes; "
            "give it as an input file"
        )


def _validate_text(text: str, what: str) -> None:
    if "\0" in text:
        raise WiringError(f"{what} contains a NUL character, which no program can be given")
    try:
        text.encode()
    except UnicodeEncodeError as problem:
        raise WiringError(f"{what} is not valid Unicode: {problem}") from None
