"""Arrays and datasets of xarray: their variables, coordinates, indexes and attributes.

They are written as what says itself what it is: arrays as those of NumPy, indexes as those of
pandas. What says how a variable was stored in a file, its ``encoding``, is no part of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from funsies.core.encoding.any_node import decode_any, encode_any
from funsies.core.encoding.frames import Frame, library
from funsies.core.encoding.libraries.library_classes import ClassNode
from funsies.core.encoding.libraries.xarray_parts import (
    as_dataset,
    as_variable,
    dataset_of,
    variable_of,
)
from funsies.core.encoding.refusal import Refused, tell

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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
                raise Refused(
                    "this cannot be stored: it would not come back; store its values and what "
                    "belongs to them in a dataclass"
                )
        except (ValueError, TypeError, AttributeError) as problem:
            raise Refused(f"this cannot be stored: {tell(problem)}") from problem
        return Frame(encode_any(about), [])

    def made(self, frame: Frame) -> object:
        """Make a value of its description."""
        about = decode_any(frame.head)
        if type(about) is not dict or about.get("class") not in _NAMES:
            raise Refused(_NOT_XARRAY)
        try:
            found: object = _made(about)
        except (KeyError, IndexError, ValueError, TypeError, AttributeError) as problem:
            raise Refused(f"{_NOT_XARRAY}: {tell(problem)}") from problem
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
            raise Refused(
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
