"""``Pickled[T]``: values of any class, stored by pickle where an annotation says so.

A line of JSON says what was pickled and by which libraries; the pickle follows. Nobody who does
not ask for ``Pickled[...]`` reads more than that line.
"""

from __future__ import annotations

import io
import json
import pickle
import sys
import types
import typing
import warnings
from typing import TYPE_CHECKING, Annotated, Any, Final, NewType, TypeVar, get_args, get_origin

from typing_extensions import is_protocol, is_typeddict

from funsies.core.encoding.hints import Mark
from funsies.core.encoding.known_classes import known_class, name_of, note
from funsies.core.encoding.node import Node, special_form
from funsies.core.encoding.parts import Json, part, read_part
from funsies.core.encoding.refusal import ValueRefused, tell, type_name
from funsies.core.errors import FingerprintError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from typing_extensions import Buffer

T = TypeVar("T")

WIRE: Final = "pickle"
"""How such values are called where they are stored."""

FORM: Final = "$pickle"
"""The special form of one that is a part of another value."""

_PROTOCOL: Final = 5
_PROMOTIONS: Final[dict[type, tuple[type, ...]]] = {float: (int,), complex: (float, int)}
"""Types for which type checkers take values of others."""
_MODULE: Final = (
    "a step that reads it has only those functions of the script that it uses: put what is in "
    "the value into a module that the script imports"
)
_REMEDY: Final = "define it at the top level of a module or script, or register a codec for it"
Pickled = Annotated[T, Mark.PICKLED]
"""A value of type ``T``, or of a subclass, that is stored by pickle.

For type checkers it is ``T``. Reading a pickle runs code that is named in it. So it is read
where an annotation says ``Pickled``, and nowhere else, and only from a server that you trust as
you trust your workers (with a key, results are signed as tasks are).

>>> def fit(points: list[float]) -> Pickled[random.Random]:
...     return random.Random(sum(points))
>>> def draw(model: Pickled[random.Random]) -> int:
...     return model.randrange(100)
"""


class PickledNode(Node):
    """A type of which any value is stored by pickle.

    Attributes:
        kinds: the classes; ``object`` for what is known to type checkers only.
    """

    shapes: frozenset[str] = frozenset({FORM})
    wire = WIRE

    def __init__(self, annotation: object) -> None:
        self.kinds: tuple[type, ...] = _kinds(annotation)
        self._taken = sum((_PROMOTIONS.get(kind, ()) for kind in self.kinds), self.kinds)
        names = " | ".join(type_name(kind) for kind in self.kinds)
        self.label: str = f"Pickled[{names}]"

    def to_bytes(self, value: object) -> bytes:
        """Write what it is and which libraries it needs, and pickle it."""
        if not self.admits(value):
            self.refuse(value)
        pickled = io.BytesIO()
        pickler = _Pickler(pickled)
        try:
            pickler.dump(value)
        except Exception as problem:
            raise ValueRefused(
                f"{type_name(type(value))} cannot be pickled: {tell(problem)}; {_REMEDY}"
            ) from problem
        for kind in pickler.kinds:
            note(kind)
        head = {"class": name_of(type(value)), "libraries": _versions(pickler.kinds)}
        if functions := _code_of(pickler.functions):
            head["functions"] = functions
        return json.dumps(head, sort_keys=True).encode() + b"\n" + pickled.getbuffer()

    def from_bytes(self, data: Buffer) -> Any:
        """Read the value, and name the libraries that are of other versions here."""
        head, pickled = _split(bytes(data))
        differences = _differences(head)
        try:
            value: object = _Unpickler(io.BytesIO(pickled)).load()
        except Exception as problem:
            made = f" ({differences})" if differences else ""
            moved = f"; {_MODULE}" if "functions" in head and _is_missing(problem) else ""
            raise ValueRefused(
                f"the pickle cannot be read: {tell(problem)}{made}{moved}"
            ) from problem
        if not self.admits(value):
            self.refuse(value)
        if differences:
            message = f"a pickled {type_name(type(value))} is read, but {differences}"
            warnings.warn(message, stacklevel=2)
        return value

    def encode(self, value: object) -> Json:
        """Write the same as a part of another value."""
        return {FORM: part(self.to_bytes(value))}

    def decode(self, raw: Json) -> object:
        """Read what is a part of another value."""
        try:
            data = bytes(read_part(special_form(raw, FORM)))
        except ValueRefused:
            self.refuse_json(raw)
        return self.from_bytes(data)

    def admits(self, value: object) -> bool:
        """True for objects of the classes and of their subclasses."""
        return isinstance(value, self._taken)

    def is_same(self, other: Node) -> bool:
        """True if the two stand for the same classes."""
        return isinstance(other, PickledNode) and self.kinds == other.kinds


