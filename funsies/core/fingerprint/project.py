"""The border of the user's project: what is followed, and what counts by its name.

Code of the project is followed to the last helper. Code of libraries, of the interpreter and
of funsies itself counts by qualified name, and libraries by their version: following it would
make every address depend on library internals that the user neither sees nor changes.
"""

from __future__ import annotations

import builtins
import os
import sys
import sysconfig
import types
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any, Final, NamedTuple

from funsies.core.errors import OptionError
from funsies.core.fingerprint.distributions import LIBRARY_FOLDERS, distribution_of

_PACKAGE: Final = __name__.partition(".")[0]


def _own_directories() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    package = Path(__file__).parents[2]
    found = [
        Path(paths["stdlib"]),
        Path(paths["platstdlib"]),
        Path(os.__file__).parent,
        package,
    ]
    return tuple({f"{each}{os.sep}" for path in found for each in (path, path.resolve())})


_OWN_DIRECTORIES: Final = _own_directories()


class ProjectCode(NamedTuple):
    """What belongs to the project of a program, as the program has decided it.

    Attributes:
        modules: names of its modules and packages.
        files: names of the files of its code, as code objects carry them.
    """

    modules: frozenset[str]
    files: frozenset[str]


_decided: list[ProjectCode] = []


def decide(modules: Iterable[str], files: Iterable[str]) -> None:
    """Go by this decision from now on: a worker never decides by its own files and folders."""
    _decided[:] = [ProjectCode(frozenset(modules), frozenset(files))]
    is_project_file.cache_clear()


def decide_also(modules: Iterable[str], files: Iterable[str]) -> None:
    """Add to a decision; without one, nothing happens."""
    if _decided:
        known = _decided[0]
        decide(known.modules.union(modules), known.files.union(files))


@lru_cache(maxsize=4096)
def is_project_file(path: str) -> bool:
    """Tell whether a source file belongs to the user's project.

    It does not if it lies in a directory for libraries, or if the directory from which it was
    imported holds the metadata of a distribution that was installed with this file.

    Args:
        path: file name as code objects and modules carry it. Names such as ``<stdin>`` or
            ``<ipython-input-3>`` are code that the user typed.
    """
    if path.startswith("<"):
        return not path.startswith("<frozen ")
    if _decided:
        return path in _decided[0].files
    parts = path.replace("\\", "/").split("/")
    is_library = path.startswith(_OWN_DIRECTORIES) or any(
        folder in parts for folder in LIBRARY_FOLDERS
    )
    return not is_library and distribution_of(path) is None


def is_project(thing: object) -> bool:
    """Tell whether a function, class, code object or module belongs to the user's project.

    Functions are judged by the file of their code, never by ``__module__``, which decorators
    copy from one function to another.

    >>> import json
    >>> is_project(json), is_project(json.dumps), is_project(len)
    (False, False, False)
    """
    if isinstance(thing, FunctionType):
        return _is_project_code(thing.__code__, thing.__globals__)
    if isinstance(thing, CodeType):
        return is_project_file(thing.co_filename)
    if isinstance(thing, ModuleType):
        return _is_project_module(thing)
    if isinstance(thing, type):
        return _is_project_class(thing)
    if isinstance(thing, BuiltinFunctionType):
        return is_project_name(thing.__module__ or "builtins")
    return False


def is_code_of_project(thing: object) -> bool:
    """Tell whether a thing is a function or class that a module of the project has made.

    In a module of a library it is what the program has put there.
    """
    if isinstance(thing, type):
        return thing.__module__ in sys.modules and is_project(thing)
    return isinstance(thing, FunctionType) and is_project(thing)


def is_project_name(name: str) -> bool:
    """Tell whether the module of this name belongs to the user's project.

    A module that is not loaded is taken for one of the project: it came here by value.
    """
    if _decided:
        return name in _decided[0].modules
    module = sys.modules.get(name)
    if module is not None:
        return _is_project_module(module)
    top = name.partition(".")[0]
    return top not in sys.stdlib_module_names and top != _PACKAGE


def _is_project_code(code: CodeType, namespace: dict[str, Any]) -> bool:
    if code.co_filename.startswith("<") and not code.co_filename.startswith("<frozen "):
        return _is_project_namespace(namespace)
    return is_project_file(code.co_filename)


