"""Signatures: HMAC-SHA256 with keys that are not in the store."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
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
        return not self.keys or any(
            hmac.compare_digest(_signature(key, kind, data), signature) for key in self.keys
        )


def _signature(key: bytes, kind: bytes, data: bytes) -> bytes:
    return hmac.digest(key, kind + b"\0" + data, "sha256")[:SIGNATURE_BYTES]


NO_KEYS: Final = Keyring()
