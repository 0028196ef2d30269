"""Small projects made on the fly: each version of a project lives in a directory of its own."""

from __future__ import annotations

import importlib
import itertools
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

import funsies.core.fingerprint as funsies_fingerprint

PACKAGE_FOLDER = Path(funsies_fingerprint.__file__).parents[3]

Files = dict[str, str]
Load = Callable[..., ModuleType]


def write(folder: Path, files: Files) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
    return folder


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Load]:
    """Write a project and import its module ``work``: ``load("def task()...", lib="...")``."""
    versions = itertools.count()

    def load_project(work: str, **others: str) -> ModuleType:
        files = {"work.py": work, **{f"{name}.py": text for name, text in others.items()}}
        return load_files(files)

    def load_files(files: Files) -> ModuleType:
        folder = write(tmp_path / f"version{next(versions)}", files)
        forget()
        monkeypatch.syspath_prepend(str(folder))
        return importlib.import_module("work")

    def forget() -> None:
        for name, module in list(sys.modules.items()):
            if str(getattr(module, "__file__", "")).startswith(str(tmp_path)):
                del sys.modules[name]

    load_project.files = load_files  # type: ignore[attr-defined]
    yield load_project
    forget()


@pytest.fixture
def run() -> Callable[..., str]:
    """Run Python with the package at hand; gives what it printed."""

    def run_python(
        *arguments: str,
        cwd: Path,
        seed: str = "0",
        stdin: str = "",
        python: str = sys.executable,
        path: Path = PACKAGE_FOLDER,
    ) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(path)}
        done = subprocess.run(
            [python, *arguments],
            cwd=cwd,
            env=environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run_python
