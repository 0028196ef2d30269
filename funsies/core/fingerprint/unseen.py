"""Functions and names that reach code which no walk can see."""

from __future__ import annotations

import builtins
import importlib
import sys
from collections.abc import Sequence
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Final

from funsies.core.fingerprint.advice import Way
from funsies.core.fingerprint.project import is_project
from funsies.core.fingerprint.walk import Walk

_BOOTSTRAP: Final = "importlib._bootstrap"
_LOADERS: Final = ("SourceFileLoader", "SourcelessFileLoader", "ExtensionFileLoader")
_UNSEEN: Final = {
    **{f"builtins.{each}": each for each in ("eval", "exec", "globals", "__import__")},
    "importlib.import_module": "importlib.import_module",
    "importlib.reload": "importlib.reload",
    f"{_BOOTSTRAP}.__import__": "importlib.__import__",
    f"{_BOOTSTRAP}.module_from_spec": "importlib.util.module_from_spec",
    f"{_BOOTSTRAP}.spec_from_loader": "importlib.util.spec_from_loader",
    f"{_BOOTSTRAP}_external.spec_from_file_location": "importlib.util.spec_from_file_location",
    **{f"_frozen_importlib_external.{e}": f"importlib.machinery.{e}" for e in _LOADERS},
    **{f"runpy.{each}": f"runpy.{each}" for each in ("run_path", "run_module")},
    **{f"pydoc.{each}": f"pydoc.{each}" for each in ("locate", "safeimport")},
    "pkgutil.resolve_name": "pkgutil.resolve_name",
    "zipimport.zipimporter": "zipimport.zipimporter",
}
"""Where they say that they are from -> how people know them."""

_HOMES: Final = {name.rpartition(".")[0] or "builtins" for name in _UNSEEN.values()} | {"sys"}
_BY_NAME: Final = ("import or call what you need by its name", Way.STATE, Way.LEAVE_OUT)
_NAMED: Final = ("name the functions and classes that you need", Way.STATE, Way.LEAVE_OUT)


def unseen_name(thing: object) -> str:
    """How people know what reaches unseen code; "" of all other things."""
    if thing is sys.modules:
        return "sys.modules"
    if thing is vars(builtins):
        return "__builtins__"
    if isinstance(thing, FunctionType):
        home = f"{thing.__globals__.get('__name__')}.{thing.__code__.co_qualname}"
    elif isinstance(thing, (BuiltinFunctionType, type)):
        home = f"{thing.__module__}.{thing.__qualname__}"
    else:
        return ""
    return "" if is_project(thing) else _UNSEEN.get(home, "")


def refuse_unseen(walk: Walk, name: str, thing: object) -> None:
    """Refuse what reaches unseen code, unless its name is to be ignored.

    Raises:
        FingerprintError: if it does.
    """
    found = unseen_name(thing)
    if found and walk.path and not walk.is_ignored(name):
        reason = f"{found} reaches code that funsies cannot see"
        walk.refuse(name, reason, _BY_NAME, is_in_code=not walk.handle)


def refuse_unseen_inside(walk: Walk, name: str, module: object, inside: Sequence[str]) -> None:
    """Refuse ``builtins.eval``, ``importlib.util.module_from_spec`` and the like.

    Args:
        walk: the walk that found the module.
        name: of the module, as the code has it.
        module: where the names are read from.
        inside: the names.
    """
    for each in inside:
        if not isinstance(module, ModuleType) or is_project(module):
            return
        name, module = f"{name}.{each}", vars(module).get(each)
        refuse_unseen(walk, name, module)


def refuse_unseen_imports(walk: Walk, imported: Sequence[tuple[str, ...]]) -> None:
    """The same of modules that a function imports itself; these may not be loaded yet.

    Args:
        walk: the walk that found the function.
        imported: a module, and what is read from it.
    """
    for module, *inside in imported:
        if any(each == module or each.startswith(f"{module}.") for each in _HOMES):
            refuse_unseen_inside(walk, module, importlib.import_module(module), inside)


def refuse_hidden(walk: Walk, name: str) -> None:
    """Refuse an attribute such as ``__globals__``, unless it is to be ignored."""
    attribute = name.rpartition(".")[2]
    if not walk.is_ignored(name, attribute):
        reason = f"{attribute} leads to code that funsies cannot see"
        walk.refuse(name, reason, _NAMED, is_in_code=True)
