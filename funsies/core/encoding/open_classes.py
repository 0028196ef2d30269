"""Abstract classes and protocols: any value that is one is stored as what it is."""

from __future__ import annotations

import io
from abc import ABC
from collections.abc import AsyncIterable, Awaitable, Iterator
from datetime import tzinfo
from inspect import isabstract
from numbers import Number
from typing import TYPE_CHECKING, Final

from typing_extensions import is_protocol

from funsies.core.encoding.anything import AnyNode, decode_any, encode_any
from funsies.core.encoding.node import type_name

if TYPE_CHECKING:
    from funsies.core.encoding.describe import Scope
    from funsies.core.encoding.node import Json

_BASES: Final = (Number, tzinfo)
"""Abstract ones that do not say so."""

_UNSTORABLE: Final = (io.IOBase, Iterator, Awaitable, AsyncIterable)


class OpenNode(AnyNode):
    """A class of which other classes decide how it is stored."""

    rank = 1

    def __init__(self, kind: type) -> None:
        self.kind = kind
        self.label: str = type_name(kind)
        says_nothing = is_protocol(kind) and not getattr(kind, "_is_runtime_protocol", False)
        self._checked: type = object if says_nothing else kind

    def encode(self, value: object) -> Json:
        """Write the value as what it is."""
        if not self.admits(value):
            self.refuse(value)
        return encode_any(value)

    def decode(self, raw: Json) -> object:
        """Read the value as what it says that it is."""
        value = decode_any(raw)
        if not self.admits(value):
            self.refuse_json(raw)
        return value

    def describe(self, scope: Scope) -> str:  # noqa: ARG002  (mentions no class)
        """Write the name of the class, and that the value says the rest."""
        return f"({self.label}: Any)"

    def admits(self, value: object) -> bool:
        """True for objects of the class, as far as it says which these are."""
        return isinstance(value, self._checked)


def open_node(kind: type) -> OpenNode | None:
    """Compile an abstract class or a protocol; None if objects can be of the class itself."""
    is_open = is_protocol(kind) or isabstract(kind) or ABC in kind.__bases__ or kind in _BASES
    return OpenNode(kind) if is_open and not issubclass(kind, _UNSTORABLE) else None
