"""Labels: what people call the steps of a run. Computed when they are read, never stored.

A label is what was said where the step was built; else the name of the task, with what tells
the step from its siblings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from funsies.core.digest import Digest, short_hash
from funsies.store.connect import Backend
from funsies.store.rows import OperationRow

from .calls import Call, calls_of
from .closure import Closure
from .facts import read_facts, read_said
from .items import Place, places_of
from .naming import Register, as_label, made_label
from .siblings import families
from .telling import Facts, Telling


@dataclass(frozen=True, slots=True)
class Labels:
    """What steps are called.

    Attributes:
        texts: labels by the addresses of the steps; no two are the same.
        names: names of their tasks.
    """

    texts: Mapping[Digest, str] = field(default_factory=dict)
    names: Mapping[Digest, str] = field(default_factory=dict)

    def of(self, digest: Digest, task: str = "") -> str:
        """The label of a step, or else the name of its task, or the beginning of its hash.

        Args:
            digest: the step.
            task: name of its task, for a step that is not among them.
        """
        known = self.texts.get(digest) or as_label(self.names.get(digest, task))
        return known or short_hash(digest)

    def of_hash(self, text: str | None) -> str | None:
        """The label of a step by its whole hash; None if it is not among them."""
        digest = Digest(bytes.fromhex(text)) if text else None
        return None if digest is None or digest not in self.names else self.of(digest)

    def with_others(self, others: Labels) -> Labels:
        """These, and of steps that are not among them what others say."""
        return Labels({**others.texts, **self.texts}, {**others.names, **self.names})

    def find(self, text: str) -> list[Digest]:
        """The step of a label, or else all steps of the task of that name."""
        wanted = {text, as_label(text)}
        found = [digest for digest, label in self.texts.items() if label in wanted]
        return found or [digest for digest, name in self.names.items() if name == text]


NO_LABELS: Final = Labels()
"""Where nothing is known of the steps around."""


def labels_of(backend: Backend, closure: Closure) -> Labels:
    """Find out what steps are called.

    Args:
        backend: where they are stored.
        closure: the steps, among which each is to be told from its siblings.
    """
    kin = families(closure.rows)
    places = places_of(closure.rows, closure.built)
    said = read_said(backend, closure.rows, places)
    return label_steps(closure.rows, places, read_facts(backend, kin.values()), said)


def label_steps(
    rows: Mapping[Digest, OperationRow],
    places: Mapping[Digest, Place],
    facts: Facts,
    said: Mapping[Digest, str],
) -> Labels:
    """Call each step by what was said of it, or by what tells it from its siblings.

    Args:
        rows: the steps, each after those that make its inputs.
        places: where those are that were made of items of lists.
        facts: what is known besides.
        said: what steps were called where they were built.
    """
    kin = families(rows)
    telling = Telling(rows, kin, facts)
    calls: dict[Digest, Call] = {}
    for siblings in kin.values():
        calls |= calls_of(siblings, telling, facts)
    lists: dict[str, set[Digest]] = {}
    for digest, place in places.items():
        lists.setdefault(rows[digest].task_name, set()).add(place.parent)
    register = Register()
    texts = {digest: register.enter(said[digest]) for digest in rows if digest in said}
    for digest, row in rows.items():
        if digest not in texts:
            is_only = len(lists.get(row.task_name, ())) <= 1
            text = made_label(row, calls, places.get(digest), is_only=is_only)
            is_bare = row.task_name in kin and text == row.task_name
            texts[digest] = register.enter(text, is_counted=is_bare)
    return Labels(texts, {digest: row.task_name for digest, row in rows.items()})
