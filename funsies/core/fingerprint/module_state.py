"""What a program has changed in its modules since they were imported.

A module that a function imports while it runs, or uses as a value, counts by its text, whether
it is loaded or not. What the text says and what a loaded module holds may differ: a setting
that the program has set, a helper that a test has replaced. Where the text is plain (a literal,
a function, a class), the difference is seen.

Only what the function can reach counts: the names that it reads of the module, all names of a
module that it hands on, and what helpers in these modules read in turn.
"""

from __future__ import annotations

import ast
import sys
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial
from types import FunctionType, ModuleType
from typing import Any, Final, NamedTuple

from funsies.core.digest import Field
from funsies.core.fingerprint.bytecode import PLACES, names_of
from funsies.core.fingerprint.module_files import may_be_project, read_when_imported
from funsies.core.fingerprint.names_meant import modules_meant
from funsies.core.fingerprint.project import is_project
from funsies.core.fingerprint.source import Source
from funsies.core.fingerprint.source_lookup import function_entry, own_functions, sources_of
from funsies.core.fingerprint.walk import Walk
from funsies.core.import_statements import absolute_name, bound_names

_ABSENT: Final = object()
_CONTAINERS: Final = (list, dict, set)
_PLAIN: Final = (type(None), bool, int, float, complex, str, bytes, bytearray, tuple, frozenset)


class _Read(NamedTuple):
    """Something that code reads of a module.

    Attributes:
        module: the module.
        chain: names, one inside the other; empty if the module is handed on, so that any of
            its names may be read.
        is_direct: True if the code of the step itself, not that of a helper, reads it.
    """

    module: ModuleType
    chain: tuple[str, ...]
    is_direct: bool


def changes_of_imported(walk: Walk, function: FunctionType) -> Iterator[Field]:
    """What a function reads of modules that it imports, where they hold what no text says."""
    return _changes(walk, _reads_of_imported(function, is_direct=True))


def changes_in_module(walk: Walk, module: ModuleType) -> Iterator[Field]:
    """What a module that is used as a value holds and no text says."""
    return _changes(walk, [_Read(module, (), is_direct=True)])


def _changes(walk: Walk, reads: Iterable[_Read]) -> Iterator[Field]:
    pending, seen = deque(reads), set[tuple[int, tuple[str, ...]]]()
    found = set[str]()
    while pending:
        read = pending.popleft()
        if (id(read.module), read.chain) in seen:
            continue
        seen.add((id(read.module), read.chain))
        if read.chain[:1] == ("__dict__",):
            pending.append(read._replace(chain=()))
            continue
        for name in read.chain[:1] or _names_in(walk, read.module):
            shown = f"{read.module.__name__}.{name}"
            value = vars(read.module).get(name, _ABSENT)
            walk.snapshot.lookups.append((vars(read.module), name, value))
            if name in PLACES or walk.is_ignored(name, shown):
                continue
            elsewhere = _elsewhere(read, name, value)
            if elsewhere is not None:
                pending.extend([elsewhere] if is_project(elsewhere.module) else [])
            elif not _is_changed(walk, read.module, name, value):
                pending.extend(_reads_of_helper(walk, value))
            elif shown not in found and (read.is_direct or _is_plain_or_code(value)):
                found.add(shown)
                yield shown, walk.named(shown, value)


# -- what is read


def _elsewhere(read: _Read, name: str, value: object) -> _Read | None:
    """Where a value is from that a module has from another one; or it is a module itself."""
    if isinstance(value, ModuleType):
        return _Read(value, read.chain[1:], read.is_direct)
    origin = _origin(read.module, name)
    if origin is None or vars(origin.module).get(origin.chain[0]) is not value:
        return None
    return origin._replace(is_direct=read.is_direct)


def modules_named(function: FunctionType) -> Iterator[str]:
    """Absolute names of what a function imports while it runs: modules, and what is in them."""
    package = str(function.__globals__.get("__package__") or "")
    for name, taken, level in names_of(function.__code__).imported:
        absolute = absolute_name(name, level, package)
        yield from (absolute, *(f"{absolute}.{each}" for each in taken))


