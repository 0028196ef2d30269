"""Values of pandas: frames, series, indexes, their arrays, and scalars.

The head says what a value is, with its index, names and data types; numbers are parts as they
lie in memory, texts are UTF-8 (``pandas_columns.py``). Equal values have equal bytes, however
their columns are laid out. No other library is needed, but for columns that are Arrow's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from funsies.core.encoding.frames import Frame, FrameNode
from funsies.core.encoding.libraries import pandas_frames, pandas_scalars
from funsies.core.encoding.libraries.pandas_frames import ARRAYS, made, taken_apart
from funsies.core.encoding.libraries.pandas_parts import pandas_here
from funsies.core.encoding.refusal import ValueRefused, type_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from funsies.core.encoding.node import Node

FORM: Final = "$pandas"

_REMEDIES: Final[dict[str, dict[str, str]]] = {
    "DataFrame": {
        "Series": "pass to_frame() of it",
        "ndarray": "pass pd.DataFrame(...) of it",
        "dict": "pass pd.DataFrame(...) of it",
    },
    "Series": {
        "DataFrame": "pass one of its columns, or squeeze() of it",
        "ndarray": "pass pd.Series(...) of it",
        "list": "pass pd.Series(...) of it",
        "Index": "pass to_series() of it",
    },
    "Timestamp": {
        "NaTType": "annotate it as pd.Timestamp | pd.api.typing.NaTType",
        "datetime": "pass pd.Timestamp(...) of it",
    },
    "Timedelta": {"NaTType": "annotate it as pd.Timedelta | pd.api.typing.NaTType"},
}
"""What to do with values of other classes that are often found in the place of one."""


class _FormNode(FrameNode):
    """Any value of pandas: what reads them all."""

    form = FORM
    label = "value of pandas"
    shapes: frozenset[str] = frozenset({FORM})

    def to_frame(self, value: object) -> Frame:
        """Take a value apart."""
        return taken_apart(value)

    def from_frame(self, frame: Frame) -> object:
        """Make a value."""
        return made(frame)


class PandasNode(_FormNode):
    """A class of pandas, or one that others derive from, as ``Index``.

    Args:
        kind: the class.
    """

    def __init__(self, kind: type) -> None:
        self.kind = kind
        self.label: str = kind.__name__
        self.accepts: frozenset[type] | None = frozenset(
            each for each in _classes() if issubclass(each, kind)
        )

    def to_frame(self, value: object) -> Frame:
        """Take a value apart."""
        if type(value) not in (self.accepts or ()):
            self._refuse_value(value)
        return taken_apart(value)

    def from_frame(self, frame: Frame) -> object:
        """Make a value."""
        value = made(frame)
        if type(value) not in (self.accepts or ()):
            raise ValueRefused(f"expected {self.label}, found a {type_name(type(value))}")
        return value

    def _refuse_value(self, value: object) -> None:
        if isinstance(value, self.kind):
            raise ValueRefused(
                f"expected {self.label}, got a {type_name(type(value))}, which may hold more "
                f"than a {self.label}; pass pd.{self.label}(...) of it, or register_codec() "
                "for it"
            )
        for given, remedy in _REMEDIES.get(self.label, {}).items():
            if type(value).__name__ == given:
                raise ValueRefused(f"expected {self.label}, got a {given}; {remedy}")
        self.refuse(value)

    def admits(self, value: object) -> bool:
        """True for objects of the class and of its subclasses."""
        return isinstance(value, self.kind)


FORMS: Final[Mapping[str, Callable[[], Node]]] = {FORM: _FormNode}


def _classes() -> Iterator[type]:
    pandas = pandas_here()
    for name in ("DataFrame", "Series", *pandas_frames.INDEXES):
        yield getattr(pandas, name)
    yield from map(pandas_scalars.class_of, pandas_scalars.KINDS)
    yield from (getattr(pandas.arrays, name) for name in ARRAYS if hasattr(pandas.arrays, name))


def node_for(kind: type, arguments: tuple[object, ...]) -> Node | None:  # noqa: ARG001
    """Compile a class of pandas; None if it is none whose values are stored."""
    return PandasNode(kind) if kind in _classes() else None


def annotation_of(value: object) -> Any:
    """The class of a value; None if it is none whose values are stored."""
    return type(value) if type(value) in _classes() else None
