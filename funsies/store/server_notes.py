"""What a server says of itself: where its large values are, and which keys are in use at it.

Who starts a server writes the place there; of a server that others have started, who says it
first (``--data``, ``FUNSIES_DATA``), else who stores the first large value, in the server
itself.

Whoever has a key notes its fingerprint. So who has none, or another one, is told at once, and
not by steps that cannot be loaded. The note protects nothing: who can write to the server can
remove it. What protects are signatures.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable
from typing import Final

import msgspec

from funsies.core.errors import DataStoreError, WrongKeyError
from funsies.core.keyring import Keyring

from .data.address import ensure_identity
from .ports import GraphStore, NamedRecords
from .server_address import hide_secrets, is_server


class UnreadablePlaceError(DataStoreError):
    """What the server says of large values cannot be read."""


_KIND: Final = "server"
_PLACE: Final = "data"


class DataPlace(msgspec.Struct, frozen=True):
    """Where large values are.

    Attributes:
        url: ``file:///path`` or the address of another server; empty for the server itself.
        identity: by what the store there is known again; see ``data/address.py``.
        host: machine on which that was written down.
        is_beside: True for the directory ``data`` beside the server, which moves with it.
    """

    url: str = ""
    identity: str = ""
    host: str = ""
    is_beside: bool = False

    @property
    def shown(self) -> str:
        """It for people: without a password."""
        return hide_secrets(self.url) or "the server itself"


IN_SERVER: Final = DataPlace()


def place_at(url: str, jobs_url: str) -> DataPlace:
    """The place that somebody names; it is made if it is a directory that is not there.

    Args:
        url: what is said; it may be the server itself, by any of its names.
        jobs_url: address of the server.
    """
    if url == jobs_url:
        return IN_SERVER
    identity = ensure_identity(url)
    if is_server(url) and identity == ensure_identity(jobs_url):
        return IN_SERVER
    return DataPlace(url, identity, socket.gethostname())


def recorded_place(named: NamedRecords) -> DataPlace | None:
    """What the server says; None if nobody has told it so far.

    Raises:
        UnreadablePlaceError: if that is damaged, or another version of funsies has told it.
    """
    data = named.get(_KIND, _PLACE)
    return None if data is None else _decoded_place(data)


def keep_place(named: NamedRecords, place: DataPlace) -> DataPlace:
    """Tell the server, unless somebody has; return what it says now."""
    return _decoded_place(named.setdefault(_KIND, _PLACE, msgspec.json.encode(place)))


def replace_place(named: NamedRecords, place: DataPlace) -> None:
    """Tell the server, whatever it was told before: for who starts it."""
    named.save(_KIND, {_PLACE: msgspec.json.encode(place)})


def _decoded_place(data: bytes) -> DataPlace:
    try:
        return msgspec.json.decode(data, type=DataPlace)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise UnreadablePlaceError(
            "what the server says of where large values are is damaged, or was written by "
            "another version of funsies: start the server anew, or say it once more by "
            "FUNSIES_DATA=file:///their/directory, or by the server's own address if they are "
            "in the server"
        ) from None


_KEYS: Final = "keys"
_FINGERPRINT: Final = re.compile("[0-9a-f]{12}")


def keys_in_use(named: NamedRecords) -> frozenset[str]:
    """Fingerprints of the keys with which somebody works at a server."""
    return _noted(named.get(_KIND, _KEYS) or b"")


def agree_on_keys(named: NamedRecords, keys: Keyring) -> None:
    """See that one of our keys is in use, if any is, and note ours.

    Args:
        named: records of the server.
        keys: of this program.

    Raises:
        WrongKeyError: if other keys are in use; the message says what to do.
    """
    known, ours = keys_in_use(named), keys.fingerprints
    if not known and ours:
        known = _noted(named.setdefault(_KIND, _KEYS, _note(ours[:1])) or b"")
    _refuse_others(known, ours)
    if ours and ours[0] not in known:
        named.save(_KIND, {_KEYS: _note({*known, ours[0]})})


def refuse_other_keys(graph: GraphStore, keys: Keyring) -> None:
    """See that one of our keys is in use, if any is; nothing is noted.

    Raises:
        WrongKeyError: if other keys are in use; the message says what to do.
    """
    known, ours = keys_in_use(graph.named), keys.fingerprints
    _refuse_others(known, ours)
    if ours and not known and graph.counts():
        raise WrongKeyError(
            f"nothing at this server is signed, and there is a key here ({', '.join(ours)}): "
            "all would be taken for forged. Do this without the key (unset FUNSIES_KEY), or "
            "execute with it first, which computes everything again"
        )


def _refuse_others(known: frozenset[str], ours: tuple[str, ...]) -> None:
    if known and known.isdisjoint(ours):
        raise WrongKeyError(_refusal(known, ours))


def replace_keys(named: NamedRecords, keys: Keyring) -> None:
    """Note that these keys are in use and no others: for who starts the server."""
    named.save(_KIND, {_KEYS: _note(keys.fingerprints)})


def _note(fingerprints: Iterable[str]) -> bytes:
    return ",".join(sorted(fingerprints)).encode()


def _noted(data: bytes) -> frozenset[str]:
    """Read what is noted; of a note that is damaged, what is left."""
    noted = data.decode("ascii", "replace").split(",")
    return frozenset(each for each in noted if _FINGERPRINT.fullmatch(each))


def _refusal(known: frozenset[str], ours: tuple[str, ...]) -> str:
    has = f"another key ({', '.join(ours)})" if ours else "no key"
    return (
        f"what runs at this server is signed (key {', '.join(sorted(known))}), and this "
        f"program has {has}, so nothing would run. Take the key along: `funsies invite` where "
        "the server was started writes a file with it, for `funsies join` and FUNSIES_JOIN. To "
        "replace a key by a new one, put the new one in front of it. If it is lost, forget all "
        "results: funsies clean --all"
    )
