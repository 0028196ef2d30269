"""From what people type to what is stored: hashes and their prefixes."""

from __future__ import annotations

from typing import Any, Final

from funsies.build.artefact import Artefact
from funsies.core.digest import Digest
from funsies.core.encoding import encoding_of
from funsies.core.errors import UnknownHashError
from funsies.core.graph import Stored, constant
from funsies.core.python_plan import PYTHON
from funsies.session import Session, current_session
from funsies.store.connect import Backend
from funsies.store.rows import ArtefactRow, Found

MAX_CANDIDATES: Final = 5


def find(backend: Backend, prefix: str) -> Found:
    """Find the one artefact or operation whose hash begins with a prefix.

    Args:
        backend: where to look.
        prefix: hexadecimal digits, one or more; case does not matter.

    Raises:
        UnknownHashError: if there is none, or there are several; it names some of them.
    """
    wanted = prefix.strip().lower()
    if not wanted or set(wanted) - set("0123456789abcdef"):
        raise UnknownHashError(f"{prefix!r} is not a hash: those are hexadecimal digits")
    found = backend.graph.find(wanted, MAX_CANDIDATES + 1)
    if not found:
        raise UnknownHashError(
            f"nothing on the server has a hash that begins with {wanted!r}. A graph is written "
            "by execute(), or when its `with Fun():` block ends; what is there is listed by: "
            "funsies ls --steps"
        )
    if len(found) > 1:
        names = ", ".join(
            each.digest.hex()[: len(wanted) + 8] for each in found[:MAX_CANDIDATES]
        )
        more = ", ..." if len(found) > MAX_CANDIDATES else ""
        raise UnknownHashError(f"{wanted!r} is ambiguous: {names}{more}; give more digits")
    return found[0]


def get(target: str, connection: Session | None = None) -> Artefact[Any]:
    """Get an artefact by its hash, also one that another program made.

    Args:
        target: a unique prefix of the hash of an artefact, or of an operation that has just
            one output.
        connection: a session; None for that of the enclosing ``Fun``.

    Raises:
        UnknownHashError: if nothing or several things have such a hash.

    >>> with Fun(Server("memory://")):
    ...     total = reduce(sum, [3, 2])
    ...     _ = execute(total)
    ...     take(get(total.hash[:12]))
    5
    """
    session = current_session("get()", connection)
    found = find(session.backend, target)
    if found.is_operation:
        return _only_output(session.backend, found.digest)
    return stored_artefact(session.backend, found.digest)


def _only_output(backend: Backend, digest: Digest) -> Artefact[Any]:
    row = backend.graph.operation(digest)
    if row is None:
        raise UnknownHashError(f"the server knows no operation {digest.hex()[:10]}")
    if len(row.outputs) != 1:
        outputs = ", ".join(output.hex()[:10] for output in row.outputs)
        raise UnknownHashError(
            f"{digest.hex()[:10]} is an operation with {len(row.outputs)} outputs: "
            f"name one of {outputs}"
        )
    return stored_artefact(backend, row.outputs[0])


def stored_artefact(backend: Backend, digest: Digest) -> Artefact[Any]:
    """An artefact that the store knows, as plain bytes or JSON.

    Raises:
        UnknownHashError: if the store does not know it.
    """
    row = backend.graph.artefact(digest)
    if row is None:
        raise UnknownHashError(f"the server knows no artefact {digest.hex()[:10]}")
    if row.constant is not None:
        return _constant(backend, row)
    wire, name = _output(backend, row)
    annotation = bytes if wire == "blob" else Any
    return Artefact(_stored(row, wire, name), encoding_of(annotation))


def _stored(row: ArtefactRow, wire: str, name: str) -> Stored:
    if row.producer is None:
        raise UnknownHashError(
            f"the server knows no operation that makes {row.digest.hex()[:10]}"
        )
    return Stored(row.digest, row.producer, row.index, wire, name)


def _constant(backend: Backend, row: ArtefactRow) -> Artefact[Any]:
    assert row.constant is not None  # noqa: S101 - for the type checker: the caller looked
    kept = row.constant
    data = None if kept.large else backend.graph.contents([kept.content])[0]
    annotation = bytes if kept.wire == "blob" else Any
    reference = constant(
        kept.wire, data, kept.content, kept.size_bytes, executable=kept.executable
    )
    return Artefact(reference, encoding_of(annotation))


def _output(backend: Backend, row: ArtefactRow) -> tuple[str, str]:
    """Wire form and name of the output that an artefact is."""
    producer = backend.graph.operation(row.producer) if row.producer is not None else None
    task = backend.graph.task(producer.task, PYTHON) if producer is not None else None
    if task is None:
        raise UnknownHashError(f"the definition of {row.digest.hex()[:10]} is incomplete")
    output = task.outputs[row.index]
    return output.wire, output.name
