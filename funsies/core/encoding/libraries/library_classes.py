"""Classes of libraries whose objects are frames, one form a library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from funsies.core.encoding.frames import Frame, FrameNode
from funsies.core.encoding.refusal import Refused, show

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from funsies.core.encoding.node import Node


class ClassNode(FrameNode):
    """A class of a library, and those that derive from it as far as the library has them.

    Attributes:
        library: name of the library's root module.
        remedies: what to do with objects of other classes, by the roots of their modules and
            their names.

    Args:
        kind: the class; None for all that have the form.
    """

    library: ClassVar[str]
    remedies: ClassVar[Mapping[str, str]] = {}

    def __init__(self, kind: type | None = None) -> None:
        self.kind = kind
        name = "value" if kind is None else kind.__name__
        self.label: str = f"{self.library}.{name}"
        self.shapes: frozenset[str] = frozenset({self.form})
        self.accepts: frozenset[type] | None = (
            None if kind is None else frozenset(self.classes(kind))
        )

    @classmethod
    def classes(cls, kind: type) -> Iterator[type]:
        """Classes whose objects may stand for those of a class."""
        yield kind

    def apart(self, value: Any) -> Frame:
        """Take an object apart, or raise Refused."""
        raise NotImplementedError

    def made(self, frame: Frame) -> object:
        """Make an object, or raise Refused."""
        raise NotImplementedError

    def to_frame(self, value: object) -> Frame:
        """Take an object apart."""
        if not self.admits(value):
            remedy = self.remedies.get(full_name(type(value)))
            raise Refused(
                f"expected {self.label}, got {show(value)}" + (f"; {remedy}" if remedy else "")
            )
        return self.apart(value)

    def from_frame(self, frame: Frame) -> object:
        """Make an object."""
        value = self.made(frame)
        if not self.admits(value):
            raise Refused(f"expected {self.label}, found {show(value)}")
        return value

    def admits(self, value: object) -> bool:
        """True for objects of the class."""
        return self.accepts is None or type(value) in self.accepts

    def clashes(self, produced: Node) -> bool:
        """True if no object of what is produced is one of this class."""
        if self.accepts is None or produced.accepts is None:
            return False
        return not self.accepts & produced.accepts


def full_name(kind: type) -> str:
    """The name of a class after that of its library.

    >>> from decimal import Decimal
    >>> full_name(Decimal)
    'decimal.Decimal'
    """
    return f"{kind.__module__.partition('.')[0]}.{kind.__name__}"
