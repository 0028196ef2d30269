"""Arrays and datasets of xarray: their variables, coordinates, indexes and attributes.

They are written as what says itself what it is: arrays as those of NumPy, indexes as those of
pandas. What says how a variable was stored in a file, its ``encoding``, is no part of it. Who
looks at a value needs no xarray.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any, ClassVar, Final

from funsies.core.encoding.any_node import decode_any, encode_any
from funsies.core.encoding.frames import ClassNode, Frame, library
from funsies.core.encoding.parts import Json
from funsies.core.encoding.refusal import ValueRefused, tell, type_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from funsies.core.encoding.node import Node

FORM: Final = "$xarray"
_NAMES: Final = ("DataArray", "Dataset", "DataTree", "Variable")
_NOT_XARRAY: Final = "expected a value of xarray, found other data"


class XarrayNode(ClassNode):
    """A class of xarray."""

    form = FORM
    library = "xarray"
    remedies: ClassVar[Mapping[str, str]] = {
        "numpy.ndarray": "pass xr.DataArray(it)",
        "pandas.DataFrame": "pass xr.Dataset.from_dataframe(it)",
        "pandas.Series": "pass xr.DataArray.from_series(it)",
        "xarray.DataArray": "pass it.to_dataset(name=...)",
        "xarray.Dataset": "pass one of its arrays, or it.to_dataarray()",
    }

    def apart(self, value: Any) -> Frame:
        """Describe a value, if it can be made again of its description."""
        try:
            about = _described(value)
            if not _made(about).identical(value):
                raise ValueRefused(
                    "this cannot be stored: it would not come back; store its values and what "
                    "belongs to them in a dataclass"
                )
        except (ValueError, TypeError, AttributeError) as problem:
            raise ValueRefused(f"this cannot be stored: {tell(problem)}") from problem
        return Frame(encode_any(about), [])

    def made(self, frame: Frame) -> object:
        """Make a value of its description."""
        about = decode_any(frame.head)
        if type(about) is not dict or about.get("class") not in _NAMES:
            raise ValueRefused(_NOT_XARRAY)
        try:
            found: object = _made(about)
        except (KeyError, IndexError, ValueError, TypeError, AttributeError) as problem:
            raise ValueRefused(f"{_NOT_XARRAY}: {tell(problem)}") from problem
        return found


FORMS: Final[Mapping[str, Callable[[], Node]]] = {FORM: XarrayNode}


def node_for(kind: type, arguments: tuple[object, ...]) -> Node | None:  # noqa: ARG001  (none has any)
    """Compile a class of xarray; None if its objects cannot be stored."""
    known = [getattr(_xarray(), name, None) for name in _NAMES]
    return XarrayNode(kind) if kind in known else None


def annotation_of(value: object) -> Any:  # noqa: ARG001  (its class says all)
    """Nothing is known but the class."""
    return None


def _xarray() -> Any:
    return library("xarray", "a value of xarray")


def _described(value: Any) -> dict[str, Any]:
    name = type(value).__name__
    if name == "Dataset":
        return {"class": name, **as_dataset(value)}
    if name == "Variable":
        return {"class": name, **as_variable(value)}
    if name == "DataTree":
        if value.parent is not None:
            raise ValueRefused(
                "this is a part of a tree, which it shares coordinates with; pass it.copy()"
            )
        nodes = {
            node.path: as_dataset(node.to_dataset(inherit=False)) for node in value.subtree
        }
        return {"class": name, "name": value.name, "nodes": nodes}
    is_index = type(value.variable) is not _xarray().Variable
    return {
        "class": name,
        "name": value.name,
        "of": as_dataset(value.coords.to_dataset()),
        "values": None if is_index else as_variable(value.variable),
    }


def _made(about: dict[str, Any]) -> Any:
    xarray, name = _xarray(), about["class"]
    if name == "Dataset":
        return dataset_of(xarray, about)
    if name == "Variable":
        return variable_of(xarray, about)
    if name == "DataTree":
        nodes = {path: dataset_of(xarray, each) for path, each in about["nodes"].items()}
        return xarray.DataTree.from_dict(nodes, name=about["name"])
    coordinates = dataset_of(xarray, about["of"])
    if about["values"] is None:
        return coordinates[about["name"]]
    values = variable_of(xarray, about["values"])
    return xarray.DataArray(
        values.data, coordinates.coords, values.dims, about["name"], values.attrs
    )


_OBJECTS: Final = "objects"


def as_variable(variable: Any) -> dict[str, Any]:
    """Describe a variable.

    Raises:
        ValueRefused: if its values are not in memory.
    """
    return {
        "dims": list(variable.dims),
        "type": str(variable.dtype),
        "sizes": [int(size) for size in variable.shape],
        "values": _values(variable.data),
        "attrs": dict(variable.attrs),
    }


def _values(data: Any) -> Any:
    numpy = library("numpy", "a value of xarray")
    if type(data) is not numpy.ndarray:
        if type(data).__module__.partition(".")[0] in ("numpy", "pandas"):
            return data
        raise ValueRefused(
            f"a variable is a {type_name(type(data))} of {type(data).__module__}, which is not "
            "in memory as an array of NumPy; pass it.compute(), or it.as_numpy()"
        )
    if data.dtype.kind == "O":
        return {_OBJECTS: data.ravel().tolist()}
    return data


def variable_of(xarray: Any, about: dict[str, Any]) -> Any:
    """Make a variable."""
    numpy = library("numpy", "a value of xarray")
    values, sizes = about["values"], tuple(about["sizes"])
    if isinstance(values, dict):
        objects = numpy.empty(prod(sizes), dtype=object)
        objects[:] = values[_OBJECTS]
        values = objects.reshape(sizes)
    if values.shape != sizes:
        raise ValueRefused("a variable of another shape than its sizes say")
    return xarray.Variable(about["dims"], values, about["attrs"])


def as_dataset(dataset: Any) -> dict[str, Any]:
    """Describe a dataset: coordinates, and the indexes that some are made of, and the rest."""
    groups = [(index, list(names)) for index, names in dataset.xindexes.group_by_index()]
    indexed = {name for _, names in groups for name in names}
    return {
        "indexes": [_as_index(index, names) for index, names in groups],
        "coords": [
            [name, _attributes(each) if name in indexed else as_variable(each.variable)]
            for name, each in dataset.coords.items()
        ],
        "variables": [
            [name, as_variable(each.variable)] for name, each in dataset.data_vars.items()
        ],
        "attrs": dict(dataset.attrs),
    }


def _attributes(coordinate: Any) -> dict[str, Any]:
    """What a coordinate has besides its index."""
    variable = coordinate.variable
    return {
        "dims": list(variable.dims),
        "type": str(variable.dtype),
        "sizes": [int(size) for size in variable.shape],
        "attrs": dict(variable.attrs),
    }


def _as_index(index: Any, names: list[Any]) -> dict[str, Any]:
    indexes = library("xarray.indexes", "a value of xarray")
    about = {"names": names, "dim": index.dim if hasattr(index, "dim") else None}
    if type(index) is indexes.PandasIndex:
        return {**about, "index": index.index, "types": _type_name(index.coord_dtype)}
    if type(index) is indexes.PandasMultiIndex:
        types = {name: _type_name(each) for name, each in index.level_coords_dtype.items()}
        return {**about, "index": index.index, "types": types}
    raise ValueRefused(
        f"the index of {', '.join(map(repr, names))} is a {type_name(type(index))}, which "
        f"cannot be stored; pass it.drop_indexes({names!r})"
    )


def _type_name(dtype: Any) -> str | None:
    """The data type that a coordinate shows of its index; None for one that only pandas has."""
    numpy = library("numpy", "a value of xarray")
    return str(dtype.str) if isinstance(dtype, numpy.dtype) else None


def dataset_of(xarray: Any, about: dict[str, Any]) -> Any:
    """Make a dataset."""
    known = dict(about["coords"])
    indexes: dict[Any, Any] = {}
    of_indexes: dict[Any, Any] = {}
    for each in about["indexes"]:
        index = _index_of(each)
        of_indexes.update(index.create_variables(_named(xarray, known, each["names"])))
        indexes.update(dict.fromkeys(each["names"], index))
    coordinates = {
        name: of_indexes[name] if name in of_indexes else variable_of(xarray, each)
        for name, each in known.items()
    }
    variables = {name: variable_of(xarray, each) for name, each in about["variables"]}
    return xarray.Dataset(variables, xarray.Coordinates(coordinates, indexes), about["attrs"])


def _named(xarray: Any, known: dict[Any, Any], names: list[Any]) -> dict[Any, Any]:
    """Variables whose attributes those of an index get."""
    numpy = library("numpy", "a value of xarray")
    return {
        name: xarray.Variable(
            known[name]["dims"], numpy.zeros(known[name]["sizes"]), known[name]["attrs"]
        )
        for name in names
    }


def _index_of(about: dict[str, Any]) -> Any:
    indexes = library("xarray.indexes", "a value of xarray")
    types = about["types"]
    if not isinstance(types, dict):
        return indexes.PandasIndex(about["index"], about["dim"], _dtype(types))
    level_types = {
        name: about["index"].get_level_values(name).dtype if each is None else _dtype(each)
        for name, each in types.items()
    }
    return indexes.PandasMultiIndex(about["index"], about["dim"], level_types)


def _dtype(name: str | None) -> Any:
    return None if name is None else library("numpy", "a value of xarray").dtype(name)


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
        ValueRefused: if it cannot be written as one, or what writes it is not installed.
    """
    try:
        return bytes(value.to_netcdf())
    except Exception as problem:
        raise ValueRefused(
            f"xarray cannot write this as NetCDF: {tell(problem)}; pass a file that a step "
            "writes as you want it"
        ) from problem


def _shown(head: Json) -> tuple[str, list[str]]:
    if type(head) is not dict or type(head.get("class")) is not str:
        raise ValueRefused("expected a value of xarray, found other data")
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
