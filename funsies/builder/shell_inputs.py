"""The input files of a shell step: from names and values to artefacts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any, Final

from funsies.core.encoding import Files, contradicts, encoding_of, encoding_of_value
from funsies.core.errors import EncodingError, WiringError
from funsies.core.file_names import is_directory, validate_file_names

from .artefact import Artefact, constant_artefact
from .nested import refuse_nested
from .python import reduce
from .shell_task import FILES

_CONTENTS: Final = encoding_of(Mapping[str, bytes | str])


def input_artefact(name: str, value: object) -> Artefact[Any]:
    """The artefact whose value becomes a file, or a directory if the name ends in a slash.

    Raises:
        WiringError: if the value cannot be the content of what is named so.
        UnsupportedTypeError: if it cannot be stored.
    """
    if is_directory(name):
        return _directory(name, value)
    return _made_file(name, value) if isinstance(value, Artefact) else _file(name, value)


def _file(name: str, value: object) -> Artefact[Any]:
    if isinstance(value, PurePath):
        raise WiringError(
            f"inp= gives {name!r} the path {str(value)!r}, which is not the content of a file: "
            f"use put_file({str(value)!r}), or str(path) for the text of the path"
        )
    try:
        return constant_artefact(value, encoding_of_value(value))
    except EncodingError as problem:
        what = f"the content of the input file {name!r}"
        refuse_nested(value, what)
        raise type(problem)(f"{what}: {problem}") from None


def _made_file(name: str, value: Artefact[Any]) -> Artefact[Any]:
    kind = value.encoding.annotation
    if isinstance(kind, type) and issubclass(kind, PurePath):
        raise WiringError(
            f"inp= gives {name!r} an artefact of a path, which is not the content of a file: "
            "let the step return the content, or str(path) for the text of the path"
        )
    if value.encoding == FILES:
        raise WiringError(
            f"inp= gives {name!r} a directory of files; name it {name + '/'!r}, with a slash"
        )
    return value


def _directory(name: str, value: object) -> Artefact[Any]:
    validate_file_names([name])
    if isinstance(value, PurePath):
        raise WiringError(
            f"inp= gives {name!r} the path {str(value)!r}, which is not the content of a "
            f"directory: use put_dir({str(value)!r})"
        )
    if isinstance(value, Artefact):
        return _made_directory(name, value)
    if not isinstance(value, Mapping):
        raise WiringError(
            f"inp= gives the directory {name!r} a value of type {type(value).__name__}; give "
            "it a dict of file names to bytes or text, put_dir(...), or what another step made"
        )
    for file, content in value.items():
        if isinstance(content, PurePath):
            raise WiringError(
                f"inp= gives {name!r} the path {str(content)!r}, which is not the content of a "
                f"file; name the file by itself: "
                f"inp={{{f'{name}{file}'!r}: put_file({str(content)!r})}}"
            )
        if isinstance(content, Artefact):
            raise WiringError(
                f"inp= gives the directory {name!r} a dict with artefacts inside; name each "
                f"file by itself: inp={{{f'{name}{file}'!r}: artefact}}"
            )
    return _put_files(name, value)


def _put_files(name: str, files: Mapping[Any, Any]) -> Artefact[Any]:
    try:
        return constant_artefact(_as_files(files), FILES)
    except EncodingError as problem:
        raise WiringError(f"inp= gives the directory {name!r} no files: {problem}") from None


def _made_directory(name: str, value: Artefact[Any]) -> Artefact[Any]:
    """A dict that a step returns is made into files by a step of its own."""
    if value.encoding == FILES:
        return value
    if contradicts(_CONTENTS, value.encoding):
        raise WiringError(
            f"inp= gives the directory {name!r} an artefact of {value.encoding.label}; give it "
            "one of dict[str, bytes], or name a single file, without a slash at the end"
        )
    return reduce(_as_files, value, out=Files, name="files")


def _as_files(files: Any) -> dict[str, bytes]:
    return {
        name: content.encode() if isinstance(content, str) else content
        for name, content in files.items()
    }
