"""What ``funsies cat`` shows of a value."""

from __future__ import annotations

import pytest

from funsies.core.encoding import encoding_of, to_text

shown = [
    (bytes, b"\xff\x00", b"\xff\x00"),
    (str, 'a "text"\nof two lines', b'a "text"\nof two lines'),
    (str, "caf\u00e9", "caf\u00e9".encode()),
    (str, "", b""),
    (str, "\ud800", "\ud800".encode("utf-8", "surrogatepass")),
    (int, 3, b"3"),
    (None, None, b"null"),
    (dict[str, int], {"a": 1}, b'{"a":1}'),
    (list[str], ["a"], b'["a"]'),
]


@pytest.mark.parametrize(("annotation", "value", "expected"), shown, ids=str)
def test_texts_are_shown_without_quotes_and_the_rest_as_it_is_stored(
    annotation, value, expected
):
    encoding = encoding_of(annotation)
    assert to_text(encoding.wire, encoding.encode(value)) == expected


def test_bytes_that_are_no_json_are_shown_as_they_are():
    assert to_text("json", b'"broken') == b'"broken'
    assert to_text("some-codec", b'"x"') == b'"x"'