def _is_project_namespace(namespace: dict[str, Any]) -> bool:
    """Tell of code in no file: a library has made it, a project has, or the user has typed it.

    Globals that are no module's are those of a doctest, of ``exec``, or of a shell.
    """
    module = sys.modules.get(str(namespace.get("__name__", "")))
    if module is None or vars(module) is not namespace:
        return True
    return _is_project_module(module)


def _is_project_module(module: ModuleType) -> bool:
    if _decided:
        return module.__name__ in _decided[0].modules
    path = getattr(module, "__file__", None)
    if isinstance(path, str):
        return is_project_file(path)
    name = module.__name__
    if name == "__main__":
        return True
    if name.partition(".")[0] in sys.stdlib_module_names or name in sys.builtin_module_names:
        return False
    folders = list(getattr(module, "__path__", ()))
    return all(is_project_file(str(folder)) for folder in folders)


def _is_made_here(kind: type) -> bool:
    """True of a class that code without a module has made, which is no type of Python's own."""
    return bool(kind.__flags__ & _HEAP_TYPE) and vars(builtins).get(kind.__name__) is not kind


_HEAP_TYPE: Final = 1 << 9
"""``Py_TPFLAGS_HEAPTYPE``: made at run time."""


def _is_project_class(kind: type) -> bool:
    if kind.__module__ == "builtins":
        return _is_made_here(kind)
    prefix = f"{kind.__qualname__}."
    for member in vars(kind).values():
        if isinstance(member, FunctionType) and _is_of_module(member, kind.__module__):
            code = member.__code__
            if code.co_qualname.startswith(prefix) and not code.co_filename.startswith("<"):
                return is_project_file(code.co_filename)
    if kind.__module__ == "types":  # ``types.new_class`` and those who call it
        return getattr(types, kind.__name__, None) is not kind
    if kind.__module__ == "__main__" and not _is_in_main(kind):
        return True
    return kind.__module__ not in sys.modules or is_project_name(kind.__module__)


def _is_of_module(function: FunctionType, name: str) -> bool:
    """False of what an enumeration has from its base, which may have the same name."""
    return bool(function.__globals__.get("__name__", "builtins") == name)


def _is_in_main(kind: type) -> bool:
    found: object = sys.modules.get("__main__")
    for name in kind.__qualname__.split("."):
        found = getattr(found, name, None)
    return found is kind


_SCRIPTS: Final = sysconfig.get_path("scripts")


def setting(name: str) -> tuple[Path, Any]:
    """What the nearest ``pyproject.toml`` says under a name.

    It is looked for from the directory of the program upwards, and read once.

    Returns:
        The file, and the value; None in the place of the value if it says nothing.

    Raises:
        OptionError: if the file cannot be read.
    """
    file, table = _settings_above(_directory_of_the_program())
    if not isinstance(table, Mapping):
        raise OptionError(f"{file}: [tool.funsies] must be a table, not {table!r}")
    return file, table.get(name)


def frozen_modules() -> tuple[str, ...]:
    """Names of modules whose values travel, since workers cannot import them.

    Raises:
        OptionError: if the project says what has no meaning.
    """
    file, names = setting("frozen")
    if names is None:
        return ()
    if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
        raise OptionError(
            f"{file}: frozen in [tool.funsies] must be a list of names of modules, such as "
            f'["settings"], not {names!r}'
        )
    return tuple(names)


def _directory_of_the_program() -> Path:
    """Where the script is that runs; the current directory if an installed program runs."""
    script = getattr(sys.modules.get("__main__"), "__file__", None)
    if isinstance(script, str) and not script.startswith("<") and is_project_file(script):
        directory = Path(script).absolute().parent
        if str(directory) != _SCRIPTS:
            return directory
    try:
        return Path.cwd()
    except OSError:  # it was removed, and so says nothing
        return Path("/")


@cache
def _settings_above(directory: Path) -> tuple[Path, Any]:
    for folder in (directory, *directory.parents):
        file = folder / "pyproject.toml"
        if file.is_file():
            return file, _read(file)
    return directory / "pyproject.toml", {}


def _read(file: Path) -> Any:
    try:
        text = file.read_text(encoding="utf-8")
        if "funsies" not in text:
            return {}
        import tomllib  # noqa: PLC0415 (takes 3 ms, and most projects do not need it)

        return tomllib.loads(text).get("tool", {}).get("funsies", {})
    except (OSError, ValueError) as problem:
        raise OptionError(
            f"{file} cannot be read ({problem}), so what it says for funsies is not known. "
            "Correct the file"
        ) from problem
