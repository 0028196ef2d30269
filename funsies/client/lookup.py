"""From what people type to what is stored: hashes and their prefixes, labels, names."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from itertools import zip_longest
from typing import Any, Final, TypeVar, overload

from funsies.builder.artefact import Artefact
from funsies.builder.shell_output import ShellOutput
from funsies.core.cutting import printable
from funsies.core.digest import Digest, short_hash
from funsies.core.encoding import Encoding, encoding_of
from funsies.core.encoding.refusal import show
from funsies.core.errors import UnknownHashError, WiringError
from funsies.core.graph import Constant, Stored
from funsies.core.python_plan import PYTHON
from funsies.history.labels import Labels
from funsies.history.runs import Run
from funsies.history.step_names import labels_here, labels_that_count
from funsies.session import Session, current_session
from funsies.store.connect import Backend
from funsies.store.graph_reader import (
    known_artefact,
    known_constant,
    known_step,
    known_task,
    unknown,
)
from funsies.store.ports import GraphReader
from funsies.store.rows import ArtefactRow, Found, TaskRow
from funsies.store.stored_labels import labelled

from .stored_types import as_asked, output_type, stored_encoding, with_classes_here
from .values import read_bytes

MAX_SHOWN: Final = 10
MOST_COMPARED: Final = 5_000
"""Among so many labels one is looked for that is written alike."""


def may_be_called(backend: Backend, text: str) -> bool:
    """True if a step may be called what looks like the beginning of a hash.

    What is made of a call is no such text; so only names of tasks, and what was said where a
    step was built, need to be looked at.
    """
    return text in backend.graph.counts() or bool(labelled(backend.graph.named, text))


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


MAX_CANDIDATES: Final = 5
NO_STEP: Final = "is a constant: no step makes it"
_DIGITS: Final = frozenset("0123456789abcdef")

T = TypeVar("T")


def find(backend: Backend, text: str, run: Run | None = None) -> Found:
    """Find the one artefact or step that people mean.

    Args:
        backend: where to look.
        text: hexadecimal digits with which its hash begins, one or more, in any case; or the
            label of a step, or the name of a task of which there is only one step.
        run: in which the step is called so; None for wherever it is.

    Raises:
        UnknownHashError: if there is none, or there are several; it names some of them.
    """
    digits = _as_digits(text)
    hashes = [] if digits is None else backend.graph.find(digits, MAX_CANDIDATES + 1)
    if digits is not None and hashes:
        if may_be_called(backend, text):
            raise UnknownHashError(
                f"{text!r} is the name of a step or a task, and {short_hash(hashes[0].digest)} "
                "begins with it; give more digits, or the hash of the step"
            )
        return _only(backend, digits, hashes)
    if digits is not None and not may_be_called(backend, text):
        raise UnknownHashError(
            f"nothing on the server has a hash that begins with {digits!r}. A graph is written "
            "by execute(), or when its `with Fun():` block ends; what is there is listed by: "
            "funsies ls --steps"
        )
    return Found(step_called(backend, text, run), is_operation=True)


def _only(backend: Backend, digits: str, found: list[Found]) -> Found:
    if len(found) == 1:
        return found[0]
    shown = [each.digest.hex()[: len(digits) + 8] for each in found[:MAX_CANDIDATES]]
    steps = [each.digest for each in found[:MAX_CANDIDATES] if each.is_operation]
    labels = labels_here(backend, steps)
    called = [_shown(backend, each, labels) for each in found[:MAX_CANDIDATES]]
    names = ", ".join(f"{each} ({label})" for each, label in zip(shown, called, strict=True))
    more = ", ..." if len(found) > MAX_CANDIDATES else ""
    raise UnknownHashError(f"{digits!r} is ambiguous: {names}{more}; give more digits")


def _shown(backend: Backend, found: Found, labels: Labels) -> str:
    if found.is_operation:
        return labels.of(found.digest)
    row = backend.graph.artefact(found.digest)
    if row is None or row.producer is None:
        return "a given value"
    return f"made by {labels.of(row.producer)}"


def step_behind(shown: object, producer: Digest | None) -> Digest:
    """The step that makes something, where one is meant.

    Args:
        shown: what was named.
        producer: the step; None if that is a constant.

    Raises:
        UnknownHashError: if it is one.
    """
    if producer is None:
        raise UnknownHashError(f"{shown} {NO_STEP}")
    return producer


@overload
def get(
    target: str, connection: Session | None = None, *, as_type: None = None
) -> Artefact[Any]: ...


@overload
def get(target: str, connection: Session | None = None, *, as_type: type[T]) -> Artefact[T]: ...


@overload
def get(
    target: str, connection: Session | None = None, *, as_type: object
) -> Artefact[Any]: ...


def get(
    target: str, connection: Session | None = None, *, as_type: object = None
) -> Artefact[Any]:
    """Get an artefact by its hash or the label of its step, also one of another program.

    Args:
        target: a unique prefix of the hash of an artefact, or of an operation that has just
            one output; or the label of such a step, or the name of a task of which there is
            only one.
        connection: a session; None for that of the enclosing ``Fun``.
        as_type: type of the value. Without it, the value is of the type that the step said, if
            that is made of built-in and standard types, or that it says itself, if its class is
            loaded here; objects of other classes are read as dicts and lists, and what a codec
            wrote that this program does not have, as bytes.

    Raises:
        UnknownHashError: if nothing or several things have such a hash or name; it lists them.
        WiringError: if the value is not of the type that ``as_type`` says, or what is to be
            found is not named by a text.

    >>> with Fun(Server("memory://")):
    ...     total = reduce(sum, [3, 2])
    ...     _ = execute(total)
    ...     take(get(total.hash[:12]))
    ...     take(get("sum", as_type=int))
    5
    5
    """
    if not isinstance(target, str):
        raise _no_text(target)
    session = current_session("get()", connection)
    wanted = None if as_type is None else encoding_of(as_type)
    found = find(session.backend, target)
    read = _only_output if found.is_operation else stored_artefact
    return _with_classes_here(session.backend, read(session.backend, found.digest, wanted))


def _no_text(target: object) -> WiringError:
    """What is said to who gives the thing itself, or bytes."""
    if isinstance(target, (Artefact, ShellOutput)):
        return WiringError(
            f"get() finds things by their names, and {target!r} is at hand: take() gives its "
            "value; to read that as another type, get(artefact.hash, as_type=...)"
        )
    return WiringError(
        f"get() takes a text, the hash or the label of a step or the name of a task; "
        f"{show(target)} is none"
    )


def _with_classes_here(backend: Backend, found: Artefact[Any]) -> Artefact[Any]:
    if not found.encoding.says_itself:
        return found
    data = read_bytes(backend, found).value_or(b"")
    return Artefact(found.reference, with_classes_here(found.encoding, data))


def _as_digits(target: str) -> str | None:
    """The digits of what may be the beginning of a hash."""
    wanted = target.strip().lower()
    return wanted if wanted and set(wanted) <= _DIGITS else None


def _only_output(
    backend: Backend, digest: Digest, wanted: Encoding[Any] | None = None
) -> Artefact[Any]:
    row = known_step(backend.graph, digest)
    if len(row.outputs) != 1:
        task = backend.graph.task(row.task, PYTHON)
        names = [output.name for output in task.outputs] if task is not None else []
        outputs = ", ".join(
            f"{short_hash(output)} ({name})" if name else short_hash(output)
            for output, name in zip_longest(row.outputs, names, fillvalue="")
            if isinstance(output, bytes)
        )
        raise UnknownHashError(
            f"{short_hash(digest)} is an operation with {len(row.outputs)} outputs: "
            f"name one of {outputs}"
        )
    return stored_artefact(backend, row.outputs[0], wanted)


def stored_artefact(
    backend: Backend, digest: Digest, wanted: Encoding[Any] | None = None
) -> Artefact[Any]:
    """An artefact that the store knows.

    Args:
        backend: where it is.
        digest: its address.
        wanted: what its value is said to be; None for what is known of it.

    Raises:
        UnknownHashError: if the store does not know it.
        WiringError: if it is not what it is said to be.
    """
    row = known_artefact(backend.graph, digest)
    if row.constant is not None:
        reference: Constant | Stored = known_constant(backend.graph, row.constant)
        type_name = ""
    else:
        reference, task = _stored(backend.graph, row)
        type_name = output_type(task, row.index)
    encoding = stored_encoding(reference.wire, type_name)
    if wanted is not None:
        encoding = as_asked(encoding, reference.wire, wanted, short_hash(digest))
    return Artefact(reference, encoding)


def _stored(graph: GraphReader, row: ArtefactRow) -> tuple[Stored, TaskRow]:
    """What a step makes, with the task that says what it is."""
    (step,) = [None] if row.producer is None else graph.operations([row.producer])
    if step is None or row.digest not in step.outputs[row.index : row.index + 1]:
        raise unknown("step that makes", row.digest)
    task = known_task(graph, step.task)
    output = task.outputs[row.index]
    return Stored(row.digest, step.digest, row.index, output.wire, output.name), task
