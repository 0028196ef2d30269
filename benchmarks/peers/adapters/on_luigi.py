"""luigi with its local scheduler: what has a file is not done again, whatever changes."""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import luigi
from adapter import main


class Output(luigi.Task):
    """A task whose value is in a file."""

    directory = luigi.Parameter()
    number = luigi.IntParameter()

    def output(self) -> luigi.LocalTarget:
        """The file."""
        return luigi.LocalTarget(f"{self.directory}/{type(self).__name__}-{self.number}")

    def write(self, value: object) -> None:
        """Say what it is."""
        with self.output().open("w") as file:
            file.write(f"{value}")


class Noop(Output):
    """Do nothing."""

    def run(self) -> None:
        """Return the number."""
        self.write(self.number)


class Link(Output):
    """Be one link of the chain."""

    first = luigi.IntParameter()

    def requires(self) -> list[Output]:
        """The one before."""
        before = self.number - 1
        return [Link(self.directory, before, self.first)] if before > self.first else []

    def run(self) -> None:
        """Add one to what the one before says."""
        before = [int(_text(target)) for target in self.input()]
        self.write((before or [self.first])[0] + 1)


class Echo(Output):
    """Print a number."""

    def run(self) -> None:
        """Run a command."""
        command = f"echo {self.number}"
        done = subprocess.run(command, shell=True, capture_output=True, check=True, text=True)
        self.write(done.stdout)


class AddUp(Output):
    """Bring everything together."""

    n = luigi.IntParameter()

    def requires(self) -> list[Output]:
        """All leaves."""
        return [Noop(self.directory, self.number + each) for each in range(self.n)]

    def run(self) -> None:
        """Add up what they say."""
        self.write(sum(int(_text(target)) for target in self.input()))


class CountLines(AddUp):
    """Bring everything together."""

    def requires(self) -> list[Output]:
        """All commands."""
        return [Echo(self.directory, self.number + each) for each in range(self.n)]

    def run(self) -> None:
        """Count what they have printed."""
        self.write(sum(_text(target).count("\n") for target in self.input()))


def _text(target: luigi.LocalTarget) -> str:
    with target.open() as file:
        return file.read()


class Luigi:
    """Tasks in a directory."""

    distribution = "luigi"
    cases = ("wide", "chain", "shell", "cached")
    largest = 200
    has_workers = False

    @contextmanager
    def running(self, workers: int, directory: Path) -> Iterator[None]:
        """Say where files are: there is nothing to start."""
        logging.disable(logging.CRITICAL)
        self.workers, self.directory = workers, str(directory)
        yield

    def wide(self, n: int, first: int) -> int:
        """Ask for the sum."""
        return self._build(AddUp(self.directory, first, n))

    def chain(self, n: int, first: int) -> int:
        """Ask for the last link."""
        return self._build(Link(self.directory, first + n, first))

    def shell(self, n: int, first: int) -> int:
        """Ask for the number of lines."""
        return self._build(CountLines(self.directory, first, n))

    def _build(self, task: Output) -> int:
        luigi.build([task], workers=self.workers, local_scheduler=True, log_level="CRITICAL")
        return int(_text(task.output()))


if __name__ == "__main__":
    main(Luigi())
