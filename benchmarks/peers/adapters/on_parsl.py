"""Parsl's high-throughput executor; results are kept by memoization with checkpoints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import parsl
from adapter import main
from parsl import bash_app, python_app
from parsl.config import Config
from parsl.dataflow.memoization import BasicMemoizer
from parsl.executors import HighThroughputExecutor
from parsl.providers import LocalProvider
from parsl.utils import get_all_checkpoints


@python_app(cache=True)
def noop(number: int) -> int:
    """Do nothing."""
    return number


@python_app(cache=True)
def successor(number: int) -> int:
    """Be one link of the chain."""
    return number + 1


@bash_app(cache=True)
def echo(number: int, stdout: str = "") -> str:
    """Print a number."""
    return f"echo {number}"


@python_app(cache=True)
def parse(text: str) -> int:
    """Read a number."""
    return int(text)


@python_app(cache=True)
def double(number: int) -> int:
    """Stand for what is done with each input."""
    return number * 2


@python_app(cache=True)
def add_up(*numbers: int) -> int:
    """Bring everything together."""
    return sum(numbers)


@python_app(cache=True)
def count_lines(paths: Sequence[str], inputs: Sequence[int] = ()) -> int:
    """Read what commands have printed."""
    from pathlib import Path  # the function is sent alone

    return sum(Path(path).read_text().count("\n") for path in paths)


class Parsl:
    """Apps on workers of this machine."""

    distribution = "parsl"
    cases = ("wide", "chain", "shell", "cached", "incremental")
    largest = 10_000
    has_workers = True

    @contextmanager
    def running(self, workers: int, directory: Path) -> Iterator[None]:
        """Load Parsl with what earlier runs have left in the directory."""
        self.directory = directory
        runs = str(directory / "runs")
        config = Config(
            executors=[
                HighThroughputExecutor(
                    max_workers_per_node=workers,
                    address="127.0.0.1",
                    provider=LocalProvider(init_blocks=1, max_blocks=1),
                )
            ],
            run_dir=runs,
            memoizer=BasicMemoizer(
                checkpoint_mode="dfk_exit", checkpoint_files=get_all_checkpoints(runs)
            ),
            initialize_logging=False,
            usage_tracking=0,
        )
        with parsl.load(config):
            yield
        parsl.clear()

    def wide(self, n: int, first: int) -> int:
        """Call all, then one with their futures."""
        return add_up(*(noop(first + number) for number in range(n))).result()

    def chain(self, n: int, first: int) -> int:
        """Call each link with the future of the one before."""
        end = first
        for _ in range(n):
            end = successor(end)
        return end.result()

    def shell(self, n: int, first: int) -> int:
        """Run each command with its output in a file."""
        paths = [str(self.directory / f"{first + number}.txt") for number in range(n)]
        ended = [echo(first + number, stdout=path) for number, path in enumerate(paths)]
        return count_lines(paths, inputs=ended).result()

    def incremental(self, texts: Sequence[str]) -> int:
        """Call apps for each text."""
        return add_up(*(double(parse(text)) for text in texts)).result()


if __name__ == "__main__":
    main(Parsl())
