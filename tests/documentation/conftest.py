"""Running what a reader would run: blocks of the documentation, recipes, commands."""

from __future__ import annotations

import doctest
import itertools
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.acceptance.commands import Commands, Loaded

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE_NAME = re.compile(r"# (\S+\.py)\n")
SECONDS = 100
NEEDS_A_SHELL = re.compile(r"[^\w\s./:=,+-]")


@dataclass(frozen=True)
class Block:
    """A fenced block of a document."""

    language: str
    text: str
    line: int


def blocks_of(document: Path) -> list[Block]:
    """The fenced blocks of a document, in order."""
    text = document.read_text(encoding="utf-8")
    return [
        Block(match[1], match[2], text.count("\n", 0, match.start()) + 1)
        for match in FENCE.finditer(text)
    ]


class Reader:
    """Does what a document says, in an empty directory.

    - A ``python`` block whose first line is ``# name.py`` is saved under that name.
    - Any other ``python`` block is run, on a ``memory://`` server; a ``text`` block right
      after it is what it prints.
    - In a ``console`` block each ``$ command`` is run; what follows is what it prints.
    - ``pycon`` blocks of a document are one doctest, on a ``memory://`` server.
    - Other blocks are to be read only.

    Args:
        directory: which is empty.
        commands: runs those that need not load funsies.
        scripts: runs scripts that need not, either.
    """

    def __init__(self, directory: Path, commands: Commands, scripts: Loaded) -> None:
        self.directory, self._commands, self._scripts = directory, commands, scripts
        self.environment = _environment()

    def follow(self, document: Path) -> int:
        """Do all of it; return how many blocks were run."""
        blocks = blocks_of(document)
        done = self._session([block for block in blocks if block.language == "pycon"])
        for block, after in itertools.zip_longest(blocks, blocks[1:]):
            if block.language == "python":
                self._python(block, after)
            elif block.language == "console":
                self._console(block)
            done += block.language in {"python", "console"}
        return done

    def run(self, command: str, *, memory: bool = False) -> str:
        """Run a shell command and return what it printed; it must succeed."""
        environment = self.environment | ({"FUNSIES_JOBS": "memory://"} if memory else {})
        code, printed, said = self._in_copy(command, environment) or self._in_shell(
            command, environment
        )
        out = printed.decode()
        assert code == 0, f"$ {command}\n{out}{said.decode()}"
        return out

    def _in_shell(self, command: str, environment: dict[str, str]) -> tuple[int, bytes, bytes]:
        done = subprocess.run(
            command,
            shell=True,
            cwd=self.directory,
            env=environment,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    def _in_copy(
        self, command: str, environment: dict[str, str]
    ) -> tuple[int, bytes, bytes] | None:
        """Run it in a process that has loaded funsies; None if a shell has to."""
        if NEEDS_A_SHELL.search(command):
            return None
        line = shlex.split(command)
        program, arguments = line[0], line[1:]
        if program == "funsies" and self._commands.can_run(arguments, environment):
            runner: Loaded = self._commands
        elif program in {"python", sys.executable} and arguments[0].endswith(".py"):
            runner = self._scripts
        else:
            return None
        return runner.run(line, arguments, self.directory, environment, SECONDS)

    def stop(self) -> None:
        """Leave no server behind."""
        if (self.directory / ".funsies").exists():
            self.run("funsies shutdown --all --force || true")  # the document may have done it

    def _python(self, block: Block, after: Block | None) -> None:
        if named := FILE_NAME.match(block.text):
            (self.directory / named[1]).write_text(block.text, encoding="utf-8")
            return
        script = self.directory / f"line_{block.line}.py"
        script.write_text(block.text, encoding="utf-8")
        printed = self.run(f"{sys.executable} {script}", memory=True)
        if after and after.language == "text":
            same(after.text, printed, f"line {block.line}")

    def _console(self, block: Block) -> None:
        for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
            command, _, expected = part.partition("\n")
            same(expected, self.run(command), f"$ {command}")

    def _session(self, blocks: list[Block]) -> int:
        if blocks:
            text = self.directory / "session.txt"
            text.write_text("\n\n".join(block.text for block in blocks), encoding="utf-8")
            self.run(f"{sys.executable} -m doctest -o ELLIPSIS {text}", memory=True)
        return len(blocks)


def same(expected: str, printed: str, what: str) -> None:
    """See that something was printed as the document says; ``...`` stands for anything."""
    checker = doctest.OutputChecker()
    is_same = checker.check_output(expected, printed, doctest.ELLIPSIS)
    assert is_same, f"{what}: it says\n{expected}\nand this was printed:\n{printed}"


def _environment() -> dict[str, str]:
    """What a reader has set: nothing of ours."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    theirs = {key: text for key, text in os.environ.items() if not key.startswith("FUNSIES_")}
    return {**theirs, "PATH": path, "NO_COLOR": "1"}


@pytest.fixture(scope="session")
def commands(shared_folder: Path) -> Iterator[Commands]:
    """Runs commands in processes that need not load funsies."""
    made = Commands(_environment(), shared_folder)
    yield made
    made.close()


@pytest.fixture(scope="session")
def scripts() -> Iterator[Loaded]:
    """Runs scripts in such processes."""
    made = Loaded(_environment())
    yield made
    made.close()


@pytest.fixture
def reader(tmp_path: Path, commands: Commands, scripts: Loaded) -> Iterator[Reader]:
    """Somebody in an empty directory who does what a document says."""
    someone = Reader(tmp_path, commands, scripts)
    yield someone
    someone.stop()


@pytest.fixture
def fenced() -> Callable[[Path], list[Block]]:
    """Get the fenced blocks of a document."""
    return blocks_of
