"""A process that has loaded funsies, and runs commands or scripts in copies of itself.

Usage: ``python command_server.py SOCKET COMMAND...`` with the names of commands that it loads;
without any it loads what a script needs. Each connection is one program: a line of JSON with
its arguments, its directory and its environment, and its three streams. The answers are its
process id and then its exit code, a line each. The process ends when its standard input does.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import sys
from importlib import import_module
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

import funsies
from funsies.cli.main import funsies as commands
from funsies.cli.main import main

STREAMS = (0, 1, 2)
PLACES = [each for each in os.environ.get("PYTHONPATH", "").split(os.pathsep) if each]
ONCE_IT_RUNS = (
    *("funsies.client.local_run", "funsies.engine.foreign_steps", "funsies.store.memory"),
    *(
        "funsies.engine.arming",
        "funsies.engine.upkeep",
        "funsies.engine.rq_binding.rq_records",
    ),
)
"""What funsies imports when a script executes something."""


def load_commands(names: list[str]) -> None:
    """Import what commands import when they are used."""
    for _, section in commands.sections:
        for each in section:
            if each.name in names:
                import_module(each.module)


def load_for_scripts() -> None:
    """Import what is imported by a script that executes steps: funsies is lazy."""
    for name in funsies.__all__:
        getattr(funsies, name)
    for name in ONCE_IT_RUNS:
        import_module(name)


def next_program(address: str) -> dict[str, Any]:
    """Return, in a new process for each program, what it is to run."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that wait
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        if sys.stdin in select.select([listener, sys.stdin], [], [])[0]:
            os._exit(0)
        connection, _ = listener.accept()
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            listener.close()
            return _in_child(connection)
        connection.close()


def _in_child(connection: socket.socket) -> dict[str, Any]:
    """Return in a child, and tell of its end here."""
    line, streams, _, _ = socket.recv_fds(connection, 1 << 20, len(STREAMS))
    while not line.endswith(b"\n"):
        line += connection.recv(1 << 20)
    if child := os.fork():
        for each in streams:
            os.close(each)
        connection.sendall(b"%d\n" % child)
        _, status = os.waitpid(child, 0)
        connection.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))
        os._exit(0)
    connection.close()
    for stream, each in zip(STREAMS, streams, strict=True):
        os.dup2(each, stream)
        os.close(each)
    program: dict[str, Any] = json.loads(line)
    return program


def become(program: dict[str, Any]) -> None:
    """Take over the place and the environment of a program, and how it was started."""
    os.chdir(program["place"])
    os.environ.clear()
    os.environ.update(program["environment"])
    sys.orig_argv[:] = program["line"]
    known = max(map(sys.path.index, PLACES), default=-1) + 1
    sys.path[known:known] = program["places"]


def run_script(name: str) -> None:
    """Run a script as ``python script.py`` does."""
    path = Path(name).absolute()
    module = ModuleType("__main__")
    loader = SourceFileLoader("__main__", str(path))
    own = {"__file__": str(path), "__loader__": loader, "__builtins__": __builtins__}
    module.__dict__.update(own, __cached__=None)
    sys.modules["__main__"] = module
    sys.path.insert(0, str(path.parent))
    exec(loader.source_to_code(path.read_bytes(), str(path)), module.__dict__)  # noqa: S102


if __name__ == "__main__":
    names = sys.argv[2:]
    if names:
        load_commands(names)
    else:
        sys.path.remove(str(Path(__file__).parent))  # a script has its own place there
        load_for_scripts()
    gc.freeze()
    asked = next_program(sys.argv[1])
    become(asked)
    sys.argv[:] = ["-c", *asked["arguments"]] if names else asked["arguments"]
    sys.exit(main() if names else run_script(sys.argv[0]))
