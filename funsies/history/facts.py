"""What labels are made of, besides the steps themselves: read from the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

import msgspec

from funsies.core.digest import Digest
from funsies.core.graph import TaskKind
from funsies.core.label import Label, filled_in
from funsies.core.python_plan import PYTHON
from funsies.core.shell_plan import decode_shell_plan
from funsies.store.batches import batches
from funsies.store.connect import Backend
from funsies.store.rows import InputRow, OperationRow, TaskRow
from funsies.store.stored_labels import read_labels

from .items import Place
from .parameters import parameters_of
from .siblings import Key, Siblings
from .telling import Facts
from .words import word_of

MOST_TASKS: Final = 20
"""Functions of one name call their inputs alike: of more, the first are looked at."""


def read_facts(backend: Backend, kin: Iterable[Siblings]) -> Facts:
    """Read what tells siblings apart: given values, names of parameters, texts of commands."""
    families = list(kin)
    constants = {each.artefact: each for siblings in families for each in siblings.constants()}
    large = [artefact for artefact, each in constants.items() if each.large]
    kept = read_labels(backend.graph, large)
    parameters: dict[Key, str] = {}
    commands: dict[Digest, str] = {}
    for siblings in families:
        _read_tasks(backend, siblings, parameters, commands)
    return Facts(
        dict(_words(backend, [each for each in constants.values() if not each.large])),
        {artefact: label.path for artefact, label in kept.items() if label.path is not None},
        parameters,
        commands,
    )


def _words(backend: Backend, inputs: Sequence[InputRow]) -> Iterator[tuple[Digest, str]]:
    for batch in batches(inputs):
        found = backend.graph.contents([each.content or each.artefact for each in batch])
        for each, data in zip(batch, found, strict=True):
            word = None if data is None else word_of(each.wire, data)
            if word is not None:
                yield each.artefact, word


def _read_tasks(
    backend: Backend,
    siblings: Siblings,
    parameters: dict[Key, str],
    commands: dict[Digest, str],
) -> None:
    if not siblings.telling and len(siblings.tasks) == 1:
        return
    for digest, task in _tasks(backend, siblings):
        if task.kind is TaskKind.SHELL:
            commands[digest] = "\n".join(decode_shell_plan(task.payload).commands)
        else:
            for name, parameter in _parameters(task).items():
                parameters.setdefault((siblings.name, name), parameter)


def _tasks(backend: Backend, siblings: Siblings) -> Iterator[tuple[Digest, TaskRow]]:
    """The tasks that have to be looked at: the first, and the others if commands may differ."""
    first = backend.graph.task(siblings.tasks[0], PYTHON)
    if first is None:
        return
    yield siblings.tasks[0], first
    is_shell = first.kind is TaskKind.SHELL
    if is_shell and siblings.differ_in_inputs:
        return
    for digest in islice(siblings.tasks, 1, None if is_shell else MOST_TASKS):
        task = backend.graph.task(digest, PYTHON)
        if task is not None:
            yield digest, task


def _parameters(task: TaskRow) -> Mapping[str, str]:
    said = parameters_of(task)
    numbers = Counter(said.values())  # several inputs of *items have one name
    return {name: each for name, each in said.items() if numbers[each] == 1}


def read_said(
    backend: Backend, rows: Mapping[Digest, OperationRow], places: Mapping[Digest, Place]
) -> dict[Digest, str]:
    """Read what steps were called where they were built, the items of lists among them."""
    kept = read_labels(backend.graph, list(rows))
    of_items = {
        digest: label
        for digest, place in places.items()
        if (label := kept.get(place.parent)) is not None and label.items is not None
    }
    values = _values(backend, [places[digest].item for digest in of_items])
    said = {
        digest: text
        for digest, label in of_items.items()
        if (text := _item_label(label, places[digest], values)) is not None
    }
    return said | {digest: each.text for digest, each in kept.items() if each.text is not None}


def _item_label(label: Label, place: Place, values: Mapping[Digest, Any]) -> str | None:
    if isinstance(label.items, str):
        item = None if place.item is None else values.get(place.item.artefact)
        return filled_in(label.items, item, place.index) or None
    texts = label.items or ()
    return texts[place.index] if place.index < len(texts) else None


def _values(backend: Backend, items: Sequence[InputRow | None]) -> dict[Digest, Any]:
    """Values of small items, of plain types; text if they are bytes."""
    found: dict[Digest, Any] = {}
    small = [each for each in items if each is not None and not each.large and each.content]
    for batch in batches(small):
        contents = backend.graph.contents([each.content or each.artefact for each in batch])
        for each, data in zip(batch, contents, strict=True):
            if data is not None:
                found[each.artefact] = _plain(each.wire, data)
    return found


def _plain(wire: str, data: bytes) -> Any:
    if wire != "json":
        return word_of(wire, data)
    try:
        return msgspec.json.decode(data)
    except msgspec.MsgspecError:
        return None
