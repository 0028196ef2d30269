"""The rules: what commands do, against what is declared.

Each was tried on steps that are right: a rule that was wrong about one of them is a note, or is
not here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from .declared import Declared, is_among, matches
from .effects import Effects, Read, effects_of
from .findings import Finding
from .mentions import is_mentioned
from .near import is_near
from .words import is_literal

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
    return [*found, *_of_reads(step)]


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
