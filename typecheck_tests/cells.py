"""Programs in cells: files of ``programs`` hold many small ones.

What stands above the first ``# %% title`` belongs to every program of the file. Each program is
written to a file of its own, on the lines on which it stands in its topic's file, so that what
is reported about a line can be looked up there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = Path(__file__).parent / "programs"
MARK = re.compile(r"# Raises: (?P<text>.*?)(?:  # E.*)?$")


@dataclass(frozen=True)
class Program:
    """One cell of a topic's file.

    Attributes:
        topic: name of the file.
        number: of the cell, from 1.
        title: what the program shows.
        text: the program, with empty lines in the place of others.
    """

    topic: str
    number: int
    title: str
    text: str

    @property
    def file_name(self) -> str:
        """A name that no other program of its kind has."""
        return f"{self.topic}_{self.number:02}.py"

    @property
    def raises(self) -> dict[int, str]:
        """The lines that are refused when the program is run, with a part of the message."""
        lines = enumerate(self.text.splitlines(), 1)
        return {number: mark["text"] for number, line in lines if (mark := MARK.search(line))}

    def write(self, folder: Path) -> Path:
        """Write the program to a file."""
        path = folder / self.file_name
        path.write_text(self.text)
        return path


def topics(kind: str) -> list[str]:
    """The topics of ``right`` or ``wrong`` programs."""
    return sorted(path.stem for path in (PROGRAMS / kind).glob("*.py"))


def programs(kind: str, topic: str) -> list[Program]:
    """The programs of a topic."""
    lines = (PROGRAMS / kind / f"{topic}.py").read_text().splitlines()
    starts = [place for place, line in enumerate(lines) if line.startswith("# %% ")]
    shared = lines[: starts[0]]
    return [
        Program(topic, number, lines[start][5:], _text(shared, lines, start, end))
        for number, (start, end) in enumerate(
            zip(starts, [*starts[1:], len(lines)], strict=True), 1
        )
    ]


def _text(shared: list[str], lines: list[str], start: int, end: int) -> str:
    empty = [""] * (start - len(shared))
    return "\n".join([*shared, *empty, *lines[start:end]]).rstrip() + "\n"
