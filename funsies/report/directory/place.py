"""The directory that is written: what an earlier call wrote is replaced, nothing else."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from funsies.core.errors import FunsiesError
from funsies.core.file_names import validate_file_name

MANIFEST: Final = ".funsies-debug"
"""File with the names of all that was written."""

_REFUSAL: Final = """\
What runs this step again is left out: its definition is not signed with the key of this project
(.funsies/key or FUNSIES_KEY), so anybody who can write to the server may have made it.
"""


class NotOursError(FunsiesError):
    """The directory holds something else than what funsies wrote; it is left as it is."""

    def __init__(self, directory: Path) -> None:
        super().__init__(
            f"{directory} holds something that funsies debug has not written; name another "
            "directory with -o"
        )


class Place:
    """A directory to write to, and a list of what is in it.

    Args:
        directory: made if it is not there, for its owner alone: options may hold secrets.

    Raises:
        NotOursError: if there is something in it that was not written by an earlier call.
        OSError: if it cannot be made.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._names: dict[str, None] = {}
        if not directory.exists():
            directory.mkdir(parents=True, mode=0o700)
        elif any(directory.iterdir()):
            _empty(directory)

    def path(self, name: str) -> Path:
        """Where to write a file.

        Raises:
            FileNameError: if the name leads out of the directory. It may come from the server,
                where others than us may have written it.
        """
        validate_file_name(name)
        if name not in self._names:
            self._names[name] = None
            manifest = self.directory / MANIFEST
            manifest.write_text(json.dumps(list(self._names)), encoding="utf-8")
        return self.directory / name

    def folder(self, name: str) -> Path:
        """A directory within, made if it is not there."""
        path = self.path(name)
        path.mkdir(exist_ok=True)
        return path

    def write_json(self, name: str, value: Mapping[str, Any]) -> None:
        """Write JSON for people and programs."""
        text = json.dumps(value, indent=2, ensure_ascii=False)
        self.path(name).write_text(f"{text}\n", encoding="utf-8")

    def write_refusal(self) -> None:
        """Say why there is nothing to run the step again."""
        self.write_text("NOT_SIGNED.txt", _REFUSAL)

    def write_text(self, name: str, text: str) -> None:
        """Write a text."""
        self.path(name).write_text(text, encoding="utf-8")


def _empty(directory: Path) -> None:
    """Remove what an earlier call wrote; a user's own files beside it stay."""
    try:
        names = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise NotOursError(directory) from None
    for name in names:
        path = directory / Path(str(name)).name
        if (path / MANIFEST).exists():
            _empty(path)
        elif path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


_SUFFIXES: Final = {"blob": "", "files": ".tar", "json": ".json"}


def file_name(name: str, position: int, wire: str) -> str:
    """Name of the file for an input or an output of a Python function.

    >>> file_name("samples", 0, "json"), file_name("../x", 3, "blob")
    ('samples.json', 'number-3')
    >>> file_name("samples", 0, "image/png")
    'samples.image-png'
    """
    is_plain = name.isascii() and (name.isalnum() or name.isidentifier())
    stem = name if is_plain else f"number-{position}"
    codec = "".join(each if each.isalnum() else "-" for each in wire)
    return f"{stem}{_SUFFIXES.get(wire, f'.{codec}')}"
