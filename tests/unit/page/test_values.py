"""What a page shows of a value: pictures, tables and texts as such, the rest in words."""

from __future__ import annotations

import pytest

import funsies as f
from funsies.page.values import BEGIN_BYTES, ShownValue, picture_type, shown_value

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


@pytest.fixture
def shown():
    """Store a value, and say what is shown of it."""

    def shown(value: object, executes: bool = True) -> ShownValue:
        with f.Fun(f.Server("memory://")) as session:
            step = f.morph(lambda it: it, f.put(value), name="same", out=type(value))
            if executes:
                f.execute(step)
            else:
                session.save()
            return shown_value(session.backend, step.digest)

    return shown


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a...", "image/gif"),
        (b"<svg xmlns='...'><script>alert(1)</script></svg>", "image/svg+xml"),
        (b"<?xml version='1.0'?>\n<svg/>", "image/svg+xml"),
    ],
)
def test_a_picture_is_known_by_its_bytes(shown, data: bytes, kind: str) -> None:
    assert shown(data) == ShownValue(picture=kind)


@pytest.mark.parametrize(
    "data", [b"<html><svg></svg></html>", b"<script>alert(1)</script>", b"%PDF-1.4", b""]
)
def test_what_a_browser_would_run_is_no_picture(data: bytes) -> None:
    assert picture_type(data) is None


def test_lines_with_equally_many_fields_are_a_table(shown) -> None:
    assert shown(b"a,b\n1,2\n3,4\n").table == [["a", "b"], ["1", "2"], ["3", "4"]]
    assert shown("a\tb\n1\t2\n").table == [["a", "b"], ["1", "2"]]


def test_records_are_a_table(shown) -> None:
    rows = shown([{"name": "S1", "mass": 1.5}, {"name": "S2", "mass": None}]).table
    assert rows == [["name", "mass"], ["S1", "1.5"], ["S2", "null"]]


def test_a_text_is_shown_as_it_is(shown) -> None:
    assert shown("Hello, <b>world</b>\n") == ShownValue(text="Hello, <b>world</b>\n")


def test_bytes_that_are_no_text_are_counted(shown) -> None:
    assert shown(b"\x00\xff" * 10).text == "20 bytes"


def test_only_the_begin_of_a_large_value_is_read(shown) -> None:
    found = shown("x" * (3 * BEGIN_BYTES))
    assert found.is_cut
    assert len(found.text) < BEGIN_BYTES


def test_what_is_not_there_is_said(shown) -> None:
    error = shown("later", executes=False).error
    assert error is not None
    assert error.kind is f.ErrorKind.NotFound
