"""Whatever a step prints, it colours a terminal at most."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funsies.core.errors import Error, ErrorKind, UnwrapError
from funsies.core.terminal_text import Harmless, as_plain_text
from funsies.report.errors import describe_error, summarize_errors
from funsies.report.failures import FailedTarget

COLOUR = re.compile(r"\x1b\[[0-9;:]*m")
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
PARTS = [
    *(b"\x1b", b"[", b"]", b"m", b"\x07", b"\\", b";", b"3", b"?", b"A", b"P", b"x", b"\n"),
    *(b"\r", b"\x9b", b"\xc2\x9b", b"\xc3\xa9", b"\x08", b"\x1b[1m", b"\x1b]0;"),
]


def shown(*pieces: bytes) -> str:
    harmless = Harmless()
    return "".join([*map(harmless.feed, pieces), harmless.end()])


@given(st.lists(st.sampled_from(PARTS) | st.binary(max_size=4)))
def test_nothing_but_colours_comes_through_however_it_is_cut(pieces: list[bytes]) -> None:
    text = shown(*pieces)
    assert not CONTROLS.search(COLOUR.sub("", text))
    assert text == shown(b"".join(pieces))


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]) | st.sampled_from("\n\t\r")))
def test_a_text_is_shown_as_it_is(text: str) -> None:
    assert shown(text.encode()) == text


@pytest.mark.parametrize(
    "sequence",
    [
        "\x1b[2J",  # clears the screen
        "\x1b[10;10H",  # moves the cursor
        "\x1b[?1049h",  # another screen
        "\x1b[6n",  # asks, and the answer is typed
        "\x1b]0;title\x07",
        "\x1b]52;c;Y3VybCBldmls\x1b\\",  # the clipboard
        "\x1b]8;;http://example.org\x1b\\",  # a link
        "\x1bP+q544e\x1b\\",
        "\x1bc",  # resets the terminal
        "\x1b(0",  # line drawing for letters
        "\x9b",
        "\x08",
        "\x07",
    ],
)
def test_what_does_something_to_the_terminal_is_left_out(sequence: str) -> None:
    assert shown(f"a{sequence}b".encode()) == "ab"


def test_colours_end_with_what_was_printed() -> None:
    assert shown(b"\x1b[1;31mred") == "\x1b[1;31mred\x1b[0m"


def test_what_never_ends_is_not_waited_for() -> None:
    assert Harmless().feed(b"\x1b]0;" + 5000 * b"x").startswith("]0;xxx")


@given(st.lists(st.sampled_from(PARTS) | st.binary(max_size=4)))
def test_a_plain_text_has_no_controls_at_all(pieces: list[bytes]) -> None:
    text = as_plain_text(b"".join(pieces).decode("utf-8", "replace"))
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", text)


def test_errors_do_nothing_to_a_terminal_that_shows_them() -> None:
    hostile = "\x1b]0;title\x07\x1b[2J\x1b[31mcannot open it"
    error = Error(kind=ErrorKind.CommandFailed, source="ab" * 32, task="echo", details=hostile)
    told = [*describe_error(error, ()), *summarize_errors([FailedTarget("cd" * 32, error)])]
    for shown in ("\n".join(told), str(UnwrapError(error))):
        assert "cannot open it" in shown
        assert "\x1b" not in shown
        assert "title" not in shown
