"""Comparing the code of two tasks, piece by piece."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from funsies.core.pieces import LIBRARY, Piece

from .changes import Change, ChangeKind

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
    pairs = _differing(before, after)
    moved = Counter(_content(each.before) for each in pairs if each.after is None)
    moved &= Counter(_content(each.after) for each in pairs if each.before is None)
    told = [each for each in pairs if not _is_moved(each, moved)]
    paths = {each.shown.path for each in told}
    return [
        (each.before, each.after)
        for each in told
        if (each.before and each.after) or not _is_below(each.shown.path, paths)
    ]


def _differing(before: Iterable[Piece], after: Iterable[Piece]) -> list[_Pair]:
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
