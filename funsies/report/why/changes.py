"""One change, as lines: what it is, where, and how the texts differ."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from rich.text import Text

from funsies.core.cutting import cut, printable
from funsies.core.digest import short_hash
from funsies.history.why import Change, ChangeKind

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
