"""The directory that is written, and the names in it: what was written before is replaced."""

from __future__ import annotations

import json
import shlex
import shutil
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from funsies.core.digest import Digest, short_hash
from funsies.core.errors import FunsiesError
from funsies.core.file_names import validate_file_name

_NAME_BYTES: Final = 60
_PLAIN: Final = frozenset("._=+")

_ABOUT: Final = {
    "NOT_SIGNED.txt": "why there is nothing that runs the step again",
    "artefact.json": "which value this is, and which step made it",
    "code.txt": "its code: functions, helpers and constants, with files and lines",
    "errors.json": "what went wrong, for programs",
    "errors.txt": "what went wrong, with the traceback",
    "function.plan": "the function, for replay.py",
    "input_files": "the files that it was given",
    "inputs": "what it was given",
    "log": "what it printed",
    "op.env": "its variables; may hold secrets",
    "op.sh": "runs its commands again",
    "operation.json": "what it is, and what became of it",
    "output_files": "the files that it made",
    "outputs": "what it made",
    "replay.py": "calls its function again",
    "sources": "the modules of its program, for replay.py",
    "step": "the step that made the value:",
}

_NUMBERED: Final = {"stderr": "its standard error", "stdout": "its standard output"}
_SHOWN_FILES: Final = 3


def directory_name(label: str, digest: Digest) -> str:
    """Name a directory after a step: plain, on any file system and in any shell.

    >>> directory_name("align(sample=S3, mode='../x')", Digest(bytes(32)))
    'debug-align-sample=S3-mode-x-0000000000'
    >>> directory_name("", Digest(bytes(32)))
    'debug-0000000000'
    """
    plain = "".join(each if each.isalnum() or each in _PLAIN else "-" for each in label)
    words = [word.strip(".=+") for word in plain.split("-")]
    name = "-".join(filter(None, words)).encode()[:_NAME_BYTES].decode("utf-8", "ignore")
    return "-".join(filter(None, ["debug", name, short_hash(digest)]))


def describe_files(files: Iterable[str]) -> list[str]:
    """Say what was written: a line for each file or directory.

    Args:
        files: paths within the directory.
    """
    return list(_lines([Path(each).parts for each in sorted(files)], ""))


def _lines(files: list[tuple[str, ...]], indent: str) -> Iterator[str]:
    for name, group in groupby(files, key=lambda parts: parts[0]):
        below = [parts[1:] for parts in group if len(parts) > 1]
        about = _ABOUT.get(name, "") or _about_numbered(name)
        shown = f"{name}/" if below else name
        if name == "step":
            yield f"{indent}{shown:<15} {about}"
            yield from _lines(below, f"{indent}  ")
            continue
        inside = "" if name == "sources" else _inside(below)
        yield f"{indent}{shown:<15} {about}{inside}".rstrip()


def _about_numbered(name: str) -> str:
    stem = name.rstrip("0123456789")
    if stem == "returncode":
        return "its exit code"
    return _NUMBERED.get(stem, "the value" if name.startswith("value") else "")


def _inside(files: list[tuple[str, ...]]) -> str:
    names = ["/".join(parts) for parts in files]
    more = len(names) - _SHOWN_FILES
    shown = [*names[:_SHOWN_FILES], *([f"{more} more"] if more > 0 else [])]
    return f": {', '.join(shown)}" if names else ""


RUNS_IT: Final = frozenset({"op.sh", "replay.py"})
"""Files that run the step again."""


def describe_uses(directory: Path, files: Iterable[str], digest: Digest) -> list[str]:
    """Say what to do with what was written: a command for each.

    Args:
        directory: where it is.
        files: paths within.
        digest: of the step or the value.
    """
    by_name = {Path(each).name: directory / each for each in sorted(files, reverse=True)}
    commands = {
        "errors.txt": [("read what went wrong", "less {}")],
        "op.sh": [("run its commands again", "sh {}")],
        "replay.py": [
            ("call its function again", "python {}"),
            ("the same in the debugger", "python -m pdb {}"),
        ],
    }
    lines = [
        (what, command.format(shlex.quote(str(by_name[name]))))
        for name, uses in commands.items()
        if name in by_name
        for what, command in uses
    ]
    if {"errors.txt", "replay.py"} <= by_name.keys():
        lines.append(("stop where it fails", f"funsies replay --pdb {short_hash(digest)}"))
    return [f"{what:<25} {command}" for what, command in lines]


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


class ReplayDirectory:
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
