"""The code of codecs: part of the identity of the steps whose values they write or read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from funsies.core.digest import Field
from funsies.core.encoding import Codec, Encoding
from funsies.core.fingerprint import Giver, fingerprint

from .type_code import NONE, Look, TypeCode


def code_of_codecs(encodings: Iterable[Encoding[Any]]) -> TypeCode:
    """Look at the code of all codecs that some encodings use.

    Raises:
        FingerprintError: if the code of one cannot be seen whole.
    """
    codecs = {codec.name: codec for encoding in encodings for codec in encoding.codecs}
    if not codecs:
        return NONE
    looks = [(codec, _looks(codec)) for _, codec in sorted(codecs.items())]
    every = [each for _, found in looks for each in found]
    prints = [each.found for each in every if each.found is not None]
    return TypeCode(
        tuple(_field(codec, found) for codec, found in looks),
        tuple(part for each in prints for part in each.ingredients),
        tuple(library for each in prints for library in each.libraries),
        tuple(every),
    )


def _looks(codec: Codec) -> list[Look]:
    if codec.version is not None:
        return []
    giver = Giver.CODEC
    return [
        Look(each, giver, fingerprint(each, giver=giver))
        for each in (codec.encode, codec.decode)
    ]


def _field(codec: Codec, looks: list[Look]) -> Field:
    if codec.version is not None:
        return (codec.name, "version", codec.version, *codec.scope)
    digests = [each.found.digest for each in looks if each.found is not None]
    return (codec.name, "code", *digests, *codec.scope)
