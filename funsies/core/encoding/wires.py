"""What the bytes of a whole value are: JSON, or something else that has a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from funsies.core.encoding.codecs import CodecNode
from funsies.core.encoding.files import WIRE, FilesNode
from funsies.core.encoding.node import Node
from funsies.core.encoding.parts import Encoded, written
from funsies.core.encoding.parts_read import read_with
from funsies.core.encoding.pickled import WIRE as PICKLE
from funsies.core.encoding.pickled import PickledNode
from funsies.core.encoding.scalars import BytesNode

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Buffer

JSON: Final = "json"
"""How most values are called where they are stored: JSON, and parts behind it."""


def wire_of(node: Node) -> tuple[str, Callable[[object], Encoded], Callable[[Buffer], Any]]:
    """The name of how values of a type are stored, and their ways to bytes and back."""
    if isinstance(node, BytesNode):
        return "blob", _blob, _read_blob
    if isinstance(node, FilesNode):
        return WIRE, node.to_bytes, lambda data: node.from_bytes(bytes(data))
    if isinstance(node, PickledNode):
        pickled = node
        return PICKLE, node.to_bytes, lambda data: pickled.from_bytes(bytes(data))
    if isinstance(node, CodecNode):
        codec = node
        return node.codec.name, node.to_bytes, lambda data: codec.from_bytes(bytes(data))
    encode, decode = node.encode, node.decode
    return (
        JSON,
        lambda value: written(encode(value)),
        lambda data: read_with(decode, data),
    )


def _blob(value: object) -> bytes:
    if type(value) is not bytes:
        BytesNode().refuse(value)
    return value


def _read_blob(data: Buffer) -> bytes:
    return bytes(data)
