"""A user at a shell: commands as subprocesses, on pipes or on a terminal."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import funsies

from .commands import Commands, Loaded

ROOT = Path(funsies.__file__).parents[1]
LAUNCH = "import sys; from funsies.cli.{} import main; sys.exit(main())"

Acts = Mapping[str, Callable[[], object]]
"""What somebody at a terminal does as soon as a text has been shown, each once."""

HELLO = """\
from funsies import Fun, reduce, shell
with Fun():
    cmd = shell("sleep 2; echo 👋 🪐")
    python = reduce(sum, [3, 2])
    print(f"my outputs are saved to {cmd.stdout.hash[:5]} and {python.hash[:5]}")
"""


def users_environment() -> dict[str, str]:
    """The environment of a user who has set nothing."""
    own = ("FUNSIES_", "COLUMNS", "NO_COLOR", "FORCE_COLOR")
    clean = {key: value for key, value in os.environ.items() if not key.startswith(own)}
    return clean | {"PYTHONPATH": str(ROOT)}


@dataclass
class Done:
    """A command that has ended."""

    code: int
    out: bytes
    err: str

    @classmethod
    def of(cls, code: int, out: bytes, err: bytes) -> Done:
        return cls(code, out, err.decode("utf-8", "replace"))

    @property
    def text(self) -> str:
        return self.out.decode()


@dataclass
class Shell:
    """A user in a directory.

    Attributes:
        place: the directory.
        commands: runs those that need not load funsies.
        scripts: runs scripts that need not, either.
        variables: added to the environment of each command.
    """

    place: Path
    commands: Commands
    scripts: Loaded
    variables: dict[str, str] = field(default_factory=dict)

    def funsies(self, *arguments: str, within_seconds: float = 60) -> Done:
        """Run ``funsies`` to its end."""
        environment = self.environment()
        if not self.commands.can_run(arguments, environment):
            return self._run("main", arguments, within_seconds)
        line = self.command("main", *arguments)
        return Done.of(
            *self.commands.run(line, arguments, self.place, environment, within_seconds)
        )

    def start_funsies(self, *arguments: str) -> Done:
        """Run ``start-funsies`` to its end."""
        return self._run("start", arguments, 60)

    def python(self, script: str, *arguments: str) -> Done:
        """Run a script with Python."""
        line, environment = [sys.executable, script, *arguments], self.environment()
        if not self.scripts.fits(environment):
            return self.program(*line)
        return Done.of(*self.scripts.run(line, line[1:], self.place, environment, 60))

    def program(self, *command: str, within_seconds: float = 60) -> Done:
        """Run any program to its end."""
        done = subprocess.run(
            command,
            cwd=self.place,
            env=self.environment(),
            capture_output=True,
            timeout=within_seconds,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        return Done.of(done.returncode, done.stdout, done.stderr)

    def script(self, name: str, text: str) -> str:
        """Write a script."""
        (self.place / name).write_text(text)
        return name

    def launch(self, *arguments: str) -> subprocess.Popen[str]:
        """Run ``funsies`` in the background, in a process group of its own."""
        return subprocess.Popen(
            self.command("main", *arguments),
            cwd=self.place,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def on_terminal(
        self, *arguments: str, within_seconds: float = 60, acts: Acts | None = None
    ) -> tuple[int, str]:
        """Run ``funsies`` on a terminal; return its exit code and all that it showed."""
        return self._on_terminal(self.command("main", *arguments), within_seconds, acts or {})

    def python_on_terminal(
        self, script: str, *arguments: str, acts: Acts | None = None
    ) -> tuple[int, str]:
        """Run a script with Python on a terminal."""
        return self._on_terminal([sys.executable, script, *arguments], 60, acts or {})

    def _on_terminal(
        self, command: list[str], within_seconds: float, acts: Acts
    ) -> tuple[int, str]:
        leader, follower = pty.openpty()
        process = subprocess.Popen(
            command,
            cwd=self.place,
            env=self.environment() | {"TERM": "xterm-256color"},
            stdin=follower,
            stdout=follower,
            stderr=follower,
            start_new_session=True,
        )
        os.close(follower)
        try:
            shown = _read_all(leader, time.monotonic() + within_seconds, acts)
            return process.wait(within_seconds), shown
        finally:
            os.close(leader)
            process.kill()
            process.wait()

    def hello(self, seconds: int = 0) -> str:
        """Write the script of a new user's first steps."""
        return self.script("hello.py", HELLO.replace("sleep 2", f"sleep {seconds}"))

    def elsewhere(self, place: Path) -> Shell:
        """The same user in another directory."""
        place.mkdir(parents=True, exist_ok=True)
        return Shell(place, self.commands, self.scripts)

    @staticmethod
    def hashes_in(text: str) -> list[str]:
        """The five digits that scripts print."""
        return re.findall(r"\b[0-9a-f]{5}\b", text)

    @staticmethod
    def interrupt(process: subprocess.Popen[str]) -> None:
        """Press Ctrl-C."""
        os.killpg(process.pid, signal.SIGINT)

    def processes(self) -> list[str]:
        """Command lines of all processes that have to do with the directory (Linux)."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                line = (entry / "cmdline").read_bytes()
                text = line + (entry / "environ").read_bytes()
                text += os.fsencode((entry / "cwd").readlink())
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            is_own = int(entry.name) == os.getpid()
            if str(self.place).encode() in text and state != "Z" and not is_own:
                found.append(line.replace(b"\0", b" ").decode())
        return found

    def command(self, program: str, *arguments: str) -> list[str]:
        return [sys.executable, "-P", "-c", LAUNCH.format(program), *arguments]

    def environment(self) -> dict[str, str]:
        return users_environment() | self.variables

    def _run(self, program: str, arguments: tuple[str, ...], within_seconds: float) -> Done:
        return self.program(*self.command(program, *arguments), within_seconds=within_seconds)


def _read_all(terminal: int, deadline: float, acts: Acts) -> str:
    """Read what a terminal shows until the program is gone."""
    shown, left = b"", dict(acts)
    while time.monotonic() < deadline:
        ready, _, _ = select.select([terminal], [], [], 0.5)
        if not ready:
            continue
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # Linux's way of saying that nobody is at the other end
            break
        if not piece:
            break
        shown += piece
        for text in [each for each in left if each.encode() in shown]:
            left.pop(text)()
    return shown.decode("utf-8", "replace")


@contextmanager
def _user(commands: Commands, scripts: Loaded) -> Iterator[Shell]:
    place = Path(tempfile.mkdtemp(prefix="fa")).resolve()
    user = Shell(place, commands, scripts)
    yield user
    user.variables.clear()
    if (place / ".funsies").exists():
        user.funsies("shutdown", "--all")
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="session")
def commands(shared_folder: Path) -> Iterator[Commands]:
    """Runs commands in processes that need not load funsies."""
    made = Commands(users_environment(), shared_folder)
    yield made
    made.close()


@pytest.fixture(scope="session")
def scripts() -> Iterator[Loaded]:
    """Runs scripts in processes that need not load funsies."""
    made = Loaded(users_environment())
    yield made
    made.close()


@pytest.fixture
def shell(commands: Commands, scripts: Loaded) -> Iterator[Shell]:
    """A user in an empty directory; all that they started is stopped afterwards."""
    with _user(commands, scripts) as user:
        yield user


@pytest.fixture(scope="module")
def shared_shell(commands: Commands, scripts: Loaded) -> Iterator[Shell]:
    """The same for all tests of a module that only look at what one run has left."""
    with _user(commands, scripts) as user:
        yield user
