"""Sparse arrays for those who need not have SciPy: a line to look at, a ``.npz`` file."""

from __future__ import annotations

import io
import zipfile
from math import prod
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from funsies.core.encoding.libraries import numpy_shown
from funsies.core.encoding.parts import Json
from funsies.core.encoding.refusal import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Buffer

_COMPRESSED: Final = ("data", "indices", "indptr")
_MEMBERS: Final = {
    **dict.fromkeys(("csr", "csc", "bsr"), _COMPRESSED),
    "dia": ("data", "offsets"),
    "coo": ("data", "row", "col"),
}
_STORED_AS: Final = {"lil": "csr", "dok": "coo"}
_Member: TypeAlias = "tuple[str, Any, Buffer]"
"""A file in the archive: name, head of the array, bytes."""


def preview(head: Json, parts: Sequence[memoryview]) -> str:  # noqa: ARG001  (the head says all)
    """Say on one line what a sparse array is.

    >>> data = {"dtype": "<f8", "shape": [2]}
    >>> preview({"class": "csr_array", "shape": [9, 9], "arrays": [data]}, [])
    'csr_array of float64, shape (9, 9), 2 stored'
    """
    about = _checked(head)
    data = about["arrays"][0]
    kind = (
        numpy_shown.preview({**data, "shape": [0]}, []).split(",")[0].removeprefix("array of ")
    )
    shape, stored = tuple(about["shape"]), prod(data["shape"])
    return f"{about['class']} of {kind}, shape {shape}, {stored:,} stored"


def file_header(head: Json) -> None:
    """There is no file that only begins with something else than the stored bytes."""


table: Final = preview


def to_file(value: object) -> bytes:
    """A file that ``scipy.sparse.load_npz`` reads; equal values make equal ones.

    Raises:
        Refused: for arrays of long doubles or records, of which no file says all.
    """
    from funsies.core.encoding.libraries.sparse_values import SparseNode  # noqa: PLC0415 - for this alone

    head, parts = SparseNode().apart(value)
    about = _checked(head)
    format_name, _, kind = about["class"].partition("_")
    stored_as = _STORED_AS.get(format_name, format_name)
    members = [
        *_arrays(stored_as, about, parts),
        ("format", {"dtype": f"|S{len(stored_as)}", "shape": []}, stored_as.encode()),
        ("shape", {"dtype": "<i8", "shape": [len(about["shape"])]}, _int64(about["shape"])),
    ]
    if kind == "array":
        members.append(("_is_array", {"dtype": "|b1", "shape": []}, b"\1"))
    return _zipped(members)


def _arrays(stored_as: str, about: dict[str, Any], parts: Sequence[Buffer]) -> list[_Member]:
    heads, shape = about["arrays"], about["shape"]
    if stored_as == "coo" and len(shape) != 2:  # noqa: PLR2004  (row and column)
        together = {**heads[1], "shape": [len(shape), *heads[1]["shape"]]}
        return [("data", heads[0], parts[0]), ("coords", together, b"".join(parts[1:]))]
    return list(zip(_MEMBERS[stored_as], heads, parts, strict=True))


def _zipped(members: Sequence[_Member]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, head, data in members:
            header = numpy_shown.file_header(head)
            if header is None:
                raise Refused(f"a file cannot say all of {head['dtype']}; convert it")
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), b"".join([header, data]))
    return file.getvalue()


def _int64(sizes: Sequence[int]) -> bytes:
    return b"".join(size.to_bytes(8, "little") for size in sizes)


def _checked(head: Json) -> dict[str, Any]:
    if type(head) is not dict or not head.keys() >= {"class", "shape", "arrays"}:
        raise Refused("expected a sparse array, found other data")
    return head
