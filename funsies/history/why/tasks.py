"""Comparing two tasks: their code, and what else is said of them."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final

from funsies.core.digest import Digest
from funsies.core.pieces import LIBRARY, Piece

from .model import Change, ChangeKind
from .store_view import StoreView

_ARROW: Final = " -> "
_CODE: Final = frozenset({"function", "class", "module", "wrapper", "method", "partial"})


@dataclass(frozen=True, slots=True)
class _Pair:
    before: Piece | None
    after: Piece | None

    @property
    def shown(self) -> Piece:
        """The piece as it is now, or as it was."""
        piece = self.after or self.before
        if piece is None:
            raise ValueError("a pair has at least one piece")
        return piece


def changed_pieces(
    before: Sequence[Piece], after: Sequence[Piece]
) -> list[tuple[Piece | None, Piece | None]]:
    """Find the pieces of code that differ, in the order in which the code reaches them.

    What a changed piece does not reach any more, or reaches for the first time, is left out:
    the piece itself says so.
    """
    pairs = _differing_texts(before, after)
    moved = Counter(_content(each.before) for each in pairs if each.after is None)
    moved &= Counter(_content(each.after) for each in pairs if each.before is None)
    told = [each for each in pairs if not _is_moved(each, moved)]
    paths = {each.shown.path for each in told}
    return [
        (each.before, each.after)
        for each in told
        if (each.before and each.after) or not _is_below(each.shown.path, paths)
    ]


def _differing_texts(before: Iterable[Piece], after: Iterable[Piece]) -> list[_Pair]:
    old, new = _by_path(before), _by_path(after)
    pairs: list[_Pair] = []
    for path in dict.fromkeys([*new, *old]):
        left, right = old.get(path, []), new.get(path, [])
        known = Counter(each.digest for each in left) & Counter(each.digest for each in right)
        left, right = _without(left, known), _without(right, known)
        pairs += [_Pair(one, other) for one, other in zip_longest(left, right)]
    return pairs


def _by_path(pieces: Iterable[Piece]) -> dict[str, list[Piece]]:
    found: dict[str, list[Piece]] = {}
    for each in pieces:
        found.setdefault(each.path, []).append(each)
    return found


def _without(pieces: Iterable[Piece], known: Mapping[str, int]) -> list[Piece]:
    left = Counter(known)
    kept: list[Piece] = []
    for each in pieces:
        if left[each.digest] > 0:
            left[each.digest] -= 1
        else:
            kept.append(each)
    return kept


def _content(piece: Piece | None) -> tuple[str, str, str]:
    if piece is None:
        return "", "", ""
    return piece.kind, piece.digest, piece.path.rpartition(_ARROW)[2]


def _is_moved(pair: _Pair, moved: Mapping[tuple[str, str, str], int]) -> bool:
    """True of what is the same as before, and reached by another way."""
    is_one_sided = pair.before is None or pair.after is None
    return is_one_sided and moved[_content(pair.shown)] > 0


def _is_below(path: str, paths: Iterable[str]) -> bool:
    return any(path.startswith(f"{each}{_ARROW}") for each in paths)


def code_changes(
    task: str,
    pairs: Iterable[tuple[Piece | None, Piece | None]],
    texts: Mapping[bytes, str],
) -> list[Change]:
    """Describe pieces that differ.

    Args:
        task: name of the task.
        pairs: each as it was and as it is; None where there is none.
        texts: of the pieces, by their addresses; those that are lost are not there.
    """
    changes = [_change(task, _Pair(*pair), texts) for pair in pairs]
    return _innermost(list(dict.fromkeys(changes)))


def _change(task: str, pair: _Pair, texts: Mapping[bytes, str]) -> Change:
    piece = pair.shown
    return Change(
        _kind(piece),
        task,
        piece.path,
        piece.file,
        piece.line,
        _text(pair.before, texts),
        _text(pair.after, texts),
    )


def _kind(piece: Piece) -> ChangeKind:
    if piece.kind == LIBRARY:
        return ChangeKind.LIBRARY
    return ChangeKind.CODE if piece.kind in _CODE else ChangeKind.VALUE


def _text(piece: Piece | None, texts: Mapping[bytes, str]) -> str | None:
    if piece is None:
        return None
    if piece.kind == LIBRARY:
        return piece.digest
    return texts.get(piece.text) if piece.text else piece.value or None


def _innermost(changes: list[Change]) -> list[Change]:
    """Leave a class or a module out if the functions in it that have changed say it all."""
    lines = [_changed_lines(each) for each in changes]
    return [
        each
        for each, own in zip(changes, lines, strict=True)
        if not own or own - _of_others(each, changes, lines)
    ]


def _of_others(
    outer: Change, changes: Sequence[Change], lines: Sequence[Counter[str]]
) -> Counter[str]:
    """Changed lines of the smaller pieces that are in the same file."""
    size = len(outer.after or "")
    total: Counter[str] = Counter()
    for each, own in zip(changes, lines, strict=True):
        if each.file == outer.file and len(each.after or "") < size:
            total += own
    return total


def _changed_lines(change: Change) -> Counter[str]:
    if change.kind is not ChangeKind.CODE or change.before is None or change.after is None:
        return Counter()
    diff = difflib.unified_diff(_stripped(change.before), _stripped(change.after), n=0)
    return Counter(line for line in list(diff)[2:] if line[:1] in {"+", "-"})


def _stripped(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines()]


_SETTINGS: Final = {
    "name": "name",
    "kind": "kind",
    "strict": "strict",
    "version": "version",
    "interpreter": "interpreter",
    "check": "check",
}
"""What is told as it is; a list with spaces between its items."""


class TaskComparison:
    """Compares tasks, each pair once.

    Args:
        view: reads what is stored of them.
    """

    def __init__(self, view: StoreView) -> None:
        self._view = view
        self._known: dict[tuple[Digest, Digest], tuple[Change, ...]] = {}

    def changes(self, name: str, before: Digest, after: Digest) -> tuple[Change, ...]:
        """What of a task is another than before; nothing if it is the same task.

        Args:
            name: of the task.
            before: address of the task as it was.
            after: as it is.
        """
        if before == after:
            return ()
        if (before, after) not in self._known:
            found = tuple(self._compare(name, before, after))
            if not found and not self._have_other_inputs(before, after):
                found = (Change(ChangeKind.UNKNOWN, name),)
            self._known[before, after] = found
        return self._known[before, after]

    def _have_other_inputs(self, before: Digest, after: Digest) -> bool:
        """True if there are more or fewer inputs than before, which say it themselves."""
        old, new = self._view.ingredients(before), self._view.ingredients(after)
        return _mapping(old.get("inputs")).keys() != _mapping(new.get("inputs")).keys()

    def _compare(self, name: str, before: Digest, after: Digest) -> Iterator[Change]:
        old, new = self._view.ingredients(before), self._view.ingredients(after)
        if not old or not new:
            return
        yield from self._code(name, before, after)
        yield from _commands(name, old, new)
        yield from _settings(name, old, new)
        yield from _types(name, old, new)

    def _code(self, name: str, before: Digest, after: Digest) -> Iterator[Change]:
        old, new = self._view.pieces(before), self._view.pieces(after)
        if old is None or new is None:
            return
        pairs = changed_pieces(old, new)
        texts = self._view.texts(each.text for pair in pairs for each in pair if each)
        yield from code_changes(name, pairs, texts)


def _commands(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    before, after = old.get("commands"), new.get("commands")
    if before != after:
        yield Change(ChangeKind.COMMAND, name, "", "", 0, _lines(before), _lines(after))


def _settings(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for key, subject in _SETTINGS.items():
        if old.get(key) != new.get(key):
            texts = _words(old.get(key)), _words(new.get(key))
            yield Change(ChangeKind.SETTING, name, subject, "", 0, *texts)
    yield from (
        Change(ChangeKind.SETTING, name, f"environment variable {each}")
        for each in _differing(old.get("env"), new.get("env"))  # values may be secrets
    )
    if new.get("kind") == "shell" and old.get("outputs") != new.get("outputs"):
        texts = _words(old.get("outputs")), _words(new.get("outputs"))
        yield Change(ChangeKind.SETTING, name, "output files", "", 0, *texts)


def _types(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """Annotations of the parameters that both have, and of the results."""
    parameters = {**_mapping(old.get("parameters")), **_mapping(new.get("parameters"))}
    for key in ("inputs", "wanted"):
        before, after = _mapping(old.get(key)), _mapping(new.get(key))
        for each in _differing(before, after):
            if key == "wanted" or (each in before and each in after):
                subject = str(parameters.get(each, each))
                texts = _words(before.get(each)), _words(after.get(each))
                yield Change(ChangeKind.TYPE, name, subject, "", 0, *texts)
    if new.get("kind") != "shell" and old.get("outputs") != new.get("outputs"):
        texts = _words(old.get("outputs")), _words(new.get("outputs"))
        yield Change(ChangeKind.TYPE, name, "result", "", 0, *texts)


def _differing(before: object, after: object) -> list[str]:
    old, new = _mapping(before), _mapping(after)
    return [each for each in dict.fromkeys([*new, *old]) if old.get(each) != new.get(each)]


def _mapping(found: object) -> Mapping[str, Any]:
    return found if isinstance(found, dict) else {}


def _lines(commands: object) -> str | None:
    return "\n".join(map(str, commands)) if isinstance(commands, list) else None


def _words(value: object) -> str | None:
    if value is None:
        return None
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
