"""The rules: what commands do, against what a step declares.

Each was tried on steps that are right: a rule that was wrong about one of them is a note, or is
not here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from .effects import Effects, Read, effects_of
from .lost import sets_only
from .near import is_near
from .words import GLOB, NUMBER, UNKNOWN, is_literal

Role: TypeAlias = Literal["input", "output", "command"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong with a step, or may be.

    Attributes:
        is_error: False of what is worth a look, and may be right.
        role: what ``place`` counts.
        place: of the input, output or command that it is about; counted from 0.
        text: for the user.
    """

    is_error: bool
    role: Role
    place: int
    text: str


@dataclass(frozen=True, slots=True)
class Declared:
    """Names of the files of a step. Those with a slash at the end are directories.

    Attributes:
        inputs: None if one of them is not known.
        outputs: with patterns such as ``*.csv``; None if one of them is not known.
    """

    inputs: Sequence[str] | None
    outputs: Sequence[str] | None

    def has(self, name: str) -> bool:
        """Whether a name is that of a file of the step, or in one of its directories."""
        return is_among(name, [*(self.inputs or ()), *(self.outputs or ())])

    def has_input(self, name: str) -> bool:
        """Whether a file is there before the step runs; True if that is not known."""
        return self.inputs is None or is_among(name, self.inputs)


def is_among(name: str, declared: Iterable[str]) -> bool:
    """Whether a name is one of these, in one of these directories, or above one of them."""
    return any(_is_of(name.rstrip("/"), each) for each in declared)


def _is_of(name: str, declared: str) -> bool:
    directory = declared.rstrip("/")
    return (
        name == directory
        or directory.startswith(f"{name}/")
        or (declared.endswith("/") and name.startswith(declared))
        or matches(name, declared)
    )


def matches(name: str, pattern: str) -> bool:
    """Whether the pattern of an output may match a name; stars are read generously.

    >>> matches("a/b.csv", "**/*.csv"), matches("b.csv", "**/*.csv"), matches("b.txt", "*.csv")
    (True, True, False)
    """
    if not any(each in pattern for each in "*?["):
        return False
    parts = re.split(r"(\*+/?|\?|\[[^\]]+\])", pattern)
    regex = "".join(_regex(part) for part in parts)
    return re.fullmatch(regex, name, re.DOTALL) is not None


def _regex(part: str) -> str:
    if part.startswith("*"):
        return ".*"
    is_one = part == "?" or (part.startswith("[") and part.endswith("]"))
    return "." if is_one else re.escape(part)


_HERE: Final = frozenset({".", "./", GLOB, f"./{GLOB}"})
"""Words that stand for all files."""


def is_mentioned(name: str, commands: Sequence[str], words: Iterable[str]) -> bool:
    """Whether a name may be meant somewhere: itself, a directory, or what it begins with.

    Args:
        name: of a file, directory or pattern.
        commands: the texts, where it may stand in the program of another language.
        words: of the commands, without quotes.
    """
    wanted = re.compile("|".join(_spellings(name.rstrip("/"))))
    return any(
        word in _HERE or wanted.search(word) or _may_be(name, word)
        for word in (*words, *commands)
    )


def _spellings(name: str) -> Iterator[str]:
    """The name; and the directories that it is in and what it begins with, as whole words."""
    before = r"(?:(?<![\w.\-])|(?<=^-\w)|(?<=\s-\w))"
    yield f"{before}{re.escape(name)}(?!\\w)"
    for found in re.finditer(r"(?!^)[./*?\[]", name):
        slash = "/?" if found[0] == "/" else ""
        yield f"{before}{re.escape(name[: found.start()])}{slash}(?![\\w.\\-/])"


def _may_be(name: str, word: str) -> bool:
    """Whether a word that is known in part, such as ``$x.csv``, may stand for a name."""
    parts = re.split(f"([{UNKNOWN}{GLOB}{NUMBER}]+)", word.removeprefix("./"))
    if len(parts) == 1 or not any(parts[::2]) or len(word) > 2 * len(name) + 200:
        return False
    regex = "".join(".*" if place % 2 else re.escape(part) for place, part in enumerate(parts))
    return re.fullmatch(regex, name, re.DOTALL) is not None


_NO_OUTPUT: Final = "No command names the output file"
_NO_INPUT: Final = "No command names the input file"


def findings(commands: Sequence[str], declared: Declared) -> list[Finding]:
    """Compare the commands of a step with the files that it declares.

    Args:
        commands: texts for bash; ``UNKNOWN`` stands for a part that is not known.
        declared: the names of the files.
    """
    effects = effects_of(commands)
    if effects is None:
        return []
    step = _Step(commands, declared, effects)
    found = [*_of_outputs(step), *_of_inputs(step)]
    return [*found, *_of_reads(step), *_of_settings(commands)]


@dataclass(frozen=True, slots=True)
class _Step:
    commands: Sequence[str]
    declared: Declared
    effects: Effects

    def names(self, file: str) -> bool:
        return is_mentioned(file, self.commands, self.effects.words)

    def leaves(self, file: str) -> bool:
        """Whether a file, directory or pattern may be there in the end."""
        there = [*self.effects.writes, *(self.declared.inputs or ())]
        if file.endswith("/"):
            there.extend(self.effects.makes)
        return any(_serves(each, file) for each in there)

    def undeclared(self, files: Iterable[str]) -> list[str]:
        """Names of files of the step's own directory that it does not declare."""
        return [
            each
            for each in dict.fromkeys(files)
            if is_literal(each) and not each.startswith(("/", "-", "~", "..")) and each != "."
            if not self.declared.has(each)
        ]


