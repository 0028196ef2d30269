"""How to take apart what neither pickle nor cloudpickle can, but functions often hold."""

from __future__ import annotations

import contextvars
import dataclasses
import functools
import inspect
import operator
import os
import struct
import threading
import typing
import uuid
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from types import FunctionType, MemberDescriptorType, MethodType
from typing import Any, Final
from weakref import WeakKeyDictionary, WeakValueDictionary

import msgspec

from funsies.core.encoding.hints import ALIAS_TYPES
from funsies.core.encoding.portable import reduce_alias
from funsies.core.fingerprint.annotations import resolved_annotations
from funsies.core.fingerprint.environment import is_environment
from funsies.core.fingerprint.project import is_project, is_project_name
from funsies.core.type_hints import LAZY_ANNOTATIONS, call_shape, own_annotations
from funsies.pickling import rebuild
from funsies.pickling.program import live_key


def _reduce_environment(variables: Any) -> object:
    """That of the worker: what is in it here must not leave this machine."""
    if not is_environment(variables):
        return NotImplemented
    return getattr, (os, "environ" if variables is os.environ else "environb")


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


_HAS_FACTORY: Final = getattr(dataclasses, "_HAS_DEFAULT_FACTORY")  # noqa: B009 (the stubs lack it; a test has it)


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
    # Marks of dataclasses, which ask which object it is.
    type(dataclasses.KW_ONLY): lambda _mark: "KW_ONLY",
    type(_HAS_FACTORY): lambda _mark: "_HAS_DEFAULT_FACTORY",
    struct.Struct: lambda each: (struct.Struct, (each.format,)),
    type(os.environ): _reduce_environment,
    **dict.fromkeys(ALIAS_TYPES, _reduce_alias),
}
"""Exact type -> reducer."""


# ``Page[int]``, where ``Page`` is a generic model of pydantic, is a class of its own, made when
# it is first named. A process has one of it, which functions on a worker name, too.

_GENERIC: Final = "__pydantic_generic_metadata__"


def is_generic_model(kind: type) -> bool:
    """True of a generic model of pydantic with type arguments."""
    return bool(vars(kind).get(_GENERIC, {}).get("origin"))


def reduce_generic_model(kind: type) -> tuple[object, ...]:
    """Name such a class again where it arrives."""
    made_of = vars(kind)[_GENERIC]
    return operator.getitem, (made_of["origin"], made_of["args"])


# Classes of ``typing.TypedDict`` by value. Their bases do not say what they are, so that
# cloudpickle cannot make them.

_KEYS: Final = (
    "__required_keys__",
    "__optional_keys__",
    "__readonly_keys__",
    "__mutable_keys__",
)


def is_typed_dict(kind: type) -> bool:
    """True of a class that ``TypedDict`` of typing or of typing_extensions has made."""
    return type(kind).__name__ == "_TypedDictMeta"


def reduce_typed_dict(kind: Any) -> tuple[object, ...]:
    """Take such a class apart into its keys, with their types."""
    attributes = {
        name: getattr(kind, name)
        for name in ("__module__", "__qualname__", "__doc__", "__total__", *_KEYS)
        if hasattr(kind, name)
    }
    key, arguments = live_key(kind), (type(kind).__module__, kind.__name__, attributes)
    made = rebuild.class_by_value, (key, rebuild.typed_dict, arguments)
    fields = key, resolved_annotations(kind)
    return *made, fields, None, None, rebuild.set_keys


# Classes of ``msgspec.Struct`` by value. cloudpickle cannot make them: their fields must be
# known when the class is made.

_StructMeta: Final[Any] = type(msgspec.Struct)

_OPTIONS: Final = (
    "array_like",
    "cache_hash",
    "dict",
    "eq",
    "forbid_unknown_fields",
    "frozen",
    "gc",
    "omit_defaults",
    "order",
    "repr_omit_defaults",
    "tag",
    "tag_field",
    "weakref",
)

_MADE_ANEW: Final = LAZY_ANNOTATIONS | {
    "__slots__",
    "__annotations__",
    "__dict__",
    "__weakref__",
}

_names: WeakKeyDictionary[type, str] = WeakKeyDictionary()
_classes: WeakValueDictionary[str, type] = WeakValueDictionary()


def is_struct_class(thing: object) -> bool:
    """True of subclasses of ``msgspec.Struct``."""
    return isinstance(thing, _StructMeta)


def reduce_struct_class(kind: Any) -> tuple[object, ...]:
    """Take a class of structs apart: its fields at once, the types of its fields later.

    A field's type may be the class itself, so the types are set when the class is there.
    """
    name = _names.setdefault(kind, uuid.uuid4().hex)
    _classes[name] = kind
    arguments = (name, kind.__name__, kind.__bases__, _namespace(kind), _options(kind))
    types = resolved_annotations(kind)
    return _make_struct_class, arguments, types, None, None, _set_annotations


def _namespace(kind: Any) -> dict[str, object]:
    members = {
        name: member
        for name, member in vars(kind).items()
        if name not in _MADE_ANEW and not isinstance(member, MemberDescriptorType)
    }
    fields = [name for name in own_annotations(kind) if name in vars(kind)["__slots__"]]
    return {
        **members,
        **{name: _field(kind, name) for name in fields},
        "__qualname__": kind.__qualname__,
        "__annotations__": dict.fromkeys(fields, object),
    }


def _field(kind: Any, name: str) -> dict[str, object]:
    """Arguments of ``msgspec.field``."""
    position = kind.__struct_fields__.index(name)
    about: dict[str, object] = {"name": kind.__struct_encode_fields__[position]}
    from_end = position - len(kind.__struct_fields__)
    defaults = kind.__struct_defaults__
    default: Any = defaults[from_end] if -from_end <= len(defaults) else msgspec.NODEFAULT
    if type(default).__name__ == "Factory":
        about["default_factory"] = default.factory
    elif default is not msgspec.NODEFAULT:
        about["default"] = default
    return about


def _options(kind: Any) -> dict[str, object]:
    config = kind.__struct_config__
    kinds = {name: parameter.kind for name, parameter in call_shape(kind).parameters.items()}
    return {
        **{option: getattr(config, option) for option in _OPTIONS},
        "kw_only": any(
            kinds.get(name) is inspect.Parameter.KEYWORD_ONLY for name in own_annotations(kind)
        ),
    }


def _make_struct_class(
    tracked: str,
    name: str,
    bases: tuple[type, ...],
    namespace: Mapping[str, Any],
    options: Mapping[str, Any],
) -> type:
    """The class; the same one, however often it arrives in this process."""
    known = _classes.get(tracked)
    if known is not None:
        return known
    fields = namespace["__annotations__"]
    members = {
        key: msgspec.field(**value) if key in fields else value
        for key, value in namespace.items()
    }
    made: type = _StructMeta(name, bases, members, **options)
    _classes[tracked] = made
    _names[made] = tracked
    return made


def _set_annotations(kind: type, types: dict[str, object]) -> None:
    kind.__annotations__ = types
