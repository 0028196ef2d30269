"""Large bytes stand behind the JSON of a value, and small values are what they always were."""

from __future__ import annotations

import io
import pickle
from dataclasses import dataclass
from typing import Any, TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funsies.core.encoding import (
    encoding_of,
    encoding_of_value,
    parts,
    preview_pieces,
    text_pieces,
    to_preview,
    to_text,
    whole,
)
from funsies.core.encoding.parts import MAGIC, SMALL_BYTES
from funsies.core.errors import EncodingError

LARGE = bytes(range(256)) * 20
OTHER = b"y" * 5000


@dataclass(frozen=True)
class Box:
    name: str
    content: bytes
    more: bytes | None = None


Marked = TypedDict("Marked", {"$part": int})

WITH_LARGE_BYTES = [
    (list[bytes], [LARGE, OTHER, LARGE, b"small"]),
    (dict[str, bytes], {"a": LARGE, "b": b""}),
    (Box, Box("x", LARGE, OTHER)),
    (list[str | bytes | None], [LARGE, "text", None, b"x"]),
    (bytes | None, LARGE),
    (set[bytes], {LARGE, OTHER, b"x"}),
    (frozenset[Box], frozenset({Box("x", LARGE), Box("y", OTHER)})),
    (dict[bytes, bytes], {LARGE: OTHER, b"x": LARGE}),
    (Any, LARGE),
    (Any, [LARGE, {"a": (LARGE, {OTHER})}, {OTHER: LARGE}]),
    (Any, Box("x", LARGE)),
    (list[Any], [{"$part": 0}, LARGE]),
    (tuple[Marked, bytes], ({"$part": 0}, LARGE)),
]


@pytest.mark.parametrize(
    ("annotation", "value"), WITH_LARGE_BYTES, ids=range(len(WITH_LARGE_BYTES))
)
def test_large_bytes_come_back(annotation, value):
    encoding = encoding_of(annotation)
    data = encoding.encode(value)
    assert encoding.decode(data) == value
    assert encoding.decode(memoryview(bytearray(data))) == value
    assert whole(encoding.encode_pieces(value)) == data


@given(
    st.recursive(
        st.sampled_from([LARGE, OTHER, b"x", "text", 1]),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from("ab$"), inner),
    )
)
def test_any_composition_comes_back_inferred_and_as_any(value):
    for encoding in (encoding_of_value(value), encoding_of(Any)):
        assert encoding.decode(encoding.encode(value)) == value


def test_what_is_small_is_json_as_it_always_was():
    assert encoding_of(list[bytes]).encode([b"ab"]) == b'["YWI="]'
    assert encoding_of(Any).encode([b"ab"]) == b'[{"$bytes":"YWI="}]'
    almost = bytes(SMALL_BYTES - 1)
    assert encoding_of(list[bytes]).encode([almost])[:2] == b'["'
    assert encoding_of(list[bytes]).encode([bytes(SMALL_BYTES)])[: len(MAGIC)] == MAGIC


def test_bytes_alone_are_stored_as_they_are():
    assert encoding_of(bytes).encode(LARGE) == LARGE


def test_equal_parts_are_stored_once_and_each_is_aligned():
    data = encoding_of(list[bytes]).encode([LARGE, OTHER, bytes(bytearray(LARGE))])
    assert len(data) < len(LARGE) + len(OTHER) + 300
    assert data.index(LARGE) % 64 == data.index(OTHER) % 64 == 0


def test_equal_sets_have_equal_bytes_whatever_their_order():
    contents = [bytes([number]) * 5000 for number in range(8)]
    encoding = encoding_of(set[bytes])
    forwards, backwards = set(contents), set()
    for content in reversed(contents):
        backwards.add(content)
    assert encoding.encode(forwards) == encoding.encode(backwards)
    assert encoding_of(Any).encode(forwards) == encoding_of(Any).encode(backwards)


def test_what_a_refused_member_of_a_union_has_written_is_left_out():
    @dataclass
    class A:
        content: bytes
        number: int

    @dataclass
    class B:
        content: list[bytes]

    annotation = list[list[A] | list[B]]
    value = [[B([OTHER])], [A(LARGE, 1)]]
    encoding = encoding_of(annotation)
    data = encoding.encode(value)
    assert encoding.decode(data) == value
    assert len(data) < len(LARGE) + len(OTHER) + 400


def test_the_length_of_a_stream_is_known_and_it_can_be_pickled():
    pieces = encoding_of(list[bytes]).encode_pieces([LARGE, OTHER])
    assert pieces.size_bytes == len(b"".join(pieces)) == len(whole(pieces))
    assert pickle.loads(pickle.dumps(pieces)) == whole(pieces)  # noqa: S301


def test_data_that_are_cut_off_or_refer_to_nothing_are_refused():
    encoding = encoding_of(list[bytes])
    data = encoding.encode([LARGE, OTHER])
    for size in range(0, len(data), 97):
        with pytest.raises(EncodingError):
            encoding.decode(data[:size])
    for wrong in (b'[{"$part":0}]', b'[{"$part":-1}]', b'[{"$part":"0"}]'):
        with pytest.raises(EncodingError):
            encoding.decode(wrong)
    for wrong in (b"7", b"-"):
        with pytest.raises(EncodingError):
            encoding.decode(data.replace(b'"$part":1', b'"$part":' + wrong))


@pytest.mark.parametrize(
    ("annotation", "value"), WITH_LARGE_BYTES, ids=range(len(WITH_LARGE_BYTES))
)
def test_texts_hold_all_and_previews_are_short(annotation, value):
    data = encoding_of(annotation).encode(value)
    text = to_text("json", data)
    streamed = list(text_pieces("json", io.BytesIO(data), lambda: io.BytesIO(data)))
    assert b"".join(streamed) == text
    assert MAGIC not in text
    shown = list(preview_pieces("json", io.BytesIO(data), lambda: io.BytesIO(data)))
    assert b"".join(shown) == to_preview("json", data)


def test_a_text_has_bytes_in_base_64_and_a_preview_their_number():
    data = encoding_of(list[bytes]).encode([LARGE, b"ab"])
    assert to_text("json", data).startswith(b'["AAECAwQF')
    assert to_preview("json", data) == b'["5,120 bytes","YWI="]'
    assert to_text("json", encoding_of(Any).encode(LARGE)) == LARGE


def test_a_value_of_several_pieces_is_shown_in_pieces(monkeypatch):
    data = encoding_of(Any).encode(LARGE * 10)
    monkeypatch.setattr("funsies.core.encoding.readable.PIECE_BYTES", 100)
    for show in (text_pieces, preview_pieces):
        pieces = list(show("json", io.BytesIO(data), lambda: io.BytesIO(data)))
        assert b"".join(pieces) == LARGE * 10
        assert len(pieces) > 100


@pytest.mark.parametrize(
    ("contents", "hashed"),
    [
        ([number.to_bytes(2, "big") + bytes(5000) for number in range(300)], 0),
        ([bytes(2000) + number.to_bytes(2, "big") + bytes(3000) for number in range(300)], 300),
        ([bytes(5000)] * 300, 300),
    ],
    ids=["different ends", "same ends", "equal"],
)
def test_many_parts_are_compared_by_hashing_each_at_most_once(contents, hashed, monkeypatch):
    """And not each with each: a list of 4,000 parts of one size took 14 seconds."""
    calls = []
    digest = parts._digest
    monkeypatch.setattr(parts, "_digest", lambda data: calls.append(1) or digest(data))
    encoding = encoding_of(list[bytes])
    data = encoding.encode(contents)
    assert len(calls) == hashed
    assert encoding.decode(data) == contents
