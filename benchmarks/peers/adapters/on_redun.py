"""redun with processes of its local executor, and its database in a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from adapter import main
from redun import Scheduler, task
from redun.config import Config

redun_namespace = "funsies_benchmark"


@task()
def noop(number: int) -> int:
    """Do nothing."""
    return number


@task()
def successor(number: int) -> int:
    """Be one link of the chain."""
    return number + 1


@task(script=True)
def echo(number: int) -> str:
    """Print a number."""
    return f"echo {number}"


@task()
def parse(text: str) -> int:
    """Read a number."""
    return int(text)


@task()
def double(number: int) -> int:
    """Stand for what is done with each input."""
    return number * 2


@task()
def add_up(numbers: Sequence[int]) -> int:
    """Bring everything together."""
    return sum(numbers)


@task()
def count_lines(outputs: Sequence[bytes]) -> int:
    """Bring everything together."""
    return sum(output.count(b"\n") for output in outputs)


class Redun:
    """Expressions that a scheduler evaluates."""

    distribution = "redun"
    cases = ("wide", "chain", "shell", "cached", "incremental")
    largest = 200
    has_workers = True

    @contextmanager
    def running(self, workers: int, directory: Path) -> Iterator[None]:
        """Open the database in the directory, and start a scheduler."""
        self.scheduler = Scheduler(
            config=Config(
                {
                    "backend": {"db_uri": f"sqlite:///{directory / 'redun.db'}"},
                    "executors.default": {
                        "type": "local",
                        "mode": "process",
                        "max_workers": str(workers),
                    },
                }
            )
        )
        self.scheduler.load()
        yield

    def wide(self, n: int, first: int) -> int:
        """Evaluate one expression."""
        return self.scheduler.run(add_up([noop(first + number) for number in range(n)]))

    def chain(self, n: int, first: int) -> int:
        """Evaluate a nested expression."""
        end = first
        for _ in range(n):
            end = successor(end)
        return self.scheduler.run(end)

    def shell(self, n: int, first: int) -> int:
        """Run scripts."""
        return self.scheduler.run(count_lines([echo(first + number) for number in range(n)]))

    def incremental(self, texts: Sequence[str]) -> int:
        """Evaluate one expression."""
        return self.scheduler.run(add_up([double(parse(text)) for text in texts]))


if __name__ == "__main__":
    main(Redun())
