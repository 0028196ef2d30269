"""Every way in which people start a program."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable

import pytest

from .projects import Done, Project

IN_CELLS = """
import sys
from IPython.core.interactiveshell import InteractiveShell
notebook = InteractiveShell.instance()
for cell in open("script.py").read().split("\\n\\n"):
    outcome = notebook.run_cell(cell)
    outcome.raise_error()
sys.stdout.flush()
import os
os._exit(0)  # its history thread would wait
"""

IN_KERNEL = """
import os, sys
from jupyter_client.manager import KernelManager
def show(message):
    content = message["content"]
    if message["msg_type"] == "stream":
        print(content["text"], end="", file=getattr(sys, content["name"]))
    elif message["msg_type"] == "error":
        print("\\n".join(content["traceback"]), file=sys.stderr)
place = os.path.abspath("kernel.json")  # no ports, which others may take first
manager = KernelManager(kernel_name="python3", transport="ipc", connection_file=place)
manager.start_kernel()
client = manager.client()
client.start_channels()
try:
    client.wait_for_ready(timeout=60)
    for cell in open("script.py").read().split("\\n\\n"):
        reply = client.execute_interactive(cell, output_hook=show, timeout=40)
        assert reply["content"]["status"] == "ok"
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
"""


def _script(project: Project, text: str) -> Done:
    return project.write_files({"script.py": text}).run("script.py")


def _funsies_run(project: Project, text: str) -> Done:
    project.write_files({"script.py": text})
    return project.funsies("run", "script.py", "--workers", "2")


def _from_file(project: Project, text: str) -> Done:
    project.write_files({"script.py": text})
    descriptor = os.open(project.place / "script.py", os.O_RDONLY)
    try:
        return project.run("-", stdin=descriptor)
    finally:
        os.close(descriptor)


def _from_pipe(project: Project, text: str) -> Done:
    return project.run("-", stdin=text)


def _command(project: Project, text: str) -> Done:
    return project.run("-c", text)


def _module(project: Project, text: str) -> Done:
    project.write_files({"pkg/__init__.py": "", "pkg/mod.py": text})
    return project.run("-m", "pkg.mod")


def _funsies_run_module(project: Project, text: str) -> Done:
    project.write_files({"pkg/__init__.py": "", "pkg/mod.py": text})
    return project.funsies("run", "-m", "pkg.mod", "--workers", "2")


def _exec_file(project: Project, text: str) -> Done:
    launcher = "exec(compile(open('script.py').read(), 'script.py', 'exec'))"
    return project.write_files({"script.py": text, "launch.py": launcher}).run("launch.py")


def _exec_text(project: Project, text: str) -> Done:
    return project.write_files({"launch.py": f"exec({text!r}, {{}})"}).run("launch.py")


def _runpy(project: Project, text: str) -> Done:
    launcher = "import runpy\nrunpy.run_path('script.py', run_name='__main__')"
    return project.write_files({"script.py": text, "launch.py": launcher}).run("launch.py")


def _imported(project: Project, text: str) -> Done:
    project.write_files({"flow.py": text, "launch.py": "import flow"})
    return project.run("launch.py")


def _zip(project: Project, text: str) -> Done:
    with zipfile.ZipFile(project.place / "app.pyz", "w") as archive:
        archive.writestr("__main__.py", text)
    return project.run("app.pyz")


def _console(project: Project, text: str) -> Done:
    return project.run("-i", "-q", stdin=text + "\n")


def _cells(project: Project, text: str) -> Done:
    project.variables["IPYTHONDIR"] = str(project.place / "ipython")
    return project.write_files({"script.py": text, "launch.py": IN_CELLS}).run("launch.py")


def _kernel(project: Project, text: str) -> Done:
    project.variables["IPYTHONDIR"] = str(project.place / "ipython")
    return project.write_files({"script.py": text, "launch.py": IN_KERNEL}).run("launch.py")


STARTS: dict[str, Callable[[Project, str], Done]] = {
    "python script.py": _script,
    "funsies run": _funsies_run,
    "python -m pkg.mod": _module,
    "funsies run -m pkg.mod": _funsies_run_module,
    "runpy": _runpy,
    "an imported module": _imported,
    "a zip archive": _zip,
    "exec of a file": _exec_file,
    "cells of IPython": _cells,
    "a notebook kernel": _kernel,
    "python - < script": _from_file,
    "a pipe": _from_pipe,
    "python -c": _command,
    "exec of a text": _exec_text,
    "the interactive console": _console,
}
"""By a name: write a program into a project, and start it.

Between empty lines, programs have what is one statement for the interactive console, and one
cell of a notebook.
"""

NEEDS = {"cells of IPython": "IPython", "a notebook kernel": "ipykernel"}
"""Libraries without which one cannot start a program so."""

COMMON = (
    "python script.py",
    "funsies run",
    "python -m pkg.mod",
    "cells of IPython",
    "a pipe",
    "python -c",
)
COMMON_FIRST = [
    pytest.param(name, marks=() if name in COMMON else pytest.mark.slow) for name in STARTS
]
"""All of them; but for the most common ones, tests that take them are slow."""
