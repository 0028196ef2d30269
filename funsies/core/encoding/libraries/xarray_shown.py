"""Values of xarray for those who need not have xarray: a line, and the variables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from funsies.core.encoding.parts import Json
from funsies.core.encoding.refusal import Refused, tell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def preview(head: Json, parts: Sequence[memoryview]) -> str:  # noqa: ARG001  (the head says all)
    """Say on one line what a value of xarray is.

    >>> values = {"dims": ["x"], "sizes": [3], "type": "float64"}
    >>> preview({"class": "Variable", **values}, [])
    'xarray.Variable: float64 (x: 3)'
    """
    kind, variables = _shown(head)
    return f"{kind}: {', '.join(variables)}" if variables else kind


def table(head: Json, parts: Sequence[memoryview]) -> str:
    """The same, with a variable on each line if there are several."""
    kind, variables = _shown(head)
    is_one = len(variables) < 2  # noqa: PLR2004  (several)
    return preview(head, parts) if is_one else "\n  ".join([kind, *variables])


def file_header(head: Json) -> None:
    """There is no file that only begins with something else than the stored bytes."""


def to_file(value: Any) -> bytes:
    """A file of NetCDF.

    Raises:
        Refused: if it cannot be written as one, or what writes it is not installed.
    """
    try:
        return bytes(value.to_netcdf())
    except Exception as problem:
        raise Refused(
            f"xarray cannot write this as NetCDF: {tell(problem)}; pass a file that a step "
            "writes as you want it"
        ) from problem


def _shown(head: Json) -> tuple[str, list[str]]:
    if type(head) is not dict or type(head.get("class")) is not str:
        raise Refused("expected a value of xarray, found other data")
    return f"xarray.{head['class']}", list(_lines(head))


def _lines(head: dict[str, Any]) -> Iterator[str]:
    if head["class"] == "DataTree":
        for path, each in head["nodes"].items():
            yield from (f"{path}: {line}" for line in _lines_of_dataset(each))
    elif head["class"] == "Variable":
        yield _line("", head)
    elif head["class"] == "Dataset":
        yield from _lines_of_dataset(head)
    else:
        if head["values"] is not None:
            yield _line(head["name"] or "", head["values"])
        yield from _lines_of_dataset(head["of"])


def _lines_of_dataset(about: dict[str, Any]) -> Iterator[str]:
    for group, mark in (("variables", ""), ("coords", "* ")):
        yield from (mark + _line(name, each) for name, each in about[group])


def _line(name: Json, about: dict[str, Any]) -> str:
    pairs = zip(about["dims"], about["sizes"], strict=True)
    dims = ", ".join(f"{dim}: {size}" for dim, size in pairs)
    return f"{name} {about['type']} ({dims})".lstrip()
