"""The text that belongs to running code: from the installed table, or from its file."""

from __future__ import annotations

import inspect
import linecache
import sys
from collections.abc import Iterator, Mapping
from types import CodeType, FunctionType
from typing import Any, Final, NamedTuple

from funsies.core.digest import digest
from funsies.core.fingerprint.identity import IdentityCache
from funsies.core.fingerprint.names import names_of
from funsies.core.fingerprint.project import is_project_name
from funsies.core.fingerprint.records import CodeKey, code_key, code_record, nested_codes
from funsies.core.fingerprint.source import Source, parse_source
from funsies.core.fingerprint.table import (
    ClassText,
    Entry,
    class_key,
    installed,
    local_class_key,
)

_NO_TEXT: Final = Entry()


def function_entry(code: CodeType, namespace: dict[str, Any]) -> Entry:
    """Find the text of running code.

    Args:
        code: the code of the function.
        namespace: its globals.
    """
    entry = None if is_at_home(namespace) else installed(code_key(code))
    if entry is not None:
        return entry
    located = _locate(code, namespace)
    imported = tuple(_library_names(located.imported, namespace))
    return Entry(located.text, imported, unused_names=tuple(sorted(located.unused)))


def changed_names(code: CodeType, namespace: dict[str, Any]) -> frozenset[str]:
    """Names of the objects that a function changes in place, as far as its text is here.

    On a worker the text is not at hand; there the client has looked already.
    """
    is_known = not is_at_home(namespace) and installed(code_key(code)) is not None
    return frozenset() if is_known else _locate(code, namespace).changed


def is_at_home(namespace: dict[str, Any]) -> bool:
    """True of the globals of a module that this process has imported or is running.

    Functions that came with a payload have globals of their own, and only for them is what
    the installed tables say: in the client's process those may be of an earlier version.
    """
    module = sys.modules.get(str(namespace.get("__name__")))
    return module is not None and vars(module) is namespace


def table_of(code: CodeType, namespace: dict[str, Any]) -> Iterator[tuple[CodeKey, Entry]]:
    """Lines of the table for this code and all code inside it."""
    for nested in nested_codes(code):
        if nested.co_flags & inspect.CO_OPTIMIZED:
            yield code_key(nested), function_entry(nested, namespace)
        else:
            yield _local_class(nested, namespace)


class _Located(NamedTuple):
    """What the file says about a function."""

    text: bytes
    imported: Mapping[str, tuple[str, str]]
    changed: frozenset[str]
    unused: frozenset[str]


_located: IdentityCache[CodeType, _Located] = IdentityCache()


def _locate(code: CodeType, namespace: dict[str, Any]) -> _Located:
    located = _located.get(code)
    return _located.put(code, _search(code, namespace)) if located is None else located


def _search(code: CodeType, namespace: dict[str, Any]) -> _Located:
    for source in sources_of(code.co_filename, namespace):
        text = source.function_text(code)
        if text is not None:
            used = {chain[0] for chain in names_of(code).globals}
            imported = source.imports.top_level
            of_used = {name: imported[name] for name in used & imported.keys()}
            changed, unused = source.changed_names(code), source.unused_names(code)
            return _Located(text, of_used, changed, unused)
    return _Located(b"", {}, frozenset(), frozenset())


def _library_names(
    imported: Mapping[str, tuple[str, str]], namespace: dict[str, Any]
) -> Iterator[tuple[str, str]]:
    for name, (module, attribute) in sorted(imported.items()):
        home = sys.modules.get(module)
        is_as_imported = getattr(home, attribute, None) is namespace.get(name, home)
        if home is not None and is_as_imported and not is_project_name(module):
            yield name, f"{module}.{attribute}"


_sources: dict[str, list[Source]] = {}


def sources_of(file_name: str, namespace: dict[str, Any] | None) -> list[Source]:
    """The parsed versions of a file that this process has seen, newest first.

    Older versions are kept: an edit on disk does not change the code that was imported.
    """
    linecache.checkcache(file_name)
    lines = linecache.getlines(file_name, namespace)
    known = _sources.setdefault(file_name, [])
    if lines and not any(source.lines is lines for source in known):
        source = parse_source(lines, file_name)
        if source is not None:
            known.insert(0, source)
    return known


def class_entry(kind: type) -> Entry:
    """Find the texts of all classes of this name in the file of this class."""
    entry = None if _is_class_at_home(kind) else installed(class_key(kind))
    if entry is not None:
        return entry
    file_name = _file_of(kind)
    if not file_name:
        return _NO_TEXT
    sources = sources_of(
        file_name,
        vars(sys.modules[kind.__module__]) if kind.__module__ in sys.modules else None,
    )
    for source in sources:
        entry = Entry(classes=source.class_texts(kind.__qualname__))
        if class_text(kind, entry) is not None:
            return entry
    return _NO_TEXT


def _is_class_at_home(kind: type) -> bool:
    found: object = sys.modules.get(kind.__module__)
    for name in kind.__qualname__.split("."):
        found = getattr(found, name, None)
    return found is kind or any(is_at_home(each.__globals__) for each in own_functions(kind))


def class_text(kind: type, entry: Entry) -> ClassText | None:
    """The text of a class: of all classes of this name, those that hold its methods."""
    methods = {bytes(code_record(each.__code__)) for each in own_functions(kind)}
    fitting = [text for text in entry.classes if methods.issubset(text.methods)]
    if len(fitting) <= 1:
        return fitting[0] if fitting else None
    names = {name for text in fitting for name in text.names}
    united = digest("classes", tuple(sorted({text.digest for text in fitting})))
    return ClassText(united, tuple(sorted(names)), tuple(sorted(methods)))


def own_functions(kind: type) -> Iterator[FunctionType]:
    """Functions that were written in the body of a class."""
    for member in vars(kind).values():
        function = getattr(member, "__func__", getattr(member, "fget", member))
        function = inspect.unwrap(function) if callable(function) else function
        if isinstance(function, FunctionType):
            code = function.__code__
            if code.co_qualname == f"{kind.__qualname__}.{code.co_name}":
                yield function


def _file_of(kind: type) -> str:
    for function in own_functions(kind):
        return function.__code__.co_filename
    module = sys.modules.get(kind.__module__)
    return str(getattr(module, "__file__", None) or "")


def _local_class(body: CodeType, namespace: dict[str, Any]) -> tuple[CodeKey, Entry]:
    name = body.co_qualname
    key = local_class_key(str(namespace.get("__name__", "")), name)
    entry = None if is_at_home(namespace) else installed(key)
    if entry is not None:
        return key, entry
    for source in sources_of(body.co_filename, namespace):
        if code_record(body) in {code_record(each) for _, each in source.bodies.get(name, ())}:
            return key, Entry(classes=source.class_texts(name))
    return key, _NO_TEXT
