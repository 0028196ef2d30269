"""What a pickled function calls on the worker to put things together again."""

from __future__ import annotations
import __future__

import ast
import functools
import importlib
import importlib.machinery
import importlib.util
import marshal
import sys
import traceback
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from operator import attrgetter
from types import CellType, FunctionType, ModuleType
from typing import Any, Final, TypeVar
from weakref import WeakValueDictionary

from funsies.core.errors import ModuleImportError
from funsies.core.fingerprint.project import decide_also, is_project_name
from funsies.core.fingerprint.source_lookup import lines_of
from funsies.core.parsing import module_statements, parse_module

from .program import has_own_main, live_object


class Namespace:
    """Globals of code that belongs to no module: made by ``exec``, typed into a shell.

    Attributes:
        variables: the globals. One of them is a name for all of them, wherever they come to.
    """

    def __init__(self, variables: dict[str, Any]) -> None:
        self.variables = variables

    @property
    def key(self) -> str:
        """The name."""
        return str(self.variables.setdefault(_KEY, uuid.uuid4().hex))


_KEY: Final = "__funsies_namespace__"
_namespaces: Final[WeakValueDictionary[str, Namespace]] = WeakValueDictionary()


def namespace(key: str, variables: Mapping[str, Any]) -> Namespace:
    """Globals of that name, which begin with these; the same ones, however often they come.

    Methods of one class come with many functions, and find what each of these brings along.
    """
    found = _namespaces.get(key)
    if found is None:
        found = _namespaces[key] = Namespace({**variables, _KEY: key})
    return found


def module(name: str) -> ModuleType:
    """A module, imported; one of a program that has no file is made anew, and filled later."""
    loaded = sys.modules.get(name)
    if loaded is not None:
        return loaded
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as problem:
        if not is_project_name(name):
            raise
        fails = _module_that_failed(problem) or name
        raise ModuleImportError(
            f"the module {fails} of the program cannot be imported where the step runs "
            f"({type(problem).__name__}: {problem}). Provide there what it needs, do that in a "
            "function in the place of its top level, or have its values travel in its place: "
            f'frozen = ["{fails}"] under [tool.funsies] in pyproject.toml'
        ) from problem


def _module_that_failed(problem: BaseException) -> str:
    """The innermost module of the program whose top level raised it."""
    names = [
        str(frame.f_globals.get("__name__"))
        for frame, _ in traceback.walk_tb(problem.__traceback__)
        if frame.f_code.co_name == "<module>"
    ]
    return next(filter(is_project_name, reversed(names)), "")


def made_module(name: str, key: int) -> ModuleType:
    """A module that cannot be imported: no file holds it, or it is a script of its own."""
    found: ModuleType | None = live_object(key)
    if found is not None:
        return found
    if name not in sys.modules:
        sys.modules[name] = _empty_module(name)
        decide_also([name], [])
        parent, _, last = name.rpartition(".")
        if parent in sys.modules:
            setattr(sys.modules[parent], last, sys.modules[name])
    return sys.modules[name]


def _empty_module(name: str) -> ModuleType:
    """A module with nothing in it; a package if there are modules inside it."""
    spec = importlib.machinery.PathFinder.find_spec(name.rpartition(".")[2], _path_above(name))
    is_namespace = spec is not None and spec.loader is None
    return importlib.util.module_from_spec(spec) if spec and is_namespace else ModuleType(name)


def _path_above(name: str) -> list[str] | None:
    parent = name.rpartition(".")[0]
    return list(getattr(sys.modules.get(parent), "__path__", ())) if parent else None


def reference(module_name: str, qualified_name: str, key: int) -> Any:
    """A function or class by its name; the very object in the process that dumped it."""
    found = live_object(key)
    return attrgetter(qualified_name)(module(module_name)) if found is None else found


def variables_of(owner: ModuleType | Namespace) -> dict[str, Any]:
    """The globals of a module, or of code that belongs to none."""
    return owner.variables if isinstance(owner, Namespace) else vars(owner)


def function(
    code: bytes,
    owner: ModuleType | Namespace,
    name: str,
    cells: tuple[CellType, ...],
    live: tuple[int, tuple[int, ...]],
) -> FunctionType:
    """A function by value, with the globals of the module that it was written in."""
    found = _live_function(live)
    if found is not None:
        return found
    loaded = marshal.loads(code)  # noqa: S302 - a function of the program, signed as the task is
    return FunctionType(loaded, variables_of(owner), name, None, cells)


def parts_of(function: FunctionType) -> tuple[int, ...]:
    """What a function is made of, by identity: it may be given other parts while it lives."""
    return id(function.__code__), id(function.__defaults__), id(function.__kwdefaults__)


