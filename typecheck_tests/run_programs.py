"""Run programs, each in a process and a directory of its own, and print how each of them ended.

Usage: ``python run_programs.py FILE...``. Each line of the answer is a JSON object: the name of
the file, the line at which an exception was raised, and the exception; these two are null for a
program that went well. A new process is a copy of this one, which has loaded funsies already.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
import tempfile
import traceback
from multiprocessing import get_context
from pathlib import Path

import funsies  # noqa: F401  programs need not load it again


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
    for name in sys.argv[1:]:
        process = get_context("fork").Process(target=run, args=(Path(name),))
        process.start()
        process.join()


if __name__ == "__main__":
    main()
