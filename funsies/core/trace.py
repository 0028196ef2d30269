"""Trace keys: "this task on inputs with these contents".

Constructive traces, as in Mokhov, Mitchell and Peyton Jones, *Build Systems à la Carte* (2018).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from .digest import DIGEST_BYTES, SCHEMA_VERSION, Digest, encode_record

_HEAD: Final = b"l4:%bl2:b%d:" % (
    encode_record("funsies") + encode_record(SCHEMA_VERSION) + encode_record("trace"),
    DIGEST_BYTES,
)
_CONTENT: Final = b"b%d:" % DIGEST_BYTES
_FLAGS: Final = {
    (ok, executable): encode_record(ok) + encode_record(executable) + _CONTENT
    for ok in (False, True)
    for executable in (False, True)
}


def trace_key(task: Digest, inputs: Sequence[tuple[str, bool, bool, Digest]]) -> Digest:
    """Address of a run: what was run, on which contents.

    It is that of the record ``("trace", task, inputs)``, put together from pieces: workers need
    one for each step.

    Args:
        task: what was run.
        inputs: (name, whether it is a value and not an error, whether it is an executable file,
            content digest), sorted by name.
    """
    pieces = [_HEAD, task, b"l%d:" % len(inputs)]
    for name, ok, executable, content in inputs:
        pieces += (_named(name), _FLAGS[ok, executable], content)
    return Digest(hashlib.sha256(b"".join(pieces)).digest())


@lru_cache(maxsize=1024)
def _named(name: str) -> bytes:
    """The beginning of the record of an input."""
    return b"l4:" + encode_record(name)
