"""Keys, and what they sign; none is in the store."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

SIGNATURE_BYTES: Final = 16
"""Half of an HMAC-SHA256: servers keep hashes whose values are short, 64 bytes, compactly."""


@dataclass(frozen=True, slots=True, repr=False)
class Keyring:
    """The keys of those who trust each other; false if there are none.

    Attributes:
        keys: the first one signs, and what any of them has signed is accepted: so keys can be
            replaced while work goes on.
    """

    keys: tuple[bytes, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.keys)

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """By what the keys may be told apart in public; nobody can go back to the keys."""
        return tuple(_signature(key, b"fingerprint", b"").hex()[:12] for key in self.keys)

    def sign(self, kind: bytes, data: bytes) -> bytes:
        """Sign a record; empty without a key.

        Args:
            kind: what it is: a signature of one kind is none of another.
            data: the record, encoded so that different ones are different.
        """
        return _signature(self.keys[0], kind, data) if self.keys else b""

    def accepts(self, signature: bytes, kind: bytes, data: bytes) -> bool:
        """See whether a record was signed with one of the keys; True if there are none."""
        for key in self.keys:
            if hmac.compare_digest(_signature(key, kind, data), signature):
                return True
        return not self.keys


def _signature(key: bytes, kind: bytes, data: bytes) -> bytes:
    begun = _begun(key, kind).copy()
    begun.update(data)
    return begun.digest()[:SIGNATURE_BYTES]


@lru_cache(maxsize=256)
def _begun(key: bytes, kind: bytes) -> hmac.HMAC:
    """What all signatures of a kind begin with: a copy takes half the time of a new one."""
    return hmac.new(key, kind + b"\0", "sha256")


NO_KEYS: Final = Keyring()
