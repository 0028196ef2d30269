"""Steps found by what people call them: by their labels, or by the name of their task."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Final

from funsies.core.cutting import printable
from funsies.core.digest import Digest, short_hash
from funsies.core.errors import UnknownHashError
from funsies.history.called import labels_that_count
from funsies.history.labels import Labels
from funsies.history.runs import Run
from funsies.store.connect import Backend
from funsies.store.labels import labelled

MAX_SHOWN: Final = 10
MOST_COMPARED: Final = 5_000
"""Among so many labels one is looked for that is written alike."""


def may_be_called(backend: Backend, text: str) -> bool:
    """True if a step may be called what looks like the beginning of a hash.

    What is made of a call is no such text; so only names of tasks, and what was said where a
    step was built, need to be looked at.
    """
    return text in backend.graph.counts() or bool(labelled(backend.graph, text))


def step_called(backend: Backend, text: str, run: Run | None = None) -> Digest:
    """The one step that is called so, in a run or wherever it is called so first.

    Raises:
        UnknownHashError: if there is none, or there are several; it lists what may be meant.
    """
    known: dict[str, None] = {}
    for labels in labels_that_count(backend, run):
        found = labels.find(text)
        if found:
            return only_step(found, labels, text)
        known |= dict.fromkeys(labels.texts.values())
    where = "on the server" if run is None else f"of run {run.number}"
    of_run = "" if run is None else f" --run {run.number}"
    raise UnknownHashError(
        f"{text!r} is not a hash, nor the label of a step {where}, nor the name of a "
        f"task.{_meant(text, list(known))} What is there is listed by: "
        f"funsies ls --steps{of_run}"
    )


def only_step(found: Sequence[Digest], labels: Labels, text: str) -> Digest:
    """The one of some steps that are called so.

    Raises:
        UnknownHashError: if there are several; it lists them.
    """
    if len(found) == 1:
        return found[0]
    ordered = sorted(found, key=labels.of)
    lines = [f"  {short_hash(each)}  {labels.of(each)}" for each in ordered[:MAX_SHOWN]]
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
