"""Typed encodings: how values become bytes, and come back as the same values.

An annotation is compiled once into an :class:`Encoding`. Values are written as JSON that is
readable as it is; what JSON does not have gets a special form, ``{"$float": "nan"}``. Either a
value comes back equal and with the same types, or it is refused: nothing is converted on the
way, save NumPy's scalars, which become the Python values that equal them.
"""

from funsies.core.encoding.abstract import may_be_read_once
from funsies.core.encoding.class_fields import keys_of
from funsies.core.encoding.codecs import (
    Codec,
    add_missing_codecs,
    codec_for,
    codec_named,
    codecs_by_class,
)
from funsies.core.encoding.compatible import admits, contradicts, contradicts_out, decode_for
from funsies.core.encoding.described import pickled_class, stored_class
from funsies.core.encoding.encoding import (
    Encoding,
    encoding_of,
    encoding_of_unknown,
    has_pickles,
)
from funsies.core.encoding.infer import encoding_of_value
from funsies.core.encoding.mappings import Files
from funsies.core.encoding.node import JSON
from funsies.core.encoding.parts import Encoded, Pieces, whole
from funsies.core.encoding.pickled import WIRE as PICKLE
from funsies.core.encoding.pickled import Pickled, about_pickle
from funsies.core.encoding.previews import Picture
from funsies.core.encoding.readable import preview_pieces, text_pieces, to_preview, to_text
from funsies.core.encoding.registration import register_codec, unregister_codec

__all__ = [
    "JSON",
    "PICKLE",
    "Codec",
    "Encoded",
    "Encoding",
    "Files",
    "Pickled",
    "Picture",
    "Pieces",
    "about_pickle",
    "add_missing_codecs",
    "admits",
    "codec_for",
    "codec_named",
    "codecs_by_class",
    "contradicts",
    "contradicts_out",
    "decode_for",
    "encoding_of",
    "encoding_of_unknown",
    "encoding_of_value",
    "has_pickles",
    "keys_of",
    "may_be_read_once",
    "pickled_class",
    "preview_pieces",
    "register_codec",
    "stored_class",
    "text_pieces",
    "to_preview",
    "to_text",
    "unregister_codec",
    "whole",
]
