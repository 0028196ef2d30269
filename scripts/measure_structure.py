"""How large the project is, and how far one value walks through it.

Files and lines of each package, modules that are small or have one importer, methods of the
port to the graph, and the files that one ``reduce``, ``execute``, worker and ``take`` open.

    python scripts/measure_structure.py            # the figures
    python scripts/measure_structure.py --walk     # the names of the files of the walk, too
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

PACKAGE: Final = Path(__file__).parents[1] / "funsies"
SMALL_LINES: Final = 30
"""Modules with fewer lines are counted."""

WALK: Final = """
import sys
from pathlib import Path
from funsies import Fun, Server, execute, reduce, take
from funsies.config.directory import Directory
from funsies.engine.worker import run_worker

def double(number: int) -> int:
    return 2 * number

with Fun(Server(sys.argv[1])) as session:
    doubled = reduce(double, 21)
    execute(doubled)
    run_worker(session.server, ["default"], burst=True)
    assert take(doubled) == 42
"""

TRACER: Final = """
import atexit, os, sys

_files, _imports, _exit = set(), 0, os._exit
_MAIN = ("__main__", "__mp_main__", __name__)

def _note(frame, event, _):
    global _imports
    code = frame.f_code
    if code.co_name == "<module>":
        if event in ("call", "return") and frame.f_globals.get("__name__") not in _MAIN:
            _imports = _imports + 1 if event == "call" else max(0, _imports - 1)
    elif event == "call" and not _imports:  # what an import calls is no part of the walk
        _files.add(code.co_filename)

def _tell():
    sys.setprofile(None)
    with open(os.environ["FILES_OF_WALK"], "a") as told:
        told.writelines(f"{each}\\n" for each in _files)

def _end(code):
    _tell()
    _exit(code)

os._exit = _end  # so do children that were forked
atexit.register(_tell)
sys.setprofile(_note)
"""


def modules() -> dict[str, Path]:
    """All modules of the package, by name."""
    return {_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def _name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def lines_of(path: Path) -> int:
    """Number of lines of a file."""
    return len(path.read_text().splitlines())


def imports_of(name: str, path: Path, known: dict[str, Path]) -> set[str]:
    """Which modules of the package a module imports, wherever it does so."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) + 1 - node.level]
            base = ".".join([*above, node.module or ""] if node.level else [node.module or ""])
            base = base.rstrip(".")
            inner = {f"{base}.{each.name}" for each in node.names}
            found |= inner & known.keys() or {base}
    return found & known.keys()


def with_one_importer(known: dict[str, Path]) -> list[str]:
    """Modules that one other imports; packages and entry points are left out."""
    importers: dict[str, set[str]] = {}
    for name, path in known.items():
        for each in imports_of(name, path, known) - {name}:
            importers.setdefault(each, set()).add(name)
    plain = {name for name, path in known.items() if path.name != "__init__.py"}
    return sorted(each for each in plain if len(importers.get(each, ())) == 1)


def methods_of_port() -> int:
    """How many methods ``GraphStore`` has, with those of what it is made of."""
    trees = [ast.parse(each.read_text()) for each in (PACKAGE / "store/ports").glob("*.py")]
    nodes = (node for tree in trees for node in tree.body)
    classes = {node.name: node for node in nodes if isinstance(node, ast.ClassDef)}
    return len(set(_methods("GraphStore", classes)))


def _methods(name: str, classes: dict[str, ast.ClassDef]) -> Iterator[str]:
    if name in classes:
        yield from (e.name for e in classes[name].body if isinstance(e, ast.FunctionDef))
        for base in classes[name].bases:
            yield from _methods(ast.unparse(base), classes)


def files_of_walk() -> list[str]:
    """Files of the package that one value goes through, from ``reduce`` to ``take``."""
    from funsies.config.directory import Directory  # noqa: PLC0415 - only this needs a server
    from funsies.local.embedded import start_server, stop_server  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as place:
        directory = Directory(Path(place, ".funsies"))
        url = start_server(directory).record.jobs_url
        told = Path(place, "files")
        Path(place, "sitecustomize.py").write_text(TRACER)
        Path(place, "walk.py").write_text(WALK)
        variables = {"PYTHONPATH": place, "FILES_OF_WALK": str(told)}
        try:
            subprocess.run(
                [sys.executable, "walk.py", url],
                cwd=place,
                env={**os.environ, **variables},
                check=True,
            )
            found = told.read_text().splitlines()
        finally:
            stop_server(directory)
    inside = {Path(each).resolve() for each in found if each.startswith(str(PACKAGE))}
    return sorted(str(each.relative_to(PACKAGE)) for each in inside)


def main() -> None:
    """Print the figures."""
    known = modules()
    sizes = {name: lines_of(path) for name, path in known.items()}
    packages: dict[str, list[int]] = {}
    for name, path in known.items():
        inside = path.relative_to(PACKAGE).parts
        packages.setdefault(inside[0] if len(inside) > 1 else ".", []).append(sizes[name])
    print("| package | files | lines |\n|---|---|---|")
    for package, found in sorted(packages.items()):
        print(f"| `{package}` | {len(found)} | {sum(found)} |")
    print(f"| all | {len(sizes)} | {sum(sizes.values())} |")
    plain = [name for name, path in known.items() if path.name != "__init__.py"]
    walk = files_of_walk()
    print(f"\nmodules under {SMALL_LINES} lines:", sum(sizes[e] < SMALL_LINES for e in plain))
    print("modules with one importer:", len(with_one_importer(known)))
    print("methods of GraphStore:", methods_of_port())
    print("files of the walk:", len(walk))
    if "--walk" in sys.argv:
        print(*walk, sep="\n")


if __name__ == "__main__":
    main()
