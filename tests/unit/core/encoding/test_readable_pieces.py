"""Large values are shown in pieces as they are shown as a whole."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funsies.core.encoding import encoding_of_value, text_pieces, to_text

JSON = st.recursive(
    st.none() | st.integers() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(
    value=st.text() | st.text(st.sampled_from('\\"\n\0u0é$')) | JSON, size=st.integers(1, 20)
)
def test_pieces_are_the_whole(value: object, size: int) -> None:
    encoding = encoding_of_value(value)
    data = encoding.encode(value)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("funsies.core.encoding.readable.PIECE_BYTES", size)
        pieces = list(text_pieces(encoding.wire, io.BytesIO(data), lambda: io.BytesIO(data)))
    assert b"".join(pieces) == to_text(encoding.wire, data)
