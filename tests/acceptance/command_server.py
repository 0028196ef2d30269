"""A process that has loaded funsies, and runs commands or scripts in copies of itself.

Usage: ``python command_server.py SOCKET COMMAND...`` with the names of commands that it loads,
and it loads what workers need, which are then copies, too; without any it loads what a script
needs. Each connection is one program: a line of JSON with its arguments, its directory and its
environment, and its three streams. The answers are its process id and then its exit code, a
line each. The process ends when its standard input does.
"""

from __future__ import annotations

import fcntl
import gc
import json
import os
import select
import signal
import socket
import sys
import uuid
from collections.abc import Sequence
from importlib import import_module
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

import funsies
from funsies.cli.main import funsies as commands
from funsies.cli.main import main
from funsies.core.secret_variables import pipe_with, without_secrets
from funsies.engine.preload import preload
from funsies.local import pool
from funsies.local.daemons import INHERITED_DESCRIPTOR, funsies_command
from funsies.pickling import program as dumped

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
    """Import what commands import when they are used, and what workers do."""
    import_module("funsies.engine.worker")  # first: it decides on the keys of RQ
    preload()
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
    program, streams = _message(connection, len(STREAMS))
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
    return program


class Understudy:
    """A copy of this process, made before the command does anything, that becomes its workers.

    It is a child of the command, as they are. The first workers that the command starts are
    this copy; others, and those of an environment that its script has changed, are started as
    users' are. It ends with the command that starts none.

    Args:
        program: what this process is about to become.
    """

    def __init__(self, program: dict[str, Any]) -> None:
        self._program = program
        self._words, heard = socket.socketpair()
        self._pid = os.fork()
        if self._pid == 0:
            self._words.close()
            _become_workers(heard)
        heard.close()
        self._spawn = pool.spawn
        pool.spawn = self.spawn

    def spawn(self, command: Sequence[str], *, log: Path, lock: int, reads: bytes) -> int:
        """Do what ``funsies.local.daemons.spawn`` does."""
        pool.spawn = self._spawn
        environment = without_secrets(os.environ)
        is_as_was = environment == without_secrets(self._program["environment"])
        if not is_as_was or command[0] != sys.executable or not os.access(command[0], os.X_OK):
            return self._spawn(command, log=log, lock=lock, reads=reads)
        part = {
            "line": list(command),
            "arguments": list(command[len(funsies_command()) :]),
            "place": str(Path.cwd()),
            "environment": environment,
            "places": self._program["places"],
        }
        printed = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        given = pipe_with(reads)
        message = json.dumps(part).encode() + b"\n"
        sent = socket.send_fds(self._words, [message], (given, printed, printed, lock))
        if sent < len(message):  # else nobody may be there any more to hear nothing
            self._words.sendall(message[sent:])
        os.close(printed)
        os.close(given)
        os.write(lock, b"%d" % self._pid)
        return self._pid


def _become_workers(heard: socket.socket) -> NoReturn:
    """Take the part of the workers, or end with the command."""
    os.chdir("/")  # a process that does nothing is in nobody's way
    nothing = os.open(os.devnull, os.O_RDWR)
    for each in STREAMS:  # nor does it keep open what is read to its end
        os.dup2(nothing, each)
    os.close(nothing)
    part, descriptors = _message(heard, INHERITED_DESCRIPTOR + 1)
    if not part:
        os._exit(0)
    heard.close()
    os.setsid()
    # Moved out of the way first: one of them may have the number of another's place.
    moved = [fcntl.fcntl(each, fcntl.F_DUPFD, INHERITED_DESCRIPTOR + 1) for each in descriptors]
    for number, each in enumerate(moved):
        os.dup2(each, number)
    os.closerange(INHERITED_DESCRIPTOR + 1, max(moved) + 1)
    become(part)
    sys.argv[:] = ["-c", *part["arguments"]]
    sys.exit(main())


def _message(connection: socket.socket, count: int) -> tuple[dict[str, Any], list[int]]:
    """A line of JSON and the descriptors that come with it; nothing if nobody is there."""
    line, descriptors, _, _ = socket.recv_fds(connection, 1 << 20, count)
    while line and not line.endswith(b"\n"):
        line += connection.recv(1 << 20)
    return json.loads(line or b"{}"), descriptors


def become(program: dict[str, Any]) -> None:
    """Take over the place and the environment of a program, and how it was started."""
    dumped._Process.token = uuid.uuid4().hex  # copies would take each other's steps for theirs
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
    if names and "run" in asked["arguments"][:3]:  # perhaps after --jobs or --data
        understudy = Understudy(asked)
    become(asked)
    sys.argv[:] = ["-c", *asked["arguments"]] if names else asked["arguments"]
    sys.exit(main() if names else run_script(sys.argv[0]))
