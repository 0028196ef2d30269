"""What a class holds that running its statement again need not give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from types import FunctionType, MemberDescriptorType, ModuleType
from typing import Any, Final, get_args

from funsies.core.fingerprint.project import is_project
from funsies.core.type_hints import LAZY_ANNOTATIONS


class Member:
    """In a pickle: a function that a library has made for a class, and found in it again."""

    def __init__(self, kind: type, name: str) -> None:
        self.kind = kind
        self.name = name


def functions_of(kind: type) -> Iterator[FunctionType]:
    """The functions in a class: methods, accessors of properties, static and class methods."""
    for name, member in list(vars(kind).items()):
        if name not in LAZY_ANNOTATIONS:
            yield from functions_in(member)


def functions_in(member: object) -> Iterator[FunctionType]:
    """The functions that a member of a class is made of."""
    for name in ("", "__func__", "fget", "fset", "fdel", "func"):
        each = getattr(member, name, None) if name else member
        if isinstance(each, FunctionType):
            yield each


def classes_of_fields(kind: type) -> Iterator[type]:
    """Classes of the project that the fields of a model of pydantic name.

    Where the model is made anew, they may not be there yet; it looks for them in its module
    when somebody first uses it.
    """
    fields: Mapping[str, Any] = vars(kind).get("__pydantic_fields__", {})
    pending = [field.annotation for field in fields.values()]
    while pending:
        each = pending.pop()
        pending += get_args(each)
        if isinstance(each, type) and is_project(each):
            yield each


_NO_DATA: Final = (
    FunctionType,
    staticmethod,
    classmethod,
    property,
    MemberDescriptorType,
    ModuleType,
)


def data_of(kind: type) -> Iterator[tuple[str, Any]]:
    """Attributes of a class that hold values, and methods that were put there later."""
    if issubclass(kind, Enum):
        return
    for name, member in list(vars(kind).items()):
        is_special = name.startswith("__") or name == "_abc_impl"
        is_data = _is_data(kind, name, member)
        if (is_data and not is_special) or _was_put_there(kind, member):
            yield name, member


def _is_data(kind: type, name: str, member: object) -> bool:
    """True of values, classes that were written elsewhere, and descriptors of the project."""
    if isinstance(member, type):
        written = member.__module__, member.__qualname__
        return written != (kind.__module__, f"{kind.__qualname__}.{name}")
    is_descriptor = hasattr(member, "__get__") and not is_project(type(member))
    return not isinstance(member, _NO_DATA) and not is_descriptor


def _was_put_there(kind: type, member: object) -> bool:
    """True of methods, properties and the like that are not from the body of the class."""
    return any(
        is_project(each)
        and not each.__code__.co_filename.startswith(_GENERATED)
        and not _is_from_body(kind, each)
        for each in functions_in(member)
    )


def _is_from_body(kind: type, function: FunctionType) -> bool:
    """True of what ``def`` has made there; which of several lambdas it is, imports decide."""
    code = function.__code__
    is_inside = code.co_qualname.startswith(f"{kind.__qualname__}.")
    return is_inside and code.co_name != "<lambda>"


def defaults_of_fields(kind: type) -> Iterator[tuple[Member, str, object]]:
    """Defaults of the fields of dataclasses and named tuples: reading a setting made some."""
    for maker in ("__init__", "__new__"):
        function = getattr(kind, maker) if maker in vars(kind) else None
        if isinstance(function, FunctionType) and function.__code__.co_filename == "<string>":
            for name in ("__defaults__", "__kwdefaults__"):
                if value := getattr(function, name):
                    yield Member(kind, maker), name, value


_GENERATED: Final = ("<string>", "<attrs generated")
"""How names of code begin that libraries make for a class; its statement makes it again."""
