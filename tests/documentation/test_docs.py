"""The examples of the documentation, and those in docstrings, work as shown."""

from __future__ import annotations

import doctest
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import funsies

if TYPE_CHECKING:
    from tests.documentation.conftest import Block, Reader

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted((ROOT / "docs").glob("*.md"))
PACKAGE = Path(funsies.__file__).parent
MODULES = [
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
    for path in sorted(PACKAGE.rglob("*.py"))
    if ">>>" in path.read_text(encoding="utf-8")
]


@pytest.mark.slow
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_the_examples_of_a_document_work_as_shown(document: Path, reader: Reader) -> None:
    reader.follow(document)


@pytest.mark.parametrize("document", ["quickstart", "values", "errors"])
def test_a_document_for_users_has_examples(
    document: str, fenced: Callable[[Path], list[Block]]
) -> None:
    languages = {block.language for block in fenced(ROOT / "docs" / f"{document}.md")}
    assert languages & {"python", "pycon", "console"}


@pytest.mark.slow
@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_docstrings_work_as_shown(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FUNSIES_JOBS", "memory://")
    module = import_module(name.removesuffix(".__init__"))
    public = {each: getattr(funsies, each) for each in funsies.__all__}
    outcome = doctest.testmod(
        module,
        extraglobs={"f": funsies, **{k: v for k, v in public.items() if k not in vars(module)}},
        optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE,
    )
    assert outcome.failed == 0
