"""Who is told what a step prints, while it runs."""

from __future__ import annotations

from pathlib import Path


class Listener:
    """Is told where a step prints, and when it has; this one takes no notice."""

    def prints_to(self, directory: Path) -> None:
        """The commands of the step that begins now print into files in this directory."""

    def has_printed(self) -> None:
        """The step prints nothing more; what it has printed is still there."""


NOBODY = Listener()
