"""Values of libraries: a head and parts, ``{"$array": head, "parts": [...]}``.

The form says itself what it is, under an annotation as well as without one. To add a library:

1. a module in ``libraries`` with a subclass of :class:`FrameNode` for each form, which turns
   a value into a :class:`Frame`, a head (JSON data) and any number of parts (raw bytes), and
   back;
2. in that module, ``node_for(kind, arguments)``, which compiles the library's classes,
   ``annotation_of(value)``, the annotation that says most of a value, and ``FORMS``, which
   makes for each form the node that reads all its values;
3. a module that shows such values without the library: see :func:`shown_by`;
4. a line in each of the tables below.

The module is imported only where the program has imported the library itself, or where there
is a value of it to be read. It takes the library from :func:`library`.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple, TypeGuard

from funsies.core.encoding.node import Node
from funsies.core.encoding.parts import Json, own_part, part, read_part
from funsies.core.encoding.refusal import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Buffer

_MODULES: Final = {
    "numpy": "funsies.core.encoding.libraries.numpy_arrays",
    "pandas": "funsies.core.encoding.libraries.pandas_values",
    "polars": "funsies.core.encoding.libraries.polars_frames",
    "pyarrow": "funsies.core.encoding.libraries.arrow_values",
    "scipy": "funsies.core.encoding.libraries.sparse_values",
    "xarray": "funsies.core.encoding.libraries.xarray_values",
}
"""Libraries by the root module of their classes, and who knows their values."""

_SHOWN: Final = {
    "numpy": "funsies.core.encoding.libraries.numpy_shown",
    "pandas": "funsies.core.encoding.libraries.pandas_shown",
    "polars": "funsies.core.encoding.libraries.polars_shown",
    "pyarrow": "funsies.core.encoding.libraries.arrow_shown",
    "scipy": "funsies.core.encoding.libraries.sparse_shown",
    "xarray": "funsies.core.encoding.libraries.xarray_shown",
}
"""Libraries, and who shows their values to those who do not have the library."""

FORMS: Final = {
    "$array": "numpy",
    "$arrow": "pyarrow",
    "$pandas": "pandas",
    "$polars": "polars",
    "$sparse": "scipy",
    "$xarray": "xarray",
}
"""The forms, and of which library each is."""

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
        """Take a value apart, or raise Refused."""
        raise NotImplementedError

    def from_frame(self, frame: Frame) -> object:
        """Make a value, or raise Refused."""
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
    return type(raw) is dict and any(raw.keys() == {form, PARTS} for form in FORMS)


def decode_frame(raw: dict[str, Json]) -> object:
    """Read a value as what its form says that it is."""
    form = form_of(raw)
    node: Node = import_module(_MODULES[FORMS[form]]).FORMS[form]()
    return node.decode(raw)


def form_of(raw: dict[str, Json]) -> str:
    """Which form a value of a library has."""
    return next(iter(FORMS.keys() & raw.keys()))


def shown_by(form: str) -> Any:
    """Who shows the values of a form: a module without the library, and these names in it.

    ``preview(head, parts)`` is a line about a value, of whose parts there may be the beginning
    only, and ``table(head, parts)`` may be several; ``file_header(head)`` is what makes a file
    of the parts, or None; ``to_file(value)`` makes one with the library, or is None.
    """
    return import_module(_SHOWN[FORMS[form]])


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
    return import_module(_MODULES[root]) if root in _MODULES and root in sys.modules else None


def library(name: str, what: str) -> Any:
    """Import a library of which there is a value.

    Args:
        name: of its module.
        what: it is, for the message.

    Raises:
        Refused: if it is not installed.
    """
    try:
        return import_module(name)
    except ImportError:
        raise Refused(f"this is {what}, and {name} is not installed here") from None
