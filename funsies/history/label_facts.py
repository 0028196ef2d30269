"""What labels are made of, besides the steps themselves: read from the store."""

from __future__ import annotations

import json
import re
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

from .siblings import Facts, ItemPlace, Key, Siblings

LONGEST_WORD: Final = 40

_SIMPLE: Final = re.compile(r"[^\s,\"'\\=\[\]{}](?:[^\s,\"'\\{}]| (?! ))*(?<! )")
"""Texts that need no quotes."""

_IS_JSON: Final = re.compile(r"null|true|false|-?[0-9][0-9.eE+-]*")


def word_of(wire: str, data: bytes) -> str | None:
    """A small value as a word; None if it has none.

    >>> word_of("json", b'"S3"'), word_of("json", b'"3"'), word_of("json", b"3")
    ('S3', '"3"', '3')
    """
    if wire == "json":
        return _json_word(data)
    return _text_word(data) if wire == "blob" else None


def shortened(text: str, most: int) -> str:
    """A text without its middle, if it is too long.

    >>> shortened("align(reads=/a/long/way/to/S3.fastq)", 25)
    'align(reads...o/S3.fastq)'
    """
    if len(text) <= most:
        return text
    head = (most - 3) // 2
    return f"{text[:head]}...{text[len(text) - (most - 3 - head) :]}"


def _json_word(data: bytes) -> str | None:
    if data[:1] != b'"':
        return shortened(data.decode(errors="replace"), LONGEST_WORD) or None
    try:
        text = msgspec.json.decode(data, type=str)
    except msgspec.MsgspecError:
        return None
    is_plain = _SIMPLE.fullmatch(text) and not _IS_JSON.fullmatch(text)
    return shortened(text if is_plain else data.decode(errors="replace"), LONGEST_WORD)


def _text_word(data: bytes) -> str | None:
    try:
        text = data.decode().strip()
    except UnicodeDecodeError:
        return None
    lines = text.split("\n", 1)
    return shortened(lines[0] + ("..." if lines[1:] else ""), LONGEST_WORD) or None


def parameters_of(task: TaskRow) -> Mapping[str, str]:
    """The parameter for each input, by the name of the input; empty if that is not kept.

    Several inputs of ``*items`` are of one parameter.
    """
    try:
        said = json.loads(task.ingredients).get("parameters", {})
    except (ValueError, AttributeError):
        return {}
    if not isinstance(said, dict):
        return {}
    return {name: str(each) for name, each in said.items()}


def argument_names(task: TaskRow) -> Mapping[str, str]:
    """The same for people: inputs of one parameter are numbered, ``items[0]``, ``items[1]``."""
    parameters = parameters_of(task)
    numbers = Counter(parameters.values())
    found: dict[str, str] = {}
    places: Counter[str] = Counter()
    for name in sorted(parameters, key=_position):
        parameter = parameters[name]
        is_one = numbers[parameter] == 1
        found[name] = parameter if is_one else f"{parameter}[{places[parameter]}]"
        places[parameter] += 1
    return found


def _position(name: str) -> tuple[bool, int, str]:
    is_counted = name.isascii() and name.isdecimal()
    return not is_counted, int(name) if is_counted else 0, name


MOST_TASKS: Final = 20
"""Functions of one name call their inputs alike: of more, the first are looked at."""


def read_facts(backend: Backend, kin: Iterable[Siblings]) -> Facts:
    """Read what tells siblings apart: given values, names of parameters, texts of commands."""
    families = list(kin)
    constants = {each.artefact: each for siblings in families for each in siblings.constants()}
    large = [artefact for artefact, each in constants.items() if each.large]
    kept = read_labels(backend.graph.named, large)
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
    backend: Backend, rows: Mapping[Digest, OperationRow], places: Mapping[Digest, ItemPlace]
) -> dict[Digest, str]:
    """Read what steps were called where they were built, the items of lists among them."""
    kept = read_labels(backend.graph.named, list(rows))
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


def _item_label(label: Label, place: ItemPlace, values: Mapping[Digest, Any]) -> str | None:
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
