"""What one command does to files, by the arguments of programs that are known."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

from .tools import FREE, SEES_ALL, TOOLS, Tool
from .words import UNKNOWN, is_literal


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


# These find more than there is, so that such commands are rather left alone.
_SED_WITH_FILES: Final = re.compile(r"(?:^|[;{}\n/!|,#@$\s\d]|/[gpIiMm\d]*)[rRwWe]")
_AWK_WITH_FILES: Final = re.compile(r"getline|system|print.*[>|]|@|ARG[VC]|\|&", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Use:
    """What a command does to files.

    Attributes:
        reads: names of files that it needs, if they are known.
        writes: names of files that may be there afterwards because of it.
        makes: names of directories that it makes.
        reads_more: whether it may read what is not known.
        writes_more: whether it may write what is not known.
    """

    reads: Sequence[str] = ()
    writes: Sequence[str] = ()
    makes: Sequence[str] = ()
    reads_more: bool = False
    writes_more: bool = False


ANYTHING: Final = Use(reads_more=True, writes_more=True)


def use_of(program: str, words: Sequence[str]) -> Use:
    """What a program does with these arguments.

    Args:
        program: its name, without a directory.
        words: its arguments.
    """
    if program in FREE:
        return Use(reads_more=program in SEES_ALL)
    if program in _OWN_WAYS:
        return _OWN_WAYS[program](words)
    tool = TOOLS.get(program)
    if tool is None or (tool.may_write_by_option and any(map(_may_be_option, words))):
        return ANYTHING
    try:
        return _use(program, tool, words)
    except UnknownOptionError:
        return ANYTHING


def _may_be_option(word: str) -> bool:
    return word.startswith(UNKNOWN)


def _use(program: str, tool: Tool, words: Sequence[str]) -> Use:
    arguments = read_arguments(tool, words)
    if _has_script_with_files(program, words, arguments):
        return ANYTHING
    names = _operands(program, arguments)
    reads, writes, makes = _by_operands(program, tool, arguments, names)
    reads = [*reads, *arguments.values(tool.reads)]
    writes = [*writes, *arguments.values(tool.writes)]
    return Use(
        reads=[each for each in reads if is_literal(each)],
        writes=[each for each in writes if is_literal(each)],
        makes=makes,
        reads_more=not all(is_literal(each) for each in reads),
        writes_more=not all(is_literal(each) for each in (*writes, *makes)),
    )


def _operands(program: str, arguments: Arguments) -> list[str]:
    if program in {"tail", "sort"}:  # as in tail +2
        return [each for each in arguments.operands if not re.fullmatch(r"\+\d.*", each)]
    if program.endswith("awk"):  # as in awk '...' FS=, file
        return [each for each in arguments.operands if not re.match(r"\w+=", each)]
    return arguments.operands


def _has_script_with_files(program: str, words: Sequence[str], given: Arguments) -> bool:
    pattern = _SED_WITH_FILES if program == "sed" else _AWK_WITH_FILES
    if program != "sed" and not program.endswith("awk"):
        return False
    is_unseen = given.has("f", "file") or any(UNKNOWN in word for word in words)
    return is_unseen or any(pattern.search(word) for word in words)


def _by_operands(
    program: str, tool: Tool, arguments: Arguments, names: list[str]
) -> tuple[list[str], list[str], list[str]]:
    """What is read, written and made."""
    if tool.operands == "copy":
        return _copied(program, names)
    packed = [] if arguments.has("c", "stdout") else _packed(names)
    return {
        "none": ([], [], []),
        "read": (names, [], []),
        "write": ([], names, []),
        "make": ([], [], names),
        "in out": (names[:1], names[1:2], []),
        "pack": (names, packed, []),
    }[tool.operands]


def _copied(program: str, names: list[str]) -> tuple[list[str], list[str], list[str]]:
    """The last name becomes the others, or a directory that has them."""
    *sources, target = names or [UNKNOWN]
    bases = [PurePosixPath(each).name if is_literal(each) else UNKNOWN for each in sources]
    if program == "ln":  # a link need not lead to anything
        target = "." if len(names) == 1 else target
        return [], [target, *(_in(target, each) for each in bases or [UNKNOWN])], []
    return sources, [target, *(_in(target, each) for each in bases)], []


def _in(directory: str, name: str) -> str:
    return name if directory in {".", "./"} else f"{directory.rstrip('/')}/{name}"


def _packed(names: list[str]) -> list[str]:
    packed = [f"{name}{end}" for name in names for end in (".gz", ".bz2", ".out")]
    stems = [re.sub(r"(\.gz|\.bz2?|\.Z|\.z|-gz|-z|_z)$", "", name) for name in names]
    return [*packed, *stems, *(re.sub(r"\.(tgz|taz|tbz2?)$", ".tar", name) for name in names)]


def _use_of_dd(words: Sequence[str]) -> Use:
    values = dict(word.split("=", 1) for word in words if "=" in word)
    if not all(is_literal(word) for word in words):
        return ANYTHING
    reads, writes = values.get("if"), values.get("of")
    return Use([reads] if reads else [], [writes] if writes else [])


def _use_of_tar(words: Sequence[str]) -> Use:
    """Only what packs or lists, in the usual spelling: ``tar -czf a.tgz b c``."""
    found = re.fullmatch(r"-?([ct])[zjJv]*f", words[0]) if words else None
    if found is None or not all(map(is_literal, words)) or any(w[:1] == "-" for w in words[2:]):
        return ANYTHING
    archive = list(words[1:2])
    if found[1] == "t":
        return Use(archive)
    return Use(words[2:], archive)


_OWN_WAYS: Final = {"dd": _use_of_dd, "tar": _use_of_tar}
