"""The pictures of the documentation show what the program does now."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PICTURE = re.compile(r"!\[[^\]]+\]\((?:docs/)?pictures/([\w.-]+)\)")


def shown() -> set[str]:
    documents = [ROOT / "README.md", *DOCS.glob("*.md")]
    return {name for each in documents for name in PICTURE.findall(each.read_text("utf-8"))}


def test_each_picture_that_a_document_shows_is_there_and_no_other() -> None:
    assert shown() == {each.name for each in (DOCS / "pictures").iterdir() if each.is_file()}


@pytest.mark.slow
@pytest.mark.browser
def test_all_pictures_can_be_made(tmp_path: Path) -> None:
    if shutil.which("chromium") is None and not os.environ.get("CI"):
        pytest.skip("apt-get install chromium")
    command = [sys.executable, str(ROOT / "scripts" / "make_pictures.py"), "--into", "made"]
    subprocess.run(command, cwd=tmp_path, check=True)
    made = {each.name: each.read_bytes() for each in (tmp_path / "made").iterdir()}
    assert made.keys() == shown()
    for name, data in made.items():
        if name.endswith(".png"):
            assert data.startswith(b"\x89PNG")
        else:
            assert b"funsies&#160;" in data or b"funsies " in data
            assert b"</svg>" in data
