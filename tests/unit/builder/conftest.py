"""Helpers to look at the identity of what is built."""

from __future__ import annotations

import importlib
import itertools
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

Load = Callable[[str], ModuleType]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Load]:
    """Import a version of the user's module ``steps``, each time from a new directory."""
    versions = itertools.count()

    def load_version(text: str) -> ModuleType:
        folder = tmp_path / f"version{next(versions)}"
        folder.mkdir()
        (folder / "steps.py").write_text(textwrap.dedent(text))
        sys.modules.pop("steps", None)
        monkeypatch.syspath_prepend(str(folder))
        importlib.invalidate_caches()
        return importlib.import_module("steps")

    yield load_version
    sys.modules.pop("steps", None)
