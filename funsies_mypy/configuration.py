"""What ``[tool.funsies]`` in ``pyproject.toml`` says to the plugin."""

from __future__ import annotations

import hashlib
import os
import tomllib
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Final

from funsies.core import axes, file_names, units

from .shell_text import parser_version

_SHARED: Final = tuple(str(each.__file__) for each in (axes, file_names, units))
"""Modules of funsies whose rules the plugin shares."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """What is configured.

    Attributes:
        queues: the names of queues; None if any will do.
    """

    queues: tuple[str, ...] | None = None

    def fingerprint(self) -> dict[str, object]:
        """What results depend on, for mypy's cache: this, the plugin's own code, its parser."""
        return {
            "funsies_mypy": plugin_digest(),
            "parser_of_shell_texts": parser_version(),
            **asdict(self),
        }


def read_configuration(mypy_config: str | None) -> Configuration:
    """Read the configuration beside that of mypy, or in the nearest directory upwards.

    Args:
        mypy_config: the file that configures mypy, if there is one.
    """
    starts = [Path.cwd()]
    if mypy_config is not None:
        starts.insert(0, Path(mypy_config).absolute().parent)
    for directory in (each for start in starts for each in (start, *start.parents)):
        table = _own_table(directory / "pyproject.toml")
        if table is not None:
            return _configuration(table)
    return Configuration()


def _own_table(file: Path) -> dict[str, object] | None:
    """The table ``[tool.funsies]`` of a file; None if there is none."""
    try:
        tools = tomllib.loads(file.read_text(encoding="utf-8")).get("tool")
    except (OSError, ValueError):
        return None
    table = tools.get("funsies") if isinstance(tools, dict) else None
    return table if isinstance(table, dict) else None


def _configuration(table: dict[str, object]) -> Configuration:
    queues = table.get("queues")
    if not isinstance(queues, list):
        return Configuration()
    return Configuration(tuple(queue for queue in queues if isinstance(queue, str)))


@cache
def plugin_digest() -> str:
    """Digest of all that the plugin says: another version must not use this one's cache."""
    root = Path(__file__).parent
    files = [*sorted(root.rglob("*.py")), *map(Path, _SHARED)]
    content = b"\0".join(
        os.path.relpath(file, root).encode() + file.read_bytes() for file in files
    )
    return hashlib.sha256(content).hexdigest()
