"""Why a type has no encoding, and what to use in its place."""

from __future__ import annotations

import collections
import collections.abc
import functools
import io
import sys
import types
import typing
from typing import Final, get_origin

from typing_extensions import is_protocol

from funsies.core.encoding.codecs import codecs_by_class
from funsies.core.encoding.refusal import TypeRefused, remedy_for_items, type_name

_PICTURE: Final = 'return its bytes: savefig(io.BytesIO(), format="png"), or "svg"'
_GROUPS: Final = "return what is computed from it, or dict(list(...)) of it"
_WINDOWS: Final = "return what is computed from it"
_ARCHIVE: Final = "pass put_file(its name), or what it contains"
_INSIDE: Final = "make it inside of the function that uses it"
_SEED: Final = "pass a seed, and make it inside of the function, as np.random.default_rng(seed)"
_BY_NAME: Final = {
    "numpy.random._generator.Generator": _SEED,
    "numpy.random.mtrand.RandomState": _SEED,
    "numpy.ma.MaskedArray": "pass its data and its mask",
    "numpy.ma.core.MaskedArray": "pass its data and its mask",
    "numpy.ndarray": "pass np.asarray(it), or register a codec for it",
    "numpy.dtype": "pass its name, str(it)",
    "matplotlib.artist.Artist": _PICTURE,
    "pandas.core.groupby.groupby.BaseGroupBy": _GROUPS,
    "pandas.core.window.rolling.BaseWindow": _WINDOWS,
    "pandas.core.resample.Resampler": _WINDOWS,
    "_socket.socket": _INSIDE,
    "_thread.lock": _INSIDE,
    "_thread.RLock": _INSIDE,
    "threading.Thread": _INSIDE,
    "sqlite3.Connection": _INSIDE,
    "tempfile._TemporaryFileWrapper": "pass what it contains, or put_file(its name)",
    "tempfile.TemporaryDirectory": "pass put_dir(its name)",
    "zipfile.ZipFile": _ARCHIVE,
    "tarfile.TarFile": _ARCHIVE,
}
_INSTALLED: Final = ("site-packages", "dist-packages")


def remedy_by_name(kind: type) -> str | None:
    """What to do with a class of a library; None if it is one of the user's.

    >>> import threading
    >>> remedy_by_name(threading.Thread)
    'make it inside of the function that uses it'
    """
    if known := known_by_name(kind):
        return known
    if not _is_installed(kind.__module__):
        return None
    return (
        f"annotate it as funsies.Pickled[{kind.__qualname__}], where it is returned and where "
        "it is taken, to store it by pickle; or register a codec for it (register_codec)"
    )


def known_by_name(kind: type) -> str | None:
    """What people do with a class of a library that is known, or with one derived from it."""
    names = (f"{base.__module__}.{base.__qualname__}" for base in kind.__mro__)
    return next((_BY_NAME[name] for name in names if name in _BY_NAME), None)


def _is_installed(module: str) -> bool:
    if module.partition(".")[0] in sys.stdlib_module_names - {"__main__", "builtins"}:
        return True
    path = getattr(sys.modules.get(module), "__file__", None) or ""
    return any(part in path for part in _INSTALLED)


_ANNOTATE_FIELDS: Final = (
    "make it a dataclass, annotate it as funsies.Pickled[...] to store it by pickle, or "
    "register a codec for it (funsies.register_codec)"
)
_AWAITED: Final = "pass what it gives: await it, or asyncio.run() it inside the function"
_CONTENTS: Final = "pass what it contains (str or bytes), or put_file(its name)"
_FUNCTION: Final = "make the function a part of the task instead of its input"
_TYPE: Final = "pass its name, or an Enum"
_NO_VALUE: Final = "use None, or an Enum"
_NAMES: Final = "pass vars(...) of it, which is a dict, or make it a dataclass"
_FILES: Final = ("IO", "TextIO", "BinaryIO")
_REMEDIES: Final[dict[object, str]] = {
    memoryview: "use bytes",
    type: _TYPE,
    types.ModuleType: "import it inside the function",
    types.EllipsisType: _NO_VALUE,
    types.NotImplementedType: _NO_VALUE,
    types.MappingProxyType: "pass dict(...) of it",
    collections.ChainMap: "pass dict(...) of it",
    types.CoroutineType: _AWAITED,
    types.GenericAlias: _TYPE,
    types.UnionType: _TYPE,
    typing.TypeVar: _TYPE,
    collections.abc.Callable: _FUNCTION,
}
_BY_BASE: Final = (
    (io.IOBase, _CONTENTS),
    (BaseException, "return a str or a dataclass that describes it"),
    (types.FunctionType, _FUNCTION),
    (types.BuiltinFunctionType, _FUNCTION),
    (functools.partial, _FUNCTION),
    (types.SimpleNamespace, _NAMES),
    (type, _TYPE),
)
_PLAIN: Final = (int, float, complex, str, bytes, list, dict, tuple, set, frozenset)
_ONE_SHOT: Final = (
    "Iterable",
    "Iterator",
    "Generator",
    "AsyncIterator",
    "AsyncIterable",
    "Awaitable",
)


def refuse_type(annotation: object) -> TypeRefused:
    """Say that a type has no encoding, and what to do about it."""
    kind = get_origin(annotation) or annotation
    name = type_name(kind) if isinstance(kind, type) else str(annotation)
    return TypeRefused(name, _remedy(kind, name))


def _remedy(kind: object, name: str) -> str:
    for known, remedy in _REMEDIES.items():
        if kind is known:
            return remedy
    if name in _ONE_SHOT and (of_library := _known_by_name(kind)):
        return of_library
    if name in _ONE_SHOT:
        return "it can be read only once; use list or Sequence"
    if name in _FILES:
        return _CONTENTS
    return _remedy_for_class(kind) if isinstance(kind, type) else _ANNOTATE_FIELDS


def _known_by_name(kind: object) -> str | None:
    """Of a class of a library that is called as one of ours, as NumPy's ``Generator``."""
    return known_by_name(kind) if isinstance(kind, type) else None


def _remedy_for_class(kind: type) -> str:
    for base, remedy in _BY_BASE:
        if issubclass(kind, base):
            return remedy
    plain = next((plain for plain in _PLAIN if issubclass(kind, plain)), None)
    if plain is not None:
        return f"convert it to {plain.__name__}: more than that would be lost"
    if as_list := remedy_for_items(kind):
        return as_list
    if (kind.__module__, kind.__qualname__) == ("argparse", "Namespace"):
        return _NAMES
    own: object = getattr(kind, "__funsies_remedy__", None)
    if isinstance(own, str):
        return own
    return _remedy_for_own(kind)


def _remedy_for_own(kind: type) -> str:
    """What to do with a class that is nothing of all that."""
    base = next((base for base in kind.__mro__ if base in codecs_by_class()), None)
    if base is not None:
        return (
            f"the codec of its base {type_name(base)} takes it as well if it is registered "
            "with subclasses=True; or register one for it"
        )
    if is_protocol(kind):
        return "a protocol does not say what is stored; name the classes that it stands for"
    return remedy_by_name(kind) or _ANNOTATE_FIELDS
