"""The text that belongs to running code, and where in it names get their values."""

from __future__ import annotations

import inspect
import linecache
import os
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from types import CodeType, FunctionType, MappingProxyType, ModuleType
from typing import Any, Final, NamedTuple

from funsies.core.digest import digest
from funsies.core.fingerprint.bytecode import names_of
from funsies.core.fingerprint.caching import IdentityCache
from funsies.core.fingerprint.code_digest import code_record
from funsies.core.fingerprint.project import (
    is_code_of_project,
    is_project,
    is_project_name,
)
from funsies.core.fingerprint.source import (
    NOWHERE,
    ClassText,
    Entry,
    Place,
    Source,
    parse_source,
)
from funsies.core.import_statements import absolute_name
from funsies.core.type_hints import LAZY_ANNOTATIONS

_NO_TEXT: Final = Entry()


def function_entry(code: CodeType, namespace: dict[str, Any]) -> Entry:
    """Find the text of running code.

    Args:
        code: the code of the function.
        namespace: its globals.
    """
    located = _locate(code, namespace)
    imported = tuple(_library_names(located.imported, namespace))
    return Entry(
        located.text,
        imported,
        unused_names=tuple(sorted(located.unused)),
        changed_names=located.changed,
        inner_annotations=located.annotations,
        place=located.place,
        assigned=located.assigned,
        taken=located.taken,
    )


class _Located(NamedTuple):
    """What the file says about a function."""

    text: bytes
    imported: Mapping[str, tuple[str, str]]
    changed: frozenset[str]
    unused: frozenset[str]
    annotations: tuple[str, ...]
    place: Place = NOWHERE
    assigned: Mapping[str, int] = MappingProxyType({})
    taken: Mapping[str, tuple[str, str, int]] = MappingProxyType({})


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
            inner, place = source.inner_annotations(code), source.function_place(code)
            homes = source.assigned, source.taken
            return _Located(text, of_used, changed, unused, inner, place, *homes)
    return _Located(b"", {}, frozenset(), frozenset(), ())


def _library_names(
    imported: Mapping[str, tuple[str, str]], namespace: dict[str, Any]
) -> Iterator[tuple[str, str]]:
    for name, (module, attribute) in sorted(imported.items()):
        home = sys.modules.get(module)
        value = namespace.get(name, home)
        is_as_imported = getattr(home, attribute, None) is value
        is_theirs = not is_project_name(module) and not is_code_of_project(value)
        if home is not None and is_as_imported and is_theirs:
            yield name, f"{module}.{attribute}"


_sources: dict[str, list[Source]] = {}


def sources_of(file_name: str, namespace: dict[str, Any] | None) -> list[Source]:
    """The parsed versions of a file that this process has seen, newest first.

    Older versions are kept: an edit on disk does not change the code that was imported.
    """
    lines = lines_of(file_name, namespace)
    known = _sources.setdefault(file_name, [])
    if lines and not any(source.lines is lines for source in known):
        source = parse_source(lines, file_name, _names_elsewhere(file_name, namespace))
        if source is not None:
            known.insert(0, source)
    return known


def lines_of(file_name: str, namespace: dict[str, Any] | None) -> Sequence[str]:
    """The lines of a file, as they are now, or of a program that is in no file."""
    given = given_lines(file_name)
    if given:
        return given
    linecache.checkcache(file_name)
    return linecache.getlines(file_name, namespace) or typed_lines(file_name)


def class_entry(kind: type) -> Entry:
    """Find the texts of all classes of this name in the file of this class."""
    for _, source in class_sources(kind):
        entry = Entry(classes=source.class_texts(kind.__qualname__))
        if class_text(kind, entry) is not None:
            return entry
    return _NO_TEXT


def class_sources(kind: type) -> Iterator[tuple[str, Source]]:
    """Texts in which a class may have been written, with the names of their files."""
    module = sys.modules.get(kind.__module__)
    namespace = None if module is None else vars(module)
    for file_name in _files_of(kind):
        for source in sources_of(file_name, namespace):
            yield file_name, source


def class_text(kind: type, entry: Entry) -> ClassText | None:
    """The text of a class: of all classes of this name, those that hold its methods."""
    methods = {bytes(code_record(each.__code__)) for each in own_functions(kind)}
    fitting = [text for text in entry.classes if methods.issubset(text.methods)]
    if len(fitting) <= 1:
        return fitting[0] if fitting else None
    names = {name for text in fitting for name in text.names}
    united = digest("classes", tuple(sorted({text.digest for text in fitting})))
    return ClassText(united, tuple(sorted(names)), tuple(sorted(methods)), fitting[0].place)


def own_functions(kind: type) -> Iterator[FunctionType]:
    """Functions that were written in the body of a class."""
    # A copy: a model of pydantic that is not complete yet completes itself when looked at.
    for name, member in list(vars(kind).items()):
        if name in LAZY_ANNOTATIONS:
            continue
        function = getattr(member, "__func__", getattr(member, "fget", member))
        function = inspect.unwrap(function) if callable(function) else function
        if isinstance(function, FunctionType):
            code, home = function.__code__, function.__globals__.get("__name__", "builtins")
            is_named_so = code.co_qualname == f"{kind.__qualname__}.{code.co_name}"
            if is_named_so and home == kind.__module__:  # an enumeration has some of its base
                yield function


