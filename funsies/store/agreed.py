"""The data store on which all clients and workers of a server agree."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec

from funsies.core.digest import Digest
from funsies.core.errors import DataMissingError, DataStoreError

from .data import open_data_store
from .data.address import INSIDE, directory_of, ensure_identity, identity_of
from .ports import DataStore, NamedRecords
from .server_address import is_server
from .server_notes import (
    IN_SERVER,
    DataPlace,
    UnreadablePlaceError,
    keep_place,
    place_at,
    recorded_place,
    replace_place,
)
from .server_retry import MAX_OUTAGE_SECONDS

T = TypeVar("T")


class AgreedDataStore:
    """Keeps large values where the server says.

    It is asked when the first one is needed, and again by each write and whenever a value is
    not there: it may have been emptied, and told another place.

    Args:
        named: records of the server.
        jobs_url: its address.
        said: where large values are, as this program was told; None to go by the server.
        max_outage_seconds: how long a call tries to reach a server that is away.
    """

    def __init__(
        self,
        named: NamedRecords,
        jobs_url: str,
        said: str | None,
        max_outage_seconds: float = MAX_OUTAGE_SECONDS,
    ) -> None:
        self._named = named
        self._jobs_url = jobs_url
        self._said = said
        self._max_outage_seconds = max_outage_seconds
        self._store: DataStore | None = None
        self._recorded: DataPlace | None = None
        self._unsettled: DataStore | None = None

    def __repr__(self) -> str:
        return f"<AgreedDataStore: {self._store or 'not asked for yet'}>"

    def agree(self) -> DataPlace | None:
        """Where large values are; None if nobody has said it, or stored one, so far.

        Raises:
            DataStoreError: if the server says something else than this program was told.
        """
        recorded = self._what_is_told()
        if self._said is None:
            return recorded
        if recorded is None:
            recorded = keep_place(self._named, place_at(self._said, self._jobs_url))
        if self._said in {recorded.url, self._jobs_url if recorded == IN_SERVER else None}:
            return recorded
        if not self._leads_to(recorded):
            raise DataStoreError(self._contradiction(recorded))
        return (
            recorded if not recorded.url else msgspec.structs.replace(recorded, url=self._said)
        )

    def _what_is_told(self) -> DataPlace | None:
        """What the server says; if that is damaged, who knows better says it again."""
        try:
            return recorded_place(self._named)
        except UnreadablePlaceError:
            if self._said is None:
                raise
        replace_place(self._named, place_at(self._said, self._jobs_url))
        return recorded_place(self._named)

    def settle(self) -> None:
        """Tell the server where large values are, if this program was told.

        Raises:
            DataStoreError: if the server says something else.
        """
        if self._said is not None:
            self.agree()

    def reach(self) -> None:
        """See that the store can be used here.

        Raises:
            DataStoreError: if it cannot; the message says what to do.
            NoServerError: if it is on another server that does not answer.
        """
        self._reading()

    def _reading(self) -> DataStore:
        if self._store is None:
            place = self.agree()
            if place is None:  # nothing large is stored yet: somebody may still say where
                return self._in_server()
            return self._open(place)
        return self._store

    def _writing(self) -> DataStore:
        if self._store is None or self._has_moved():
            return self._open(self.agree() or keep_place(self._named, IN_SERVER))
        return self._store

    def _open(self, place: DataPlace) -> DataStore:
        self._recorded = recorded_place(self._named)
        self._store = self._opened(place)
        return self._store

    def _has_moved(self) -> bool:
        """Ask the server whether the store that is open is still the one."""
        if self._store is None or recorded_place(self._named) == self._recorded:
            return False
        self._store = None
        return True

    def _read(self, read: Callable[[DataStore], T]) -> T:
        try:
            return read(self._reading())
        except DataMissingError:
            if not self._has_moved():
                raise
        return read(self._reading())

    def _in_server(self) -> DataStore:
        if self._unsettled is None:
            self._unsettled = self._open_at(self._jobs_url)
        return self._unsettled

    def _opened(self, place: DataPlace) -> DataStore:
        if not place.url:
            return self._in_server()
        if identity_of(place.url) != place.identity:
            raise DataStoreError(_out_of_reach(place))
        return self._open_at(place.url)

    def _open_at(self, url: str) -> DataStore:
        return open_data_store(url, max_outage_seconds=self._max_outage_seconds)

    def _leads_to(self, recorded: DataPlace) -> bool:
        """Whether what was said is another name of what the server says."""
        assert self._said is not None  # noqa: S101 - for the type checker: the caller looked
        if not is_server(self._said):
            return identity_of(self._said) == recorded.identity
        if recorded.url:
            return is_server(recorded.url) and (
                ensure_identity(self._said) == recorded.identity
            )
        return ensure_identity(self._said) == ensure_identity(self._jobs_url)

    def _contradiction(self, recorded: DataPlace) -> str:
        said = DataPlace(self._said or "").shown
        return (
            f"this server keeps large values in {recorded.shown}, but this program was told "
            f"{said} (by --data, FUNSIES_DATA or data_url): leave that out, the server is "
            "asked. To keep them elsewhere, forget all results first (funsies clean --all), "
            "and end a server that funsies has started (funsies shutdown --all); then say the "
            "new place when you start the server, or use it first"
        )

    # -- the store

    def write(self, chunks: Iterable[bytes]) -> tuple[Digest, int]:
        """See :meth:`DataStore.write`."""
        return self._writing().write(chunks)

    def open(self, digest: Digest) -> BinaryIO:
        """See :meth:`DataStore.open`."""
        return self._read(lambda store: store.open(digest))

    def load(self, digest: Digest) -> memoryview:
        """See :meth:`DataStore.load`."""
        return self._read(lambda store: store.load(digest))

    def place(self, digest: Digest, path: Path, *, may_link: bool) -> bool:
        """Make a value a new file without copying its bytes; False if that cannot be."""
        return self._read(lambda store: store.place(digest, path, may_link=may_link))

    def missing(self, digests: Collection[Digest]) -> set[Digest]:
        """See :meth:`DataStore.missing`."""
        absent = self._reading().missing(digests) if digests else set()
        return self._reading().missing(digests) if absent and self._has_moved() else absent

    def size_bytes(self, digest: Digest) -> int | None:
        """See :meth:`DataStore.size_bytes`."""
        return self._reading().size_bytes(digest)

    def delete(self, digest: Digest) -> None:
        """See :meth:`DataStore.delete`."""
        self._reading().delete(digest)

    def discard_bad(self, digest: Digest) -> bool:
        """See :meth:`DataStore.discard_bad`."""
        return self._reading().discard_bad(digest)

    def digests(self) -> Iterator[Digest]:
        """See :meth:`DataStore.digests`."""
        yield from self._reading().digests()

    def close(self) -> None:
        """Close what is open."""
        for store in (self._store, self._unsettled):
            if store is not None:
                store.close()


def _out_of_reach(place: DataPlace) -> str:
    if is_server(place.url):
        return (
            f"this server keeps large values in {place.shown}, as somebody on {place.host} has "
            "told it; what is there now is another one, or it was emptied. Say where it is "
            "from here (--data or FUNSIES_DATA)"
        )
    directory = directory_of(place.url)
    state = "is not here" if identity_of(place.url) is None else "is another one here"
    anew = (
        ""
        if place.is_beside
        else f" (If it was removed, make it anew: mkdir -p {directory} && "
        f"echo {place.identity} > {directory / INSIDE})"
    )
    return (
        f"this server keeps large values in the directory {directory} of {place.host}, which "
        f"{state}. Share that directory and say where it is here: --data "
        "file:///its/path/here, or FUNSIES_DATA. Or have them kept in the server: forget all "
        "results (funsies clean --all), stop it, and start it with start-funsies --no-disk"
        f"{anew}"
    )
