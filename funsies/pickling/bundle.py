"""A bundle: the sources of a project as one value, which workers unpack and import from."""

from __future__ import annotations

import importlib.machinery
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Final

import msgspec

from funsies.core.digest import Digest, content_digest
from funsies.core.errors import EncodingError

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
