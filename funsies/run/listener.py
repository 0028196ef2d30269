"""Who is told what a step prints, while it runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path


class Listener:
    """Is told where a step prints, and when it has; this one takes no notice."""

    def prints_to(self, directory: Path, show: Callable[[], None]) -> None:
        """The commands of the step that begins now print into files in this directory.

        Args:
            directory: it is there when what they print is much, or they run for long.
            show: puts there what they have printed.
        """

    def has_printed(self) -> None:
        """The step prints nothing more; what it has printed is still there."""


NOBODY = Listener()
