"""Steps found by what people call them: by their labels, or by the name of their task."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Final

from funsies.core.cutting import printable
from funsies.core.digest import Digest
from funsies.core.errors import UnknownHashError
from funsies.history.called import all_labels
from funsies.history.labels import Labels
from funsies.store.connect import Backend
from funsies.store.labels import labelled

MAX_SHOWN: Final = 10
MOST_COMPARED: Final = 5_000
"""Among so many labels one is looked for that is written alike."""

HASH_DIGITS: Final = 10


def may_be_called(backend: Backend, text: str) -> bool:
    """True if a step may be called what looks like the beginning of a hash.

    What is made of a call is no such text; so only names of tasks, and what was said where a
    step was built, need to be looked at.
    """
    return text in backend.graph.counts() or bool(labelled(backend.graph, text))


def step_called(backend: Backend, text: str) -> Digest:
    """The one step that is called so.

    Raises:
        UnknownHashError: if there is none, or there are several; it lists what may be meant.
    """
    labels = Labels()
    for labels in all_labels(backend):
        found = labels.find(text)
        if found:
            return only_step(found, labels, text)
    raise UnknownHashError(
        f"{text!r} is not a hash, nor the label of a step on the server, nor the name of a "
        f"task.{_meant(text, list(labels.texts.values()))} What is there is listed by: "
        "funsies ls --steps"
    )


def only_step(found: Sequence[Digest], labels: Labels, text: str) -> Digest:
    """The one of some steps that are called so.

    Raises:
        UnknownHashError: if there are several; it lists them.
    """
    if len(found) == 1:
        return found[0]
    ordered = sorted(found, key=labels.of)
    lines = [f"  {_short(each)}  {labels.of(each)}" for each in ordered[:MAX_SHOWN]]
    if len(found) > MAX_SHOWN:
        more = len(found) - MAX_SHOWN
        lines.append(f"  ... and {more} more: funsies ls --steps {printable(text)}")
    raise UnknownHashError(
        f"there are {len(found)} steps with the name {text!r}; give the label or the hash of "
        "one of them:\n" + "\n".join(lines)
    )


def _meant(text: str, labels: list[str]) -> str:
    inside = [each for each in labels if text and text.casefold() in each.casefold()]
    close = inside[:MAX_SHOWN] or get_close_matches(text, labels[:MOST_COMPARED], 3)
    return f" Did you mean {' or '.join(close)}?" if close else ""


def _short(digest: Digest) -> str:
    return digest.hex()[:HASH_DIGITS]
