"""The program that runs in this process: its modules, its script, objects that still live."""

from __future__ import annotations

import ast
import itertools
import sys
import threading
import uuid
import weakref
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, Final, NamedTuple

import msgspec

from funsies.core.errors import FingerprintError
from funsies.core.fingerprint.caching import IdentityCache
from funsies.core.fingerprint.project import frozen_modules
from funsies.core.fingerprint.script import script_text
from funsies.core.import_statements import one_by_one
from funsies.core.library_settings import library_settings
from funsies.core.parsing import parse_module
from funsies.core.python_plan import MainModule

from .bundle import Bundle
from .collect import Collector


class Program(NamedTuple):
    """What all functions of a program share.

    Attributes:
        bundle: the modules of the project; None if it has none of its own.
        main: its script.
        main_text: the text of the script; empty if nobody can read it.
    """

    bundle: Bundle | None
    main: MainModule
    main_text: str


_collector: Final = Collector()
_given: Final[list[Program]] = []


def this_program(imported: Collection[str] = ()) -> Program:
    """The program of this process.

    Args:
        imported: names of modules that its functions import while they run.

    Raises:
        FingerprintError: if the name of one of its files is no text.
    """
    if _given:
        return _given[0]
    main, text = describe_main()
    try:
        main.file.encode()
        bundle = _collector.bundle(imported, main.frozen)
        if _collector.reads_arguments:
            main = msgspec.structs.replace(main, arguments=_arguments())
        return Program(bundle, main, text)
    except UnicodeEncodeError as problem:
        raise FingerprintError(
            f"the path {problem.object!r} is not valid UTF-8, so that no worker could be told "
            "of it: rename that file or directory"
        ) from None


def _arguments() -> tuple[str, ...]:
    """Those of the program, but for bytes that are no text."""
    return tuple(each.encode(errors="replace").decode() for each in map(str, sys.argv[1:]))


def become_program(program: Program) -> None:
    """Be this program from now on: a worker hands on what it was given."""
    _given[:] = [program]


def describe_main() -> tuple[MainModule, str]:
    """The script of this program, and its text; the text is empty if nobody can read it."""
    main = sys.modules["__main__"]
    file = str(getattr(main, "__file__", None) or "")
    text_name, text = script_text()
    spec = getattr(main, "__spec__", None)
    return (
        MainModule(
            file=file,
            text_name=text_name,
            package=str(getattr(main, "__package__", None) or ""),
            name="" if spec is None else str(spec.name),
            imports=() if text else tuple(_modules_held(main)),
            frozen=frozen_modules(),
        ),
        text,
    )


def _modules_held(main: ModuleType) -> Iterator[str]:
    for value in vars(main).values():
        if isinstance(value, ModuleType) and value is not main:
            yield value.__name__


def statements_to_run(text: str) -> Iterator[ast.stmt]:
    """What a worker runs of a script: its imports, and then what it sets in libraries.

    Imports are those at the top level, one name at a time, in order. Attempts (``try: import
    a`` / ``except ImportError: import b``) and conditions that only import stay whole.
    """
    for statement in parse_module(text).body:
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            continue
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            yield from one_by_one(statement)
        elif isinstance(statement, (ast.Try, ast.If)) and _only_imports(statement):
            yield statement
    yield from (each.statement for each in library_settings(text))


def _only_imports(statement: ast.stmt) -> bool:
    """True of what imports, and at most notes whether that went well."""
    if isinstance(statement, (ast.Import, ast.ImportFrom, ast.Pass)):
        return True
    if isinstance(statement, ast.Assign):
        return isinstance(statement.value, ast.Constant)
    if isinstance(statement, ast.If):
        parts = [*statement.body, *statement.orelse]
    elif isinstance(statement, ast.Try):
        handled = [each for handler in statement.handlers for each in handler.body]
        parts = [*statement.body, *handled, *statement.orelse, *statement.finalbody]
    else:
        return False
    return all(map(_only_imports, parts))


# Objects that are still here: a process that loads what it dumped itself uses its own.

_keys: Final[IdentityCache[Any, int]] = IdentityCache()
_objects: Final[weakref.WeakValueDictionary[int, Any]] = weakref.WeakValueDictionary()
_numbers: Final = itertools.count(1)
_lock: Final = threading.Lock()


class _Process:
    """This process, or the program that it has become."""

    token = uuid.uuid4().hex
    is_worker = False


class _Loading(threading.local):
    """Whether this thread is loading what this process dumped."""

    is_own = False


_loading: Final = _Loading()


def process_token() -> str:
    """Name of this process in what it dumps; forks share it until they become another."""
    return _Process.token


def become_another() -> None:
    """Take what was dumped until now for another's: a worker that becomes a program."""
    _Process.token, _Process.is_worker = uuid.uuid4().hex, True


def has_own_main() -> bool:
    """True of a program; False of a worker, whose ``__main__`` is made of what comes."""
    return not _Process.is_worker


def live_key(thing: object) -> int:
    """Number by which this process finds an object again, for as long as the object lives."""
    with _lock:
        key = _keys.get(thing)
        if key is None:
            key = _keys.put(thing, next(_numbers))
            _objects[key] = thing
        return key


def live_object(key: int) -> Any:
    """The object of that number, if this thread is loading what this process dumped."""
    return _objects.get(key) if _loading.is_own else None


@contextmanager
def loading(token: str) -> Iterator[None]:
    """Load what the process of this token dumped."""
    outer = _loading.is_own
    _loading.is_own = token == _Process.token
    try:
        yield
    finally:
        _loading.is_own = outer