def _live_function(live: tuple[int, tuple[int, ...]]) -> FunctionType | None:
    """The program's own function, if it is still here and is still the same."""
    key, parts = live
    found: FunctionType | None = live_object(key) if key else None
    return found if found is not None and parts_of(found) == parts else None


def set_function(target: FunctionType, state: dict[str, Any]) -> None:
    """Give a function what it has besides its code, unless it is the program's own."""
    if target is _live_function(state["live"]):
        return
    if state["is_of_project"]:
        decide_also([], [target.__code__.co_filename])
    for name, value in state["attributes"].items():
        setattr(target, name, value)
    vars(target).update(state["dict"])
    for cell, content in state["cells"]:
        cell.cell_contents = content


def class_of_script(
    key: int,
    owner: ModuleType,
    place: tuple[str, int],
    name: str,
    needed: Sequence[tuple[str, Any]],
) -> type:
    """A class of a script, made by running its own statement."""
    found = live_object(key)
    if found is not None:
        return found  # type: ignore[no-any-return]  # a class was given this number
    if has_own_main():
        return reference(owner.__name__, name, key)  # type: ignore[no-any-return]  # the same script
    return run_class(owner, place, name, needed)


def class_by_value(key: int, make: Callable[..., type], arguments: tuple[object, ...]) -> type:
    """A class that no text makes; the program's own one in the process that dumped it."""
    found: type | None = live_object(key)
    return make(*arguments) if found is None else found


def typed_dict(home: str, name: str, attributes: Mapping[str, object]) -> type:
    """A class of ``TypedDict``, without its keys.

    Args:
        home: name of the module that has this ``TypedDict``.
        name: of the class.
        attributes: which keys are required, and the like.
    """
    made: type = importlib.import_module(home).TypedDict(name, {})
    for each, value in attributes.items():
        setattr(made, each, value)
    return made


def set_keys(kind: type, state: tuple[int, dict[str, object]]) -> None:
    """Give such a class its keys, whose types may be the class itself."""
    key, types = state
    if live_object(key) is not kind:
        kind.__annotations__ = types


def lru_cache(
    function: Callable[..., Any], maximum_size: int | None, typed: bool
) -> Callable[..., Any]:
    """A ``functools.lru_cache`` around a function, empty."""
    return functools.lru_cache(maximum_size, typed)(function)


def single_dispatch(
    function: Callable[..., Any], registry: Sequence[tuple[type, Callable[..., Any]]]
) -> Callable[..., Any]:
    """A ``functools.singledispatch`` function with its registered implementations."""
    generic = functools.singledispatch(function)
    for kind, implementation in registry:
        generic.register(kind, implementation)
    return generic


def context_variable(name: str, *default: object) -> ContextVar[object]:
    """A context variable; what was set in it stays in the process that set it."""
    return ContextVar(name, default=default[0]) if default else ContextVar(name)


def type_variable(
    name: str, constraints: tuple[Any, ...], bound: Any, covariant: bool, contravariant: bool
) -> TypeVar:
    """A type variable."""
    return TypeVar(
        name, *constraints, bound=bound, covariant=covariant, contravariant=contravariant
    )


# Classes of a script, made anew by running their own statements from its text.
#
# A class is more than what pickle can say of it: members of enumerations, keywords of the
# class statement, slots, what decorators and metaclasses did. So its statement is run again,
# where the names that it needs stand for what they stand for in the program.

_made: Final[dict[tuple[str, int], tuple[str, type]]] = {}


def run_class(
    module: ModuleType,
    place: tuple[str, int],
    name: str,
    needed: Sequence[tuple[str, Any]],
) -> type:
    """Run the statement of a class in its module; once in the life of this process.

    Args:
        module: the script, ``__main__`` as a rule.
        place: name of the file of the text, which is known to :mod:`linecache`, and position
            of the statement among those of the text.
        name: of the class.
        needed: globals that the statement reads.
    """
    file_name, position = place
    text = "".join(lines_of(file_name, None))
    known = _made.get(place)
    if known is not None and known[0] == text:
        return known[1]
    variables = vars(module)
    variables.update(needed)
    tree = parse_module(text)
    statement = ast.Module([module_statements(tree)[position]], [])
    code = compile(statement, file_name, "exec", _future_flags(tree), dont_inherit=True)
    exec(code, variables)  # noqa: S102 - a class of the program, signed as the task is
    made: type = variables[name]
    _made[place] = text, made
    return made


def _future_flags(tree: ast.Module) -> int:
    """What ``from __future__ import ...`` at the beginning of the text asks for."""
    names = (
        alias.name
        for statement in tree.body
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
        for alias in statement.names
    )
    return sum(getattr(__future__, name).compiler_flag for name in set(names))
