"""A step and its inputs, as far as they can be shown on a line."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from funsies.core.archive import members
from funsies.core.cutting import printable
from funsies.core.digest import Digest, short_hash
from funsies.core.encoding import PICKLE, about_pickle, to_preview
from funsies.core.python_plan import PYTHON
from funsies.history.label_facts import argument_names, shortened
from funsies.store.connect import Backend
from funsies.store.ports import GraphStore
from funsies.store.rows import InputRow, OperationState, StoredResult
from funsies.store.stored_labels import read_labels

PREVIEW_CHARACTERS: Final = 60
PREVIEW_INPUTS: Final = 20


class InputView(msgspec.Struct, frozen=True):
    """One input of a step, for people.

    Attributes:
        name: of the input; of a function's, that of its parameter.
        artefact: its hash.
        value: beginning of the value, or what is in its place.
        producer: hash of the step that makes it; "" if none does.
    """

    name: str
    artefact: str
    value: str
    producer: str = ""

    @property
    def shown(self) -> str:
        """Hash and value."""
        return f"{short_hash(self.artefact)}  {self.value}"


def inputs_of(backend: Backend, operation: Digest) -> list[InputView]:
    """Gather the inputs of a step; empty if the server does not know it.

    Large values and all beyond the first twenty are named, not shown.
    """
    (row,) = backend.graph.operations([operation])
    if row is None:
        return []
    task = backend.graph.task(row.task, PYTHON)
    names = {} if task is None else argument_names(task)
    first = row.counted_inputs[:PREVIEW_INPUTS]
    return input_views(backend, first, names, len(row.inputs) - len(first))


def input_views(
    backend: Backend, shown: Sequence[InputRow], names: Mapping[str, str], left_out: int
) -> list[InputView]:
    """The same for who has read the step.

    Args:
        backend: where it is.
        shown: inputs.
        names: what those are called that have no name of their own.
        left_out: how many others there are.
    """
    producers = [each.producer for each in shown if each.producer is not None]
    states = dict(zip(producers, backend.graph.states(producers), strict=True))
    apart = kept_apart(backend.graph, shown)
    views = [
        InputView(
            names.get(each.name, each.name),
            each.artefact.hex(),
            apart.get(each.artefact) or _value(backend, each, states),
            "" if each.producer is None else each.producer.hex(),
        )
        for each in shown
    ]
    return [*views, *([InputView("...", f"{left_out} more", "")] if left_out else [])]


def kept_apart(graph: GraphStore, inputs: Iterable[InputRow]) -> dict[Digest, str]:
    """What is shown of given values that are not beside the graph, by their artefacts.

    A file that was put is called by its path: it is kept apart however small it is.
    """
    given = (each for each in inputs if each.producer is None)
    apart = list(dict.fromkeys(each.artefact for each in given if _is_apart(each)))
    kept = read_labels(graph.named, apart)
    paths = {each: label.path for each, label in kept.items() if label.path is not None}
    files = {
        each: f"(file {shortened(printable(path), PREVIEW_CHARACTERS)})"
        for each, path in paths.items()
    }
    return {each: files.get(each, "(large)") for each in apart}


def _is_apart(given: InputRow) -> bool:
    return given.large or given.content is None


def _value(backend: Backend, each: InputRow, states: dict[Digest, OperationState]) -> str:
    if each.producer is not None:
        state = states[each.producer]
        if not state.status.is_finished or each.index >= len(state.results):
            return "(gone)" if state.status.is_finished else f"({state.status.value})"
        return _result(backend, state.results[each.index], each.wire)
    return _small(backend, each.content or each.artefact, each.wire)


def _result(backend: Backend, result: StoredResult, wire: str) -> str:
    if not result.ok:
        return "(an error)"
    if result.large:
        return f"({result.size_bytes:,} bytes)"
    return _small(backend, result.content, wire)


def _small(backend: Backend, content: Digest, wire: str) -> str:
    data = backend.graph.contents([content])[0]
    return "(missing)" if data is None else preview(data, wire)


def _names(data: bytes) -> bytes:
    """The names in an archive of files."""
    return ", ".join(member.name for member, _ in members(io.BytesIO(data))).encode()


def preview(data: bytes, wire: str) -> str:
    r"""Show the beginning of a value on one line.

    >>> preview(b"two\nlines", "blob")
    'two\\nlines'
    """
    if wire == PICKLE:
        return f"({about_pickle(data)})"
    whole = to_preview(wire, data) if wire != "files" else _names(data)
    if wire == "json" and not data.startswith(b'"'):  # all but texts
        whole = whole.partition(b"\n")[0]
    head = whole[: 4 * PREVIEW_CHARACTERS]
    decoder = codecs.getincrementaldecoder("utf-8")()  # the cut may fall into a character
    try:
        text = decoder.decode(head)
    except UnicodeDecodeError:
        return f"({len(data):,} bytes)"
    line = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")
    line = "".join(each if each.isprintable() else "?" for each in line)
    is_long = len(line) > PREVIEW_CHARACTERS or len(head) < len(whole)
    return line[:PREVIEW_CHARACTERS] + ("..." if is_long else "")
