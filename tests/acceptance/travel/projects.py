"""A project in a directory that no worker knows, and a pool of workers in another directory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.acceptance.commands import Loaded

PATIENCE_SECONDS = 50
"""How long a program may take. One that takes longer has met a worker that does not answer."""


@dataclass
class Done:
    """A program that has ended."""

    code: int | None
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """What it printed; a test that reads it expects that the program went well."""
        assert self.code == 0, f"exit code {self.code}\n{self.out}\n{self.err}"
        return self.out.splitlines()


def clean_environment(**variables: str) -> dict[str, str]:
    """The environment of a user who has set nothing but these variables."""
    own = ("FUNSIES_", "PYTHON", "COV_", "COLUMNS", "NO_COLOR", "FORCE_COLOR")
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(own)}
    return inherited | variables


@dataclass
class Project:
    """A user's directory.

    Attributes:
        place: the directory.
        server: address of the server that its programs use; None if they find it themselves.
        python: the interpreter; ``funsies`` is beside it.
        loaded: runs scripts that need not load funsies.
        variables: added to the environment.
    """

    place: Path
    server: str | None = None
    python: Path = Path(sys.executable)
    loaded: Loaded | None = None
    variables: dict[str, str] = field(default_factory=dict)
    _age_seconds: int = 0

    def write_files(self, files: dict[str, str]) -> Project:
        """Write files, by their path."""
        for name, text in files.items():
            path = self.place / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            self._make_older(path)
        return self

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace the one place where a text stands."""
        path = self.place / name
        text = path.read_text()
        assert text.count(old) == 1
        path.write_text(text.replace(old, new))
        self._make_older(path)

    def _make_older(self, path: Path) -> None:
        """Give each edit a second of its own: so Python sees that a .pyc is out of date."""
        self._age_seconds += 10
        moment = 1_700_000_000 + self._age_seconds
        os.utime(path, (moment, moment))

    def run(
        self, *arguments: str, stdin: str | int = "", within: int = PATIENCE_SECONDS
    ) -> Done:
        """Run Python; what it reads from its standard input is text, or a file's descriptor."""
        return self._run([str(self.python), *arguments], stdin, within)

    def run_loaded(self, script: str, *arguments: str) -> Done:
        """Run a script in a copy of a process that has loaded funsies, if there is one.

        For what steps do with a program. How it is started is tried by :meth:`run`.
        """
        environment = self._environment()
        is_other_python = str(self.python) != sys.executable
        if self.loaded is None or is_other_python or not self.loaded.fits(environment):
            return self.run(script, *arguments)
        line = [sys.executable, script, *arguments]
        limits = (self.place, environment, PATIENCE_SECONDS)
        try:
            code, out, err = self.loaded.run(line, line[1:], *limits)
        except subprocess.TimeoutExpired as problem:
            return Done(None, "", str(problem))
        return Done(code, out.decode(), err.decode("utf-8", "replace"))

    def funsies(self, *arguments: str, stdin: str = "", within: int = PATIENCE_SECONDS) -> Done:
        """Run ``funsies``."""
        program = str(self.python.with_name("funsies"))
        return self._run([program, *arguments], stdin, within)

    def _run(self, command: list[str], stdin: str | int, within: int) -> Done:
        given = {"input": stdin} if isinstance(stdin, str) else {"stdin": stdin}
        process = subprocess.run(
            ["timeout", "--kill-after=2", str(within), *command],
            cwd=self.place,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
            **given,
        )
        return Done(process.returncode, process.stdout, process.stderr)

    def _environment(self) -> dict[str, str]:
        server = {} if self.server is None else {"FUNSIES_JOBS": self.server}
        return clean_environment(**server, **self.variables)


class Pool:
    """Workers of the console script, in a directory of their own.

    Args:
        place: the directory.
        url: of the server.
        python: the interpreter beside which ``funsies`` is.
    """

    def __init__(self, place: Path, url: str, python: Path = Path(sys.executable)) -> None:
        self.url = url
        self.python = python
        self._place = place
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str) -> None:
        """Start the workers; they answer soon."""
        with (self._place / "workers.log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self.python.with_name("funsies")), "worker", *options],
                cwd=self._place,
                env=clean_environment(FUNSIES_JOBS=self.url),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait(self) -> None:
        """Wait until workers that leave when nothing is left to do have left."""
        assert self._process is not None
        try:
            self._process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.stop()

    def restart(self) -> None:
        """Begin anew, after a step that did not end."""
        self.stop()
        self.start("--workers", "2")

    def stop(self) -> None:
        """End the workers, and all that they started."""
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(30)
