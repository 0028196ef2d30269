"""Names of files in the directory of a shell step.

Checked when the graph is built, and again on the worker. Whatever stays inside the directory
and is written in one way only is usable: spaces, newlines, leading dashes, any script.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate
from typing import Final, NoReturn

MAX_PART_BYTES: Final = 255
"""Longest name of a file or directory that common file systems can keep, in UTF-8."""

MAX_PATH_BYTES: Final = 800
"""Longest name with all its directories; some systems can keep 1,024 bytes, the step's own
directory included."""


def validate_file_name(name: str) -> None:
    """Check the name of one file.

    Args:
        name: path of the file, relative to the step's directory.

    Raises:
        FileNameError: if it leads out of the directory or is not usable as a name.

    >>> validate_file_name("results/run 1.csv")
    """
    if (problem := _problem(name)) is not None:
        _refuse(problem)


def problem_of(name: str) -> str | None:
    """What is wrong with the name of a file, or of a directory, and what to do about it.

    >>> problem_of("results/")
    >>> problem_of("./a")
    '"./a" can be written shorter; write "a"'
    """
    is_tree = isinstance(name, str) and len(name) > 1 and is_directory(name)
    return _problem(name[:-1], "/") if is_tree else _problem(name)


def is_directory(name: str) -> bool:
    """Whether a name is that of a directory with all its files: ``results/``."""
    return name.endswith("/")


def is_pattern(name: str) -> bool:
    """Whether the name of an output stands for all files that match it: ``*.csv``."""
    return any(each in name for each in "*?[")


def stands_for_files(output: str) -> bool:
    """Whether an output is any number of files, by their names, and not the bytes of one."""
    return is_directory(output) or is_pattern(output)


def validate_file_names(inputs: Iterable[str], outputs: Iterable[str] = ()) -> None:
    """Check the names of all files of a step.

    An output may have the name of an input: the step changes the file. A name that ends in a
    slash is that of a directory, in which single files may be named, too. Patterns may overlap:
    ``*`` and ``*/*.csv``.

    Args:
        inputs: files and directories that are there before the step runs.
        outputs: files and directories that it makes, and patterns.

    Raises:
        FileNameError: if one of them is not usable; or if one of the inputs, or of the
            outputs, occurs twice, or is a file and at the same time the directory of another.
    """
    _validate_side_by_side(inputs, "input")
    _validate_side_by_side(outputs, "output")


def _validate_side_by_side(names: Iterable[str], role: str) -> None:
    seen: set[str] = set()
    for name in names:
        if (problem := problem_of(name)) is not None:
            _refuse(problem)
        if name in seen:
            _refuse(f"duplicate {role} file {_quoted(name)}; name each {role} file once")
        seen.add(name)
    for name in seen:
        for directory in directories_of(name):
            if directory in seen and not (role == "output" and is_pattern(directory)):
                _refuse(
                    f"{_quoted(directory)} cannot be an {role} file and the directory of "
                    f"{_quoted(name)}; rename one of them"
                )


def _refuse(problem: str) -> NoReturn:
    from .errors import FileNameError  # noqa: PLC0415 - the mypy plugin asks for problems only

    raise FileNameError(problem)


def _problem(name: object, end: str = "") -> str | None:
    """What is wrong with a name, and what to do about it; None if nothing is.

    Args:
        name: of a file, or of a directory without its last slash.
        end: that slash.
    """
    if not isinstance(name, str):
        return f"a file name is text, not {type(name).__name__}; write it as a str"
    if not name:
        return "a file name is empty; name a file in the step's directory"
    quoted = _quoted(name + end)
    if "\0" in name:
        return f"{quoted} contains a NUL character, which no file name can; remove it"
    if not _is_unicode(name):
        return f"{quoted} is not valid Unicode; rename the file"
    if name.startswith("/"):
        return f"{quoted} is an absolute path; shell files live in the job directory"
    return _problem_of_parts(name.split("/"), quoted, end)


def _problem_of_parts(parts: list[str], quoted: str, end: str) -> str | None:
    if ".." in parts:
        return f'{quoted} contains ".."; shell files live in the job directory'
    named = [part for part in parts if part not in ("", ".")]
    if not named:
        return (
            f"{quoted} is the step's own directory; name what is in it (as an output, "
            '"**" stands for all files)'
        )
    if not end and not parts[-1]:
        return f"{quoted} is a directory, not a file; name the files in it, each by itself"
    if parts[-1] == ".":
        end = "/"
    if named != parts:
        return f"{quoted} can be written shorter; write {_quoted('/'.join(named) + end)}"
    return _problem_of_length(parts, quoted)


def _problem_of_length(parts: list[str], quoted: str) -> str | None:
    if sum(len(part.encode()) + 1 for part in parts) > MAX_PATH_BYTES:
        return f"{quoted} is longer than {MAX_PATH_BYTES} bytes in all; choose a shorter path"
    if any(len(part.encode()) > MAX_PART_BYTES for part in parts):
        return f"{quoted} is longer than {MAX_PART_BYTES} bytes; choose a shorter name"
    return None


def directories_of(name: str) -> Iterable[str]:
    """The directories that a name goes through: ``a`` and ``a/b`` for ``a/b/c``."""
    return accumulate(name.split("/")[:-1], "{}/{}".format)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _quoted(name: str) -> str:
    shown = name if len(name) <= MAX_PART_BYTES else f"{name[:MAX_PART_BYTES]}..."
    return f'"{shown}"' if shown.isprintable() and '"' not in shown else ascii(shown)
