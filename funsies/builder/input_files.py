"""The input files of a shell step, as artefacts."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from typing_extensions import override

from funsies.core.errors import NoSuchInputError
from funsies.core.former_names import former_members

from .artefact import Artefact


class InputFiles(Mapping[str, Artefact[Any]]):
    """The input files of a shell step, by name."""

    def __init__(self, files: Mapping[str, Artefact[Any]]) -> None:
        self._files = dict(files)

    @override
    def __getitem__(self, name: str) -> Artefact[Any]:
        """The input file of this name.

        Raises:
            NoSuchInputError: if the step has no such input; it names those that it has.
        """
        if name in self._files:
            return self._files[name]
        close = difflib.get_close_matches(str(name), list(self._files), 1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        names = f" (inp= names {', '.join(map(repr, self._files))})" if self._files else ""
        raise NoSuchInputError(f"this shell step has no input {name!r}{names}{hint}")

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    @override
    def __len__(self) -> int:
        return len(self._files)

    @override
    def __repr__(self) -> str:
        return repr(self._files)


former_members(
    InputFiles,
    "step.inp",
    dict.fromkeys(
        ("clear", "copy", "pop", "popitem", "setdefault", "update"),
        "it cannot be changed: write dict(step.inp)",
    ),
)
