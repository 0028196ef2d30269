"""What runs the commands of a shell step: the words before the text of a command."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import PurePath
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

from .errors import WiringError

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
