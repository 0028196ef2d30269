"""Examples in the help can be copied: each command on a line of its own."""

from __future__ import annotations

import re

import pytest

from funsies.cli.exits import Exit
from funsies.cli.main import funsies, main

NAMES = [each.name for _, commands in funsies.sections for each in commands]  # type: ignore[attr-defined]
ALL = [
    [],
    *([name] for name in NAMES),
    *(["parametric", name] for name in ("list", "show", "run")),
]


@pytest.mark.parametrize("command", ALL, ids=lambda command: " ".join(["funsies", *command]))
def test_an_example_stands_on_a_line_of_its_own(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, "--help"]) == Exit.OK
    text = capsys.readouterr().out
    assert "\\b" not in text
    assert re.search(
        rf"^  Example:\n    {' '.join(['funsies', *command])}\b", text, re.MULTILINE
    )


def test_a_group_without_a_command_shows_its_help_on_stderr(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["parametric"]) == Exit.USAGE
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "list" in captured.err
