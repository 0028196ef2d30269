"""Values of libraries: a head and parts, ``{"$array": head, "parts": [...]}``.

The form says itself what it is, under an annotation as well as without one. To add a library:

1. a module in ``libraries`` with a subclass of :class:`FrameNode` for each form, which turns
   a value into a :class:`Frame`, a head (JSON data) and any number of parts (raw bytes), and
   back;
2. in that module, ``node_for(kind, arguments)``, which compiles the library's classes,
   ``annotation_of(value)``, the annotation that says most of a value, and ``FORMS``, which
   makes for each form the node that reads all its values;
3. in that module or in one beside it, what shows such values without the library: see
   :func:`shown_by`;
4. a line in the table below.

The module is imported only where the program has imported the library itself, or where there
is a value of it to be read. It takes the library from :func:`library`.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple, TypeGuard

from funsies.core.encoding.node import Node
from funsies.core.encoding.parts import Json, own_part, part, read_part
from funsies.core.encoding.refusal import ValueRefused, show

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from typing_extensions import Buffer

    from funsies.core.encoding.node import Node

_PACKAGE: Final = "funsies.core.encoding.libraries"


class _Library(NamedTuple):
    """A library whose values are known.

    Attributes:
        form: what begins its values.
        values: the module that knows them.
        shown: the one that shows them to those who do not have the library.
    """

    form: str
    values: str
    shown: str


_LIBRARIES: Final = {
    "numpy": _Library("$array", "numpy_arrays", "numpy_shown"),
    "pandas": _Library("$pandas", "pandas_values", "pandas_shown"),
    "polars": _Library("$polars", "polars_values", "polars_values"),
    "pyarrow": _Library("$arrow", "arrow_values", "arrow_values"),
    "scipy": _Library("$sparse", "sparse_values", "sparse_values"),
    "xarray": _Library("$xarray", "xarray_values", "xarray_values"),
}
"""Libraries, by the root module of their classes."""

_BY_FORM: Final = {each.form: each for each in _LIBRARIES.values()}

PARTS: Final = "parts"


class Frame(NamedTuple):
    """A value, taken apart.

    Attributes:
        head: JSON data: what there is to say besides the bytes.
        parts: raw bytes, as buffers that nobody changes. When they are read, they belong to
            the value that is made of them, which may write to them.
    """

    head: Json
    parts: Sequence[Buffer]


class FrameNode(Node):
    """A type whose values are a head and parts.

    Attributes:
        form: begins what is written.
        may_write: whether values write to the parts that they are made of, and so have copies
            of them where others may read them.
    """

    form: ClassVar[str]
    may_write: ClassVar[bool] = True

    def to_frame(self, value: object) -> Frame:
        """Take a value apart, or raise ValueRefused."""
        raise NotImplementedError

    def from_frame(self, frame: Frame) -> object:
        """Make a value, or raise ValueRefused."""
        raise NotImplementedError

    def clashes(self, produced: Node) -> bool:
        """True for values of another library, whose class may have the same name."""
        return isinstance(produced, FrameNode) and produced.form != self.form

    def encode(self, value: object) -> Json:
        """Write the head and the parts."""
        head, parts = self.to_frame(value)
        return {self.form: head, PARTS: [part(each) for each in parts]}

    def decode(self, raw: Json) -> object:
        """Read the head and the parts."""
        if not is_frame(raw) or self.form not in raw or type(raw[PARTS]) is not list:
            return self.decode_other(raw)
        read = own_part if self.may_write else read_part
        return self.from_frame(Frame(raw[self.form], [read(each) for each in raw[PARTS]]))


def is_frame(raw: Json) -> TypeGuard[dict[str, Json]]:
    """True if JSON data are those of a value of a library."""
    return type(raw) is dict and any(raw.keys() == {form, PARTS} for form in _BY_FORM)


def decode_frame(raw: dict[str, Json]) -> object:
    """Read a value as what its form says that it is."""
    form = form_of(raw)
    node: Node = _module(_BY_FORM[form].values).FORMS[form]()
    return node.decode(raw)


def form_of(raw: dict[str, Json]) -> str:
    """Which form a value of a library has."""
    return next(iter(_BY_FORM.keys() & raw.keys()))


def shown_by(form: str) -> Any:
    """Who shows the values of a form: a module without the library, and these names in it.

    ``preview(head, parts)`` is a line about a value, of whose parts there may be the beginning
    only, and ``table(head, parts)`` may be several; ``file_header(head)`` is what makes a file
    of the parts, or None; ``to_file(value)`` makes one with the library, or is None.
    """
    return _module(_BY_FORM[form].shown)


def library_node(kind: type, arguments: tuple[object, ...] = ()) -> Node | None:
    """Compile a class of a library; None if we do not know it.

    Args:
        kind: the class.
        arguments: its type arguments.
    """
    known = _module_of(kind)
    node: Node | None = known.node_for(kind, arguments) if known else None
    return node


def annotation_of(value: object) -> Any:
    """Write what is known of a library's value as an annotation; None if it is none."""
    known = _module_of(type(value))
    return known.annotation_of(value) if known else None


def _module_of(kind: type) -> Any:
    root = kind.__module__.partition(".")[0]
    is_here = root in _LIBRARIES and root in sys.modules
    return _module(_LIBRARIES[root].values) if is_here else None


def _module(name: str) -> Any:
    return import_module(f"{_PACKAGE}.{name}")


def library(name: str, what: str) -> Any:
    """Import a library of which there is a value.

    Args:
        name: of its module.
        what: it is, for the message.

    Raises:
        ValueRefused: if it is not installed.
    """
    try:
        return import_module(name)
    except ImportError:
        raise ValueRefused(f"this is {what}, and {name} is not installed here") from None


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
        """Take an object apart, or raise ValueRefused."""
        raise NotImplementedError

    def made(self, frame: Frame) -> object:
        """Make an object, or raise ValueRefused."""
        raise NotImplementedError

    def to_frame(self, value: object) -> Frame:
        """Take an object apart."""
        if not self.admits(value):
            remedy = self.remedies.get(full_name(type(value)))
            raise ValueRefused(
                f"expected {self.label}, got {show(value)}" + (f"; {remedy}" if remedy else "")
            )
        return self.apart(value)

    def from_frame(self, frame: Frame) -> object:
        """Make an object."""
        value = self.made(frame)
        if not self.admits(value):
            raise ValueRefused(f"expected {self.label}, found {show(value)}")
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
