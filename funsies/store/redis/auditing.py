"""Looking through all that a server keeps for what is damaged."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from typing import Final

from msgspec.structs import replace

from funsies.core.digest import Digest
from funsies.store.rows import (
    MOST_INPUTS,
    ConstantRow,
    Damage,
    DamagedPart,
    Fault,
    InputRow,
    LargeFaults,
    OperationRow,
    Spot,
    Tell,
)
from funsies.store.rows.run_rows import RUN

from .audited import BadBytes, Finished, name_of
from .packing import (
    Kept,
    readable,
    unpack_artefact,
    unpack_operation,
    unpack_result,
    unpack_state,
    unpack_task,
)
from .pieces import whole
from .reader import RedisReader
from .scanning import DIGEST_KEY, Scanner
from .seal import Seal
from .soundness import (
    fault_in_definition,
    fault_in_delegation,
    fault_in_entry,
    fault_in_options,
    fault_in_record,
    fault_in_run,
    fault_in_run_request,
    fault_in_task,
    fault_in_trace,
    sources_of,
)

FIXED: Final = [bytes([letter]) for letter in b"DIcoOTGCY!ZLBQXNnSK"]
"""Keys without which nothing else can be looked at."""

_RUNS: Final = b"n:" + RUN.encode()
"""Key of the records of runs; those of the requests of each follow a colon and its number."""


class Audit:
    """One walk through a store; it changes nothing.

    Attributes:
        is_complete: whether everything could be looked at.

    Args:
        reader: of the store.
        scanner: of the same namespace.
        seal: tells which rows are ours.
        large_faults: says which large values are damaged or gone.
        tell: is told how far the walk is.
    """

    def __init__(
        self,
        reader: RedisReader,
        scanner: Scanner,
        seal: Seal,
        large_faults: LargeFaults,
        tell: Tell,
    ) -> None:
        self._reader = reader
        self._scanner = scanner
        self._seal = seal
        self._bytes = BadBytes(reader, large_faults)
        self._tell = tell
        self.is_complete: bool = False
        self._told: set[Digest] = set()

    def walk(self) -> Iterator[Damage]:
        """Give what is damaged, what others need first."""
        yield from self._mistyped()
        if self._scanner.audit("mistyped", FIXED):
            return
        self.is_complete = True
        self._bytes.read_all(self._scanner, self._tell)
        yield from self._definitions()
        yield from self._states()
        yield from self._tasks()
        yield from self._rows(b"I", DamagedPart.ENTRY, fault_in_entry)
        yield from self._constants()
        yield from self._rows(b"O", DamagedPart.OPTIONS, partial(fault_in_options, self._seal))
        yield from self._rows(
            b"T", DamagedPart.TRACE, lambda _, row: fault_in_trace(self._seal, row)
        )
        yield from self._rows(
            b"Y", DamagedPart.DELEGATION, partial(fault_in_delegation, self._seal)
        )
        yield from self._runs()
        yield from self._bytes.unnamed()

    # -- keys

    def _mistyped(self) -> Iterator[Damage]:
        for page in self._scanner.names():
            self._tell("keys", len(page))
            for name in self._scanner.audit("mistyped", page):
                yield Damage(
                    DamagedPart.KEY, Fault.WRONG_TYPE, _shown(name), spot=Spot("key", name)
                )

    # -- definitions

    def _definitions(self) -> Iterator[Damage]:
        for page in self._scanner.fields(b"D"):
            self._tell("steps", len(page))
            sound: dict[Digest, tuple[OperationRow, bytes]] = {}
            for digest, kept in page:
                sealed = whole(kept, self._reader.contents)
                fault = fault_in_definition(self._seal, digest, sealed)
                row = readable(unpack_operation, digest, sealed or b"")
                if fault is None and row is not None:
                    sound[digest] = row, kept
                else:
                    spot = Spot("row", b"D", digest, kept)
                    name = "" if row is None else row.task_name
                    yield Damage(
                        DamagedPart.DEFINITION,
                        fault or Fault.UNREADABLE,
                        digest.hex(),
                        digest,
                        name,
                        spot,
                    )
            yield from self._about(sound)

    def _about(self, page: Mapping[Digest, tuple[OperationRow, bytes]]) -> Iterator[Damage]:
        for digest in self._unlinked(page):
            row, kept = page[digest]
            spot = Spot("links", b"D", digest, kept)
            yield Damage(
                DamagedPart.LINKS, Fault.MISPLACED, digest.hex(), digest, row.task_name, spot
            )
        for digest in map(Digest, self._scanner.audit("untasked", page)):
            row, _ = page[digest]
            missing = Damage(
                DamagedPart.TASK, Fault.MISSING, row.task.hex(), digest, row.task_name
            )
            yield from self._once(row.task, missing)
        yield from self._inputs([row for row, _ in page.values()])

    def _unlinked(self, page: Mapping[Digest, tuple[OperationRow, bytes]]) -> Iterator[Digest]:
        """Those that are not known as what makes their outputs, or needs their inputs."""
        unlinked = {*self._scanner.audit("unlinked", page)}
        many_inputs = self._reader.many_inputs()
        for digest, (row, _) in page.items():
            has_many = len(row.inputs) > MOST_INPUTS
            if digest in unlinked or (has_many and not many_inputs.are_linked(row)):
                yield digest

    def _inputs(self, rows: Iterable[OperationRow]) -> Iterator[Damage]:
        """The bytes of constants, each with one of the steps that need it."""
        users: dict[Digest, tuple[OperationRow, InputRow]] = {}
        for row in rows:
            for each in row.inputs:
                if each.producer is None:
                    users.setdefault(each.artefact, (row, each))
        faults = self._bytes.faults(*_by_size(each for _, each in users.values()))
        for artefact, (row, used) in users.items():
            if used.content is not None and (fault := faults.get(used.content)):
                # Without an entry it was forgotten, and is stored when it is needed.
                entry = self._scanner.field(b"I", artefact) or b""
                yield from self._constant(artefact, used.content, entry, fault, row)

    def _constant(
        self,
        artefact: Digest,
        content: Digest,
        entry: bytes,
        fault: Fault,
        user: OperationRow | None,
    ) -> Iterator[Damage]:
        found = readable(unpack_result, entry[1:])
        if found is None or found.content != content:
            return  # the entry is damaged itself, and named as such
        damage = Damage(
            DamagedPart.CONSTANT,
            fault,
            artefact.hex(),
            None if user is None else user.digest,
            name_of(user),
            Spot("entry", b"I", artefact, entry),
            content,
            found.large,
        )
        yield from self._once(artefact, damage)

    def _once(self, needed: Digest, damage: Damage) -> Iterator[Damage]:
        """What many need is named once."""
        if needed not in self._told:
            self._told.add(needed)
            yield damage

    # -- states

    def _states(self) -> Iterator[Damage]:
        for page in self._scanner.fields(b"o"):
            self._tell("states", len(page))
            yield from self._page_of_states([operation for operation, _ in page])

    def _page_of_states(self, page: list[Digest]) -> Iterator[Damage]:
        states = self._reader.rows_of_states(page)  # before what is wrong with them by then
        rows = self._reader.operations(page)
        damaged = set(self._scanner.audit("damaged", page))
        undefined = set(self._scanner.audit("undefined", page))
        finished: list[Finished] = []
        unreadable: list[Damage] = []  # told last: to mend a record changes the state
        for digest, row, packed in zip(page, rows, states, strict=True):
            if not packed:
                continue  # forgotten meanwhile
            kept = readable(unpack_state, packed)
            spot = Spot("state", b"o", digest, packed)
            if digest in undefined:
                spot = replace(spot, act="undefined")
                yield Damage(
                    DamagedPart.DEFINITION, Fault.MISSING, digest.hex(), digest, spot=spot
                )
            elif digest in damaged or kept is None or not _is_whole(kept, row):
                yield Damage(
                    DamagedPart.STATE,
                    Fault.UNREADABLE,
                    digest.hex(),
                    digest,
                    name_of(row),
                    spot,
                )
            else:
                if kept.record is not None and (fault := fault_in_record(kept.record)):
                    spot = replace(spot, act="record")
                    unreadable.append(
                        Damage(
                            DamagedPart.RECORD, fault, digest.hex(), digest, name_of(row), spot
                        )
                    )
                finished += (
                    Finished(digest, row, index, each, state=packed)
                    for index, each in enumerate(kept.results)
                )
        yield from self._results(finished)
        yield from unreadable

    def _results(self, finished: Collection[Finished]) -> Iterator[Damage]:
        large = {each.content for each in finished if each.is_large}
        small = {each.content for each in finished if not each.is_large}
        faults = self._bytes.faults(small, large)
        places = [(each.operation, each.index, each.sealed) for each in finished]
        are_ours = self._reader.origins().are_ours(places)
        for each, is_ours in zip(finished, are_ours, strict=True):
            if not is_ours:
                yield each.damage(Fault.FOREIGN)
            elif (fault := faults.get(each.content)) is not None:
                yield each.damage(fault)

    # -- tasks

    def _tasks(self) -> Iterator[Damage]:
        for page in self._scanner.addresses(b"t"):
            self._tell("tasks", len(page))
            for digest in page:
                yield from self._rows_of_task(digest)

    def _rows_of_task(self, digest: Digest) -> Iterator[Damage]:
        for python, packed in self._scanner.all_fields(b"t" + digest):
            row = readable(unpack_task, packed)
            name = "" if row is None else row.name
            if fault := fault_in_task(self._seal, digest, packed):
                spot = Spot("row", b"t" + digest, python, packed)
                yield Damage(DamagedPart.TASK, fault, digest.hex(), task=name, spot=spot)
            elif row is not None:
                for content, missing in self._bytes.faults(sources_of(row) or (), ()).items():
                    damage = Damage(
                        DamagedPart.SOURCES, missing, content.hex(), task=name, content=content
                    )
                    yield from self._once(content, damage)

    # -- the rest

    def _rows(
        self, key: bytes, part: DamagedPart, fault_in: Callable[[Digest, bytes], Fault | None]
    ) -> Iterator[Damage]:
        for page in self._scanner.fields(key):
            self._tell("records", len(page))
            for digest, row in page:
                if fault := fault_in(digest, row):
                    yield self._row(part, fault, digest, Spot("row", key, digest, row))

    def _row(self, part: DamagedPart, fault: Fault, digest: Digest, spot: Spot) -> Damage:
        if part is not DamagedPart.DELEGATION:
            return Damage(part, fault, digest.hex(), spot=spot)
        (step,) = self._reader.operations([digest])
        return Damage(part, fault, digest.hex(), digest, name_of(step), spot)

    def _runs(self) -> Iterator[Damage]:
        """The records of what programs have asked for, and their requests."""
        for page in self._sound_fields(_RUNS):
            self._tell("runs", len(page))
            for number, data in page:
                if fault := fault_in_run(number, data):
                    yield _of_run(number, fault, Spot("row", _RUNS, number, data))
                yield from self._requests_of(number)

    def _requests_of(self, number: bytes) -> Iterator[Damage]:
        asked = _RUNS + b":" + number
        for page in self._sound_fields(asked):
            for request, row in page:
                if fault := fault_in_run_request(request, row):
                    yield _of_run(number, fault, Spot("row", asked, request, row))

    def _sound_fields(self, name: bytes) -> Iterator[list[tuple[Digest, bytes]]]:
        """Fields of a key, unless it is of another type, which is named as such."""
        if not self._scanner.audit("mistyped", [name]):
            yield from self._scanner.fields(name)

    def _constants(self) -> Iterator[Damage]:
        """The bytes of constants that no step needs."""
        for page in self._scanner.fields(b"I"):
            found = ((readable(unpack_artefact, *each), each[1]) for each in page)
            rows = [(kept, row) for each, row in found if each and (kept := each.constant)]
            faults = self._bytes.faults(*_by_size(kept for kept, _ in rows))
            for kept, row in rows:
                if fault := faults.get(kept.content):
                    yield from self._constant(kept.artefact, kept.content, row, fault, None)


def _by_size(constants: Iterable[InputRow | ConstantRow]) -> tuple[set[Digest], set[Digest]]:
    """The contents of those that are beside the graph, and of those in the data store."""
    sizes: tuple[set[Digest], set[Digest]] = set(), set()
    for each in constants:
        if each.content is not None:
            sizes[each.large].add(each.content)
    return sizes


def _is_whole(kept: Kept, row: OperationRow | None) -> bool:
    """Whether a state has a result for each output if it is finished."""
    if row is None or not kept.state.status.is_finished:
        return True
    return len(kept.results) == len(row.outputs)


def _of_run(number: bytes, fault: Fault, spot: Spot) -> Damage:
    return Damage(DamagedPart.RUN, fault, _text(number), spot=spot)


def _shown(name: bytes) -> str:
    """The name of a key for people: a letter and an address, or text."""
    if len(name) == DIGEST_KEY:
        return name[:1].decode(errors="backslashreplace") + name[1:].hex()
    return _text(name)


def _text(data: bytes) -> str:
    return data.decode(errors="backslashreplace")
