"""Codecs: what writes and reads the values of a class is part of the class."""

from __future__ import annotations

from funsies.core.digest import Field
from funsies.core.encoding.codecs import codec_for, codecs_by_class
from funsies.core.fingerprint.advice import Giver
from funsies.core.fingerprint.snapshot import MISSING
from funsies.core.fingerprint.walk import Walk


def describe_codec(walk: Walk, kind: type) -> tuple[Field, ...]:
    """The codec of a class, by its name and its code; nothing if it has none."""
    codec, known = codec_for(kind), codecs_by_class()
    for base in kind.__mro__[:-1]:
        walk.snapshot.lookups.append((known, base, known.get(base, MISSING)))
    if codec is None:
        return ()
    walk.codecs.append(codec)
    if codec.version is not None:
        return (("codec", codec.name, "version", codec.version, *codec.scope),)
    outer, walk.giver = walk.giver, Giver.CODEC
    code = walk.field(codec.encode, "encode"), walk.field(codec.decode, "decode")
    walk.giver = outer
    return (("codec", codec.name, *code, *codec.scope),)
