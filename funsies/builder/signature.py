"""What a function takes and gives, as its annotations say."""

from __future__ import annotations

import difflib
import inspect
import operator
import sys
import weakref
from collections.abc import Callable, Mapping, Sequence
from inspect import Parameter, Signature
from typing import (
    Any,
    Final,
    ParamSpecArgs,
    ParamSpecKwargs,
    TypeAlias,
    TypeVar,
    Unpack,
    get_args,
    get_origin,
)

import msgspec
import typing_extensions
from returns.result import Result

from funsies.core.encoding import Encoding, encoding_of, keys_of, may_be_read_once
from funsies.core.encoding.tuples import tuple_parts, unpacked
from funsies.core.errors import UnsupportedTypeError, WiringError
from funsies.core.own_options import RunOptions
from funsies.core.type_hints import call_shape

from .annotations import annotations_of, class_of, value_annotation, without_partials
from .pointer import Pointer

UNANNOTATED: Final = Any
"""What an annotation that is not there means: the value says itself what it is."""

_ANNOTATIONS: Final = "__annotate__" if sys.version_info >= (3, 14) else "__annotations__"
"""Since Python 3.14, looking at annotations evaluates them."""

_REPLACED: Final = ("__code__", "__defaults__", "__kwdefaults__", _ANNOTATIONS)
"""What ``%autoreload`` and others replace in a function."""

_EXACT_ANY: Final = encoding_of(Any)


class Argument(msgspec.Struct, frozen=True):
    """One argument of a call, bound to its parameter.

    Attributes:
        name: under which the value is an input: the position as digits, or a keyword.
        parameter: name of the parameter, as messages show it.
        annotation: of the parameter.
        value: what was given.
    """

    name: str
    parameter: str
    annotation: object
    value: object


