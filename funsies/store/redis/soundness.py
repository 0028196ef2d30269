"""Whether rows are what they should be: what is wrong with one, None if nothing is."""

from __future__ import annotations

import msgspec

from funsies.core.digest import DIGEST_BYTES, Digest, content_digest
from funsies.core.errors import EncodingError
from funsies.core.graph import TaskKind, constant_digest, operation_digest
from funsies.core.options import options_digest
from funsies.core.python_plan import decode_plan
from funsies.core.shell_plan import decode_shell_plan
from funsies.store.execution_record import decode_record
from funsies.store.rows import TaskRow
from funsies.store.rows.damage import Fault
from funsies.store.rows.run_rows import LISTED, LISTS, NUMBER, RunRecord

from .packing import (
    PACKED_RESULT_BYTES,
    cut,
    readable,
    unpack_artefact,
    unpack_operation,
    unpack_result,
    unpack_task,
)
from .seal import DELEGATION_BYTES, Seal, read_place, split


def fault_in_content(digest: Digest, data: bytes) -> Fault | None:
    """Compare small bytes with their digest."""
    return None if content_digest(data) == digest else Fault.CHANGED


def fault_in_definition(seal: Seal, digest: Digest, sealed: bytes | None) -> Fault | None:
    """Look at the definition of an operation: at its signature, without keys its address."""
    if sealed is None:
        return Fault.MISSING
    if seal and seal.is_operation(digest, sealed):
        return None
    row = readable(unpack_operation, digest, sealed)
    if row is None:
        return Fault.UNREADABLE
    named = [(each.name, each.artefact) for each in row.inputs]
    if operation_digest(row.task, named) != digest:
        return Fault.MISPLACED
    return None if seal.is_operation(digest, sealed) else Fault.FOREIGN


def fault_in_task(seal: Seal, digest: Digest, packed: bytes) -> Fault | None:
    """Look at one of the rows of a task."""
    row = readable(unpack_task, packed)
    if row is None:
        return Fault.UNREADABLE
    if row.digest != digest:
        return Fault.MISPLACED
    if not seal.is_task(row):
        return Fault.FOREIGN
    return Fault.UNREADABLE if sources_of(row) is None else None


def sources_of(row: TaskRow) -> tuple[Digest, ...] | None:
    """Addresses of what a task is loaded from; None if its payload cannot be read."""
    try:
        if row.kind is TaskKind.SHELL:
            decode_shell_plan(row.payload)
            return ()
        return decode_plan(row.payload).sources
    except EncodingError:
        return None


def fault_in_options(seal: Seal, digest: Digest, sealed: bytes) -> Fault | None:
    """Look at options."""
    if options_digest(split(sealed)[0]) != digest:
        return Fault.CHANGED
    return None if seal.is_options(digest, sealed) else Fault.FOREIGN


def fault_in_entry(digest: Digest, packed: bytes) -> Fault | None:
    """Look at an entry of the index of artefacts; where it leads to is seen from there."""
    row = readable(unpack_artefact, digest, packed)
    if row is None or packed[:1] not in (b"o", b"c"):
        return Fault.UNREADABLE
    found = row.constant
    if found is None:
        return None
    address = constant_digest(found.wire, found.content, executable=found.executable)
    return None if address == digest else Fault.MISPLACED


def fault_in_trace(seal: Seal, sealed: bytes) -> Fault | None:
    """Look at what is remembered of a run."""
    key, results = Digest(sealed[:32]), sealed[32:]
    packed = split(results)[0]
    if not packed or len(packed) % PACKED_RESULT_BYTES:
        return Fault.UNREADABLE
    if any(readable(unpack_result, each) is None for each in cut(packed, PACKED_RESULT_BYTES)):
        return Fault.UNREADABLE
    return None if seal.is_trace(key, results) else Fault.FOREIGN


def fault_in_delegation(seal: Seal, operation: Digest, sealed: bytes) -> Fault | None:
    """Look at what says of which step another one has its result."""
    if len(sealed) != DELEGATION_BYTES or readable(read_place, sealed) is None:
        return Fault.UNREADABLE
    return None if seal.is_delegation(operation, sealed) else Fault.FOREIGN


def fault_in_record(data: bytes) -> Fault | None:
    """Look at the record of a run."""
    return Fault.UNREADABLE if decode_record(data) is None else None


def fault_in_run(number: bytes, data: bytes) -> Fault | None:
    """Look at the record of what one program has asked for."""
    if not NUMBER.fullmatch(number.decode("ascii", "replace")):
        return Fault.MISPLACED
    return Fault.UNREADABLE if readable(_read_run, data) is None else None


def fault_in_run_request(number: bytes, row: bytes) -> Fault | None:
    """Look at one of its requests."""
    if not NUMBER.fullmatch(number.decode("ascii", "replace")):
        return Fault.MISPLACED
    is_whole = row[:1] in (LISTED, LISTS) and len(row) % DIGEST_BYTES == 1
    return None if is_whole else Fault.UNREADABLE


def _read_run(data: bytes) -> RunRecord:
    return msgspec.json.decode(data, type=RunRecord)
