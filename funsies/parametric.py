"""Workflows with a name: committed once, recalled with other inputs from anywhere.

``commit`` gives a name to the part of a workflow between some inputs and some outputs.
``recall`` builds it again on other inputs, from another process, machine or script, without the
original source. What does not depend on the new inputs is not computed again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from funsies.core.encoding import Encoding, contradicts, encoding_of

from .builder.artefact import Artefact, constant_artefact, put
from .builder.python import reduce
from .core.digest import Digest, Field, digest
from .core.encoding.standard_types import annotation_from
from .core.errors import EncodingError, UnknownHashError, WiringError
from .core.graph import Constant
from .session import Session, current_session
from .store.connect import Backend
from .store.graph_writer import define_constant
from .store.stored_graph import StoredGraph

_KIND: Final = "parametric"

_INT: Final = encoding_of(int)
_FLOAT: Final = encoding_of(float)


class Slot(msgspec.Struct, frozen=True):
    """An input or an output of a committed workflow.

    Attributes:
        artefact: address of the artefact that was committed, hexadecimal.
        wire: how its value is made into bytes.
        type_name: its type, as text.
    """

    artefact: str
    wire: str
    type_name: str

    @property
    def digest(self) -> Digest:
        """Address of the artefact."""
        return Digest(bytes.fromhex(self.artefact))

    @property
    def encoding(self) -> Encoding[Any] | None:
        """Its encoding; None if its type is a class that only the original source has."""
        if self.wire == "blob":
            return encoding_of(bytes)
        annotation = annotation_from(self.type_name)
        return None if annotation is None else encoding_of(annotation)


class Parametric(msgspec.Struct, frozen=True):
    """A committed workflow.

    Attributes:
        name: its name.
        inp: inputs, by name.
        out: outputs, by name.
    """

    name: str
    inp: dict[str, Slot]
    out: dict[str, Slot]

    @property
    def hash(self) -> str:
        """Its address, 64 hexadecimal digits."""
        return digest("parametric", self.name, _record(self.inp), _record(self.out)).hex()


def _record(slots: Mapping[str, Slot]) -> list[Field]:
    return [(name, slot.artefact) for name, slot in sorted(slots.items())]


def commit(
    name: str,
    inp: Mapping[str, Artefact[Any]],
    out: Mapping[str, Artefact[Any]],
    *,
    connection: Session | None = None,
) -> str:
    """Give a name to a part of a workflow. A name that is taken then means the new workflow.

    Args:
        name: by which it is recalled.
        inp: artefacts that can be replaced on recall; others keep their values.
        out: artefacts that are wanted.
        connection: a session; None for that of the enclosing ``Fun``.

    Returns:
        The hash of the committed workflow, by which it can be recalled as well.

    Raises:
        WiringError: if there is no output, something is not an artefact, or no output depends
            on one of the inputs.

    >>> with Fun(Server("memory://")):
    ...     who = put("john")
    ...     _ = commit("capitalize", {"name": who}, {"out": morph(str.capitalize, who)})
    ...     tim = recall("capitalize", {"name": "tim"})
    ...     _ = execute(tim["out"])
    ...     take(tim["out"])
    'Tim'
    """
    session = current_session("parametric.commit()", connection)
    _check_arguments(name, inp, out)
    session.save()
    for artefact in inp.values():
        if isinstance(artefact.reference, Constant):
            define_constant(session.backend, artefact.reference)
    record = Parametric(name, _slots(inp), _slots(out))
    _check_dependence(session.backend, record)
    data = msgspec.json.encode(record)
    session.backend.graph.named.save(_KIND, {name: data, record.hash: data})
    return record.hash


def _check_arguments(name: object, inp: object, out: object) -> None:
    if not isinstance(name, str) or not name.strip() or not name.isprintable():
        raise WiringError(f"commit(): {name!r} cannot be the name of a workflow")
    _check_artefacts(f"commit({name!r}): inp=", inp)
    _check_artefacts(f"commit({name!r}): out=", out)
    if not out:
        raise WiringError(f"commit({name!r}): name at least one output in out=")


def _check_artefacts(what: str, given: object) -> None:
    if not isinstance(given, Mapping):
        raise WiringError(f"{what} is a dict of artefacts by name, not {given!r}")
    for key, value in given.items():
        if not isinstance(value, Artefact):
            raise WiringError(
                f"{what} is a dict of artefacts by name, but {key!r} is {value!r}: "
                f"use put({value!r}), or what a step returned"
            )


def _slots(artefacts: Mapping[str, Artefact[Any]]) -> dict[str, Slot]:
    return {
        name: Slot(artefact.hash, artefact.encoding.wire, artefact.encoding.descriptor)
        for name, artefact in artefacts.items()
    }


def _check_dependence(backend: Backend, record: Parametric) -> None:
    graph = StoredGraph(backend, [slot.digest for slot in record.out.values()])
    unused = sorted(
        name for name, slot in record.inp.items() if not graph.depends_on(slot.digest)
    )
    if unused:
        raise WiringError(
            f"commit({record.name!r}): no output depends on the input {', '.join(unused)}"
        )


def recall(
    name_or_hash: str, inp: Mapping[str, Any], *, connection: Session | None = None
) -> dict[str, Artefact[Any]]:
    """Build a committed workflow on other inputs.

    Args:
        name_or_hash: what was committed; of a hash the beginning suffices.
        inp: artefacts or values by input name; those not named keep what was committed.
        connection: a session; None for that of the enclosing ``Fun``.

    Returns:
        The artefacts of the outputs, by name.

    Raises:
        UnknownHashError: if nothing was committed under this name.
        WiringError: if there is no such input, or a value is not of its type.

    >>> with Fun(Server("memory://")):
    ...     number = put(2)
    ...     _ = commit("double", {"n": number}, {"twice": number.map(lambda n: 2 * n)})
    ...     recalled = recall("double", {"n": 21})
    ...     _ = execute(recalled["twice"])
    ...     take(recalled["twice"])
    42
    """
    session = current_session("parametric.recall()", connection)
    record = find_parametric(session.backend, name_or_hash)
    if not isinstance(inp, Mapping):
        raise WiringError(f"recall({name_or_hash!r}): give values by name, not {inp!r}")
    for key in inp:
        if key not in record.inp:
            raise WiringError(
                f"{record.name!r} has no input {key!r}; its inputs are {_listed(record.inp)}"
            )
    changes = {
        record.inp[key].digest: _given(record, key, value).reference
        for key, value in inp.items()
    }
    graph = StoredGraph(session.backend, [slot.digest for slot in record.out.values()])
    found = graph.replaced(changes)
    for operation in graph.built:
        session.record(operation)
    return {
        name: Artefact(found[slot.digest], slot.encoding or encoding_of(Any))
        for name, slot in record.out.items()
    }


def _given(record: Parametric, key: str, value: object) -> Artefact[Any]:
    """The artefact for an input, checked against its type."""
    slot = record.inp[key]
    encoding = slot.encoding
    if not isinstance(value, Artefact):
        return _constant(record, key, value, encoding)
    same = value.encoding.descriptor == slot.type_name
    if same and value.encoding.wire == slot.wire:
        return value
    is_narrower = encoding == _INT and value.encoding == _FLOAT
    if encoding is None or is_narrower or contradicts(encoding, value.encoding):
        raise _mismatch(record, key, value.encoding.label)
    return reduce(_same, value, out=encoding.annotation, name="convert")


def _constant(
    record: Parametric, key: str, value: object, encoding: Encoding[Any] | None
) -> Artefact[Any]:
    try:
        made = put(value) if encoding is None else constant_artefact(value, encoding)
    except EncodingError as problem:
        raise _mismatch(record, key, str(problem)) from None
    if encoding is None and made.encoding.descriptor != record.inp[key].type_name:
        raise _mismatch(record, key, made.encoding.label)
    return made


def _mismatch(record: Parametric, key: str, found: str) -> WiringError:
    wanted = record.inp[key].type_name
    hint = ". Commit it with a float, put(1.0), which takes integers, too"
    return WiringError(
        f"input {key!r} of {record.name!r} is {wanted}; it was given: {found}"
        + (hint if wanted == "int" and "float" in found else "")
    )


def _same(value: Any) -> Any:
    return value


def find_parametric(backend: Backend, name_or_hash: str) -> Parametric:
    """Look up a committed workflow by its name, its hash, or the beginning of its hash.

    Raises:
        UnknownHashError: if there is none of this name or hash; it lists what there is.
    """
    data = backend.graph.named.get(_KIND, name_or_hash)
    if data is not None and (record := _readable(data)) is not None:
        return record
    records = list_parametric(backend)
    meant = [each for each in records if name_or_hash and each.hash.startswith(name_or_hash)]
    if len(meant) == 1:
        return meant[0]
    raise UnknownHashError(
        f"nothing was committed as {name_or_hash!r}; there is "
        f"{_listed(record.name for record in records) or 'nothing yet'}"
    )


def list_parametric(backend: Backend) -> list[Parametric]:
    """All committed workflows, sorted by name."""
    named = sorted(backend.graph.named.get_all(_KIND).items())
    records = [(key, _readable(data)) for key, data in named]
    return [record for key, record in records if record is not None and key == record.name]


def _readable(data: bytes) -> Parametric | None:
    """Read a record; None if it is damaged: who commits the workflow again replaces it."""
    try:
        return msgspec.json.decode(data, type=Parametric)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _listed(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in sorted(names))