def _serves(name: str, output: str) -> bool:
    """Whether what a name stands for may be, or have in it, what an output stands for."""
    return (
        is_among(name, [output])
        or is_among(output, [name])
        or output.startswith(f"{name.rstrip('/')}/")
        or matches(f"{name}x" if name.endswith("/") else name, output)
        or (name.endswith("/") and any(each in output for each in "*?["))
    )


def _of_outputs(step: _Step) -> Iterator[Finding]:
    is_closed = step.declared.inputs is not None and not step.effects.writes_more
    for place, name in enumerate(step.declared.outputs or ()):
        if step.leaves(name):
            continue
        if is_closed:
            yield Finding(True, "output", place, _not_made(step, name))
        elif not step.names(name) and (other := _meant(step, name, step.effects.writes)):
            text = f'{_NO_OUTPUT} "{name}"; did you mean "{other}", which is written?'
            sure = is_near(name, other) and other not in step.effects.given
            yield Finding(sure, "output", place, text)
        elif not step.names(name) and (other := _meant(step, name, _files(step.effects.words))):
            text = f'{_NO_OUTPUT} "{name}"; did you mean "{other}"?'
            yield Finding(False, "output", place, text)


def _not_made(step: _Step, name: str) -> str:
    written = step.undeclared([*step.effects.writes, *step.effects.makes])
    near = [each for each in written if is_near(name.rstrip("/"), each, differences=2)]
    if near:
        return f'No command makes the output "{name}"; did you mean "{near[0]}"?'
    told = ", ".join(f'"{each}"' for each in written[:3])
    return f'No command makes the output "{name}"; ' + (
        f"the commands write {told}" if told else "the commands write no other file"
    )


def _of_inputs(step: _Step) -> Iterator[Finding]:
    reads = [each.name for each in step.effects.reads]
    sure = {each.name for each in step.effects.reads if each.is_first and each.is_sure}
    written = step.effects.writes
    outputs = step.declared.outputs or ()
    for place, name in enumerate(step.declared.inputs or ()):
        if is_among(name, outputs) or step.names(name):
            continue
        others = [each for each in reads if not is_among(each, written)]
        if other := _meant(step, name, others):
            text = f'{_NO_INPUT} "{name}"; did you mean "{other}", which is read?'
            yield Finding(other in sure and is_near(name, other), "input", place, text)
        elif other := _meant(step, name, _files(step.effects.words)):
            text = f'{_NO_INPUT} "{name}"; did you mean "{other}"?'
            yield Finding(False, "input", place, text)
        elif not step.effects.reads_more and not step.effects.writes_more:
            yield Finding(False, "input", place, f'No command reads the input file "{name}"')


def _meant(step: _Step, name: str, files: Iterable[str]) -> str | None:
    """The file that is not declared and whose name is like that of one that is."""
    for differences in (1, 2):
        for other in step.undeclared(files):
            if is_near(name, other, differences=differences):
                return other
    return None


def _files(words: Iterable[str]) -> Iterator[str]:
    """What may be names of files in words: ``b`` and ``c`` in ``--a=b,c``."""
    for word in words:
        if is_literal(word):
            yield from (each for each in re.split(r"[=,:@\s]", word) if each.strip("-"))


def _of_reads(step: _Step) -> Iterator[Finding]:
    """Files that are read, and are not there."""
    effects, inputs = step.effects, step.declared.inputs
    if inputs is None or effects.writes_more:
        return
    unnamed = [each for each in inputs if not step.names(each)]
    for read in _missing(step):
        if any(is_near(each, read.name, differences=2) for each in unnamed):
            continue  # said of the input
        text = f'"{read.name}" is read, but is no input file' + _remedy(read.name, inputs)
        is_sure = read.by_shell and effects.words.count(read.name) == 1  # not: [ -f name ]
        yield Finding(is_sure, "command", read.command, text)


def _remedy(name: str, inputs: Sequence[str]) -> str:
    near = [each for each in inputs if is_near(name, each, differences=2)]
    return f'; did you mean "{near[0]}"?' if near else "; name it in inp="


def _missing(step: _Step) -> Iterator[Read]:
    there = [*step.effects.writes, *step.effects.makes]
    seen: set[str] = set()
    for read in step.effects.reads:
        if read.name in seen or not read.is_sure or not step.undeclared([read.name]):
            continue
        if not any(_serves(each, read.name) for each in there):
            seen.add(read.name)
            yield read


_GONE: Final = (
    "Each command has a shell of its own: what {} sets is gone in the next one; write them as "
    "one text, a line each"
)


def _of_settings(commands: Sequence[str]) -> Iterator[Finding]:
    """Commands that set something for the next ones, which have shells of their own."""
    for place, text in enumerate(commands[:-1]):
        if sets_only(text):
            told = "this one" if UNKNOWN in text else f'"{" ".join(text.split())}"'
            yield Finding(False, "command", place, _GONE.format(told))
