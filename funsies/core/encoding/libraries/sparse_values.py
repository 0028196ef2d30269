"""Sparse arrays and matrices of SciPy, by the NumPy arrays that they are made of.

The head says class, shape, and data type and shape of each array, whose bytes are the parts.
Nothing is sorted, summed or converted: the bytes say how the values lie. Only ``lil`` and
``dok``, which are made of lists and dicts, are stored as ``csr`` and ``coo`` of them. Who looks
at a value needs no SciPy.
"""

from __future__ import annotations

import io
import zipfile
from math import prod
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeAlias

from funsies.core.encoding.frames import ClassNode, Frame, library
from funsies.core.encoding.libraries import numpy_shown
from funsies.core.encoding.libraries.numpy_frames import made, taken_apart
from funsies.core.encoding.parts import Json
from funsies.core.encoding.refusal import ValueRefused, tell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from typing_extensions import Buffer

    from funsies.core.encoding.node import Node

FORM: Final = "$sparse"
_COMPRESSED: Final = ("data", "indices", "indptr")
ARRAYS: Final = {
    **dict.fromkeys(("csr", "csc", "bsr", "lil"), _COMPRESSED),
    "dia": ("data", "offsets"),
    **dict.fromkeys(("coo", "dok"), ("data",)),
}
"""The arrays of each format; where there is one only, those of the coordinates follow."""

_NAMES: Final = tuple(f"{each}_{kind}" for each in ARRAYS for kind in ("array", "matrix"))
_NOT_SPARSE: Final = "expected a sparse array, found other data"


class SparseNode(ClassNode):
    """A class of sparse arrays, or ``sparray`` and ``spmatrix``, from which they derive."""

    form = FORM
    library = "scipy.sparse"
    remedies: ClassVar[Mapping[str, str]] = {"numpy.ndarray": "pass scipy.sparse.csr_array(it)"}

    @classmethod
    def classes(cls, kind: type) -> Iterator[type]:
        """The classes of SciPy's own that derive from a class."""
        return (each for each in map(_class, _NAMES) if issubclass(each, kind))

    def apart(self, value: Any) -> Frame:
        """Take the arrays."""
        if type(value).__name__ not in _NAMES:
            self.refuse(value)
        stored = _as_arrays(value)
        arrays = [getattr(stored, name) for name in ARRAYS[value.format]]
        if len(arrays) == 1:
            arrays.extend(stored.coords)
        frames = [taken_apart(each) for each in arrays]
        head = {
            "class": type(value).__name__,
            "shape": [int(size) for size in value.shape],
            "arrays": [frame.head for frame in frames],
        }
        return Frame(head, [part for frame in frames for part in frame.parts])

    def made(self, frame: Frame) -> object:
        """Put the arrays together."""
        head = frame.head
        if type(head) is not dict or head.get("class") not in _NAMES:
            raise ValueRefused(_NOT_SPARSE)
        try:
            heads, shape = head["arrays"], tuple(head["shape"])
            arrays = [
                made(Frame(each, [part])) for each, part in zip(heads, frame.parts, strict=True)
            ]
            return _of_arrays(head["class"], shape, arrays)
        except (KeyError, TypeError, ValueError, AttributeError) as problem:
            raise ValueRefused(f"{_NOT_SPARSE}: {tell(problem)}") from problem


FORMS: Final[Mapping[str, Callable[[], Node]]] = {FORM: SparseNode}


def node_for(kind: type, arguments: tuple[object, ...]) -> Node | None:  # noqa: ARG001  (of stubs)
    """Compile a class of sparse arrays; None if it is none of SciPy's own."""
    if not kind.__module__.startswith("scipy.sparse"):
        return None
    is_one = next(SparseNode.classes(kind), None) is not None
    return SparseNode(kind) if is_one and kind.__name__ in (*_NAMES, *_BASES) else None


_BASES: Final = ("sparray", "spmatrix")


def annotation_of(value: object) -> Any:  # noqa: ARG001  (its class says all)
    """Nothing is known but the class."""
    return None


def _class(name: str) -> Any:
    return getattr(library("scipy.sparse", "a sparse array"), name)


def _as_arrays(value: Any) -> Any:
    """The same values in a format that is made of arrays."""
    if value.format == "lil":
        return value.tocsr()
    if value.format != "dok":
        return value
    numpy, found = library("numpy", "a sparse array"), value.tocoo()
    order = numpy.lexsort(found.coords[::-1])
    same: Any = type(found)(found.shape, dtype=found.dtype)
    same.data, same.coords = found.data[order], tuple(each[order] for each in found.coords)
    return same


def _of_arrays(name: str, shape: tuple[int, ...], arrays: list[Any]) -> Any:
    """Assign the arrays: the constructors may choose another type for the indices."""
    format_name, _, kind = name.partition("_")
    stored_as = {"lil": "csr", "dok": "coo"}.get(format_name, format_name)
    data = arrays[0]
    blocks = {"blocksize": data.shape[1:]} if stored_as == "bsr" else {}
    made_of = _class(f"{stored_as}_{kind}")(shape, dtype=data.dtype, **blocks)
    if stored_as == "coo":
        made_of.data, made_of.coords = data, tuple(arrays[1:])
        made_of.has_canonical_format = False
        made_of._check()  # noqa: SLF001  (as its constructor does)
    else:
        for each, array in zip(ARRAYS[stored_as], arrays, strict=True):
            setattr(made_of, each, array)
        _check(made_of)
    return made_of if stored_as == format_name else made_of.asformat(format_name)


def _check(value: Any) -> None:
    if value.format != "dia":
        types = [value.indices.dtype, value.indptr.dtype]
        value.check_format(full_check=False)
        if types != [value.indices.dtype, value.indptr.dtype]:
            raise ValueRefused("a sparse array whose indices are of two types cannot be stored")
    elif value.data.ndim != 2 or len(value.data) != len(value.offsets):  # noqa: PLR2004
        raise ValueRefused(_NOT_SPARSE)


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
        ValueRefused: for arrays of long doubles or records, of which no file says all.
    """
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
                raise ValueRefused(f"a file cannot say all of {head['dtype']}; convert it")
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), b"".join([header, data]))
    return file.getvalue()


def _int64(sizes: Sequence[int]) -> bytes:
    return b"".join(size.to_bytes(8, "little") for size in sizes)


def _checked(head: Json) -> dict[str, Any]:
    if type(head) is not dict or not head.keys() >= {"class", "shape", "arrays"}:
        raise ValueRefused("expected a sparse array, found other data")
    return head
