"""Comparing two tasks: their code, and what else is said of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from funsies.core.digest import Digest

from .changes import Change, ChangeKind
from .code import changed_pieces, code_changes
from .reading import Library

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
        library: reads what is stored of them.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
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
        old, new = self._library.ingredients(before), self._library.ingredients(after)
        return _mapping(old.get("inputs")).keys() != _mapping(new.get("inputs")).keys()

    def _compare(self, name: str, before: Digest, after: Digest) -> Iterator[Change]:
        old, new = self._library.ingredients(before), self._library.ingredients(after)
        if not old or not new:
            return
        yield from self._code(name, before, after)
        yield from _commands(name, old, new)
        yield from _settings(name, old, new)
        yield from _types(name, old, new)

    def _code(self, name: str, before: Digest, after: Digest) -> Iterator[Change]:
        old, new = self._library.pieces(before), self._library.pieces(after)
        if old is None or new is None:
            return
        pairs = changed_pieces(old, new)
        texts = self._library.texts(each.text for pair in pairs for each in pair if each)
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
