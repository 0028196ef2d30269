"""Walking through all keys, or all fields of a key, in flat memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, cast

from funsies.core.digest import DIGEST_BYTES, Digest
from funsies.store.key_names import KeyNames

from . import answers
from .connection import Argument, Connections
from .reader import escape

KEYS_AT_ONCE: Final = 250
"""The server looks at each in one go: some milliseconds."""
FIELDS_AT_ONCE: Final = 100
"""Small contents are of 32 kB at most: that is some MB."""

DIGEST_KEY: Final = 1 + DIGEST_BYTES


class Scanner:
    """Reads all that there is of a namespace, page by page, and changes nothing.

    What comes and goes meanwhile is seen or not; what stays is seen, perhaps twice.

    Args:
        connections: to the server.
        keys: of the namespace.
    """

    def __init__(self, connections: Connections, keys: KeyNames) -> None:
        self._connections = connections
        self._prefix = keys.prefix

    def names(self, begin: bytes = b"") -> Iterator[list[bytes]]:
        """Names of keys that begin so, without the prefix of the namespace."""
        pattern = escape(self._prefix + begin) + b"*"
        for page in self._scan("SCAN", pattern=pattern, count=KEYS_AT_ONCE):
            yield [key.removeprefix(self._prefix) for key in page]

    def addresses(self, letter: bytes) -> Iterator[list[Digest]]:
        """Addresses of those with a key of the right type that begins with this letter."""
        for page in self.names(letter):
            names = [each for each in page if len(each) == DIGEST_KEY]
            wrong = set(self.audit("mistyped", names))
            if found := [Digest(each[1:]) for each in names if each not in wrong]:
                yield found

    def fields(self, name: bytes) -> Iterator[list[tuple[Digest, bytes]]]:
        """Fields of a hash, and what is there."""
        key = self._prefix + name
        for flat in self._scan("HSCAN", key, pattern=b"*", count=FIELDS_AT_ONCE):
            yield list(zip(map(Digest, flat[::2]), flat[1::2], strict=True))

    def audit(self, what: str, names: Iterable[bytes]) -> list[bytes]:
        """Ask the server what is wrong with a page (``audit`` in ``lua/inspect.lua``)."""
        return answers.flat(self._connections.run("audit", self._prefix, "", what, *names))

    def all_fields(self, name: bytes) -> list[tuple[bytes, bytes]]:
        """All fields of a small hash, and what is there."""
        flat = answers.flat(self._connections.call("HGETALL", self._prefix + name))
        return list(zip(flat[::2], flat[1::2], strict=True))

    def field(self, name: bytes, field: bytes) -> bytes | None:
        """One field of a hash."""
        answer = self._connections.call("HGET", self._prefix + name, field)
        return cast("bytes | None", answer)

    def text(self, name: bytes) -> bytes:
        """What a text is; empty if there is none."""
        answer = self._connections.call("GET", self._prefix + name)
        return cast("bytes | None", answer) or b""

    def _scan(
        self, command: str, *key: Argument, pattern: bytes, count: int
    ) -> Iterator[list[bytes]]:
        cursor: bytes | None = None
        while cursor != b"0":
            answer = self._connections.call(
                command, *key, cursor or b"0", "MATCH", pattern, "COUNT", count
            )
            cursor, page = cast("tuple[bytes, list[bytes]]", answer)
            if page:
                yield page
