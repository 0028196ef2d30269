"""What values of xarray are made of, as dicts and lists: variables, coordinates, indexes."""

from __future__ import annotations

from math import prod
from typing import Any, Final

from funsies.core.encoding.frames import library
from funsies.core.encoding.refusal import Refused, type_name

_OBJECTS: Final = "objects"


def as_variable(variable: Any) -> dict[str, Any]:
    """Describe a variable.

    Raises:
        Refused: if its values are not in memory.
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
        raise Refused(
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
        raise Refused("a variable of another shape than its sizes say")
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
    raise Refused(
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