def pickle_of(data: bytes) -> bytes:
    r"""The pickle itself, of the stored bytes or of their beginning.

    >>> pickle_of(b'{"class": "C", "libraries": {}}\nthe pickle')
    b'the pickle'
    """
    return data.partition(b"\n")[2]


def about_pickle(data: bytes) -> str:
    """What a stored pickle is, for people; it is not read for that.

    Args:
        data: the stored bytes, or their beginning.
    """
    try:
        head, _ = _split(data)
    except ValueRefused:
        return "a pickle"
    name = head["class"].rpartition(":")[2]
    libraries = ", ".join(f"{each} {version}" for each, version in head["libraries"].items())
    return f"a pickled {name}" + (f" ({libraries})" if libraries else "")


class _Pickler(pickle.Pickler):
    """Notes what a pickle needs.

    Attributes:
        kinds: classes, and those of objects, in the order in which they are met.
        functions: it has their names only.
    """

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file, _PROTOCOL)
        self.kinds: dict[type, None] = {}
        self.functions: dict[types.FunctionType, None] = {}

    def reducer_override(self, value: object) -> Any:
        """Pickle it as usual."""
        if isinstance(value, types.FunctionType):
            self.functions[value] = None
        kind = value if isinstance(value, type) else type(value)
        if kind.__module__ != "builtins":
            self.kinds[kind] = None
        return NotImplemented


class _Unpickler(pickle.Unpickler):
    """Knows the classes that came with the step, wherever they are at home."""

    def find_class(self, module: str, name: str) -> Any:
        """Find a class, or a function, by its name."""
        known = known_class(f"{module}:{name}")
        return super().find_class(module, name) if known is None else known


def _is_missing(problem: Exception) -> bool:
    return isinstance(problem, (AttributeError, ImportError))


def _code_of(functions: Iterable[types.FunctionType]) -> dict[str, str]:
    """What those do that are the project's: else other code would be the same value."""
    from funsies.core.fingerprint.project import is_project  # noqa: PLC0415 - a cycle

    return {each.__qualname__: _digest(each) for each in functions if is_project(each)}


def _digest(function: types.FunctionType) -> str:
    from funsies.core.fingerprint import fingerprint  # noqa: PLC0415 - likewise

    try:
        return fingerprint(function).digest.hex()
    except FingerprintError:  # it cannot be seen whole
        return function.__code__.co_code.hex()


def _versions(kinds: Iterable[type]) -> dict[str, str]:
    """Libraries that some classes belong to, with their versions."""
    from funsies.core.fingerprint.distributions import distribution_of  # noqa: PLC0415 - a cycle

    found: dict[str, str] = {}
    for name in sorted({kind.__module__.partition(".")[0] for kind in kinds}):
        path = getattr(sys.modules.get(name), "__file__", None)
        distribution = distribution_of(path) if path else None
        if distribution is not None:
            found[distribution.name] = distribution.version
    return found


def _differences(head: Mapping[str, Any]) -> str:
    """The libraries of a pickle that are of other versions here, in words; "" if none is."""
    from funsies.core.fingerprint.distributions import named  # noqa: PLC0415 - likewise

    told = []
    for name, version in head["libraries"].items():
        here = named(name)
        if here is None:
            told.append(f"{name} {version}, which is not installed here")
        elif here.version != version:
            told.append(f"{name} {version}, while here is {here.version}")
    return f"it was made by {', and by '.join(told)}; install the same" if told else ""


def _split(data: bytes) -> tuple[dict[str, Any], memoryview]:
    end = data.find(b"\n")
    try:
        head = json.loads(data[: max(end, 0)])
    except ValueError:
        head = None
    if not isinstance(head, dict) or head.keys() - {"functions"} != {"class", "libraries"}:
        raise ValueRefused("expected a pickle with a line of JSON before it, found other bytes")
    return head, memoryview(data)[end + 1 :]


def _kinds(annotation: object) -> tuple[type, ...]:
    """The classes that a value of a type may be of, as far as they can be told apart here."""
    origin = get_origin(annotation)
    if origin in (typing.Union, types.UnionType):
        each = (kind for member in get_args(annotation) for kind in _kinds(member))
        return tuple(sorted(dict.fromkeys(each), key=name_of))
    if origin is Annotated:
        return _kinds(get_args(annotation)[0])
    if isinstance(annotation, NewType):
        return _kinds(annotation.__supertype__)
    kind = type(None) if annotation is None else origin or annotation
    kind = dict if is_typeddict(kind) else kind
    is_known = isinstance(kind, type) and not is_protocol(kind) and kind is not Any
    return (kind,) if is_known and isinstance(kind, type) else (object,)