def _files_of(kind: type) -> Iterator[str]:
    """Files in which a class may have been written."""
    for function in own_functions(kind):
        yield function.__code__.co_filename
        return
    module = sys.modules.get(kind.__module__)
    file_name = getattr(module, "__file__", None)
    if file_name is not None:
        yield str(file_name)
    if kind.__module__ == "__main__" and module is not None:
        yield from (COMMAND, INPUT)
        yield from reversed([each for each in linecache.cache if _is_cell(each)])
        yield from sorted(_files_of_functions(vars(module)))


def _files_of_functions(namespace: Mapping[str, Any]) -> set[str]:
    """Files from which the functions in a namespace are: ``exec`` may have run texts there."""
    found = (each for each in list(namespace.values()) if isinstance(each, FunctionType))
    return {each.__code__.co_filename for each in found if each.__globals__ is namespace}


def _names_elsewhere(file_name: str, namespace: Mapping[str, Any] | None) -> dict[str, str]:
    """What names stand for that another cell of a notebook has imported."""
    if namespace is None or not _is_cell(file_name):
        return {}
    return {
        name: value.__name__
        for name, value in list(namespace.items())
        if isinstance(value, ModuleType)
    }


def _is_cell(file_name: str) -> bool:
    """True of the names that IPython and notebooks give to what was typed."""
    return file_name.startswith("<ipython-input-") or "ipykernel_" in file_name


COMMAND: Final = "<string>"
"""How code of ``python -c`` names its file; code that ``exec`` has made does, too."""

INPUT: Final = "<stdin>"

_given: Final[dict[str, tuple[str, ...]]] = {}


def given_lines(file_name: str) -> tuple[str, ...]:
    """The lines that a worker was given; whatever else has this name is not the program's."""
    return _given.get(file_name, ())


def give_text(file_name: str, text: str) -> None:
    """Have this be the text: for a worker, which runs the program of another process."""
    _given[file_name] = tuple(text.splitlines(keepends=True))


@cache
def typed_lines(file_name: str) -> tuple[str, ...]:
    """The lines of such a program, if they can be had; whoever takes them compares the code."""
    text = ""
    if file_name == COMMAND:
        text = next(_commands(), "")
    elif file_name == INPUT:
        text = _input()
    return tuple(text.splitlines(keepends=True))


def _commands() -> Iterator[str]:
    arguments = sys.orig_argv
    for at, argument in enumerate(arguments[1:-1], start=1):
        if argument.startswith("-") and not argument.startswith("--") and argument[-1] == "c":
            yield arguments[at + 1] + "\n"


def _input() -> str:
    """Standard input from its beginning, if it is a file."""
    try:
        about = os.fstat(0)
        if not stat.S_ISREG(about.st_mode):
            return ""
        return os.pread(0, about.st_size, 0).decode()
    except (OSError, ValueError):
        return ""


# Where names get their values: in the file of a function, or in that from which it takes
# them.
#
# This is for people, and part of no identity: what cannot be found out easily is not said.

MOST_LINES: Final = 20_000
"""Longer files, of tables say, are not parsed for the place of a name."""

_MOST_HANDED_ON: Final = 8


def place_of_name(entry: Entry, namespace: Mapping[str, Any], name: str) -> Place:
    """Where the value of a name that a function uses is written.

    Args:
        entry: what the file of the function says.
        namespace: the globals of the function.
        name: as it is used, ``LIMIT`` or ``settings.LIMIT``.
    """
    if name in entry.assigned:
        return Place(entry.place.file, entry.assigned[name])
    if name in entry.taken:
        return _taken(entry.taken[name], namespace)
    *modules, last = name.split(".")
    if not modules:
        return NOWHERE
    found = namespace.get(modules[0])
    for each in modules[1:]:
        found = vars(found).get(each) if isinstance(found, ModuleType) else None
    return _in_module(found, last)


def _taken(
    origin: tuple[str, str, int], namespace: Mapping[str, Any], most: int = _MOST_HANDED_ON
) -> Place:
    module, name, level = origin
    package = str(namespace.get("__package__") or "")
    return _in_module(sys.modules.get(absolute_name(module, level, package)), name, most)


def _in_module(module: object, name: str, most: int = _MOST_HANDED_ON) -> Place:
    """Where a module of the project gives a name its value, or that from which it takes it."""
    if not isinstance(module, ModuleType) or not most or not is_project(module):
        return NOWHERE
    file = module.__file__ or ""
    if not file or len(lines_of(file, vars(module))) > MOST_LINES:
        return NOWHERE
    for source in sources_of(file, vars(module)):
        if name in source.assigned:
            return Place(file, source.assigned[name])
        if name in source.taken:
            return _taken(source.taken[name], vars(module), most - 1)
    return NOWHERE
