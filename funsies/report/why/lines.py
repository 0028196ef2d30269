"""Reasons as lines for a terminal."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from rich.text import Text

from funsies.core.cutting import cut, printable
from funsies.core.digest import Digest, short_hash
from funsies.history.why import (
    PENDING,
    Blocker,
    Change,
    ChangeKind,
    InputChange,
    Ran,
    ReasonGroup,
    Reasons,
    StepReason,
    WaitsFor,
)
from funsies.report.numbers import counted

MOST_LINES: Final = 200
"""Of a longer diff, the first lines are shown."""

_MOST_CHARACTERS: Final = 200
_STYLES: Final = {"+": "green", "-": "red", "@": "cyan"}
_TITLES: Final = {
    ChangeKind.NEW: "new: no earlier run had it",
    ChangeKind.FAILED: "had failed on the same values: an error is kept for its own step only",
    ChangeKind.VOLATILE: "had failed by a fault of the machine or server: tried again",
    ChangeKind.LOST: "its result was there, and is lost",
    ChangeKind.UNKNOWN: "something that is not kept is another",
    ChangeKind.COMMAND: "shell command changed",
}
_PHRASES: Final = {
    ChangeKind.RESET: "reset {}",
    ChangeKind.RETRIED: "had failed, and was asked for again {}",
    ChangeKind.UNFINISHED: "{} had not finished it",
    ChangeKind.TYPE: "annotation of {} changed",
}
_SHORT: Final = 60
_CONTENT: Final = re.compile("[0-9a-f]{64}")


def title(change: Change) -> str:
    """What a change is, in one line."""
    if change.kind in _TITLES:
        return _TITLES[change.kind]
    subject = printable(change.subject)
    if change.kind is ChangeKind.LIBRARY:
        return f"library {subject}: {_versions(change)}"
    if change.kind in _PHRASES:
        return _PHRASES[change.kind].format(subject)
    if change.kind in {ChangeKind.CODE, ChangeKind.VALUE}:
        return f"{change.kind.value} {_verb(change)}: {subject}{_place(change)}"
    return f"{change.kind.value} {subject} {_verb(change)}"


def _verb(change: Change) -> str:
    if change.kind is ChangeKind.INPUT:
        was, is_now = change.given_before is not None, change.given_after is not None
    else:
        was, is_now = change.before is not None, change.after is not None
    if was == is_now:
        return "changed"
    return "is gone" if was else "is new"


def _versions(change: Change) -> str:
    if change.before is None:
        return f"is used now ({printable(change.after or '')})"
    if change.after is None:
        return "is not used any more"
    return f"{_version(change.before)} -> {_version(change.after)}"


def _version(text: str) -> str:
    """A version; a long digest stands for content, of which the beginning is enough."""
    if _CONTENT.fullmatch(text):
        return f"content {short_hash(text)}"
    return printable(text) or "(none)"


def _place(change: Change) -> str:
    if not change.file:
        return ""
    return f", {printable(short_path(change.file))}:{change.line}"


def short_path(file: str) -> str:
    """A file as seen from here, if it is below this directory."""
    try:
        return os.fspath(Path(file).relative_to(Path.cwd()))
    except (ValueError, OSError):
        return file


def change_lines(change: Change, indent: str = "") -> Iterator[Text]:
    """Lay a change out: its title, and what differs."""
    yield Text(f"{indent}{title(change)}", style="bold")
    if change.kind is not ChangeKind.LIBRARY:
        yield from (_indented(each, indent + "  ") for each in _difference(change))


def _indented(line: Text, indent: str) -> Text:
    return Text(indent).append_text(line)


def _difference(change: Change) -> Iterator[Text]:
    before, after = change.before, change.after
    if before is None and after is None:
        return
    if before == after:
        yield Text("its text is the same: what it names is another", style="dim")
    elif before is not None and after is not None and _is_short(before, after):
        yield Text.assemble((_shown(before), "red"), " -> ", (_shown(after), "green"))
    else:
        yield from diff_lines((before or "").splitlines(), (after or "").splitlines())


def _is_short(before: str, after: str) -> bool:
    texts = before.rstrip("\n"), after.rstrip("\n")
    return all("\n" not in each and len(each) <= _SHORT for each in texts)


def _shown(text: str) -> str:
    return printable(text.rstrip("\n")) or '""'


def diff_lines(before: Sequence[str], after: Sequence[str]) -> Iterator[Text]:
    """A unified diff of two texts, in colours, without the names of files."""
    lines = list(difflib.unified_diff(before, after, lineterm=""))[2:]
    for line in lines[:MOST_LINES]:
        shown = cut(printable(line), _MOST_CHARACTERS)
        yield Text(shown, style=_STYLES.get(line[:1], ""))
    if len(lines) > MOST_LINES:
        yield Text(f"... {len(lines) - MOST_LINES:,} more lines", style="dim")


MOST_INPUTS: Final = 20
"""Of a step with more inputs that are another, the first are told."""

MOST_STEPS: Final = 60
"""So many steps are told of at most on the way to the roots."""

MOST_AWAITED: Final = 4
"""Of so many steps that a step waits for the names are told."""

_LABEL: Final = 60
_RAN: Final = {
    Ran.RAN: "ran",
    Ran.BY_CONTENT: "did not run: the same was run before on the same values",
    Ran.CACHED: "did not run: its result was there",
    Ran.RUNNING: "is running",
    Ran.WAITING: "waits",
    Ran.SKIPPED: "did not run: an input is an error",
    Ran.NOT_NEEDED: "did not run: nobody needed its result",
    Ran.UNFINISHED: "did not run, or not to its end",
    Ran.FORGOTTEN: "was reset or run again since: what became of it is not known any more",
    Ran.WILL_RUN: "would run",
    Ran.MAY_RUN: "would run if what it depends on gives other values than before",
    Ran.SAME: "is the same",
    Ran.DIFFERS: "is another",
}
_WAITS_FOR: Final = {
    WaitsFor.INPUTS: " for its inputs",
    WaitsFor.WORKER: " for a worker",
    WaitsFor.PAUSE: " to be tried again",
    WaitsFor.BUILT: " for what it built",
}
_OF_THE_RUN: Final = PENDING | {Ran.RAN}
_HAS_REASON: Final = PENDING | {Ran.RAN, Ran.WILL_RUN}


def name_of(reason: StepReason) -> str:
    """A step as people know it: its label, or name of the task, and the hash."""
    return f"{cut(printable(reason.label), _LABEL)} {short_hash(reason.step)}"


def reason_lines(reasons: Reasons, step: Digest) -> Iterator[Text]:
    """Tell why a step ran: what is another in it, and in its inputs, down to the roots."""
    stack = [(step, "", "")]
    told: set[Digest] = set()
    while stack:
        digest, prefix, indent = stack.pop()
        reason = reasons.steps.get(digest)
        if reason is None:
            continue
        yield _heading(reasons, reason, prefix, indent)
        if digest in told or len(told) >= MOST_STEPS:
            continue
        told.add(digest)
        for change in reason.changes:
            yield from change_lines(change, f"{indent}  ")
        if not reason.changes and not reason.inputs and reason.ran in _HAS_REASON:
            yield Text(f"{indent}  nothing is another than before", style="dim")
        yield from _unchanged(reason, indent)
        others = [each for each in reason.inputs if not each.is_same_value]
        if len(others) > MOST_INPUTS:
            yield Text(f"{indent}  ... {len(others) - MOST_INPUTS:,} more inputs", style="dim")
        stack += [
            (each.producer, _input_title(each), f"{indent}  ")
            for each in reversed(others[:MOST_INPUTS])
        ]


def _heading(reasons: Reasons, reason: StepReason, prefix: str, indent: str) -> Text:
    if prefix:
        return Text.assemble(f"{indent}", (prefix, "bold"), name_of(reason))
    is_of_run = reasons.run is not None and reason.ran in _OF_THE_RUN
    run = f" in run {reasons.run}" if is_of_run else ""
    former = "" if reason.former_run is None else f"; compared with run {reason.former_run}"
    does = f"{_RAN[reason.ran]}{_waits_for(reasons, reason.waiting)}{run}{former}"
    return Text.assemble((name_of(reason), "bold cyan"), f" {does}")


def _waits_for(reasons: Reasons, waiting: Blocker | None) -> str:
    """What a step waits for, and which steps that are."""
    if waiting is None:
        return ""
    what = _WAITS_FOR[waiting.what]
    if waiting.what is WaitsFor.WORKER:
        queue, _, python = printable(waiting.queue).partition("@")
        return f"{what} of the queue {queue}{python and f' with Python {python}'}"
    steps = [reasons.steps[each] for each in waiting.steps if each in reasons.steps]
    shown = [cut(printable(each.label), _LABEL) for each in steps[:MOST_AWAITED]]
    if len(steps) > MOST_AWAITED:
        shown.append(f"{len(steps) - MOST_AWAITED:,} more")
    return f"{what} ({', '.join(shown)})" if shown else what


def _input_title(each: InputChange) -> str:
    return f"input {printable(each.name)} changed: made by "


def _unchanged(reason: StepReason, indent: str) -> Iterator[Text]:
    same = [printable(each.name) for each in reason.inputs if each.is_same_value]
    if same:
        names = cut(", ".join(same), 4 * _LABEL)
        yield Text(f"{indent}  same value as before, made anew: {names}", style="dim")


def group_lines(group: ReasonGroup, reasons: Reasons) -> Iterator[Text]:
    """Tell which steps ran for the same reasons."""
    tasks = ", ".join(
        f"{printable(name)}{f' ({number:,})' if number > 1 else ''}"
        for name, number in sorted(group.tasks.items(), key=lambda each: -each[1])
    )
    number = counted(len(group.steps), "step")
    yield Text.assemble((number, "bold cyan"), f": {cut(tasks, 4 * _LABEL)}")
    for root in group.roots:
        yield from _root_lines(root, group)
    if group.more_roots:
        yield Text(f"  ... and {counted(group.more_roots, 'other cause')}", style="dim")
    if not group.roots:
        yield Text("  nothing is another than before", style="dim")
    if len(group.steps) == 1:
        yield Text(f"  {name_of(reasons.steps[group.steps[0]])}", style="dim")


def _root_lines(root: Change, group: ReasonGroup) -> Iterator[Text]:
    lines = list(change_lines(root, "  "))
    is_of_another = root.kind not in {ChangeKind.CODE, ChangeKind.VALUE}
    if is_of_another and root.task and list(group.tasks) != [root.task]:
        lines[0].append(f" ({printable(root.task)})")
    yield from lines


def summary_line(reasons: Reasons) -> Text:
    """How many steps ran, and how many did not."""
    counts = reasons.counts()
    parts = [f"{counts[each]:,} {each.value}" for each in Ran if each in counts]
    name = "" if reasons.run is None else f"run {reasons.run}: "
    return Text(f"{name}{', '.join(parts) or 'no steps'}")