def _reads_of_imported(function: FunctionType, *, is_direct: bool) -> Iterator[_Read]:
    for name in modules_named(function):
        if may_be_project(name):
            for _, read, chain in read_when_imported(name):
                yield _Read(read, chain, is_direct=False)
    for module, chain in modules_meant(function):
        if isinstance(module, ModuleType) and is_project(module):
            yield _Read(module, chain, is_direct)


def _reads_of_helper(walk: Walk, value: object) -> Iterator[_Read]:
    """What a function of the project, or the methods of a class, read of their modules."""
    if not isinstance(value, (FunctionType, type)) or not is_project(value):
        return
    for function in [value] if isinstance(value, FunctionType) else own_functions(value):
        code, defaults = function.__code__, function.__defaults__
        walk.snapshot.functions.append((function, code, defaults, function.__kwdefaults__))
        namespace = function.__globals__
        module = sys.modules.get(str(namespace.get("__name__")))
        if module is None or vars(module) is not namespace:
            continue
        kept = _state_of(function)
        for chain in names_of(function.__code__).globals:
            if chain[0] in namespace and chain[0] not in kept:
                yield _Read(module, chain, is_direct=False)
        yield from _reads_of_imported(function, is_direct=False)


def _state_of(function: FunctionType) -> set[str]:
    """Globals that a function changes: a memo, a counter, not what the program has set."""
    code = function.__code__
    return {*names_of(code).written, *function_entry(code, function.__globals__).changed_names}


def _names_in(walk: Walk, module: ModuleType) -> Iterator[str]:
    """All names of a module but those of Python, and of what its own functions change."""
    walk.snapshot.values.append((partial(_listed, module), _listed(module)))
    values = list(vars(module).values())
    functions = (each for each in values if isinstance(each, FunctionType))
    own = (each for each in functions if each.__globals__ is vars(module))
    kept = set[str]().union(*map(_state_of, own))
    yield from (name for name in sorted(vars(module)) if name[:2] != "__" and name not in kept)


def _listed(module: ModuleType) -> bytes:
    return repr(sorted(vars(module))).encode()


# -- what differs from the text


def _source_of(module: ModuleType) -> Source | None:
    file_name = getattr(module, "__file__", None)
    sources = sources_of(file_name, vars(module)) if isinstance(file_name, str) else []
    return sources[0] if sources else None


def _origin(module: ModuleType, name: str) -> _Read | None:
    """Where a name of a module is from, if the module takes it from one of the project."""
    source = _source_of(module)
    taken = source.taken.get(name) if source is not None else None
    if taken is None:
        return None
    home, named, level = taken
    package = str(getattr(module, "__package__", None) or "")
    found = sys.modules.get(absolute_name(home, level, package))
    is_followed = isinstance(found, ModuleType) and found is not module and is_project(found)
    return _Read(found, (named,), is_direct=False) if found and is_followed else None


def _is_changed(walk: Walk, module: ModuleType, name: str, value: Any) -> bool:
    source = _source_of(module)
    if source is None or value is _ABSENT:
        return False
    bindings = [each for each in source.tree.body if name in _bound(each)]
    if not bindings:
        return not _is_bound_deeper(source, name)
    if len(bindings) > 1:
        return False
    origin = _origin(module, name)
    if origin is not None:
        return _is_changed(walk, origin.module, origin.chain[0], value)
    if _differs(module, source, bindings[0], value):
        return True
    rehash = _rehash(bindings[0], value)
    if rehash is not None:
        walk.snapshot.values.append((rehash, rehash()))
    return False


def _rehash(binding: ast.stmt, value: object) -> Callable[[], bytes] | None:
    """Tells whether a container or a class is changed in place before the next step is made.

    What a text computes is not compared with it, so only what it says literally is looked at.
    """
    if isinstance(value, type):
        body = binding.body if isinstance(binding, ast.ClassDef) else []
        said = (name for each in body if _is_literal(each) for name in _bound(each))
        return partial(_members, value, frozenset(said))
    is_compared = isinstance(value, _CONTAINERS) and _is_literal(binding)
    return partial(_content, value) if is_compared else None


