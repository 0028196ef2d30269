"""Who had results forgotten, and when: so that it can be said later why steps ran again."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from funsies.core.digest import DIGEST_BYTES, Digest
from funsies.run.execution import HOST
from funsies.store.ports import NamedRecords

KEPT: Final = 50
"""Older resets than so many are forgotten."""

MOST_STEPS: Final = 5000
"""Of a reset of more steps, the first are kept."""

_KIND: Final = "reset"


class Reset(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """That results were forgotten.

    Attributes:
        when: seconds since 1970.
        user: who did it.
        host: name of the machine.
        addresses: of the steps that were named, one after the other.
        is_recursive: True if what depends on them was forgotten, too.
        retries_failed: True if it was done to run again what had failed.
    """

    when: float
    user: str = ""
    host: str = ""
    addresses: bytes = b""
    is_recursive: bool = True
    retries_failed: bool = False

    @property
    def steps(self) -> list[Digest]:
        """The steps that were named."""
        whole = len(self.addresses) - len(self.addresses) % DIGEST_BYTES
        starts = range(0, whole, DIGEST_BYTES)
        return [Digest(self.addresses[each : each + DIGEST_BYTES]) for each in starts]

    @property
    def shown(self) -> str:
        """Who did it, and when."""
        when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(self.when))
        return f"by {self.user}@{self.host}, {when}"


def note_reset(
    named: NamedRecords,
    steps: Sequence[Digest],
    *,
    user: str,
    is_recursive: bool,
    retries_failed: bool = False,
) -> None:
    """Note that this program has results forgotten.

    Args:
        named: records of the server.
        steps: the steps that are named.
        user: who does it.
        is_recursive: True if what depends on them is forgotten, too.
        retries_failed: True if that is done to run again what had failed.
    """
    reset = Reset(
        when=time.time(),
        user=user,
        host=HOST,
        addresses=b"".join(steps[:MOST_STEPS]),
        is_recursive=is_recursive,
        retries_failed=retries_failed,
    )
    name = f"{int(reset.when * 1000):015d}-{os.getpid()}-{secrets.token_hex(4)}"
    named.save(_KIND, {name: msgspec.msgpack.encode(reset)})
    _forget_old(named, named.names(_KIND))


def _forget_old(named: NamedRecords, names: Iterable[str]) -> None:
    old = sorted(names, reverse=True)[KEPT:]
    if old:
        named.delete(_KIND, old)


def resets(named: NamedRecords) -> list[Reset]:
    """What was forgotten, as far as it is noted, oldest first."""
    noted = sorted(named.get_all(_KIND).items())
    found = (_decoded(data) for _, data in noted)
    return [each for each in found if each is not None]


def _decoded(data: bytes) -> Reset | None:
    try:
        return msgspec.msgpack.decode(data, type=Reset)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
