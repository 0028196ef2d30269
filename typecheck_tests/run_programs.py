"""Run programs, each in a process and a directory of its own, and print how each of them ended.

Usage: ``python run_programs.py FILE...``. Each line of the answer is a JSON object: the name of
the file, the line at which an exception was raised, and the exception; these two are null for a
program that went well. A new process is a copy of this one, which has loaded funsies already,
and what all programs import.
"""

from __future__ import annotations

import ast
import json
import os
import runpy
import sys
import tempfile
import traceback
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path

import funsies

ONCE_IT_RUNS = ("funsies.engine.apart", "funsies.store.memory")
"""What funsies itself imports when a program executes something."""


def load(paths: list[Path]) -> None:
    """Import what no program need import again: funsies, which is lazy, and their libraries."""
    for name in funsies.__all__:
        getattr(funsies, name)
    imported = [_imported(ast.parse(path.read_text())) for path in paths]
    shared = set.intersection(*imported) if imported else set()
    for name in (*ONCE_IT_RUNS, *sorted(shared)):
        import_module(name)


def _imported(program: ast.Module) -> set[str]:
    found: set[str] = set()
    for line in program.body:
        if isinstance(line, ast.Import):
            found |= {each.name for each in line.names}
        elif isinstance(line, ast.ImportFrom) and line.module:
            found.add(line.module)
    return found


def run(path: Path) -> None:
    """Run a program, and print how it ended."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # What programs print is not part of the answer.
    sys.argv = [str(path)]
    sys.path[0] = str(path.parent)
    with tempfile.TemporaryDirectory() as place:
        os.chdir(place)
        line, problem = _outcome(path)
        os.chdir("/")
    print(json.dumps({"file": path.name, "line": line, "problem": problem}), file=out)
    out.close()


def _outcome(path: Path) -> tuple[int | None, str | None]:
    try:
        runpy.run_path(str(path), run_name="__main__")
    except BaseException as problem:  # noqa: BLE001  also SystemExit
        traceback.print_exc()
        frames = traceback.extract_tb(problem.__traceback__)
        lines = [frame.lineno for frame in frames if frame.filename == str(path)]
        return lines[-1] if lines else None, f"{type(problem).__name__}: {problem}"
    return None, None


def main() -> None:
    """Run the programs of the command line, one after the other."""
    paths = [Path(name) for name in sys.argv[1:]]
    load(paths)
    for path in paths:
        process = get_context("fork").Process(target=run, args=(path,))
        process.start()
        process.join()


if __name__ == "__main__":
    main()
