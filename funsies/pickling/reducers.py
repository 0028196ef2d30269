"""How to take apart what neither pickle nor cloudpickle can, but functions often hold."""

from __future__ import annotations

import contextvars
import dataclasses
import functools
import struct
import threading
import typing
from collections.abc import Callable
from contextvars import ContextVar
from types import FunctionType, MethodType
from typing import Any, Final

from funsies.core.encoding.hints import ALIAS_TYPES
from funsies.core.encoding.portable import reduce_alias
from funsies.core.fingerprint.project import is_project, is_project_name
from funsies.pickling import rebuild


def _reduce_lru_cache(wrapper: Any) -> object:
    function = wrapper.__wrapped__
    if hasattr(function, "__qualname__") and not is_project(function):
        return NotImplemented
    parameters = wrapper.cache_parameters()
    return rebuild.lru_cache, (function, parameters["maxsize"], parameters["typed"])


def is_single_dispatch(thing: object) -> bool:
    """True of what ``functools.singledispatch`` made of a function of the project."""
    return (
        isinstance(thing, FunctionType)
        and thing.__code__ is _SINGLE_DISPATCH_CODE
        and is_project(thing.__dict__.get("__wrapped__"))
    )


_SINGLE_DISPATCH_CODE: Final = typing.cast(
    "FunctionType", functools.singledispatch(lambda _value: None)
).__code__


def reduce_single_dispatch(generic: Any) -> object:
    """Take a ``functools.singledispatch`` function apart into its implementations."""
    registered = tuple(
        (kind, each) for kind, each in generic.registry.items() if kind is not object
    )
    return rebuild.single_dispatch, (generic.registry[object], registered)


def is_library_class_method(thing: object) -> bool:
    """True of a bound class method of a library: cloudpickle would send its code along."""
    return (
        isinstance(thing, MethodType)
        and isinstance(thing.__self__, type)
        and not is_project(thing.__func__)
        and getattr(thing.__self__, thing.__name__, None) == thing
    )


def reduce_class_method(method: MethodType) -> object:
    """Take a bound class method for what it is: an attribute of its class."""
    return getattr, (method.__self__, method.__name__)


def _reduce_context_variable(variable: ContextVar[object]) -> object:
    try:
        default = (contextvars.Context().run(variable.get),)
    except LookupError:
        return rebuild.context_variable, (variable.name,)
    return rebuild.context_variable, (variable.name, *default)


def _reduce_type_parameter(parameter: Any) -> object:
    return type(parameter), (parameter.__name__,)


def _reduce_type_variable(variable: Any) -> object:
    if not is_project_name(variable.__module__):
        return NotImplemented
    return (
        rebuild.type_variable,
        (
            variable.__name__,
            variable.__constraints__,
            variable.__bound__,
            variable.__covariant__,
            variable.__contravariant__,
        ),
    )


def _reduce_new_type(new_type: Any) -> object:
    return typing.NewType, (new_type.__name__, new_type.__supertype__)


def _reduce_alias(alias: Any) -> object:
    return reduce_alias(alias) if is_project_name(alias.__module__) else NotImplemented


def _made_anew(kind: Callable[[], object]) -> Callable[[Any], object]:
    return lambda _thing: (kind, ())


REDUCERS: Final[dict[type, Callable[[Any], object]]] = {
    type(functools.lru_cache(lambda: None)): _reduce_lru_cache,
    type(threading.Lock()): _made_anew(threading.Lock),
    type(threading.RLock()): _made_anew(threading.RLock),
    threading.local: _made_anew(threading.local),
    ContextVar: _reduce_context_variable,
    typing.TypeVar: _reduce_type_variable,
    typing.ParamSpec: _reduce_type_parameter,
    typing.TypeVarTuple: _reduce_type_parameter,
    typing.NewType: _reduce_new_type,
    type(dataclasses.KW_ONLY): lambda _mark: "KW_ONLY",  # dataclasses ask which object it is
    struct.Struct: lambda each: (struct.Struct, (each.format,)),
    **dict.fromkeys(ALIAS_TYPES, _reduce_alias),
}
"""Exact type -> reducer."""
