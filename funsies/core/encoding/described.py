"""Values that say themselves what they are: ``{"$type": "Decimal", "value": "1.5"}``.

What a step without an annotation returns may be of any type that has an encoding. It is
written as that type writes it, under the name of the type: its own if it is a standard one
(``standard_types.py``), or ``module:Class``. Who reads it finds the class by that name
(``known_classes.py``).
"""

from __future__ import annotations

from enum import Enum
from functools import cache
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeGuard

from funsies.core.encoding.codecs import codec_for
from funsies.core.encoding.frames import FrameNode, is_frame
from funsies.core.encoding.hints import Mark
from funsies.core.encoding.known_classes import (
    can_be_found,
    classes_named,
    is_lenient,
    name_of,
    note,
)
from funsies.core.encoding.node import TYPE, Node
from funsies.core.encoding.parts import Json
from funsies.core.encoding.refusal import ValueRefused, remedy_for_items, show, type_name
from funsies.core.errors import UnsupportedTypeError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from funsies.core.encoding.encoding import Encoding

_FUNCTION: Final = "make the function a part of the step that calls it"
_REMEDIES: Final[dict[type, str]] = {
    object: "it says nothing but that it is there; use None, or an Enum",
    FunctionType: _FUNCTION,
    BuiltinFunctionType: _FUNCTION,
    MethodType: _FUNCTION,
}


def encode_described(value: object) -> Json:
    """Write a value with the name of its type.

    Raises:
        ValueRefused: if its type has no encoding, or if nobody else could find its class.
    """
    kind = type(value)
    name = _standard_names().get(kind)
    if name is not None:
        return {TYPE: name, "value": _standard_nodes()[name].encode(value)}
    node = _node_of(kind, value)
    if isinstance(node, FrameNode):
        return node.encode(value)
    if not can_be_found(kind):
        way = ", or pass dict(it._asdict())" if hasattr(kind, "_asdict") else ""
        raise ValueRefused(
            f"{type_name(kind)} is a class that no reader would find again as {name_of(kind)}; "
            f"define it at the top level of a module or script{way}"
        )
    note(kind)
    return {TYPE: name_of(kind), "value": node.encode(value)}


def decode_described(raw: dict[str, Json]) -> object:
    """Read a value as the type that its name says.

    Raises:
        ValueRefused: if its class is not known, or is another one by now.
    """
    name, content = raw[TYPE], raw.get("value")
    if type(name) is not str or raw.keys() != {TYPE, "value"}:
        raise ValueRefused(f"expected the name of a type and a value, found {show(name)}")
    standard = _standard_nodes().get(name)
    if standard is not None:
        return standard.decode(content)
    problem = None
    for node in _nodes_named(name):
        try:
            return node.decode(content)
        except ValueRefused as refusal:
            problem = problem or refusal
    if is_lenient():
        raise NotHere
    raise problem or ValueRefused(
        f"this is a {name.partition(':')[2]} of {name.partition(':')[0]}, and no such class is "
        "loaded here; import its module, or annotate what takes the value"
    )


def plain_json(raw: Json) -> Json:
    """Leave the names of types out of JSON data: the values stay, as data."""
    if type(raw) is list:
        return [plain_json(item) for item in raw]
    if type(raw) is not dict:
        return raw
    if raw.keys() == {TYPE, "value"}:
        return plain_json(raw["value"])
    return {key: plain_json(item) for key, item in raw.items()}


def says_its_class(raw: Json) -> TypeGuard[dict[str, Json]]:
    """True of what :func:`encode_described` writes."""
    return is_frame(raw) or (type(raw) is dict and TYPE in raw)


def decode_other(raw: dict[str, Json]) -> object:
    """Read a value of a class that an annotation does not name.

    Raises:
        ValueRefused: if its class is not known.
    """
    from funsies.core.encoding.any_node import decode_any  # noqa: PLC0415 - it uses this

    return decode_any(raw)


class NotHere(ValueRefused):
    """An object whose class is not known here, for a reader who takes its data as well."""

    def __init__(self) -> None:
        super().__init__("its class is not known here")


def _nodes_named(name: str) -> Iterator[Node]:
    for kind in classes_named(name):
        found = stored_class(kind)
        if found is not None:
            yield found.node


def stored_class(kind: type) -> Encoding[Any] | None:
    """How the values of a class are stored; None if they are not."""
    from funsies.core.encoding.class_fields import has_fields  # noqa: PLC0415 - it uses this
    from funsies.core.encoding.encoding import encoding_of  # noqa: PLC0415 - it uses this

    if not (has_fields(kind) or issubclass(kind, Enum) or codec_for(kind)):
        return None
    try:
        return encoding_of(kind)
    except UnsupportedTypeError:
        return None


def pickled_class(kind: type) -> Encoding[Any]:
    """How the values of a class are stored where they may be a part of a pickle."""
    from funsies.core.encoding.encoding import encoding_of  # noqa: PLC0415 - it uses this

    return stored_class(kind) or encoding_of(Annotated[kind, Mark.PICKLED])


def _node_of(kind: type, value: object) -> Node:
    from funsies.core.encoding.encoding import encoding_of  # noqa: PLC0415 - it uses this

    remedy = remedy_for_items(kind) or _REMEDIES.get(kind, "")
    try:
        if not remedy:
            return encoding_of(kind).node
    except UnsupportedTypeError as problem:
        raise ValueRefused(str(problem)) from None
    raise ValueRefused(f"{show(value)} cannot be stored; {remedy}")


@cache
def _standard_names() -> dict[object, str]:
    from funsies.core.encoding.standard_types import (  # noqa: PLC0415 - it uses this
        STANDARD_TYPES,
    )

    return {kind: each.name for kind, each in STANDARD_TYPES.items() if each.name}


@cache
def _standard_nodes() -> dict[str, Node]:
    from funsies.core.encoding.standard_types import (  # noqa: PLC0415 - it uses this
        STANDARD_NAMES,
    )

    return {name: each.of_anything() for name, each in STANDARD_NAMES.items()}
