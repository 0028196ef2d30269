"""The README tells the truth: its examples are run, its set-up is what CI does."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.documentation.conftest import Block, Reader

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
LINK = re.compile(r"\]\((?!http)([^)#\s]+)\)")


def test_the_examples_of_the_readme_work_as_shown(reader: Reader) -> None:
    assert reader.follow(README) == 5


def test_the_two_set_up_commands_are_literally_what_ci_runs(
    fenced: Callable[[Path], list[Block]],
) -> None:
    commands = [block.text.strip() for block in fenced(README) if block.language == "sh"]
    lines = [line.strip() for line in (ROOT / ".ci" / "run").read_text().splitlines()]
    assert len(commands) == 2
    assert [command for command in commands if command not in lines] == []


def test_every_document_that_a_document_points_to_is_there() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    documents = [ROOT / name for name in tracked.stdout.splitlines()]
    broken = [
        f"{document.relative_to(ROOT)}: {target}"
        for document in documents
        for target in LINK.findall(document.read_text(encoding="utf-8"))
        if not (document.parent / target).exists()
    ]
    assert documents
    assert broken == []
