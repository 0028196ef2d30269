"""``Artefact[T]``: a typed pointer to a value that may not exist yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Final,
    Generic,
    Never,
    NoReturn,
    Self,
    TypeVar,
    overload,
)

from returns.interfaces.failable import FailableN
from returns.primitives.hkt import Kind1, SupportsKind1, dekind
from typing_extensions import override

from funsies.core.digest import Digest, content_digest, short_hash
from funsies.core.encoding import Encoding, encoding_of, encoding_of_value
from funsies.core.encoding.previews import MimeBundle, bundle_of_text
from funsies.core.errors import EncodingError, Error, WiringError
from funsies.core.former_names import NO_CONNECTION, former_keywords, former_members
from funsies.core.graph import Constant, Operation, OutputOf, Reference, Stored, constant
from funsies.core.own_options import takes_no_options
from funsies.core.shown import shown

from .context import refuse_building
from .pointer import Pointer, in_step, is_value, refuse_nested

if TYPE_CHECKING:
    from returns.result import Result

    from .task import GivenTask, Task

T_co = TypeVar("T_co", covariant=True)
U = TypeVar("U")
_GET: Final = ". (get() gives the one thing that was meant, not a list as in funsies 0.8)"
MYPY: bool = False
"""True for mypy, whatever is written here."""


class Artefact(  # type: ignore[type-var]  # covariant, as the containers of returns are
    Pointer,
    SupportsKind1["Artefact[Any]", T_co],
    FailableN[T_co, Error, Never],
    Generic[T_co],
):
    """The address of a value of type ``T``: given (``put``) or the output of an operation.

    It is a pointer, not the value: pass it to ``reduce``, ``shell`` or a task, and get the
    value with ``take`` once it was executed. Two artefacts are equal if their addresses are; to
    compare one with a value is refused, as is whatever else one does with values.
    """

    __slots__ = ("encoding", "reference")
    __funsies_artefact__: ClassVar[bool] = True
    __funsies_remedy__: ClassVar[str] = (
        "it points to a value already; use it as it is, or take its value as the parameter"
    )

    reference: Reference
    encoding: Encoding[T_co]

    def __init__(self, reference: Reference, encoding: Encoding[T_co]) -> None:
        """Point at a value.

        Args:
            reference: where the value comes from.
            encoding: how its bytes are read.
        """
        object.__setattr__(self, "reference", reference)
        object.__setattr__(self, "encoding", encoding)

    @property
    def digest(self) -> Digest:
        """The address, 32 bytes."""
        return self.reference.digest

    @property
    def hash(self) -> str:
        """The address, 64 hexadecimal digits; commands take any unique prefix of it."""
        return self.digest.hex()

    @property
    def operation(self) -> Operation | None:
        """The operation of this program that makes the value, if there is one."""
        return self.reference.operation if isinstance(self.reference, OutputOf) else None

    @property
    def producer(self) -> Digest | None:
        """Address of the operation that makes the value; None for a constant."""
        match self.reference:
            case OutputOf(operation=made_by):
                return made_by.digest
            case Stored(producer=producer):
                return producer
            case Constant():
                return None

    # What one does with a container

    @overload
    def map(self, function: Task[..., Result[U, Any]]) -> Artefact[U]: ...

    @overload
    def map(self, function: GivenTask[U]) -> Artefact[U]: ...

    @overload
    def map(self, function: Callable[[T_co], U]) -> Artefact[U]: ...

    def map(self, function: Callable[[T_co], Any]) -> Artefact[Any]:
        """Apply a function to the value, as a step: the same as ``reduce(function, self)``.

        >>> with f.Fun(f.Server("memory://")):
        ...     length = put("text").map(len)
        ...     _ = f.execute(length)
        ...     f.take(length)
        4
        """
        from .python import reduce  # noqa: PLC0415 - python.py makes artefacts

        return reduce(function, self)

    def bind(self, function: Callable[[T_co], Kind1[Artefact[Any], U]]) -> Artefact[U]:
        """Continue with a part of the workflow that depends on the value.

        Args:
            function: runs on a worker, with the value; returns the artefact whose value is
                the result. It may build any number of steps.

        >>> def repeat(times: int) -> Artefact[str]:
        ...     return f.reduce(lambda text: text * times, "ab", out=str)
        >>> with f.Fun(f.Server("memory://")):
        ...     repeated = put(3).bind(repeat)
        ...     _ = f.execute(repeated)
        ...     f.take(repeated)
        'ababab'
        """
        from .dynamic import bind  # noqa: PLC0415 - dynamic.py makes artefacts

        return bind(function, self)

    def lash(self, function: Callable[[Error], Kind1[Artefact[Any], U]]) -> Artefact[T_co | U]:
        """Continue with another part of the workflow in case of an error.

        Args:
            function: runs on a worker, with the error; returns the artefact to use instead.

        >>> def instead(error: Error) -> Artefact[int]:
        ...     return put(0)
        >>> with f.Fun(f.Server("memory://")):
        ...     number = f.morph(int, "not a number", out=int).lash(instead)
        ...     _ = f.execute(number)
        ...     f.take(number)
        0
        """
        from .dynamic import lash  # noqa: PLC0415 - dynamic.py makes artefacts

        return lash(function, self)

    def apply(self, container: Kind1[Artefact[Any], Callable[[T_co], U]]) -> Artefact[U]:
        """Apply a function that was put into an artefact with :meth:`from_value`.

        >>> with f.Fun(f.Server("memory://")):
        ...     length = put("text").apply(Artefact.from_value(len))
        ...     _ = f.execute(length)
        ...     f.take(length)
        4
        """
        from .function_artefact import function_of  # noqa: PLC0415 - it makes artefacts

        return self.map(function_of(dekind(container)))

    @classmethod
    def from_value(cls, inner_value: U) -> Artefact[U]:
        """Point at a given value: the same as ``put``.

        >>> Artefact.from_value(3) == put(3)
        True
        """
        from .function_artefact import function_artefact  # noqa: PLC0415 - it makes artefacts

        if callable(inner_value) and not isinstance(inner_value, Artefact):
            return function_artefact(inner_value)
        return put(inner_value)

    # A pointer is not its value

    if TYPE_CHECKING:
        __format__: None  # type: ignore[assignment]  # so that no artefact is taken for a value
        if not MYPY:  # it would silently skip what follows a condition that never returns

            def __bool__(self) -> NoReturn: ...

    @override
    def __funsies_refusal__(self, how: str, inside: str = "") -> str:
        instead = f"Do it in a step, {inside}," if inside else "Pass it as an input to a step,"
        return (
            f"{self!r} is a pointer to a value that may not exist yet; it cannot be {how}. "
            f"{instead} or execute it and use take()"
            f"{_GET if isinstance(self.reference, Stored) else ''}"
        )

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"an artefact cannot be changed (tried to set {name!r})")

    @override
    def __eq__(self, other: object) -> bool:
        if isinstance(other, Artefact):
            return self.digest == other.digest
        if is_value(other):
            inside = in_step("value == {}", (other,))
            raise WiringError(self.__funsies_refusal__("compared with a value", inside))
        return NotImplemented

    @override
    def __hash__(self) -> int:
        return hash(self.digest)

    @override
    def __repr__(self) -> str:
        return self.described()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> MimeBundle:
        """What notebooks show: the pointer, and the beginning of the value if there is one."""
        del include, exclude  # for those to whom a part of it would do
        return shown(Artefact, self) or bundle_of_text(repr(self))

    def described(self, label: str | None = None) -> str:
        """A pointer in a line.

        Args:
            label: what the step is called that makes it, if that is known.

        >>> put(3).described("the answer")
        '<Artefact[int] ... of the answer>'
        """
        origin = _origin(self.reference) if label is None else f" of {label}"
        return f"<Artefact[{self.encoding.label}] {short_hash(self.hash)}{origin}>"

    @override
    def __reduce__(self) -> tuple[type[Self], tuple[Reference, Encoding[T_co]]]:
        """Let it be pickled: it cannot be changed, so it is made anew."""
        return type(self), (self.reference, self.encoding)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self


former_members(
    Artefact,
    "Artefact",
    {
        "grab": "write get(hash)",
        "kind": "write artefact.encoding",
        "parent": "write artefact.producer.hex(); producer is None for a constant",
        "put": "a graph is written to the server by execute(), or when `with Fun():` ends",
    },
)


def _origin(reference: Reference) -> str:
    match reference:
        case OutputOf(operation=operation):
            return f" of {operation.task.name}"
        case Stored(name=name):
            return f" ({name})"
        case Constant():
            return " (constant)"


@overload
def put(value: U, *, as_type: None = None) -> Artefact[U]: ...


@overload
def put(value: U, *, as_type: type[U]) -> Artefact[U]: ...


@overload
def put(value: U, *, as_type: object) -> Artefact[U]: ...


@takes_no_options
@former_keywords(connection=NO_CONNECTION)
def put(value: U, *, as_type: object = None) -> Artefact[U]:
    """Make a value an input of the workflow.

    Args:
        value: any value that can be stored (``docs/values.md``).
        as_type: type by which it is stored: ``Pickled[Model]``, or ``dict[str, float]`` of a
            dict that is empty. None to infer it from the value.

    Returns:
        An artefact whose address depends on the value alone.

    Raises:
        UnsupportedTypeError: if values of this type cannot be stored.
        EncodingError: if this value cannot be stored.
        WiringError: if there are artefacts inside of it; join them with ``gather``. Or inside
            of a step that returns a value.

    >>> put(3) == put(3), put(3) == put(3.0)
    (True, False)
    """
    refuse_building("put() is called", "Use the value itself there")
    try:
        encoding = encoding_of_value(value) if as_type is None else encoding_of(as_type)
        return constant_artefact(value, encoding)
    except EncodingError:
        refuse_nested(value, "what put() is given")
        raise


def constant_artefact(value: object, encoding: Encoding[U]) -> Artefact[U]:
    """Encode a value in a given way and point at it."""
    return Artefact(*constant_of(value, encoding))


def constant_of(value: object, encoding: Encoding[U]) -> tuple[Constant, Encoding[U]]:
    """Encode a value in a given way; with the encoding that knows the subclasses in it."""
    data, encoding = encoding.encode_constant(value)
    return constant(encoding.wire, data, content_digest(data), len(data)), encoding
