"""The arguments of a known program: its options, their values, and its operands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from .tools import Tool
from .words import UNKNOWN


class UnknownOptionError(Exception):
    """What a program does with such an option is not known."""


@dataclass(slots=True)
class Arguments:
    """What a command line says.

    Attributes:
        options: each with its value; flags have an empty one.
        operands: what is not an option.
    """

    options: list[tuple[str, str]] = field(default_factory=list)
    operands: list[str] = field(default_factory=list)

    def values(self, names: Sequence[str]) -> list[str]:
        """The values of these options, in order."""
        return [value for name, value in self.options if name in names]

    def has(self, *names: str) -> bool:
        """Whether one of these options is given."""
        return any(name in names for name, _ in self.options)


def read_arguments(tool: Tool, words: Sequence[str]) -> Arguments:
    """Tell options from operands.

    Args:
        tool: what the words are for.
        words: without the program.

    Raises:
        UnknownOptionError: if one of the options is not known.
    """
    found, rest = Arguments(), iter(words)
    for word in rest:
        if word == "--":
            found.operands.extend(rest)
        elif word.startswith("--"):
            found.options.append(_long(tool, word[2:], rest))
        elif word.startswith("-") and len(word) > 1:
            found.options.extend(_short(tool, word[1:], rest))
        else:
            found.operands.append(word)
    if not any(found.has(each) for each in tool.instead):
        del found.operands[: tool.skipped]
    return found


def _long(tool: Tool, word: str, rest: Iterator[str]) -> tuple[str, str]:
    name, equals, value = word.partition("=")
    if name in tool.long_valued:
        return name, value if equals else next(rest, UNKNOWN)
    if name not in tool.long_flags:
        raise UnknownOptionError(name)
    return name, value


def _short(tool: Tool, letters: str, rest: Iterator[str]) -> Iterator[tuple[str, str]]:
    for place, letter in enumerate(letters, 1):
        if letter in tool.valued:
            yield letter, letters[place:] or next(rest, UNKNOWN)
            return
        if letter not in tool.flags:
            raise UnknownOptionError(letter)
        yield letter, ""
