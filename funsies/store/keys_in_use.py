"""Which keys are in use at a server: whoever has one notes its fingerprint there.

So who has none, or another one, is told at once, and not by steps that cannot be loaded. The
note protects nothing: who can write to the server can remove it. What protects are signatures.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from funsies.core.errors import WrongKeyError
from funsies.core.signing import Keyring

from .ports import GraphStore

_KIND: Final = "server"
_NAME: Final = "keys"
_FINGERPRINT: Final = re.compile("[0-9a-f]{12}")


def keys_in_use(graph: GraphStore) -> frozenset[str]:
    """Fingerprints of the keys with which somebody works at a server."""
    return _decoded(graph.named(_KIND, _NAME) or b"")


def agree_on_keys(graph: GraphStore, keys: Keyring) -> None:
    """See that one of our keys is in use, if any is, and note ours.

    Args:
        graph: the server's.
        keys: of this program.

    Raises:
        WrongKeyError: if other keys are in use; the message says what to do.
    """
    known, ours = keys_in_use(graph), keys.fingerprints
    if not known and ours:
        known = _decoded(graph.keep_named(_KIND, _NAME, _encoded(ours[:1])) or b"")
    _refuse_others(known, ours)
    if ours and ours[0] not in known:
        graph.save_named(_KIND, _NAME, _encoded({*known, ours[0]}))


def refuse_other_keys(graph: GraphStore, keys: Keyring) -> None:
    """See that one of our keys is in use, if any is; nothing is noted.

    Raises:
        WrongKeyError: if other keys are in use; the message says what to do.
    """
    known, ours = keys_in_use(graph), keys.fingerprints
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


def replace_keys(graph: GraphStore, keys: Keyring) -> None:
    """Note that these keys are in use and no others: for who starts the server."""
    graph.save_named(_KIND, _NAME, _encoded(keys.fingerprints))


def _encoded(fingerprints: Iterable[str]) -> bytes:
    return ",".join(sorted(fingerprints)).encode()


def _decoded(data: bytes) -> frozenset[str]:
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
