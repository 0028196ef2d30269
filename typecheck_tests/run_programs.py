"""Run programs, each in a process and a directory of its own, and print how each of them ended.

Each line of the standard input is a topic: a JSON list of the files of its programs. The answer
is a JSON object for each program in a line of its own (the name of the file, the line at which
an exception was raised, and the exception; these two are null for a program that went well),
and an empty line. Each program runs in a copy of a process that has loaded funsies already, and
what all programs of the topic import.
"""

from __future__ import annotations

import ast
import json
import os
import runpy
import sys
import tempfile
import traceback
from collections.abc import Callable
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import funsies

T = TypeVar("T")

ONCE_IT_RUNS = ("funsies.engine.foreign_steps", "funsies.store.memory")
"""What funsies itself imports when a program executes something."""

FORK = get_context("fork")


def load_funsies() -> None:
    """Import what no program need import again: funsies is lazy."""
    for name in funsies.__all__:
        getattr(funsies, name)
    for name in ONCE_IT_RUNS:
        import_module(name)


def run_topic(paths: list[Path]) -> None:
    """Import what all programs import, and run them one after the other."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # the list of topics is not for programs
    imported = [_imported(ast.parse(path.read_text())) for path in paths]
    for name in sorted(set.intersection(*imported) if imported else ()):
        import_module(name)
    for path in paths:
        _run_in_a_process(run, path)


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


def _run_in_a_process(work: Callable[[T], None], argument: T) -> None:
    process = FORK.Process(target=work, args=(argument,))
    process.start()
    process.join()


def main() -> None:
    """Run topic after topic."""
    load_funsies()
    for line in sys.stdin:
        _run_in_a_process(run_topic, [Path(name) for name in json.loads(line)])
        sys.stdout.write("\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
