"""What takes long is told of on a terminal, and nowhere else."""

from __future__ import annotations

import io
import sys
from threading import Event

import pytest

from funsies.cli.notes import notice_if_slow


class Stream(io.StringIO):
    """Somebody's stderr."""

    def __init__(self, *, is_terminal: bool) -> None:
        super().__init__()
        self.is_terminal = is_terminal
        self.was_written = Event()

    def isatty(self) -> bool:
        return self.is_terminal

    def write(self, text: str) -> int:
        number = super().write(text)
        self.was_written.set()
        return number


def put_in_place(monkeypatch: pytest.MonkeyPatch, *, is_terminal: bool) -> Stream:
    stream = Stream(is_terminal=is_terminal)
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    return stream


def test_what_takes_long_is_told_of_until_it_is_over(monkeypatch):
    stderr = put_in_place(monkeypatch, is_terminal=True)
    with notice_if_slow("comparing", after_seconds=0):
        assert stderr.was_written.wait(30)
        assert stderr.getvalue() == "comparing ..."
    assert stderr.getvalue() == "comparing ...\r\x1b[K"


def test_nothing_is_said_of_what_is_over_soon_even_if_it_fails(monkeypatch):
    stderr = put_in_place(monkeypatch, is_terminal=True)
    with pytest.raises(ValueError, match="no"), notice_if_slow("comparing", after_seconds=3600):
        raise ValueError("no")
    assert stderr.getvalue() == ""


def test_nothing_is_said_where_no_terminal_is(monkeypatch):
    stderr = put_in_place(monkeypatch, is_terminal=False)
    with notice_if_slow("comparing", after_seconds=0):
        pass
    assert stderr.getvalue() == ""
