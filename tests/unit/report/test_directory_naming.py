"""Directories that `funsies debug` writes have names that do no harm, and are explained."""

from __future__ import annotations

from pathlib import Path

import pytest

from funsies.core.digest import Digest
from funsies.report.directory import describe_files, describe_uses, directory_name

DIGEST = Digest(bytes.fromhex("ab" * 32))
HOSTILE = [
    "../../etc/passwd",
    "/absolute",
    "a\0b",
    "$(touch x); rm -rf ~ `x`",
    "-rf",
    "..",
    ".hidden",
    "line\nbreak\x1b[31m",
    "quo\"te's",
    "\u202eabc",
    "\ud800",
    "é" * 300,
    "very " * 100,
    "",
    "<lambda>",
]


@pytest.mark.parametrize("label", HOSTILE)
def test_a_directory_has_a_plain_name_whatever_the_step_is_called(
    label: str, tmp_path: Path
) -> None:
    name = directory_name(label, DIGEST)
    (tmp_path / name).mkdir()
    assert [each.name for each in tmp_path.iterdir()] == [name]
    assert name.startswith("debug-")
    assert name.endswith("ababababab")
    assert len(name.encode()) < 100
    assert name.isprintable()
    assert not set(name) & set(" /\\'\"$`;&|<>()*?[]{}~!#\n")


def test_a_directory_is_named_after_its_step() -> None:
    assert directory_name("align(sample=S3)", DIGEST) == "debug-align-sample=S3-ababababab"
    assert directory_name("g[17]", DIGEST) == "debug-g-17-ababababab"
    assert directory_name("énergie", DIGEST) == "debug-énergie-ababababab"


def test_what_was_written_is_explained() -> None:
    files = ["artefact.json", "step/errors.txt", "step/inputs/0.json", "step/replay.py"]
    lines = describe_files(files)
    assert [line.split()[0] for line in lines] == [
        "artefact.json",
        "step/",
        "errors.txt",
        "inputs/",
        "replay.py",
    ]
    assert "what it was given: 0.json" in lines[3]
    uses = "\n".join(describe_uses(Path("a b"), files, DIGEST))
    assert "less 'a b/step/errors.txt'" in uses
    assert "python -m pdb 'a b/step/replay.py'" in uses
    assert "funsies replay --pdb ababababab" in uses
