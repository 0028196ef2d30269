"""What ``[tool.funsies]`` in ``pyproject.toml`` says to the plugin."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Configuration:
    """What is configured.

    Attributes:
        queues: the names of queues; None if any will do.
    """

    queues: tuple[str, ...] | None = None

    def fingerprint(self) -> dict[str, object]:
        """What results depend on, for mypy's cache: this, and the plugin's own code."""
        return {"funsies_mypy": plugin_digest(), **asdict(self)}


def read_configuration(mypy_config: str | None) -> Configuration:
    """Read the configuration beside that of mypy, or in the nearest directory upwards.

    Args:
        mypy_config: the file that configures mypy, if there is one.
    """
    start = Path.cwd() if mypy_config is None else Path(mypy_config).absolute().parent
    for directory in (start, *start.parents):
        file = directory / "pyproject.toml"
        if file.is_file():
            return _read(file)
    return Configuration()


def _read(file: Path) -> Configuration:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
        queues = table.get("tool", {}).get("funsies", {}).get("queues")
    except (OSError, ValueError, AttributeError):
        return Configuration()
    if isinstance(queues, list) and all(isinstance(queue, str) for queue in queues):
        return Configuration(tuple(queues))
    return Configuration()


def plugin_digest() -> str:
    """Digest of all files of the plugin: another version must not use this one's cache."""
    root = Path(__file__).parent
    files = sorted(root.rglob("*.py"))
    content = b"\0".join(
        str(file.relative_to(root)).encode() + file.read_bytes() for file in files
    )
    return hashlib.sha256(content).hexdigest()
