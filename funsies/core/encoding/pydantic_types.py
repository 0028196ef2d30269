"""What pydantic has of its own for plain values: names of their types, and a time zone."""

from __future__ import annotations

import sys
from datetime import date, datetime, timedelta, tzinfo
from importlib import import_module
from typing import Any, Final

from funsies.core.encoding.node import Node
from funsies.core.encoding.parts import Json
from funsies.core.encoding.refusal import ValueRefused
from funsies.core.encoding.scalars import BytesNode, StrNode
from funsies.core.encoding.stdlib_scalars import NotationNode

_PLAIN: Final[dict[tuple[str, str], type]] = {
    ("pydantic.types", "AwareDatetime"): datetime,
    ("pydantic.types", "NaiveDatetime"): datetime,
    ("pydantic.types", "PastDatetime"): datetime,
    ("pydantic.types", "FutureDatetime"): datetime,
    ("pydantic.types", "PastDate"): date,
    ("pydantic.types", "FutureDate"): date,
    ("pydantic.networks", "EmailStr"): str,
}
"""Classes that have no objects: they only tell pydantic how to check a plain value."""

_SECRETS: Final = ("SecretStr", "SecretBytes")
_ADDRESSES: Final = (
    *("pydantic.networks._BaseUrl", "pydantic.networks._BaseMultiHostUrl"),
    *("pydantic_core._pydantic_core.Url", "pydantic_core._pydantic_core.MultiHostUrl"),
)
"""Bases of the classes of addresses, by the names that versions of pydantic have for them."""


def plain_type(kind: type) -> type | None:
    """Find the type of the values of which a class of pydantic is only a name, if it is one."""
    return _PLAIN.get((kind.__module__, kind.__qualname__))


def pydantic_node(kind: type) -> Node | None:
    """Compile an address or a secret of pydantic; None if it is none."""
    if kind.__module__ == "pydantic.types" and kind.__qualname__ in _SECRETS:
        return SecretNode(kind)
    names = {f"{base.__module__}.{base.__qualname__}" for base in kind.__mro__}
    return None if names.isdisjoint(_ADDRESSES) else NotationNode(kind)


class SecretNode(Node):
    """``SecretStr`` or ``SecretBytes``: hidden where it is shown, not where it is stored."""

    def __init__(self, kind: Any) -> None:
        self.kind: Any = kind
        self.inner: Node = StrNode() if kind.__name__ == "SecretStr" else BytesNode()
        self.label: str = kind.__name__
        self.accepts: frozenset[type] | None = frozenset({kind})
        self.shapes: frozenset[str] = self.inner.shapes

    def encode(self, value: object) -> Json:
        """Write what is secret, readable for whoever can read the server."""
        if type(value) is not self.kind:
            self.refuse(value)
        return self.inner.encode(value.get_secret_value())  # type: ignore[attr-defined]

    def decode(self, raw: Json) -> object:
        """Read it, and hide it again."""
        value: object = self.kind(self.inner.decode(raw))
        return value


def is_pydantic_zone(zone: tzinfo) -> bool:
    """Tell whether this is a time zone that pydantic makes when it reads a text or a number."""
    pydantic = sys.modules.get("pydantic_core")
    return pydantic is not None and type(zone) is pydantic.TzInfo


def pydantic_zone(offset: timedelta) -> tzinfo:
    """Make the time zone that pydantic makes for this offset.

    Raises:
        ValueRefused: if pydantic is not installed.
    """
    try:
        core: Any = import_module("pydantic_core")
    except ImportError as problem:
        raise ValueRefused(
            "this time zone is one of pydantic, which is not installed"
        ) from problem
    zone: tzinfo = core.TzInfo(offset.total_seconds())
    return zone
