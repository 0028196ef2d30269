"""How far a check of all that is stored is: on a terminal, while it goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Self

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from .numbers import shown_bytes

_NO_ROWS: Final = frozenset({"keys", "counted", "large values", "bytes"})


class CheckProgress:
    """Counts what was looked at, and shows it.

    Attributes:
        numbers: how much was looked at, by what it is.

    Args:
        console: where it is shown, if that is a terminal.
    """

    def __init__(self, console: Console) -> None:
        self.numbers: Counter[str] = Counter()
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            redirect_stdout=False,  # stdout is data and must not end up on stderr
            disable=not console.is_terminal or console.is_dumb_terminal,
        )
        self._line = self._bar.add_task("")

    def tell(self, what: str, number: int) -> None:
        """Take note of what was looked at."""
        self.numbers[what] += number
        self._bar.update(self._line, description=f"checking {what}: {self.seen}")

    @property
    def seen(self) -> str:
        """What was looked at so far, for people."""
        rows = sum(number for what, number in self.numbers.items() if what not in _NO_ROWS)
        values = self.numbers["large values"]
        return (
            f"{self.numbers['steps']:,} steps, {rows:,} rows, "
            f"{values:,} large values ({shown_bytes(self.numbers['bytes'])})"
        )

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """Let something be printed meanwhile."""
        self._bar.stop()
        try:
            yield
        finally:
            self._bar.start()
