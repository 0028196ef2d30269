"""A bundle: the sources of a project as one value, which workers unpack and import from.

Functions and classes that an import gives again go by reference (:class:`References`).
"""

from __future__ import annotations

import ast
import importlib.machinery
import importlib.util
import sys
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from pathlib import PurePosixPath
from types import FunctionType, ModuleType
from typing import Any, Final

import msgspec

from funsies.core.digest import Digest, content_digest
from funsies.core.errors import EncodingError, FingerprintError
from funsies.core.fingerprint.caching import IdentityCache
from funsies.core.fingerprint.project import is_project, is_project_name
from funsies.core.fingerprint.source_lookup import own_functions, sources_of

from .bindings import NO_BINDINGS, Bindings, bindings_of

CODE_SUFFIXES: Final = tuple(importlib.machinery.all_suffixes())


@dataclass(frozen=True)
class Bundle:
    """Files of the modules of a project, in one tree, wherever each came from.

    Attributes:
        files: content by path in the tree (``"package/module.py"``).
        origins: where each was in the program; tracebacks and debuggers name these.
        data: the bundle as bytes.
        digest: address of these bytes.
    """

    files: Mapping[str, bytes]
    origins: Mapping[str, str]
    data: bytes
    digest: Digest

    def is_part_of(self, other: Bundle) -> bool:
        """True if the other has all of these files, with this content."""
        return self.files.items() <= other.files.items()

    @cached_property
    def modules(self) -> Mapping[str, str]:
        """Path in the tree by name of the module.

        >>> files = dict.fromkeys(["a/__init__.py", "a/b.py", "a/c.txt"], b"")
        >>> dict(make_bundle(files, dict.fromkeys(files, "")).modules)
        {'a': 'a/__init__.py', 'a.b': 'a/b.py'}
        """
        return {name: path for path in self.files for name in _module_names(path)}


def make_bundle(files: Mapping[str, bytes], origins: Mapping[str, str]) -> Bundle:
    """Make the bundle of some files."""
    tree = [(path, (files[path], origins[path])) for path in sorted(files)]
    data = zlib.compress(msgspec.msgpack.encode(tree))
    return Bundle(files, origins, data, content_digest(data))


def decode_bundle(data: bytes) -> Bundle:
    """Read a bundle back.

    Raises:
        EncodingError: if the bytes are not those of a bundle.
    """
    try:
        tree = msgspec.msgpack.decode(
            zlib.decompress(data), type=list[tuple[str, tuple[bytes, str]]]
        )
    except (msgspec.MsgspecError, UnicodeDecodeError, zlib.error) as problem:
        raise EncodingError(f"these bytes are not a bundle of sources: {problem}") from problem
    files = {path: content for path, (content, _) in tree}
    origins = {path: origin for path, (_, origin) in tree}
    return Bundle(files, origins, data, content_digest(data))


def tree_path(module_name: str, file_name: str, *, is_package: bool) -> str:
    """Where the file of a module stands in the tree.

    >>> tree_path("a.b", "/home/me/a/b.cpython-311-x86_64-linux-gnu.so", is_package=False)
    'a/b.cpython-311-x86_64-linux-gnu.so'
    """
    place = module_name.replace(".", "/")
    suffix = next((each for each in CODE_SUFFIXES if file_name.endswith(each)), ".py")
    return f"{place}/__init__{suffix}" if is_package else f"{place}{suffix}"


def _module_names(path: str) -> Iterator[str]:
    suffix = next((each for each in CODE_SUFFIXES if path.endswith(each)), None)
    if suffix is not None:
        parts = PurePosixPath(path.removesuffix(suffix)).parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" and parts[:-1] else parts)


_MISSING: Final = object()


