"""Whether values of a type can be stored, through unions, containers and classes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from mypy.checker import TypeChecker
from mypy.expandtype import expand_type_by_instance
from mypy.maptype import map_instance_to_supertype
from mypy.nodes import MypyFile, TypeInfo, Var
from mypy.server.trigger import make_trigger
from mypy.types import (
    FunctionLike,
    Instance,
    ProperType,
    TupleType,
    Type,
    TypeAliasType,
    TypedDictType,
    TypeType,
    TypeVarType,
    UnionType,
    get_proper_type,
)

from . import names
from .codecs import has_codec
from .messages import shown

PLAIN: Final = frozenset(
    [
        f"builtins.{name}"
        for name in [
            *("bool", "int", "float", "complex", "str", "bytes", "bytearray", "range", "slice"),
            "object",  # says itself what it is
        ]
    ]
    + [f"datetime.{name}" for name in ["datetime", "date", "time", "timedelta", "timezone"]]
    + [f"ipaddress.IPv{n}{name}" for n in "46" for name in ["Address", "Interface", "Network"]]
    + [
        f"pathlib.{name}"
        for name in [
            "Path",
            "PurePath",
            "PosixPath",
            "PurePosixPath",
            "PureWindowsPath",
            "WindowsPath",
        ]
    ]
    + [
        "_decimal.Decimal",
        "array.array",
        "re.Pattern",
        "decimal.Decimal",
        "fractions.Fraction",
        "pathlib._local.Path",
        "uuid.UUID",
        "zoneinfo.ZoneInfo",
    ]
)
CONTAINERS: Final = frozenset(
    [f"builtins.{name}" for name in ["list", "tuple", "dict", "set", "frozenset"]]
    + [f"collections.{name}" for name in ["deque", "Counter", "OrderedDict", "defaultdict"]]
    + [
        f"typing.{name}"
        for name in [
            "Sequence",
            "MutableSequence",
            "Collection",
            "AbstractSet",
            "MutableSet",
            "Mapping",
            "MutableMapping",
        ]
    ]
    + ["returns.result.Result"]
)
_RECORD_BASES: Final = frozenset({"msgspec.Struct", "pydantic.main.BaseModel"})
_RECORD_METADATA: Final = ("dataclass", "attrs", "attrs_tag", "dataclass_transform")

_DEFAULT_REMEDY: Final = (
    "make it a dataclass, annotate it as funsies.Pickled[...] to store it by pickle, or "
    "register a codec for it in its module (register_codec)"
)
_CONTENTS: Final = "pass what it contains (str or bytes), or its Path"
_ONCE: Final = "it can be read only once; use list or Sequence"
_LISTED: Final = "make a list of it"
_ONE_FILE: Final = 'pass one of its artefacts: .out["..."] or .stdout'
_REMEDIES: Final = {
    "builtins.memoryview": "use bytes",
    "builtins.BaseException": "return a str or a dataclass that describes it",
    "builtins.type": "pass its name, or an Enum",
    "types.ModuleType": "import it inside the function",
    "typing.IO": _CONTENTS,
    "io.IOBase": _CONTENTS,
    "_io._IOBase": _CONTENTS,
    "typing.Iterator": _ONCE,
    "typing.Iterable": _ONCE,
    "typing.Awaitable": "await it inside the function, with asyncio.run()",
    "typing.KeysView": _LISTED,
    "typing.ValuesView": _LISTED,
    "typing.ItemsView": _LISTED,
    "funsies.builder.artefact.Artefact": (
        "take its value as the parameter; give it the artefact"
    ),
    "funsies.builder.shell_output.ShellOutput": _ONE_FILE,
    "funsies.builder.task.Task": "call it, and give what it returns",
    "funsies.builder.shell_output.OutputFiles": _ONE_FILE,
    "funsies.client.handle.Handle": "pass the artefact that was executed",
}
_UNREAD: Final = {
    "polars.lazyframe.frame.LazyFrame": "collect it: pass frame.collect()",
    "polars.expr.expr.Expr": "apply it: pass frame.select(it)",
    "pyarrow.lib.RecordBatchReader": "read it: pass reader.read_all()",
}
"""Classes of libraries whose values are stored, whose objects are none yet."""

_UNSTORABLE: Final = frozenset(
    {"typing.IO", "io.IOBase", "_io._IOBase", "typing.Iterator", "typing.Awaitable"}
)
_ITERABLE: Final = "typing.Iterable"
"""As a result, it is most often a generator."""
_MAXIMAL_CLASSES: Final = 200
"""More than any program has in one value; ``class A(Generic[T]): a: A[list[T]]`` has no end."""
_FUNCTION: Final = "make the function a part of the task instead of its input"


@dataclass
class _Search:
    """One look through a type.

    Attributes:
        api: the type checker.
        of_values: whether there is a value: what can be read only once has been read then.
        seen: classes and aliases that were looked at, so that recursive ones end.
    """

    api: TypeChecker
    of_values: bool
    seen: set[str] = field(default_factory=set)

    def enters(self, kind: Type) -> bool:
        """Look into a type, unless that was done, or was done with very many."""
        is_new = str(kind) not in self.seen and len(self.seen) < _MAXIMAL_CLASSES
        self.seen.add(str(kind))
        return is_new


def unencodable(api: TypeChecker, kind: Type) -> str | None:
    """Say what in a result cannot be stored, where, and what to do; None if all can."""
    return next(_problems(_Search(api, of_values=False), kind, ""), None)


def unencodable_value(api: TypeChecker, kind: Type) -> str | None:
    """The same for values of a type, and for parameters, which take what was stored."""
    return next(_problems(_Search(api, of_values=True), kind, ""), None)


def _problems(search: _Search, kind: Type, path: str) -> Iterator[str]:
    if isinstance(kind, TypeAliasType):
        if is_pickled(kind):
            return
        if kind.is_recursive and not search.enters(kind):
            return
    found = get_proper_type(kind)
    if isinstance(found, Instance):
        yield from _instance_problems(search, found, path)
    elif isinstance(found, FunctionLike) and not found.is_type_obj():
        yield _told(search, found, path, _FUNCTION)
    elif isinstance(found, (TypeType, FunctionLike)):
        yield _told(search, found, path, _REMEDIES["builtins.type"])
    else:
        for part, step in _parts(found):
            yield from _problems(search, part, f"{path}{step}")


def is_pickled(kind: Type) -> bool:
    """True if a type is written as ``Pickled[...]``; all else that it is for mypy is ``T``.

    Or as another name for that.
    """
    while isinstance(kind, TypeAliasType) and kind.alias is not None:
        if kind.alias.fullname == names.PICKLED:
            return True
        kind = kind.alias.target
    return False


def may_be_pickled(kind: Type) -> bool:
    """True of ``Pickled[A]`` and of ``Pickled[A] | B``."""
    found = get_proper_type(kind)
    members = found.items if isinstance(found, UnionType) else []
    return is_pickled(kind) or any(map(is_pickled, members))


def _parts(kind: ProperType) -> Iterator[tuple[Type, str]]:
    """Types inside of a type that is no class, and the way to them."""
    if isinstance(kind, UnionType):
        yield from ((item, "") for item in kind.items)
    elif isinstance(kind, TypedDictType):
        yield from ((item, f'["{key}"]') for key, item in kind.items.items())
    elif isinstance(kind, TupleType):
        yield from ((item, f"[{index}]") for index, item in enumerate(kind.items))
    elif isinstance(kind, TypeVarType):
        yield from ((value, "") for value in kind.values)
        bound = get_proper_type(kind.upper_bound)
        if not (isinstance(bound, Instance) and bound.type.fullname == "builtins.object"):
            yield bound, ""


def _instance_problems(search: _Search, kind: Instance, path: str) -> Iterator[str]:
    info = kind.type
    name = info.fullname
    if name in PLAIN or info.is_enum or info.fallback_to_any:
        return
    if name in CONTAINERS:
        for argument in kind.args:
            yield from _problems(search, argument, f"{path}[...]")
    elif info.is_newtype:
        for base in info.bases:
            yield from _instance_problems(search, base, path)
    elif _is_record(info):
        yield from _record_problems(search, kind, path)
    elif _is_abstract(info) and (search.of_values or name != _ITERABLE):
        return
    elif not _may_have_codec(search.api, info):
        yield _told(search, kind, path, _remedy(info))


def _is_abstract(info: TypeInfo) -> bool:
    """True if values of the type can be of many classes."""
    is_known_bad = any(base.fullname in _UNSTORABLE for base in info.mro)
    is_base = any(base.type.fullname == "abc.ABC" for base in info.bases)
    return (info.is_protocol or info.is_abstract or is_base) and not is_known_bad


def _is_record(info: TypeInfo) -> bool:
    is_known = any(base.fullname in _RECORD_BASES for base in info.mro)
    is_marked = any(tag in base.metadata for base in info.mro for tag in _RECORD_METADATA)
    return is_known or is_marked or info.is_named_tuple or info.typeddict_type is not None


def _record_problems(search: _Search, kind: Instance, path: str) -> Iterator[str]:
    if not search.enters(kind):
        return
    _depend_on(search.api, kind.type)
    for name, field_type in _fields(kind):
        yield from _problems(search, field_type, f"{path}.{name}")


def _fields(kind: Instance) -> Iterator[tuple[str, Type]]:
    for base in reversed(kind.type.mro):
        if not _is_record(base):
            continue
        own = map_instance_to_supertype(kind, base)
        for name, symbol in base.names.items():
            node = symbol.node
            if not isinstance(node, Var) or node.is_classvar or symbol.plugin_generated:
                continue
            if node.type is None or name.startswith("__") or _is_mark(node.type):
                continue
            yield name, expand_type_by_instance(node.type, own)


def _is_mark(kind: Type) -> bool:
    """True of ``_: KW_ONLY`` in a dataclass, which is no field."""
    found = get_proper_type(kind)
    return isinstance(found, Instance) and found.type.fullname == "dataclasses.KW_ONLY"


def _depend_on(api: TypeChecker, info: TypeInfo) -> None:
    """Check this module again when the fields of the class change."""
    for base in info.mro:
        api.module_refs.add(base.module_name)
        for name in base.names:
            trigger = make_trigger(f"{base.fullname}.{name}")
            api.tree.plugin_deps.setdefault(trigger, set()).add(make_trigger(api.tree.fullname))


def _may_have_codec(api: TypeChecker, info: TypeInfo) -> bool:
    """True of classes of other libraries, and of those with a codec."""
    if info.module_name.partition(".")[0] in sys.stdlib_module_names:
        return False
    if info.module_name.partition(".")[0] == "funsies":
        return False
    if info.fullname in _UNREAD:
        return has_codec(api, info)
    return not is_of_project(api, info.fullname) or has_codec(api, info)


def is_of_project(api: TypeChecker, name: str) -> bool:
    """True of what the user's own files define, by its qualified name."""
    module = _module_of(api, name)
    path = "" if module is None else module.path.replace("\\", "/")
    is_library = any(part in path for part in ("/site-packages/", "/dist-packages/"))
    return not is_library and not path.endswith(".pyi")


def is_of_stub(api: TypeChecker, name: str) -> bool:
    """True of what only a stub describes: it has no annotations at run time."""
    module = _module_of(api, name)
    return module is not None and module.path.endswith(".pyi")


def _module_of(api: TypeChecker, name: str) -> MypyFile | None:
    """The module of a name; None of names in functions, which are those of this file."""
    while name not in api.modules and "." in name:
        name = name.rpartition(".")[0]
    return api.modules.get(name)


def _remedy(info: TypeInfo) -> str:
    if info.fullname in _UNREAD:
        return _UNREAD[info.fullname]
    for base in info.mro:
        if base.fullname in _REMEDIES:
            return _REMEDIES[base.fullname]
        if base.fullname in PLAIN | CONTAINERS and base.fullname != "builtins.object":
            return f"convert it to {base.name}: more than that would be lost"
    return _REMEDIES.get(info.fullname, _DEFAULT_REMEDY)


def _told(search: _Search, kind: Type, path: str, remedy: str) -> str:
    where = f" at {path}" if path else ""
    return f"{shown(search.api, kind)}{where}, which has no encoding; {remedy}"
