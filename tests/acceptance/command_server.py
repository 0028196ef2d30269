"""A process that has loaded the command line, and runs commands in copies of itself.

Usage: ``python command_server.py SOCKET NAME...`` with the names of those commands. Each
connection is one command: a line of JSON with its arguments, its directory and its environment,
and its three streams. The answers are its process id and then its exit code, a line each. The
process ends when its standard input does.
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
from typing import Any

from funsies.cli.main import funsies, main

STREAMS = (0, 1, 2)


def load(names: list[str]) -> None:
    """Import what commands import when they are used."""
    for _, commands in funsies.sections:
        for each in commands:
            if each.name in names:
                import_module(each.module)
    gc.freeze()


def next_command(address: str) -> dict[str, Any]:
    """Return, in a new process for each command, what it is to run."""
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
    command: dict[str, Any] = json.loads(line)
    return command


def become(command: dict[str, Any]) -> None:
    """Take over the place, the environment and the arguments of a command."""
    os.chdir(command["place"])
    os.environ.clear()
    os.environ.update(command["environment"])
    sys.orig_argv[:] = command["line"]
    sys.argv[:] = ["-c", *command["arguments"]]


if __name__ == "__main__":
    load(sys.argv[2:])
    become(next_command(sys.argv[1]))
    sys.exit(main())