class References:
    """Looks things up in the modules of a bundle.

    Args:
        bundle: what workers import from; None if nothing of the project can be imported.
    """

    def __init__(self, bundle: Bundle | None) -> None:
        self._bundle = bundle
        self._modules = {} if bundle is None else bundle.modules
        self._bindings: dict[str, Bindings | None] = {}

    def has(self, module_name: str) -> bool:
        """True if a worker can import a module of this name from the bundle."""
        return module_name in self._modules or module_name in self._packages

    @cached_property
    def _packages(self) -> frozenset[str]:
        """Packages that have no file of their own."""
        parents = {name.rpartition(".")[0] for name in self._modules} - {""}
        return frozenset(
            ".".join(parts[:count])
            for parts in (parent.split(".") for parent in parents)
            for count in range(1, len(parts) + 1)
        )

    def of(self, thing: FunctionType | type) -> tuple[str, str] | None:
        """Module and qualified name by which a worker finds this very thing; or None."""
        module, name = thing.__module__, thing.__qualname__
        if not isinstance(module, str) or not self.has(module):
            return None
        if self.attribute(module, name) is not thing:
            return None
        if isinstance(thing, type):
            is_same = all(self._has_text_of(each) for each in own_functions(thing))
        else:
            is_own = _is_own_code(thing) and not self.is_conditional(module, name)
            is_same = is_own and self._has_text_of(thing)
        return (module, name) if is_same else None

    def is_conditional(self, module_name: str, qualified_name: str) -> bool:
        """True of what a module makes under a condition, which may not hold elsewhere."""
        bindings = self._bindings_of(module_name)
        return bindings is not None and bindings.is_conditional(qualified_name)

    def attribute(self, module_name: str, qualified_name: str) -> Any:
        """What a qualified name stands for in a loaded module."""
        found: Any = sys.modules.get(module_name)
        for name in qualified_name.split("."):
            found = getattr(found, name, _MISSING)
        return found

    def is_importable(self, function: FunctionType) -> bool:
        """True of a function of a library that has a name of its own."""
        if is_project(function) or is_project_name(str(function.__module__)):
            return False
        return self.attribute(str(function.__module__), function.__qualname__) is function

    def comes_with_import(self, module_name: str, name: str, value: object) -> bool:
        """True of what a module of the bundle has under this name as soon as it is imported."""
        if isinstance(value, ModuleType):
            bindings = self._bindings_of(module_name)
            return bindings is None or bindings.modules.get(name) == value.__name__
        if not isinstance(value, (FunctionType, type)):
            return False
        if not is_project(value):
            return True
        return self.of(value) == (module_name, name)

    def _has_text_of(self, function: FunctionType) -> bool:
        """False of code that was edited after it was imported, or made in another way."""
        code = function.__code__
        path = self._paths.get(code.co_filename)
        if path is None:
            return not is_project(function)
        if not path.endswith(".py"):
            return True
        return any(
            source.function_text(code) is not None and self._is_text(path, source.lines)
            for source in sources_of(code.co_filename, function.__globals__)
        )

    def _bindings_of(self, module_name: str) -> Bindings | None:
        """What the text of a module of the bundle says; None if nobody can read it."""
        if module_name not in self._bindings:
            self._bindings[module_name] = self._read_bindings(module_name)
        return self._bindings[module_name]

    def _read_bindings(self, module_name: str) -> Bindings | None:
        path, module = self._modules.get(module_name, ""), sys.modules.get(module_name)
        if self._bundle is None or module is None:
            return None
        if module_name in self._packages and not path:
            return NO_BINDINGS
        if not path.endswith(".py"):
            return None
        if not self._bundle.files[path].strip():
            return NO_BINDINGS
        package = str(getattr(module, "__package__", None) or "")
        for source in sources_of(self._bundle.origins[path], vars(module)):
            if self._is_text(path, source.lines):
                known = _bindings.get(source.tree)
                if known is None:
                    known = _bindings.put(source.tree, bindings_of(source.tree, package))
                return known
        return None

    @cached_property
    def _paths(self) -> dict[str, str]:
        origins = {} if self._bundle is None else self._bundle.origins
        return {origin: path for path, origin in origins.items()}

    def _is_text(self, path: str, lines: Sequence[str]) -> bool:
        if self._bundle is None:
            return False
        text = _text(self._bundle, path)
        return "".join(lines).rstrip("\n") == text.rstrip("\n")

    def refuse_if_incomplete(self, kind: type) -> None:
        """Refuse a class that has no text and is more than pickle can say of it.

        Raises:
            FingerprintError: of an enumeration whose members have attributes of their own.
        """
        if issubclass(kind, Enum) and any(_own_attributes(each) for each in kind):
            raise FingerprintError(
                f"{kind.__qualname__}: the members of this enumeration have attributes of "
                "their own, and its source cannot be read, so it cannot be sent to a worker. "
                "Write it at the top level of a file: of the script, or of a module that it "
                "imports"
            )


_bindings: Final[IdentityCache[ast.Module, Bindings]] = IdentityCache()


def _is_own_code(function: FunctionType) -> bool:
    """False of a function that was given the code of another one at the top level."""
    name = function.__code__.co_qualname
    return name == function.__qualname__ or "<locals>" in name or "<lambda>" in name


def _own_attributes(member: Enum) -> bool:
    return any(not name.startswith("_") for name in vars(member))


def _text(bundle: Bundle, path: str) -> str:
    """Text of a file of the bundle, as the interpreter reads it."""
    known = _texts.get(id(bundle.files[path]))
    if known is None or known[0] is not bundle.files[path]:
        text = importlib.util.decode_source(bundle.files[path])
        known = _texts[id(bundle.files[path])] = bundle.files[path], text
    return known[1]


_texts: dict[int, tuple[bytes, str]] = {}
