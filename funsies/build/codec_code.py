"""The code of codecs: part of the identity of the steps whose values they write or read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from funsies.core.digest import Field
from funsies.core.encoding import Codec, Encoding
from funsies.core.fingerprint import Fingerprint, Giver, fingerprint

from .type_code import NONE, TypeCode


def code_of_codecs(encodings: Iterable[Encoding[Any]]) -> TypeCode:
    """Look at the code of all codecs that some encodings use.

    Raises:
        FingerprintError: if the code of one cannot be seen whole.
    """
    codecs = {codec.name: codec for encoding in encodings for codec in encoding.codecs}
    if not codecs:
        return NONE
    seen = [(codec, _fingerprints(codec)) for _, codec in sorted(codecs.items())]
    prints = [each for _, found in seen for each in found]
    return TypeCode(
        tuple(_field(codec, found) for codec, found in seen),
        tuple(part for each in prints for part in each.ingredients),
        tuple(library for each in prints for library in each.libraries),
    )


def _fingerprints(codec: Codec) -> list[Fingerprint]:
    if codec.version is not None:
        return []
    return [fingerprint(each, giver=Giver.CODEC) for each in (codec.encode, codec.decode)]


def _field(codec: Codec, found: list[Fingerprint]) -> Field:
    if codec.version is not None:
        return (codec.name, "version", codec.version, *codec.scope)
    return (codec.name, "code", *(each.digest for each in found), *codec.scope)