class FunctionSignature(msgspec.Struct, frozen=True):
    """Parameters and result of a function.

    Attributes:
        name: of the function, as messages show it.
        shape: its parameters; None if Python does not know them (some built-ins).
        annotations: by parameter name, resolved.
        result: annotation of the result, resolved; ``Any`` if there is none.
    """

    name: str
    shape: inspect.Signature | None
    annotations: Mapping[str, object]
    result: object

    def bind(self, args: Sequence[object], kwargs: Mapping[str, object]) -> list[Argument]:
        """Match arguments with parameters.

        Raises:
            WiringError: if they do not fit; the message is Python's own.
        """
        self._check_keywords(kwargs)
        if self.shape is None:
            return self._unbound(args, kwargs)
        try:
            bound = self.shape.bind(*args, **kwargs)
        except TypeError as problem:
            raise WiringError(f"{self.name}(): {problem}") from None
        parameters = list(self._positional(bound.args))
        positional = [
            Argument(str(position), name, self.annotations.get(name, UNANNOTATED), value)
            for position, (name, value) in enumerate(zip(parameters, bound.args, strict=True))
        ]
        return positional + [
            Argument(key, key, self._keyword_annotation(key), value)
            for key, value in bound.kwargs.items()
        ]

    def _check_keywords(self, kwargs: Mapping[str, object]) -> None:
        if not kwargs:
            return
        for key in kwargs:
            if not key.isidentifier():  # it would be taken for a position
                raise WiringError(f"{self.name}(): {key!r} cannot name an argument")
        if self.shape is None:
            return
        parameters = self.shape.parameters
        if any(each.kind is each.VAR_KEYWORD for each in parameters.values()):
            return
        for key in kwargs.keys() - parameters.keys():
            close = difflib.get_close_matches(key, parameters, 1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            if key in RunOptions.__annotations__:
                hint = f"; options are said of the task: @f.task({key}=...)"
            elif key == "label":
                hint = f"; it is said before the call: {self.name}.options(label=...)(...)"
            raise WiringError(f"{self.name}() has no parameter {key!r}{hint}")

    def _positional(self, args: Sequence[object]) -> list[str]:
        assert self.shape is not None  # noqa: S101 - for the type checker: bind() looked
        names: list[str] = []
        for parameter in self.shape.parameters.values():
            if parameter.kind is parameter.VAR_POSITIONAL:
                names += [parameter.name] * (len(args) - len(names))
            elif parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
                names.append(parameter.name)
        return names[: len(args)]

    def _keyword_annotation(self, key: str) -> object:
        if key in self.annotations:
            return self.annotations[key]
        assert self.shape is not None  # noqa: S101 - for the type checker: bind() looked
        for parameter in self.shape.parameters.values():
            if parameter.kind is parameter.VAR_KEYWORD:
                return self.annotations.get(parameter.name, UNANNOTATED)
        return UNANNOTATED

    @staticmethod
    def _unbound(args: Sequence[object], kwargs: Mapping[str, object]) -> list[Argument]:
        positional = [
            Argument(str(position), str(position), UNANNOTATED, value)
            for position, value in enumerate(args)
        ]
        return positional + [
            Argument(key, key, UNANNOTATED, value) for key, value in kwargs.items()
        ]


_Form: TypeAlias = tuple[object, ...]
_cache: weakref.WeakKeyDictionary[object, tuple[_Form, FunctionSignature]] = (
    weakref.WeakKeyDictionary()
)


def signature_of(function: Callable[..., object]) -> FunctionSignature:
    """Read the signature of a function; remembered as long as the function lives.

    Raises:
        WiringError: if it is none that a step can call, or if an annotation names something
            that cannot be found.
    """
    try:
        known = _cache.get(function)
    except TypeError:  # neither hashable nor weakly referable: read it each time
        return _read(function)
    form = tuple(getattr(function, name, None) for name in _REPLACED)
    if known is None or any(map(operator.is_not, known[0], form)):
        known = _cache[function] = form, _read(function)
    return known[1]


def _read(function: Callable[..., object]) -> FunctionSignature:
    refuse_unusable(function, "a step cannot call")
    name = function_name(function)
    try:
        shape: inspect.Signature | None = call_shape(function)
    except (ValueError, TypeError):
        shape = None
    annotations: Mapping[str, object] = annotations_of(function, name)
    result = annotations.get("return", UNANNOTATED)
    if shape is not None:
        shape, annotations = with_unpacked(shape, annotations)
    callee = without_partials(function)
    if class_of(callee) is not None:
        result = callee
    return FunctionSignature(name, shape, annotations, result)


def refuse_unusable(function: Callable[..., object], what: str) -> None:
    """Refuse what gives no value when it is called.

    Args:
        function: what is to be called.
        what: how the message begins: who cannot do what.

    Raises:
        WiringError: if it is async, a generator, or nothing that can be called.
    """
    is_none = isinstance(function, (Pointer, staticmethod, classmethod))
    if is_none or not callable(function):
        raise WiringError(f"{what} {function!r}; it wants a plain function")
    shown = function_name(function)
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        raise WiringError(
            f"{what} the async function {shown}; make it a plain function that calls "
            "asyncio.run() inside"
        )
    if inspect.isgeneratorfunction(function):
        raise WiringError(f"{what} the generator {shown}; return a list instead")


def function_name(function: object) -> str:
    """Name of a callable as people know it: ``mean``, ``Model.fit``, ``<lambda>``."""
    function = without_partials(function)
    qualified = getattr(function, "__qualname__", None) or type(function).__qualname__
    return str(qualified).rpartition("<locals>.")[2]


def parameter_encoding(argument: Argument, function: str, *, strict: bool) -> Encoding[object]:
    """How the value of a parameter is read.

    Args:
        argument: the argument and its parameter.
        function: name of the function, for messages.
        strict: False if the parameter must be ``Result[T, Error]``; its ``T`` is meant.

    Raises:
        WiringError: if the annotation has no encoding or is not a ``Result``.
    """
    annotation = argument.annotation
    if not strict:
        annotation = _inside_result(annotation, argument.parameter, function)
    if annotation is Any or annotation is inspect.Parameter.empty or _is_variable(annotation):
        return _EXACT_ANY
    try:
        return encoding_of(annotation)
    except UnsupportedTypeError as problem:
        raise UnsupportedTypeError(
            f"parameter {argument.parameter!r} of {function}: {problem}"
        ) from None


def result_encoding(annotation: object, function: str) -> Encoding[Any]:
    """How the result of a function is stored.

    Raises:
        UnsupportedTypeError: if the annotation has no encoding.
    """
    annotation = value_annotation(annotation)
    if _is_variable(annotation):
        return _EXACT_ANY
    try:
        encoding = encoding_of(annotation)
    except UnsupportedTypeError as problem:
        raise UnsupportedTypeError(f"the result of {function}: {problem}") from None
    if may_be_read_once(encoding.descriptor):
        raise UnsupportedTypeError(
            f"the result of {function}: an Iterable may be a generator, which can be read only "
            "once and has no encoding; return a list, and annotate list or Sequence"
        )
    return encoding


def _inside_result(annotation: object, parameter: str, function: str) -> object:
    if annotation is Any or annotation is Result:
        return Any
    if get_origin(annotation) is not Result:
        raise WiringError(
            f"{function} is strict=False, so its parameter {parameter!r} gets a "
            f"Result[T, Error]; annotate it so, not as {inspect.formatannotation(annotation)}"
        )
    return (get_args(annotation) or (Any,))[0]


def _is_variable(annotation: object) -> bool:
    return isinstance(annotation, (TypeVar, ParamSpecArgs, ParamSpecKwargs))


_UNPACK: Final = (Unpack, typing_extensions.Unpack)


def with_unpacked(
    shape: Signature, annotations: Mapping[str, object]
) -> tuple[Signature, Mapping[str, object]]:
    """Say what each of the arguments is that ``*items`` and ``**options`` unpack.

    Args:
        shape: the parameters of a function.
        annotations: by parameter name.

    Returns:
        Both, with a keyword parameter for each key of an unpacked TypedDict, and the type of an
        item of an unpacked tuple; as they are, if nothing is unpacked.
    """
    for name, parameter in shape.parameters.items():
        hint = annotations.get(name)
        if parameter.kind is parameter.VAR_POSITIONAL and unpacked(hint) is not None:
            annotations = {**annotations, name: _item(hint)}
        if parameter.kind is parameter.VAR_KEYWORD and get_origin(hint) in _UNPACK:
            keys = keys_of(get_args(hint)[0])
            named = [_keyword(key, is_required=each[1]) for key, each in keys.items()]
            others = [each for each in shape.parameters.values() if each is not parameter]
            types = {key: kind for key, (kind, _) in keys.items()}
            return shape.replace(parameters=[*others, *named]), {**annotations, **types}
    return shape, annotations


def _item(hint: object) -> object:
    """The type of each of several arguments; ``Any`` if it is not the same for all."""
    first, *others = tuple_parts([hint])
    return Any if others else first.annotation


def _keyword(name: str, *, is_required: bool) -> Parameter:
    """A parameter; the default of one that may be missing is never used."""
    default = Parameter.empty if is_required else None
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default)
