"""Programs that need not load funsies: most of the time that the others take goes there."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import IO

SERVER = Path(__file__).with_name("command_server.py")
SEEN_BY_PYTHON = ("PYTHON", "LC_", "LANG", "LD_", "TZ", "DYLD_")
"""Variables that begin so decide how Python starts."""


class Loaded:
    """Runs programs in copies of a process that has loaded funsies already.

    Args:
        environment: of that process.
        options: of Python.
        commands: what it loads: commands of ``funsies``, all of which it then runs; without
            any, it runs scripts.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        options: Sequence[str] = (),
        commands: Sequence[str] = (),
    ) -> None:
        self._environment, self._options, self._commands = environment, options, commands
        self._folder = tempfile.TemporaryDirectory(prefix="fc")
        self._server: subprocess.Popen[bytes] | None = None
        self._starting = threading.Lock()

    def fits(self, environment: Mapping[str, str]) -> bool:
        """Whether a program with this environment would be started as its process was.

        It may find modules in more places, after all others that the environment names.
        """
        is_equal = _for_python(environment) == _for_python(self._environment)
        return is_equal and self._more_places(environment) is not None

    def _more_places(self, environment: Mapping[str, str]) -> list[str] | None:
        """Where else a program finds modules; None if not in the same places first."""
        known, places = (
            each.get("PYTHONPATH", "") for each in (self._environment, environment)
        )
        if places == known:
            return []
        if known and places.startswith(known + os.pathsep):
            return places.removeprefix(known + os.pathsep).split(os.pathsep)
        return None

    def run(
        self,
        line: Sequence[str],
        arguments: Sequence[str],
        place: Path,
        environment: Mapping[str, str],
        within_seconds: float,
    ) -> tuple[int, bytes, bytes]:
        """Run a program to its end: its exit code and what it printed.

        Args:
            line: how it would be started.
            arguments: of ``funsies``, or a script and its arguments.
            place: its directory.
            environment: all variables.
            within_seconds: when it is killed.

        Raises:
            TimeoutExpired: if it is.
        """
        program = {
            "line": line,
            "arguments": arguments,
            "place": str(place),
            "environment": environment,
            "places": self._more_places(environment),
        }
        self._start()
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(self._address)
            out, err = _sent(connection, json.dumps(program).encode() + b"\n")
            with connection.makefile("rb") as answers, ThreadPoolExecutor(2) as readers:
                child = int(answers.readline())
                texts = [readers.submit(_read, each) for each in (out, err)]
                if wait(texts, within_seconds).not_done:
                    os.kill(child, signal.SIGKILL)
                    raise subprocess.TimeoutExpired(line, within_seconds)
                return int(answers.readline()), texts[0].result(), texts[1].result()

    def close(self) -> None:
        """End the process that has loaded funsies."""
        if self._server is not None:
            self._server.communicate()
        self._folder.cleanup()

    @property
    def _address(self) -> str:
        return f"{self._folder.name}/s"

    def _start(self) -> None:
        with self._starting:  # a test may run several programs at the same time
            self._start_once()

    def _start_once(self) -> None:
        if self._server is not None:
            return
        server = subprocess.Popen(
            [sys.executable, *self._options, str(SERVER), self._address, *self._commands],
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        try:
            assert server.stdout is not None
            assert server.stdout.readline() == b"ready\n"
        except BaseException:  # the time of the test is over, say: the next one begins anew
            server.kill()
            server.communicate()
            Path(self._address).unlink(missing_ok=True)
            raise
        self._server = server


COPIED = {
    *("run", "execute", "invite", "diff", "replay", "parametric"),
    *("cat", "logs", "top", "status", "runs", "ls", "tree", "graph", "report", "trace", "why"),
    *("debug", "wait", "doctor", "fsck", "reset", "cancel", "clean", "shutdown", "check"),
}
"""Commands that are run in a copy, but for the first time; others live long.

The workers of ``run`` are then copies, too. Real ones are started by the first run of each
process of the tests, in the background and on a terminal, by ``start-funsies``, by
``ManagedFun``, and by all that join.
"""


class Commands(Loaded):
    """Runs commands in copies of a process that has loaded the command line already.

    The first time in a run of the tests, each command is run in a process that loads it.

    Args:
        environment: of that process.
        shared_folder: of this run of the tests.
    """

    def __init__(self, environment: Mapping[str, str], shared_folder: Path) -> None:
        super().__init__(environment, ["-P"], sorted(COPIED))
        self._seen = shared_folder / "loaded_commands"
        self._seen.mkdir(exist_ok=True)

    def can_run(self, arguments: Sequence[str], environment: Mapping[str, str]) -> bool:
        """Whether a copy does what a process of its own would."""
        rest = list(arguments)
        while rest and rest[0] in {"--jobs", "--data"}:
            del rest[:2]
        if not rest or rest[0] not in COPIED or not self._was_loaded(rest[0]):
            return False
        return self.fits(environment)

    def _was_loaded(self, name: str) -> bool:
        mark = self._seen / name
        was_loaded = mark.exists()
        mark.touch()
        return was_loaded


def _sent(connection: socket.socket, message: bytes) -> tuple[IO[bytes], IO[bytes]]:
    """Send a program with streams; what it prints can be read from those that are returned."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    (out, out_of_program), (err, err_of_program) = os.pipe(), os.pipe()
    streams = (nothing, out_of_program, err_of_program)
    sent = socket.send_fds(connection, [message], streams)
    connection.sendall(message[sent:])
    for each in streams:
        os.close(each)
    return os.fdopen(out, "rb"), os.fdopen(err, "rb")


def _read(stream: IO[bytes]) -> bytes:
    with stream:
        return stream.read()


def _for_python(environment: Mapping[str, str]) -> dict[str, str]:
    return {
        name: text
        for name, text in environment.items()
        if name.startswith(SEEN_BY_PYTHON) and name != "PYTHONPATH"
    }