def _is_literal(binding: ast.stmt) -> bool:
    value = binding.value if isinstance(binding, (ast.Assign, ast.AnnAssign)) else None
    return value is not None and _literal(value) is not _ABSENT


def _content(value: object) -> bytes:
    return repr(value).encode(errors="surrogatepass")


def _members(kind: type, said: Collection[str]) -> bytes:
    return _content(
        [
            (name, member if name in said and _is_plain_or_code(member) else id(member))
            for name, member in vars(kind).items()
        ]
    )


def _differs(module: ModuleType, source: Source, binding: ast.stmt, value: Any) -> bool:
    match binding:
        case ast.FunctionDef(decorator_list=[]) | ast.AsyncFunctionDef(decorator_list=[]):
            is_function = isinstance(value, FunctionType)
            return not is_function or source.function_text(value.__code__) is None
        case ast.ClassDef():
            is_other = _is_other_class(module, binding, value)
            return is_other or (
                isinstance(value, type) and _has_changed(source, binding, value)
            )
        case ast.Assign(value=literal) | ast.AnnAssign(value=ast.expr() as literal):
            said = _literal(literal)
            return said is not _ABSENT and not _are_alike(said, value)
    return False


def _is_other_class(module: ModuleType, statement: ast.ClassDef, value: Any) -> bool:
    if statement.decorator_list:  # it may make anything
        return False
    names = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    return names != (module.__name__, statement.name)


def _has_changed(source: Source, statement: ast.ClassDef, kind: type) -> bool:
    """True of a class whose attributes or methods the program has replaced, or added to."""
    members = vars(kind)
    is_plain = not statement.decorator_list
    for each in statement.body:
        for name in _bound(each) & members.keys():
            member = members[name]
            if isinstance(each, ast.FunctionDef):
                is_own = not each.decorator_list and isinstance(member, FunctionType)
                if is_plain and is_own and source.function_text(member.__code__) is None:
                    return True
            elif isinstance(each, (ast.Assign, ast.AnnAssign)) and each.value is not None:
                said = _literal(each.value)
                is_data = type(member) in (*_PLAIN, *_CONTAINERS)
                if is_data and said is not _ABSENT and not _are_alike(said, member):
                    return True
    said_here = set[str]().union(*map(_bound, statement.body))
    added = (name for name in members if name not in said_here and name[:1] != "_")
    return is_plain and any(_is_plain_or_code(members[name]) for name in added)


def _are_alike(said: Any, value: Any) -> bool:
    if type(said) is not type(value):
        return False
    return bool(said == value) if isinstance(said, set) else repr(said) == repr(value)


def _literal(expression: ast.expr) -> Any:
    try:
        return ast.literal_eval(expression)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return _ABSENT


def _bound(statement: ast.stmt) -> set[str]:
    """Names that a statement at the top level of a module binds, whatever to."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {statement.name}
    assigned = {
        node.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    return assigned | {each.name for each in bound_names(statement)}


def _is_bound_deeper(source: Source, name: str) -> bool:
    """True if some function of the module may have bound a name, or an import of all names."""
    return any(
        (isinstance(node, ast.Global) and name in node.names)
        or (isinstance(node, ast.ImportFrom) and node.names[0].name == "*")
        for node in ast.walk(source.tree)
    )


def _is_plain_or_code(value: object) -> bool:
    """True of what can be described for certain: data, and code of the project."""
    if isinstance(value, (FunctionType, type)):
        return is_project(value)
    if isinstance(value, dict):
        return all(_is_plain_or_code(each) for pair in value.items() for each in pair)
    if isinstance(value, (list, tuple, set, frozenset)):
        return all(map(_is_plain_or_code, value))
    return type(value) in _PLAIN
