"""The table of texts that travels with a payload.

On a worker the source of a function that arrived by value is absent, or is that of another
version. So each payload brings the digests of the texts of its code, and of all code inside
it, under the names that code keeps when it is pickled.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

import msgspec

from funsies.core.errors import EncodingError
from funsies.core.fingerprint.records import CodeKey


class ClassText(NamedTuple):
    """The text of a class.

    Attributes:
        digest: digest of its normalised text.
        names: what the class body assigns, sorted; the rest of the class is generated.
        methods: code records of all functions in the class body, sorted.
    """

    digest: bytes
    names: tuple[str, ...]
    methods: tuple[bytes, ...]


class Entry(NamedTuple):
    """What the table says about a function, a class, or an imported module.

    Attributes:
        digest: digest of the normalised text; empty if there is no text.
        library_names: of a function: global names that its module imports from libraries,
            with their qualified names; they count by that name, whatever their value.
        classes: of a class: the classes of this name in its file.
        unused_names: of a function: names that only annotations of inner functions read.
    """

    digest: bytes = b""
    library_names: tuple[tuple[str, str], ...] = ()
    classes: tuple[ClassText, ...] = ()
    unused_names: tuple[str, ...] = ()


Table: TypeAlias = Mapping[CodeKey, Entry]

_installed: dict[CodeKey, Entry] = {}


def install_table(table: Table) -> None:
    """Make known the texts that came with a payload.

    A worker calls this before it loads the payload. From then on :func:`fingerprint` of
    functions from that payload, and of functions that they make, consults the table and
    never a file.

    Args:
        table: ``Fingerprint.table`` of the functions in the payload.
    """
    _installed.update(table)


def installed(key: CodeKey) -> Entry | None:
    """What the tables installed in this process say."""
    return _installed.get(key)


def class_key(kind: type) -> CodeKey:
    """Name of a class in the table."""
    return local_class_key(kind.__module__, kind.__qualname__)


def local_class_key(module_name: str, qualified_name: str) -> CodeKey:
    """Name in the table of a class that is known by its code only."""
    return b"class", f"{module_name}:{qualified_name}", 0


def module_key(module_name: str) -> CodeKey:
    """Name of a module in the table."""
    return b"module", module_name, 0


def encode_table(table: Table) -> bytes:
    """Encode a table, to be stored with a payload."""
    return msgspec.msgpack.encode(sorted(table.items()))


def decode_table(data: bytes) -> Table:
    """Read a table back.

    Raises:
        EncodingError: if the bytes are not those of a table.
    """
    try:
        return dict(msgspec.msgpack.decode(data, type=list[tuple[CodeKey, Entry]]))
    except msgspec.MsgspecError as problem:
        raise EncodingError(f"these bytes are not a table of texts: {problem}") from problem
